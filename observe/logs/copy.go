package logs

import (
	"bytes"
	"context"
	"time"
)

// Logrotate's copytruncate copies a file and then truncates it. What was
// written in between is in the copy only, and what was read before is in it a
// second time.

// lookAsCopy sees whether the file still is the copy of another one.
func (f *file) lookAsCopy(ctx context.Context, s *session, now time.Time) error {
	same, err := f.copyOf(ctx, s, f.original)
	if err == nil && same && now.Sub(f.grew) > copyMost {
		// Its original stays: nobody else would have to read it.
		same, err = f.sameEnd(ctx, s, f.original)
		if same {
			f.original, f.offset = nil, f.size
		}
	}
	if err == nil && !same {
		f.original = nil
	}
	return err
}

// copyOf tells whether the file is a copy of another one, or the beginning of
// one. It is compared with what was read of the other one, which may have been
// truncated just now.
func (f *file) copyOf(ctx context.Context, s *session, other *file) (bool, error) {
	at, want := other.offset-tailMost, other.tail
	if len(other.tail) < tailMost || len(other.head) < tailMost {
		return false, nil
	}
	if f.size < other.offset {
		at, want = 0, other.head
	}
	got, err := f.fetch(ctx, s, at, tailMost)
	return bytes.HasPrefix(got, want), err
}

// sameEnd tells whether the file has the same as another one where it ends.
func (f *file) sameEnd(ctx context.Context, s *session, other *file) (bool, error) {
	from := max(0, f.size-tailMost)
	mine, err := f.fetch(ctx, s, from, f.size-from)
	if err != nil {
		return false, err
	}
	theirs, err := other.fetch(ctx, s, from, f.size-from)
	length := int(f.size - from)
	return len(mine) >= length && len(theirs) >= length && bytes.Equal(mine[:length], theirs[:length]), err
}

// readRest finds the copy that was made of the file before it was truncated,
// and goes on there.
func (f *file) readRest(ctx context.Context, s *session) (bool, error) {
	beside, err := f.of.beside(ctx, s, f)
	if err != nil || len(f.tail) == 0 {
		return false, err
	}
	for _, one := range beside {
		each := f.of.known[one.id]
		if each != nil && each.original != f || one.id == f.id || one.size < f.offset || f.of.age(one) > copyMost {
			continue
		}
		if each == nil {
			each = newFile(f.of, one)
			each.away, each.grew = true, time.Now()
		}
		each.size, each.original = one.size, nil
		goesOn, err := each.goesOn(ctx, s, f)
		if err != nil {
			return false, err
		}
		f.of.known[one.id] = each
		if goesOn {
			return true, each.catchUp(ctx, s)
		}
	}
	return false, nil
}

// goesOn puts the copy to where its original was, if it has the same before
// that, else to its end.
func (f *file) goesOn(ctx context.Context, s *session, original *file) (bool, error) {
	got, err := f.fetch(ctx, s, original.offset-int64(len(original.tail)), int64(len(original.tail)))
	if err != nil {
		return false, err
	}
	if !bytes.HasPrefix(got, original.tail) {
		return false, nil
	}
	f.offset, f.tail, f.midLine = original.offset, original.tail, original.midLine
	f.entries, original.entries = original.entries, f.entries
	return true, nil
}
