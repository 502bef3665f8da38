package format

import (
	"bytes"
	"io"
)

// LineMost is how much of a line is kept, in bytes. The rest is skipped and
// counted.
const LineMost = 64 << 10

// Reader splits the bytes of a source into lines. It needs at most LineMost
// bytes, however long a line is and whether or not it ever ends. The zero
// Reader is ready.
type Reader struct {
	// Lines is how many lines there were, Cut how many of them were longer than
	// LineMost, Skipped how many bytes those lost.
	Lines, Cut, Skipped int64

	part []byte // the beginning of a line whose end has not come
	lost int64  // bytes of that line that were skipped
	open bool   // that line has begun: it may be empty so far
}

// Write takes the next bytes of the source and gives out each line that they
// complete, without its newline. line is valid until each returns; cut tells
// that it is only the beginning.
func (r *Reader) Write(p []byte, each func(line []byte, cut bool)) {
	for len(p) > 0 {
		n := bytes.IndexByte(p, '\n')
		if n < 0 {
			r.keep(p)
			return
		}
		if r.open {
			r.keep(p[:n])
			r.finish(r.part, each)
		} else {
			r.whole(p[:n], each)
		}
		p = p[n+1:]
	}
}

// Close gives out the last line when it has no newline. The reader is ready for
// another source then.
func (r *Reader) Close(each func(line []byte, cut bool)) {
	if r.open {
		r.finish(r.part, each)
	}
}

// Open tells that the last line has no newline yet.
func (r *Reader) Open() bool { return r.open }

// readSize is how much ReadAll asks for at a time.
const readSize = 256 << 10

// ReadAll gives out all lines of source until it ends; the error is that of
// source.
func (r *Reader) ReadAll(source io.Reader, each func(line []byte, cut bool)) error {
	room := make([]byte, readSize)
	for {
		n, err := source.Read(room)
		r.Write(room[:n], each)
		if err == nil {
			continue
		}
		r.Close(each)
		if err == io.EOF {
			return nil
		}
		return err
	}
}

// keep adds to the line that has begun what there is room for.
func (r *Reader) keep(p []byte) {
	r.open = true
	if len(r.part) == 0 { // the hole that a truncated file leaves reads as NUL
		p = bytes.TrimLeft(p, "\x00")
	}
	n := min(len(p), LineMost-len(r.part))
	r.part = append(r.part, p[:n]...)
	r.lost += int64(len(p) - n)
}

// whole gives out a line that came in one piece.
func (r *Reader) whole(line []byte, each func(line []byte, cut bool)) {
	if len(line) > 0 && line[0] == 0 {
		line = bytes.TrimLeft(line, "\x00")
	}
	if len(line) > LineMost {
		r.lost = int64(len(line) - LineMost)
		line = line[:LineMost]
	}
	r.finish(line, each)
}

func (r *Reader) finish(line []byte, each func(line []byte, cut bool)) {
	cut := r.lost > 0
	if cut {
		r.Cut++
		r.Skipped += r.lost
		r.lost = 0
	} else if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	r.Lines++
	r.open = false
	each(line, cut)
	r.part = r.part[:0]
}
