package logs

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"noon/fleet"
)

const (
	// block is what the agent fetches, fetchMost blocks at a time; countBlock is
	// what it counts lines in.
	block      = 4096
	fetchMost  = 64
	countBlock = 64 << 10
	// countMost is how much of what is skipped is counted; the rest is reckoned.
	countMost = 256 << 20
	// tailMost is how much before the offset is kept to see whether the file is
	// still the same.
	tailMost = 64
)

// file is one file that is followed.
type file struct {
	of       *files
	id, name string
	// offset is up to where it was read, size how long it was when last seen,
	// mtime when it had been written to.
	offset, size, mtime int64
	// tail is what stands before the offset, head what the file begins with.
	tail, head []byte
	// midLine tells that the line at the offset is not read from its beginning.
	midLine bool
	// history is where the past ends, past since when that is wanted.
	history int64
	past    time.Time
	// held is what it held when it appeared.
	held int64
	// grew is when it grew for the last time. away tells that the pattern does
	// not match it any more.
	grew time.Time
	away bool
	// original is the file of which this one is a copy.
	original *file
	entries  *entries
}

func newFile(of *files, one seen) *file {
	return &file{of: of, id: one.id, name: one.name, size: one.size, mtime: one.mtime, entries: newEntries(of.listener, of.from.HideEmails)}
}

func (f *file) shadow() bool { return f.original != nil }

// look takes note of how the file is now.
func (f *file) look(ctx context.Context, s *session, one seen, now time.Time) error {
	rewritten := one.mtime != f.mtime && one.size == f.offset
	if one.size > f.size {
		f.grew = now
	}
	f.name, f.size, f.mtime = one.name, one.size, one.mtime
	if f.shadow() {
		return f.lookAsCopy(ctx, s, now)
	}
	switch {
	case f.size < f.offset:
		return f.truncated(ctx, s)
	case rewritten && len(f.tail) > 0:
		// Also another file with the same inode that is as long.
		return f.read(ctx, s, 0, true)
	}
	return nil
}

// truncated reads what is left in the copy that was made before, and begins
// the file anew.
func (f *file) truncated(ctx context.Context, s *session) error {
	found, err := f.readRest(ctx, s)
	if err != nil {
		return err
	}
	if !found {
		f.entries.cut()
		f.of.miss(-1, fmt.Sprintf("%s was truncated: what was written to it in the last moment before could not be read", fleet.Quoted(f.name)))
	}
	f.restart()
	return nil
}

// restart reads the file from its beginning.
func (f *file) restart() {
	f.entries.end()
	f.offset, f.tail, f.head, f.midLine, f.history = 0, nil, nil, false, 0
}

// fetch returns the bytes from an offset on, at least length of them unless
// the file ends before, and up to the end of the last block.
func (f *file) fetch(ctx context.Context, s *session, from, length int64) ([]byte, error) {
	first := from / block
	blocks := (from+length+block-1)/block - first
	frames, err := s.call(ctx, "bx", "fetch", f.name, fmt.Sprint(first), fmt.Sprint(blocks))
	if err != nil {
		return nil, err
	}
	got, err := frames[0].bytes()
	if err != nil {
		return nil, err
	}
	return got[min(int64(len(got)), from-first*block):], nil
}

// catchUp reads what is new. Of the past all is wanted; live, as much as the
// server's budget allows, the latest.
func (f *file) catchUp(ctx context.Context, s *session) error {
	if f.shadow() {
		return nil
	}
	if err := f.readUntil(ctx, s, f.history, false); err != nil || f.offset < f.history || f.offset >= f.size {
		return err
	}
	if err := f.skip(ctx, s, f.of.spend(f.size-f.offset)); err != nil {
		return err
	}
	return f.readUntil(ctx, s, f.size, true)
}

func (f *file) readUntil(ctx context.Context, s *session, end int64, live bool) error {
	for f.offset < end {
		before := f.offset
		if err := f.read(ctx, s, min(end-f.offset, fetchMost*block), live); err != nil || f.offset <= before {
			return err
		}
	}
	return nil
}

// skip leaves out what is more than wanted, and counts it.
func (f *file) skip(ctx context.Context, s *session, want int64) error {
	first := (f.offset + countBlock - 1) / countBlock
	blocks := (f.size-want)/countBlock - first
	if blocks < 2 {
		return nil
	}
	if piece := first*countBlock - f.offset; piece > 0 {
		if err := f.read(ctx, s, piece, true); err != nil {
			return err
		}
		first = (f.offset + countBlock - 1) / countBlock
		blocks = (f.size-want)/countBlock - first
	}
	if blocks < 2 || f.offset < f.history {
		return nil
	}
	counted := min(blocks, countMost/countBlock)
	frames, err := s.call(ctx, "n", "count", f.name, fmt.Sprint(first), fmt.Sprint(counted))
	if err != nil {
		return err
	}
	lines, err := frames[0].number()
	if err != nil {
		return err
	}
	// What is more than is counted has as many lines a byte.
	f.of.miss(lines*blocks/counted, tooMany)
	f.entries.cut()
	f.offset, f.tail, f.midLine = (first+blocks)*countBlock-1, nil, true
	return nil
}

// read reads about as many bytes, and sees whether what stands before them is
// what was read before.
func (f *file) read(ctx context.Context, s *session, want int64, live bool) error {
	before := int64(len(f.tail))
	got, err := f.fetch(ctx, s, f.offset-before, before+want)
	if err != nil {
		return err
	}
	if int64(len(got)) < before {
		return nil // it has just become shorter, or is gone: the next look tells
	}
	if !bytes.HasPrefix(got, f.tail) {
		return f.truncated(ctx, s)
	}
	if err := f.readHead(ctx, s, got); err != nil {
		return err
	}
	f.tail = bytes.Clone(got[max(0, len(got)-tailMost):])
	got = got[before:]
	f.offset += int64(len(got))
	f.push(got, live)
	return nil
}

// readHead remembers the beginning of the file, which got may be.
func (f *file) readHead(ctx context.Context, s *session, got []byte) (err error) {
	if len(f.head) >= tailMost {
		return nil
	}
	if f.offset > int64(len(f.tail)) {
		if got, err = f.fetch(ctx, s, 0, tailMost); err != nil {
			return err
		}
	}
	f.head = bytes.Clone(got[:min(len(got), tailMost)])
	return nil
}

func (f *file) push(p []byte, live bool) {
	if f.midLine {
		_, rest, ended := bytes.Cut(p, []byte{'\n'})
		if !ended {
			return
		}
		if live && len(p)-len(rest) > 1 {
			f.of.miss(1, tooMany)
		}
		p, f.midLine = rest, false
	}
	written := span{from: f.past, live: live, found: f.offset-int64(len(p)) < f.held}
	if live {
		f.entries.seePast(time.Time{})
		written.earliest = f.of.read
	}
	if len(p) > 0 {
		f.entries.push(p, time.Now(), written)
	}
}

func (f *file) flush(now time.Time) { f.entries.flush(now) }
func (f *file) close()              { f.entries.end() }
