package observe

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/judge"
	judgelogs "noon/judge/logs"
	"noon/observe/logs"
)

// begun is when the shop of these tests began to write.
var begun = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// nobody follows nothing: tests write the lines themselves.
type nobody struct{ ahead time.Duration }

func (nobody) Follow(ctx context.Context, _ fleet.Server, _ time.Time, _ logs.Sink) { <-ctx.Done() }

func (n nobody) clock(context.Context, fleet.Server) (time.Time, error) {
	return time.Now().Add(n.ahead), nil
}

// look says that every process was started a minute before begun.
func (n nobody) look(context.Context, fleet.Server) (fleet.Vitals, error) {
	return fleet.Vitals{Process: fleet.Process{ID: "1", Started: begun.Add(n.ahead - time.Minute)}}, nil
}

// newReading reads the logs of three servers, of which web1 is the canary.
func newReading(t *testing.T, n nobody) *reading {
	r := (&Logs{Follower: n, Clock: n.clock, Look: n.look, Register: func() ([]fleet.Caveat, error) { return nil, nil }}).open()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(func() { cancel(); r.close() })
	r.change(ctx, watching())
	for deadline := time.Now().Add(10 * time.Second); r.unset("web1"); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the clock is not read")
		}
	}
	for _, s := range watching().Live {
		r.Silent(s.Name, time.Time{}, "")
	}
	return r
}

// unset tells that the server's clock has not been read yet.
func (r *reading) unset(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.servers[name].clocked
}

func watching() judge.Watch {
	w := judge.Watch{Service: "shop", From: "v1", To: "v2"}
	for i := range 3 {
		w.Live = append(w.Live, fleet.Server{Name: fmt.Sprintf("web%d", i+1)})
	}
	w.Canaries = w.Live[:1]
	return w
}

func written(server string, at time.Duration) judgelogs.Line {
	return judgelogs.Line{Server: server, Time: begun.Add(at), Text: "order taken", Raw: "order taken"}
}

func (r *reading) counts(t *testing.T) (canary, live int64) {
	t.Helper()
	report := r.report(judge.Look{Time: begun.Add(time.Hour)})
	return report.CanaryLines, report.LiveLines
}

func TestALineIsOfTheVersionWhoseProcessWroteIt(t *testing.T) {
	const ahead = 3 * time.Minute // of web1's clock
	r := newReading(t, nobody{ahead})
	r.Line(written("web1", time.Minute))
	w := watching()
	w.Starts = []judge.Start{{Server: "web1", Version: "v2", Mark: begun.Add(5*time.Minute + ahead)}}
	r.change(t.Context(), w)
	r.Line(written("web1", 4*time.Minute))
	r.Line(written("web1", 6*time.Minute))
	r.Line(written("web2", 6*time.Minute))
	if canary, live := r.counts(t); canary != 1 || live != 3 {
		t.Errorf("%d lines of the new version and %d of the live one, not 1 and 3", canary, live)
	}
	w.Starts = append(w.Starts, judge.Start{Server: "web1", Version: "v1", Mark: begun.Add(10*time.Minute + ahead)})
	r.change(t.Context(), w)
	r.Line(written("web1", 11*time.Minute))
	if canary, live := r.counts(t); canary != 1 || live != 4 {
		t.Errorf("after its way back: %d and %d, not 1 and 4", canary, live)
	}
}

func TestWhatWasWrittenBeforeTheProcessIsNobodysPast(t *testing.T) {
	r := newReading(t, nobody{})
	r.Line(written("web2", -2*time.Minute)) // by a version that was rolled back, perhaps
	r.Line(judgelogs.Line{Server: "web2", Text: "nobody knows when"})
	r.Line(written("web2", 0))
	if canary, live := r.counts(t); canary != 0 || live != 1 {
		t.Errorf("%d and %d lines, not one of the live version", canary, live)
	}
}

func TestLinesWaitWhileNobodyKnowsWhichVersionWrites(t *testing.T) {
	r := newReading(t, nobody{})
	w := watching()
	w.Changing = w.Canaries
	r.change(t.Context(), w)
	r.Line(written("web1", time.Minute))
	r.Line(written("web1", 3*time.Minute))
	if canary, live := r.counts(t); canary != 0 || live != 0 {
		t.Errorf("%d and %d lines are judged already", canary, live)
	}
	w.Changing, w.Starts = nil, []judge.Start{{Server: "web1", Version: "v2", Mark: begun.Add(2 * time.Minute)}}
	r.change(t.Context(), w)
	if canary, live := r.counts(t); canary != 1 || live != 1 {
		t.Errorf("%d and %d lines, not one of each", canary, live)
	}
}

func TestOfALargeFleetOnlySomeLogsAreReadAndTheSameOnesAfterACrash(t *testing.T) {
	w := judge.Watch{Service: "shop", From: "v1", To: "v2"}
	for i := range 500 {
		w.Live = append(w.Live, fleet.Server{Name: fmt.Sprintf("web%d", i+1)})
	}
	w.Canaries = w.Live[:2]
	first := (&Logs{}).open().choose(w)
	if len(first) != logs.LiveMost+2 {
		t.Fatalf("%d servers are read", len(first))
	}
	second := (&Logs{}).open().choose(w)
	for i := range first {
		if first[i].Name != second[i].Name {
			t.Errorf("%s, and then %s", first[i].Name, second[i].Name)
		}
	}
}

func TestTheCostOfReadingDoesNotGrowAsTheRolloutGoesOn(t *testing.T) {
	r := (&Logs{Follower: nobody{}, Clock: nobody{}.clock, Look: nobody{}.look, Register: func() ([]fleet.Caveat, error) { return nil, nil }}).open()
	ctx, cancel := context.WithCancel(t.Context())
	defer func() { cancel(); r.close() }()
	w := judge.Watch{Service: "shop", From: "v1", To: "v2"}
	for i := range 200 {
		w.Live = append(w.Live, fleet.Server{Name: fmt.Sprintf("web%d", i+1)})
	}
	w.Canaries = w.Live[:1]
	for i := range 200 { // each gets its turn, and is looked at for a while
		w.Underway, w.Live = w.Live[:1], w.Live[1:]
		w.Upgraded = append(w.Upgraded, judge.Upgraded{Server: w.Underway[0], Asked: true})
		if i >= 12 {
			w.Upgraded[i-12].Asked = false
		}
		r.change(ctx, w)
		if n := len(r.servers); n > 1+12+logs.LiveMost+1 {
			t.Fatalf("%d logs are read after %d turns", n, i)
		}
	}
}

func TestALogThatIsNotReadIsNeverHealthy(t *testing.T) {
	r := newReading(t, nobody{})
	w := watching()
	w.Upgraded = []judge.Upgraded{{Server: w.Canaries[0]}}
	r.change(t.Context(), w)
	r.Silent("web1", begun, "connection refused")
	r.Silent("web2", begun, "connection refused")
	report := r.report(judge.Look{Time: begun.Add(time.Hour)})
	if v := (judge.Verdict{Opinion: judge.Healthy}).Join(*report); v.Opinion != judge.Undecided || !strings.Contains(strings.Join(v.Missing, "\n"), "web1 is not read since") {
		t.Errorf("%+v", v)
	}
	if !strings.Contains(strings.Join(report.Notes, "\n"), "web2") {
		t.Errorf("nobody is told of web2: %q", report.Notes)
	}
	r.Silent("web1", time.Time{}, "")
	if missing := r.report(judge.Look{}).Missing; strings.Contains(strings.Join(missing, "\n"), "web1 is not read") {
		t.Errorf("web1 is read again, but: %q", missing)
	}
}

func TestAfterACrashLogsAreReadFromBeforeTheFirstStart(t *testing.T) {
	w := watching()
	if since := pastOf(w); !since.IsZero() {
		t.Errorf("nothing was started, and logs are read since %s", since)
	}
	w.Starts = []judge.Start{{Server: "web2", Mark: begun.Add(time.Hour)}, {Server: "web1", Mark: begun}}
	if since := pastOf(w); !since.Equal(begun.Add(-logs.PastLeast)) {
		t.Errorf("logs are read since %s", since)
	}
}

func TestFamiliesAreKeptPerServiceAndVersion(t *testing.T) {
	f := Families{Dir: t.TempDir()}
	if known, err := f.Load("shop", "v1"); err != nil || known != nil {
		t.Fatal(known, err)
	}
	want := []judgelogs.Known{{Key: "0a1b2c3d", Template: "order <*> taken"}}
	if err := f.Save("shop", "v1", want); err != nil {
		t.Fatal(err)
	}
	if known, err := f.Load("shop", "v1"); err != nil || len(known) != 1 || known[0] != want[0] {
		t.Error(known, err)
	}
	if known, err := f.Load("shop", "v2"); err != nil || known != nil {
		t.Error(known, err)
	}
}

// seeAll waits until all clocks are read, and lets all logs be read.
func (r *reading) seeAll(t *testing.T) {
	for _, s := range watching().Live {
		for deadline := time.Now().Add(10 * time.Second); r.unset(s.Name); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the clock is not read")
			}
		}
		r.Silent(s.Name, time.Time{}, "")
	}
}

// TestAVersionThatIsOutCountsNoMore: what v2 wrote is nobody's when only v3 is
// compared, and what the log that is read no longer still says is passed over.
func TestAVersionThatIsOutCountsNoMore(t *testing.T) {
	r := newReading(t, nobody{})
	w := watching()
	w.To, w.Versions, w.Canaries = "", fleet.Versions{"v2", "v3"}, w.Live[:2]
	w.Starts = []judge.Start{{Server: "web1", Version: "v2", Mark: begun}, {Server: "web2", Version: "v3", Mark: begun}}
	r.change(t.Context(), w)
	r.seeAll(t)
	late := pen{r, r.servers["web1"]}
	r.Line(written("web1", time.Minute))
	r.Line(written("web2", time.Minute))
	if canary, _ := r.counts(t); canary != 2 {
		t.Fatalf("%d lines of both new versions", canary)
	}
	w.To, w.Versions = "v3", nil
	w.Starts = append(w.Starts, judge.Start{Server: "web1", Version: "v1", Mark: begun.Add(2 * time.Minute)})
	r.change(t.Context(), w)
	r.seeAll(t)
	late.Line(written("web1", 3*time.Minute))
	for _, line := range []judgelogs.Line{written("web1", time.Minute), written("web1", 3*time.Minute), written("web2", time.Minute)} {
		r.Line(line)
	}
	if canary, live := r.counts(t); canary != 1 || live != 1 {
		t.Errorf("%d lines of v3 and %d of v1, not one each", canary, live)
	}
}
