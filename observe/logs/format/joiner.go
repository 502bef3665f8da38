package format

import "time"

// joiner puts lines together that belong to one entry.
type joiner struct{}

func (j *joiner) add(e *Entry, emit func(*Entry)) {
	if len(e.raw) == 0 {
		return
	}
	e.finish()
	emit(e)
}

func (j *joiner) flush(now time.Time, emit func(*Entry)) {}

func (j *joiner) close(emit func(*Entry)) {}
