package logs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/judge/logs"
)

var noonTime = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// shop is a small fleet that writes lines second by second: 4 requests and now
// and then a warning on every server.
type shop struct {
	judge    *logs.Judge
	servers  []string
	upgraded map[string]bool
	now      time.Time
	// also writes what is peculiar to a server in this second.
	also func(server string, canary bool, second int)
	// calm leaves the usual lines out.
	calm bool
}

func newShop(servers int, w logs.Watch) *shop {
	w.Service, w.Live = "shop", "v1"
	s := &shop{judge: logs.New(w), upgraded: map[string]bool{}, now: noonTime}
	for i := range servers {
		s.servers = append(s.servers, fmt.Sprintf("web%d", i+1))
	}
	return s
}

func (s *shop) line(server string, level logs.Level, text string) logs.Line {
	version := fleet.Version("v1")
	if s.upgraded[server] {
		version = "v2"
	}
	return logs.Line{Server: server, Version: version, Time: s.now, Level: level, Text: text, Raw: s.now.Format(time.TimeOnly) + " " + text}
}

func (s *shop) write(server string, level logs.Level, format string, a ...any) {
	s.judge.Add(s.line(server, level, fmt.Sprintf(format, a...)))
}

func (s *shop) upgrade(server string) {
	s.upgraded[server] = true
	s.judge.Upgraded(logs.Canary{Server: server, Version: "v2", Since: s.now})
}

// run lets time go by, and looks every 10 s.
func (s *shop) run(d time.Duration) logs.Report {
	for range int(d / time.Second) {
		second := int(s.now.Sub(noonTime) / time.Second)
		for i, server := range s.servers {
			if !s.calm {
				s.usual(server, i, second)
			}
			if s.also != nil {
				s.also(server, s.upgraded[server], second)
			}
		}
		s.now = s.now.Add(time.Second)
		if second%10 == 9 {
			s.judge.Report(s.now)
		}
	}
	return s.judge.Report(s.now.Add(6 * time.Second))
}

func (s *shop) usual(server string, i, second int) {
	for k, page := range []string{"catalog", "cart", "search", "account"} {
		if (second*7+i*3+k)%5 > 0 {
			s.write(server, logs.Info, "%s served %d items in %d ms", page, (second+i)%7, 10+(second*k)%90)
		}
	}
	if (second+3*i)%5 == 0 {
		s.write(server, logs.Warning, "session cache full, evicted %d entries", second%50)
	}
}

// only returns the only finding.
func only(t *testing.T, r logs.Report) logs.Finding {
	t.Helper()
	if len(r.Findings) != 1 {
		t.Fatalf("%d findings: %s", len(r.Findings), told(r))
	}
	return r.Findings[0]
}

func told(r logs.Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", r.Verdict)
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s %s %q on %s\n  %s\n", f.Tier, f.Level, f.Template, strings.Join(f.Servers, " "), f.Words)
		for _, w := range f.With {
			fmt.Fprintf(&b, "  with %s %q, %d times\n", w.Kind, w.Template, w.Canary)
		}
	}
	for _, m := range slices.Concat(r.Missing, r.Notes) {
		fmt.Fprintf(&b, "- %s\n", m)
	}
	return b.String()
}
