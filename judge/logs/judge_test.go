package logs_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"noon/fleet"
	"noon/judge/logs"
)

var start = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// shop is a small fleet that writes lines, second by second.
type shop struct {
	judge    *logs.Judge
	servers  []string
	canary   string
	upgraded time.Time
	now      time.Time
	n        int
	// extra writes what is peculiar at this second.
	extra func(s *shop, server string, canary bool, second int)
}

func newShop(w logs.Watch, servers int) *shop {
	s := &shop{now: start, canary: "web1"}
	w.Service, w.Live = "shop", "v1"
	s.judge = logs.New(w)
	for i := range servers {
		s.servers = append(s.servers, fmt.Sprintf("web%d", i+1))
	}
	return s
}

func (s *shop) line(server string, level logs.Level, text string) logs.Line {
	version := fleet.Version("v1")
	if server == s.canary && !s.upgraded.IsZero() {
		version = "v2"
	}
	s.n++
	return logs.Line{Server: server, Version: version, Time: s.now, Level: level, Text: text, Raw: text}
}

func (s *shop) write(server string, level logs.Level, text string) {
	s.judge.Add(s.line(server, level, text))
}

func (s *shop) upgrade() {
	s.upgraded = s.now
	s.judge.Upgraded(logs.Canary{Server: s.canary, Version: "v2", Since: s.now})
}

func (s *shop) run(d time.Duration) {
	for range int(d / time.Second) {
		second := int(s.now.Sub(start) / time.Second)
		for i, server := range s.servers {
			for k := range 4 {
				s.write(server, logs.Info, fmt.Sprintf("%s served %d items in %d ms", []string{"catalog", "cart", "search", "account"}[k], (second+i)%7, 10+(second*k)%90))
			}
			if (second+i)%5 == 0 {
				s.write(server, logs.Warning, fmt.Sprintf("session cache full, evicted %d entries", second%50))
			}
			if s.extra != nil {
				s.extra(s, server, server == s.canary && !s.upgraded.IsZero(), second)
			}
		}
		s.now = s.now.Add(time.Second)
	}
}

func show(t *testing.T, r logs.Report) {
	t.Helper()
	text, _ := json.MarshalIndent(r, "", "  ")
	t.Log(string(text))
}

func TestX(t *testing.T) {
	s := newShop(logs.Watch{}, 4)
	s.extra = func(s *shop, server string, canary bool, second int) {
		if canary && second%7 == 0 {
			s.write(server, logs.Error, fmt.Sprintf("coupon %d cannot be applied: nil basket", second))
			l := s.line(server, logs.Error, "panic: nil basket")
			l.Stack = &logs.Stack{Key: "panic: nil basket at shop.apply < shop.basket", Text: "goroutine 1\nshop.apply()"}
			s.judge.Add(l)
		}
	}
	s.run(10 * time.Minute)
	s.upgrade()
	s.run(5 * time.Second)
	show(t, s.judge.Report(s.now))
	for range 18 {
		s.run(10 * time.Second)
		r := s.judge.Report(s.now)
		t.Log(r.Verdict, r.Missing, len(r.Findings), r.Findings[0].Words)
	}
	show(t, s.judge.Report(s.now))
}
