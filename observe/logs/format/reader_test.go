package format

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// lines returns the lines of source in pieces of size.
func lines(r *Reader, source []byte, size int) []string {
	var got []string
	each := func(line []byte, cut bool) {
		mark := ""
		if cut {
			mark = "..."
		}
		got = append(got, string(line)+mark)
	}
	for piece := range slices.Chunk(source, size) {
		r.Write(piece, each)
	}
	r.Close(each)
	return got
}

func TestLinesAreTheSameInWhateverPiecesTheyCome(t *testing.T) {
	source := []byte("one\ntwo\r\n\n\x00\x00\x00three\x00\nfour\rfive\n\r\n" + strings.Repeat("x", LineMost+10) + "\nlast")
	want := []string{"one", "two", "", "three\x00", "four\rfive", "", strings.Repeat("x", LineMost) + "...", "last"}
	for _, size := range []int{1, 2, 3, 7, 100, len(source)} {
		var r Reader
		if got := lines(&r, source, size); !slices.Equal(got, want) {
			t.Errorf("in pieces of %d: %d lines %.50q", size, len(got), got)
		}
		if r.Lines != 8 || r.Cut != 1 || r.Skipped != 10 {
			t.Errorf("in pieces of %d: counts %d %d %d", size, r.Lines, r.Cut, r.Skipped)
		}
	}
}

func TestAReaderTakesAnotherSourceAfterClose(t *testing.T) {
	var r Reader
	lines(&r, []byte("open"), 4)
	if got := lines(&r, []byte("next\n"), 2); !slices.Equal(got, []string{"next"}) || r.Open() {
		t.Errorf("got %q", got)
	}
}

func TestALineThatNeverEndsNeedsNoMemory(t *testing.T) {
	var r Reader
	piece := bytes.Repeat([]byte("x"), 64<<10)
	each := func([]byte, bool) { t.Error("a line") }
	allocated := testing.AllocsPerRun(1, func() {
		for range 100 << 20 / len(piece) {
			r.Write(piece, each)
		}
	})
	if cap(r.part) > 2*LineMost || allocated > 40 {
		t.Errorf("%d bytes kept, %v allocations", cap(r.part), allocated)
	}
}

func TestALineOf50MBIsCutAndTheNextIsRead(t *testing.T) {
	source := io.MultiReader(io.LimitReader(repeated('y'), 50<<20), strings.NewReader("\nnext\n"))
	var r Reader
	var got []string
	err := r.ReadAll(source, func(line []byte, cut bool) { got = append(got, string(line[:4])) })
	if err != nil || !slices.Equal(got, []string{"yyyy", "next"}) || r.Skipped != 50<<20-LineMost || cap(r.part) > 2*LineMost {
		t.Errorf("%v: %q, %d skipped, %d kept", err, got, r.Skipped, cap(r.part))
	}
}

type repeated byte

func (r repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r)
	}
	return len(p), nil
}

func TestAnErrorOfTheSourceIsHandedOnWithTheLinesBeforeIt(t *testing.T) {
	broken := errors.New("connection lost")
	var r Reader
	n := 0
	err := r.ReadAll(io.MultiReader(strings.NewReader("one\ntwo"), iotest.ErrReader(broken)), func([]byte, bool) { n++ })
	if !errors.Is(err, broken) || n != 2 {
		t.Errorf("%v after %d lines", err, n)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("one\ntwo\r\n\n\x00three"), 3)
	f.Add([]byte("\r\n\r\r\n\x00\x00\n"), 1)
	f.Add(bytes.Repeat([]byte("long "), 20000), 1000)
	f.Fuzz(func(t *testing.T, source []byte, size int) {
		size = max(1, size%(len(source)+1))
		var whole, pieces Reader
		a, b := lines(&whole, source, len(source)+1), lines(&pieces, source, size)
		if !slices.Equal(a, b) {
			t.Fatalf("whole %.80q, in pieces %.80q", a, b)
		}
		want := int64(bytes.Count(source, []byte{'\n'}))
		if len(source) > 0 && source[len(source)-1] != '\n' {
			want++
		}
		if whole.Lines != want || cap(pieces.part) > 2*LineMost {
			t.Fatalf("%d lines, want %d; %d kept", whole.Lines, want, cap(pieces.part))
		}
	})
}
