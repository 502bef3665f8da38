package logs

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"noon/fleet"
)

const (
	// historyMost is how much of a file's past is read, in bytes.
	historyMost = 8 << 20
	// allMost is the same of all files of a pattern.
	allMost = 64 << 20
	// goneMost is how long a file that was renamed away from the pattern is
	// still looked at, after it grew for the last time.
	goneMost = time.Minute
	// lateMost is how long after a file grew for the last time it is likely that
	// nothing more was written to it.
	lateMost = 10 * time.Second
	// smallMost is how long a new file may be too small to be told from a copy.
	smallMost = 600 * time.Millisecond
	// copyMost is how long a copy of a followed file may wait for that to be
	// truncated before it is just a copy.
	copyMost = time.Minute
)

// files are the files of one pattern on one server.
type files struct {
	from    fleet.LogSource
	pattern string
	*listener

	// known are the files by device and inode; in a session that has just begun
	// they are what was followed before.
	known map[string]*file
	// began is when the pattern was first looked at: what appears later is read
	// from its beginning.
	began time.Time
	// read is when all was read for the last time.
	read time.Time
	// fresh are new files that are small, by when they were first seen.
	fresh map[string]time.Time
}

// seen is a file as the server lists it.
type seen struct {
	id, name    string
	size, mtime int64
}

func newFiles(from fleet.LogSource, l *listener) *files {
	return &files{from: from, pattern: ofServer(from.File, l.server, inPattern), listener: l, known: map[string]*file{}, fresh: map[string]time.Time{}}
}

func (f *files) of() *listener { return f.listener }
func (f *files) name() string  { return called(f.from, f.server) }
func (f *files) begin()        {}
func (f *files) take(frame)    {}

// step looks at all files, and reads what is new.
func (f *files) step(ctx context.Context, s *session) error {
	now := time.Now()
	list, trouble, err := f.list(ctx, s)
	if err != nil {
		return err
	}
	if f.began.IsZero() {
		f.first(list, now)
	} else if err := f.changed(ctx, s, list, now); err != nil {
		return err
	}
	for _, each := range f.inOrder() {
		if err := each.catchUp(ctx, s); err != nil {
			return err
		}
	}
	f.read = now
	f.tellTrouble(trouble, len(list), now)
	return nil
}

func (f *files) tellTrouble(trouble string, files int, now time.Time) {
	switch {
	case trouble != "":
		f.silent(f.name(), now, trouble)
	case files == 0:
		f.silent(f.name(), now, "no file matches")
	default:
		f.heard(f.name())
	}
}

// list lists what the pattern matches.
func (f *files) list(ctx context.Context, s *session) (list []seen, trouble string, err error) {
	return listed(ctx, s, f.pattern)
}

// listAway lists files that the pattern matched before.
func (f *files) listAway(ctx context.Context, s *session) ([]seen, error) {
	words := []string{"/dev/null/none"}
	for _, each := range f.inOrder() {
		if each.away {
			words = append(words, each.name)
		}
	}
	if len(words) == 1 {
		return nil, nil
	}
	list, _, err := listed(ctx, s, words...)
	return list, err
}

// listed lists what a pattern matches, and single files.
func listed(ctx context.Context, s *session, words ...string) (list []seen, trouble string, err error) {
	frames, err := s.call(ctx, "l", "list", words...)
	if err != nil {
		return nil, "", err
	}
	for _, each := range frames {
		switch each.letter {
		case 'u':
			trouble = "the user whom noon logs in as may not read " + fleet.Quoted(each.rest)
		case 'f':
			one, err := parseSeen(each.rest)
			if err != nil {
				return nil, "", err
			}
			list = append(list, one)
		}
	}
	var matches, odd int
	if _, err := fmt.Sscan(frames[len(frames)-1].rest, &matches, &odd); err != nil {
		return nil, "", fmt.Errorf("it ends a list with %s", fleet.Quoted(frames[len(frames)-1].rest))
	}
	switch {
	case matches > filesMost:
		trouble = fmt.Sprintf("it matches %d files, and at most %d are read: name fewer", matches, filesMost)
	case odd > 0:
		trouble = fmt.Sprintf("%d files have a line break in their names, and are not read", odd)
	}
	return list, trouble, nil
}

// first takes up the files at the beginning: of those that were written to
// lately, the past is read.
func (f *files) first(list []seen, now time.Time) {
	f.began = now
	slices.SortStableFunc(list, func(a, b seen) int { return cmp.Compare(b.mtime, a.mtime) })
	left := int64(allMost)
	for _, one := range list {
		each := newFile(f, one)
		each.past, each.history = now.Add(-f.from.History), one.size
		wanted := min(one.size, historyMost, left)
		if f.age(one) > f.from.History {
			wanted = 0
		} else if wanted < one.size {
			each.entries.wanted = f.wanted(each.past)
			if wanted == 0 {
				each.entries.seePast(time.Time{})
			}
		}
		left -= wanted
		// From one byte before, it is seen whether a line begins there.
		each.offset = max(0, one.size-wanted-1)
		each.midLine = each.offset > 0
		f.known[one.id] = each
	}
}

// age is how long ago a file was written to.
func (f *files) age(one seen) time.Duration {
	return time.Since(time.Unix(one.mtime, 0).Add(-f.ahead()))
}

// changed compares the list with what is known.
func (f *files) changed(ctx context.Context, s *session, list []seen, now time.Time) error {
	there := map[string]bool{}
	var fresh []seen
	for _, one := range list {
		there[one.id] = true
		if each := f.known[one.id]; each == nil {
			fresh = append(fresh, one)
		} else {
			each.away = false
		}
	}
	away, err := f.listAway(ctx, s)
	if err != nil {
		return err
	}
	if err := f.lookAll(ctx, s, slices.Concat(list, away), there, now); err != nil {
		return err
	}
	maps.DeleteFunc(f.fresh, func(id string, _ time.Time) bool { return !there[id] })
	for _, one := range fresh {
		if f.known[one.id] == nil {
			if err := f.appeared(ctx, s, one, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookAll looks at all known files, and for those that are not listed.
func (f *files) lookAll(ctx context.Context, s *session, list []seen, there map[string]bool, now time.Time) error {
	for _, one := range list {
		there[one.id] = true
	}
	// Copies last: whether they are copies shows in their originals.
	for _, copies := range []bool{false, true} {
		for _, one := range list {
			if each := f.known[one.id]; each != nil && each.shadow() == copies {
				if err := each.look(ctx, s, one, now); err != nil {
					return err
				}
			}
		}
	}
	for _, each := range f.inOrder() {
		switch {
		case !there[each.id]:
			if err := f.missing(ctx, s, each, now); err != nil {
				return err
			}
		case each.away && now.Sub(each.grew) > goneMost:
			f.drop(each)
		}
	}
	return nil
}

// missing looks for a file that is not listed any more: renamed to a name that
// the pattern does not match, or deleted.
func (f *files) missing(ctx context.Context, s *session, each *file, now time.Time) error {
	beside, err := f.beside(ctx, s, each)
	if err != nil {
		return err
	}
	for _, one := range beside {
		if one.id == each.id {
			each.away = true
			return each.look(ctx, s, one, now)
		}
	}
	rest, err := each.readRest(ctx, s)
	if err != nil {
		return err
	}
	if !rest && !each.shadow() && now.Sub(each.grew) < lateMost {
		f.miss(-1, fmt.Sprintf("%s is gone: what was written to it in its last moment could not be read", fleet.Quoted(each.name)))
	}
	f.drop(each)
	return nil
}

// beside lists the directory of a file; the trouble of other files is theirs.
func (f *files) beside(ctx context.Context, s *session, each *file) ([]seen, error) {
	list, _, err := listed(ctx, s, inPattern(path.Dir(each.name))+"/*")
	return list, err
}

// appeared takes up a new file. It may be the copy that is made of a file
// before that is truncated: then it is a shadow of it until that happens.
func (f *files) appeared(ctx context.Context, s *session, one seen, now time.Time) error {
	if f.tooEarly(one, now) {
		return nil
	}
	each := newFile(f, one)
	each.grew, each.held, each.past = now, one.size, f.began.Add(-f.from.History)
	f.known[one.id] = each
	for _, other := range f.inOrder() {
		if other == each || other.shadow() || path.Dir(other.name) != path.Dir(one.name) {
			continue
		}
		copied, err := each.copyOf(ctx, s, other)
		if err != nil {
			return err
		}
		if copied {
			each.original = other
			return nil
		}
	}
	return nil
}

// tooEarly tells that a new file is so small that nobody can say whether it is
// a copy, and that there has not been time to write more.
func (f *files) tooEarly(one seen, now time.Time) bool {
	since, before := f.fresh[one.id]
	if one.size >= tailMost || len(f.known) == 0 || before && now.Sub(since) >= smallMost {
		delete(f.fresh, one.id)
		return false
	}
	if !before && len(f.fresh) < filesMost {
		f.fresh[one.id] = now
	}
	return true
}

func (f *files) drop(each *file) {
	each.close()
	delete(f.known, each.id)
}

// inOrder are the files in the order of their names, those that were renamed
// away first: what they hold is older.
func (f *files) inOrder() []*file {
	all := slices.Collect(maps.Values(f.known))
	slices.SortFunc(all, func(a, b *file) int {
		if a.away != b.away {
			if a.away {
				return -1
			}
			return 1
		}
		return strings.Compare(a.name, b.name)
	})
	return all
}

func (f *files) flush(now time.Time) {
	for _, each := range f.known {
		each.flush(now)
	}
}

func (f *files) close() {
	for _, each := range f.known {
		each.close()
	}
}
