package monitors

import (
	"testing"
	"time"

	"noon/fleet"
)

func TestCPUIsWhatWasUsedSinceTheLastReading(t *testing.T) {
	r := New(Options{})
	began := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for i, step := range []struct {
		after time.Duration
		p     process
		cpu   float64
		known bool
	}{
		{after: 0, p: process{busy: 10, started: 1, known: true, dated: true}},
		{after: 5 * time.Second, p: process{busy: 20, started: 1, known: true, dated: true}, cpu: 2, known: true},
		{after: 5 * time.Second, p: process{busy: 20, started: 1, known: true, dated: true}},                       // asked twice at once
		{after: 10 * time.Second, p: process{busy: 20, started: 1, known: true, dated: true}, cpu: 0, known: true}, // idle
		{after: 15 * time.Second, p: process{busy: 900, started: 7, known: true, dated: true}},                     // restarted
		{after: 20 * time.Second, p: process{busy: 3, started: 7, known: true, dated: true}},                       // fell
		{after: 25 * time.Second, p: process{}},                                                                    // silent
		{after: 30 * time.Second, p: process{busy: 9, started: 7, known: true, dated: true}},                       // back
		{after: 20 * time.Second, p: process{busy: 10, started: 7, known: true, dated: true}},                      // the clock was set back
		{after: 25 * time.Second, p: process{busy: 10.5, started: 7, known: true, dated: true}, cpu: .1, known: true},
	} {
		cpu, known := r.cpu(fleet.Server{Name: "web1"}, step.p, began.Add(step.after))
		if cpu != step.cpu || known != step.known {
			t.Errorf("reading %d: %v, %v", i, cpu, known)
		}
		r.cpu(fleet.Server{Name: "web2"}, process{busy: float64(i), known: true}, began.Add(step.after))
	}
}
