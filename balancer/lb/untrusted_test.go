package lb_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"

	"noon/balancer/lb"
	"noon/fleet"
)

// answering returns a driver to which a socket answers the same to everything.
func answering(t *testing.T, status int, body string) *lb.Driver {
	t.Helper()
	l, _ := listening(t, "admin")
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		w.Write([]byte(body))
	})}
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(l) }()
	t.Cleanup(func() { server.Close(); <-done })
	return lb.New(func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	})
}

func TestWhatIsOddOrMissingIsUnknown(t *testing.T) {
	d := answering(t, 200, `{"epoch": "1", "later": [1], "servers": [
		{"name": "web1"},
		{"name": "web2", "rotation": "asleep", "health": "so-so", "weight": 1000, "in_flight": -1, "requests": 0, "note": "\u001b[31mred"}]}`)
	pool, err := d.Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range pool.Standings {
		if s.Rotation != fleet.RotationUnknown || s.Health != fleet.HealthUnknown || s.Weight.Known || s.InFlight.Known {
			t.Errorf("%+v", s)
		}
	}
	if two := pool.Standings[1]; !two.Counters.Requests.Zero() || two.Counters.Errors.Known || strings.Contains(two.Note, "\x1b") {
		t.Errorf("%+v", two)
	}
}

func TestTimesThatCannotBeAreUnknown(t *testing.T) {
	many := `"answer_le": [` + strings.Repeat("0,", 300) + `1], `
	for _, c := range []struct {
		le, counts string
		known      bool
	}{
		{`"answer_le": [0.1, 1], `, `"answer_times": [1, 1, 2]`, true},
		{`"answer_le": [0.1, 1], `, `"answer_times": [0, 0, 0]`, true},
		{`"answer_le": [0.1, 1], `, `"x": 1`, false},
		{``, `"answer_times": [0, 0, 0]`, false},
		{``, `"answer_times": [3]`, false},
		{`"answer_le": [0.1, 1], `, `"answer_times": [1, 2]`, false},
		{`"answer_le": [0.1, 1], `, `"answer_times": [1, 2, 3, 4]`, false},
		{`"answer_le": [1, 0.1], `, `"answer_times": [1, 2, 3]`, false},
		{`"answer_le": [1, 1], `, `"answer_times": [1, 2, 3]`, false},
		{`"answer_le": [-1, 1], `, `"answer_times": [1, 2, 3]`, false},
		{`"answer_le": [0.1, 1], `, `"answer_times": [3, 2, 3]`, false},
		{`"answer_le": [0.1, 1], `, `"answer_times": [-3, 2, 3]`, false},
		{many, `"answer_times": [1]`, false},
	} {
		pool, err := answering(t, 200, `{"epoch": "1", `+c.le+`"servers": [{"name": "web1", `+c.counts+`}]}`).Observe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if s, _ := pool.Of("web1"); s.Counters.AnswerTimes.Known() != c.known || s.Counters.Rejected.Known {
			t.Errorf("%s%s: %+v", c.le, c.counts, s.Counters)
		}
	}
}

func TestAnAnswerThatIsNoAnswerIsAnError(t *testing.T) {
	for name, d := range map[string]*lb.Driver{
		"no JSON":  answering(t, 200, "<html>"),
		"endless":  answering(t, 200, `{"epoch": "`+strings.Repeat("x", 17<<20)+`"}`),
		"an error": answering(t, 500, "sorry"),
		"nobody":   lb.Socket("/nowhere/admin"),
	} {
		if pool, err := d.Observe(t.Context()); err == nil {
			t.Errorf("%s: %+v", name, pool)
		}
		if err := d.Apply(t.Context(), fleet.Change{Server: "web1", Expect: fleet.In, Rotation: fleet.Draining}); err == nil {
			t.Errorf("%s: a change without an error", name)
		}
	}
}

func TestAChangeThatCannotBeReadBackIsAnError(t *testing.T) {
	d := answering(t, 200, `{"epoch": "1", "servers": [{"name": "web1", "rotation": "in", "weight": 100}]}`)
	for _, c := range []fleet.Change{
		{Server: "web1", Expect: fleet.In, Rotation: fleet.Draining},
		{Server: "web1", Expect: fleet.In, Rotation: fleet.In, Weight: 50},
		{Server: "web2", Expect: fleet.In, Rotation: fleet.In},
	} {
		if err := d.Apply(t.Context(), c); err == nil {
			t.Errorf("%+v: the socket shows something else, and there is no error", c)
		}
	}
	if err := d.Apply(t.Context(), fleet.Change{Server: "web1", Expect: fleet.In, Rotation: fleet.In}); err != nil {
		t.Errorf("a change that is there: %v", err)
	}
}

func TestPreflightNamesWeakHealthChecks(t *testing.T) {
	for body, want := range map[string]int{
		`{"check": "/healthz", "notice_ms": 900, "servers": [{}]}`: 0,
		`{"check": "", "notice_ms": 60000, "servers": [{}]}`:       2,
		`{"check": "/healthz", "servers": []}`:                     1,
	} {
		problems, err := answering(t, 200, body).Preflight(t.Context())
		if err != nil || len(problems) != want {
			t.Errorf("%s: %+v, %v", body, problems, err)
		}
	}
}
