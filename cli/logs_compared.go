package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"noon/fleet"
	"noon/judge/logs"
	"noon/observe/logs/format"
)

// comparedFiles are the paths of files to compare.
type comparedFiles struct{ canary, live, before []string }

// compared are the files, read once to know their times.
type compared struct {
	files []*comparedFile
	// spooled is standard input, which is read twice.
	spooled string
}

// comparedFile is the log of one server.
type comparedFile struct {
	path    string
	server  string
	version fleet.Version
	// first and last are the times of its entries; zero if they have none.
	first, last time.Time
	// told is where the content is, if not at path.
	told string
}

// open finds out which server each file is of, and when it was written.
func (f comparedFiles) open(ctx context.Context) (*compared, error) {
	c := &compared{}
	for _, role := range []struct {
		paths   []string
		version fleet.Version
	}{{f.before, liveVersion}, {f.live, liveVersion}, {f.canary, canaryVersion}} {
		for _, path := range role.paths {
			c.files = append(c.files, &comparedFile{path: path, version: role.version})
		}
	}
	if err := c.name(slices.Concat(f.canary, f.live)); err != nil {
		return nil, err
	}
	for _, path := range slices.Concat(f.canary, f.live) {
		if slices.Contains(f.before, path) {
			return nil, &exit{exitUsage, fmt.Errorf("%s is named twice, after --before too: that is for what its server wrote earlier", fleet.Plain(path))}
		}
	}
	return c, errors.Join(c.spool(), c.span(ctx))
}

func (c *compared) close() {
	if c.spooled != "" {
		os.Remove(c.spooled)
	}
}

// name calls each file by the server that it is of: the file's name, with as
// many of its folders as tell the canaries and the live servers apart. What is
// called the same among the files from before is of the same server.
func (c *compared) name(servers []string) error {
	depth := 1
	for ; !distinct(servers, depth); depth++ {
		if depth > depthMost {
			return &exit{exitUsage, fmt.Errorf("a file is named twice among %s: each is the log of one server, with one version", fleet.Plain(strings.Join(servers, ", ")))}
		}
	}
	for _, f := range c.files {
		f.server = serverOf(f.path, depth)
	}
	return nil
}

// depthMost is how many folders may be part of a server's name.
const depthMost = 50

// distinct tells whether the files have different names with so many folders.
func distinct(paths []string, depth int) bool {
	names := map[string]bool{}
	for _, path := range paths {
		names[serverOf(path, depth)] = true
	}
	return len(names) == len(paths)
}

// serverOf is the name of a file without what it ends in, below some of its
// folders.
func serverOf(path string, depth int) string {
	if path == "-" {
		return "stdin"
	}
	parts := strings.Split(filepath.ToSlash(filepath.Clean(path)), "/")
	parts = parts[max(0, len(parts)-depth):]
	last := parts[len(parts)-1]
	for _, ending := range []string{".gz", ".log", ".txt", ".json", ".jsonl"} {
		if rest := strings.TrimSuffix(last, ending); rest != "" {
			last = rest
		}
	}
	return fleet.Plain(strings.Join(append(parts[:len(parts)-1:len(parts)-1], last), "/"))
}

// spool keeps standard input in a file, to read it twice.
func (c *compared) spool() error {
	for _, f := range c.files {
		switch {
		case f.path != "-":
			continue
		case c.spooled != "":
			return &exit{exitUsage, errors.New("- is named twice: standard input is one file")}
		}
		file, err := os.CreateTemp("", "noon-logs-*")
		if err != nil {
			return fmt.Errorf("keep standard input: %w", err)
		}
		c.spooled, f.told = file.Name(), file.Name()
		_, err = io.Copy(file, os.Stdin)
		if err = errors.Join(err, file.Close()); err != nil {
			return fmt.Errorf("keep standard input: %w", err)
		}
	}
	return nil
}

// span finds the first and the last time in each file.
func (c *compared) span(ctx context.Context) error {
	for _, f := range c.files {
		for e, err := range f.entries(ctx) {
			if err != nil {
				return err
			}
			if e.Time.IsZero() {
				continue
			}
			if f.first.IsZero() || e.Time.Before(f.first) {
				f.first = e.Time
			}
			if e.Time.After(f.last) {
				f.last = e.Time
			}
		}
	}
	return nil
}

// apart tells whether the canaries' files and the live ones' were written at
// different times, so that only the time since each one's start compares.
func (c *compared) apart() bool {
	var canary, live span
	for _, f := range c.files {
		if f.version == canaryVersion {
			canary.add(f)
		} else {
			live.add(f)
		}
	}
	return canary.from.IsZero() || live.from.IsZero() || canary.from.After(live.to) || live.from.After(canary.to)
}

// length is how long the canaries were written, the longest of them.
func (c *compared) length() time.Duration {
	longest := time.Duration(0)
	for _, f := range c.files {
		if f.version == canaryVersion {
			longest = max(longest, f.last.Sub(f.first))
		}
	}
	return longest
}

type span struct{ from, to time.Time }

func (s *span) add(f *comparedFile) {
	if f.first.IsZero() {
		return
	}
	if s.from.IsZero() || f.first.Before(s.from) {
		s.from = f.first
	}
	if f.last.After(s.to) {
		s.to = f.last
	}
}

// timelessApart is the time that is taken to lie between two entries of a file
// that says no times.
const timelessApart = 100 * time.Millisecond

// judge compares the files. They are read side by side, in the order of time.
func (c *compared) judge(ctx context.Context, register []fleet.Caveat) (logs.Report, error) {
	watch := logs.Watch{Live: liveVersion, Register: register, Elapsed: c.apart(), Block: logs.BlockFor(c.length())}
	for _, f := range c.files {
		if f.version == canaryVersion {
			watch.Canaries = append(watch.Canaries, logs.Canary{Server: f.server, Version: canaryVersion, Since: f.first})
		}
	}
	j := logs.New(watch)
	lines := &merged{}
	defer lines.close()
	for _, f := range c.files {
		if err := lines.add(f.lines(ctx)); err != nil {
			return logs.Report{}, err
		}
	}
	for advanced := (time.Time{}); ; {
		l, ok, err := lines.next()
		if err != nil {
			return logs.Report{}, err
		}
		if !ok {
			return j.Report(time.Time{}), nil
		}
		if j.Add(l); l.Time.Sub(advanced) >= advanceEvery {
			j.Advance(l.Time)
			advanced = l.Time
		}
	}
}

// advanceEvery is the time in the logs after which what is behind it is compared.
const advanceEvery = 5 * time.Minute

// lines are the entries of the file as the judge takes them. One without a
// time has that of the one before; where none has a time they come evenly.
func (f *comparedFile) lines(ctx context.Context) iter.Seq2[logs.Line, error] {
	return func(yield func(logs.Line, error) bool) {
		at := f.first
		for e, err := range f.entries(ctx) {
			if err != nil {
				yield(logs.Line{}, err)
				return
			}
			l := e.Line()
			switch {
			case f.first.IsZero():
				at = cmpTime(at).Add(timelessApart)
			case !l.Time.IsZero():
				at = l.Time
			}
			l.Server, l.Version, l.Time = f.server, f.version, at
			if !yield(l, nil) {
				return
			}
		}
	}
}

// cmpTime is where times begin in a file that has none.
func cmpTime(at time.Time) time.Time {
	if at.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return at
}

// entries reads the file.
func (f *comparedFile) entries(ctx context.Context) iter.Seq2[*format.Entry, error] {
	return func(yield func(*format.Entry, error) bool) {
		path := f.path
		if f.told != "" {
			path = f.told
		}
		source, err := openLog(path)
		if err != nil {
			yield(nil, err)
			return
		}
		defer source.Close()
		written := fileTime(path)
		stream, buffer, more := format.New(format.Options{Location: time.Local}), make([]byte, 64<<10), true
		emit := func(e *format.Entry) { more = more && yield(e, nil) }
		for more && ctx.Err() == nil {
			n, err := source.Read(buffer)
			stream.Push(buffer[:n], written, emit)
			if errors.Is(err, io.EOF) {
				stream.Close(emit)
				return
			}
			if err != nil {
				yield(nil, fmt.Errorf("read %s: %w", fleet.Plain(f.path), err))
				return
			}
		}
	}
}

// fileTime is when a file was written last: what stamps without a year are
// near to.
func fileTime(path string) time.Time {
	if about, err := os.Stat(path); err == nil {
		return about.ModTime()
	}
	return time.Now()
}

// merged reads several logs side by side, in the order of time.
type merged struct{ heads []*head }

// head is the next line of one log.
type head struct {
	line logs.Line
	next func() (logs.Line, error, bool)
	stop func()
}

func (m *merged) add(lines iter.Seq2[logs.Line, error]) error {
	next, stop := iter.Pull2(lines)
	h := &head{next: next, stop: stop}
	m.heads = append(m.heads, h)
	return m.advance(h)
}

// next returns the earliest line; false at the end of all.
func (m *merged) next() (logs.Line, bool, error) {
	if len(m.heads) == 0 {
		return logs.Line{}, false, nil
	}
	first := m.heads[0]
	for _, h := range m.heads[1:] {
		if h.line.Time.Before(first.line.Time) {
			first = h
		}
	}
	line := first.line
	return line, true, m.advance(first)
}

func (m *merged) advance(h *head) error {
	line, err, ok := h.next()
	if err != nil {
		return err
	}
	if h.line = line; !ok {
		h.stop()
		for i, other := range m.heads {
			if other == h {
				m.heads = append(m.heads[:i], m.heads[i+1:]...)
				break
			}
		}
	}
	return nil
}

func (m *merged) close() {
	for _, h := range m.heads {
		h.stop()
	}
}
