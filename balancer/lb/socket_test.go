package lb_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"noon/fleet"
)

// raw asks the admin socket without the driver.
func raw(t *testing.T, p *process) *http.Client {
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", p.config.Admin)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestTheSocketTakesOnlyWhatItUnderstands(t *testing.T) {
	_, servers := shops(t, 1)
	p := launch(t, configure(t, servers...))
	c := raw(t, p)
	for body, want := range map[string]int{
		`{"server": "web1", "expect": "in", "rotation": "draining", "wieght": 5}`:                                400,
		`{"server": "web1", "rotation": "draining"}`:                                                             400,
		`{"server": "web1", "expect": "in", "rotation": "sideways"}`:                                             400,
		`{"server": "web1", "expect": "in", "rotation": "in", "weight": 101}`:                                    400,
		`{"server": "web1", "expect": "in", "rotation": "draining", "note": "` + strings.Repeat("x", 201) + `"}`: 400,
		`{"server": "` + strings.Repeat("x", 100<<10) + `"}`:                                                     400,
		`{"server": "web2", "expect": "in", "rotation": "draining"}`:                                             404,
		`{"server": "web1", "expect": "out", "rotation": "draining"}`:                                            409,
		`in`: 400,
	} {
		if status, _ := ask(t, c, "POST", "http://lb/change", body); status != want {
			t.Errorf("%.80s: %d, want %d", body, status, want)
		}
	}
	if s := standing(t, p.driver(), "web1"); s.Rotation != fleet.In {
		t.Errorf("web1 is %+v", s)
	}
}

func TestAServerThatIsOutIsLeftAlone(t *testing.T) {
	all, servers := shops(t, 2)
	p := launch(t, configure(t, servers...))
	d := p.driver()
	move(t, d, "web1", fleet.In, fleet.Out, 0)
	all[0].Kill()
	if s := standing(t, d, "web1"); s.Rotation != fleet.Out || s.Health != fleet.HealthUnknown {
		t.Errorf("web1 is %+v", s)
	}
	all[0].Start(t)
	move(t, d, "web1", fleet.Out, fleet.In, 50)
	until(t, d, "web1", "healthy", healthy)
}

func TestAFileInTheWayOfTheSocketIsNotRemoved(t *testing.T) {
	p := &process{config: configure(t, unused(t))}
	t.Cleanup(p.kill)
	if err := os.WriteFile(p.config.Admin, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.start(); err == nil || !strings.Contains(p.stderr.String(), "not a socket") {
		t.Errorf("%v: %s", err, p.stderr)
	}
	if text, _ := os.ReadFile(p.config.Admin); string(text) != "precious" {
		t.Errorf("the file holds %q", text)
	}
}

func TestAPortThatIsTakenIsNotShared(t *testing.T) {
	_, servers := shops(t, 1)
	first := launch(t, configure(t, servers...))
	second := &process{config: configure(t, servers...)}
	t.Cleanup(second.kill)
	second.config.Listen = first.config.Listen
	if err := second.start(); err == nil || !strings.Contains(second.stderr.String(), first.config.Listen[0]) {
		t.Errorf("%v: %s", err, second.stderr)
	}
}
