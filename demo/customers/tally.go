package customers

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Tally is what customers have counted.
type Tally struct {
	// Sent counts requests that came to an end, good or bad, and websockets
	// that were opened; not the messages over them.
	Sent int64 `json:"sent"`
	// Failed counts those that got no answer, a cut one, or another status than
	// 200, and websockets that broke.
	Failed int64 `json:"failed"`
	// Stale counts requests on a kept connection that broke before any byte of
	// an answer; they are not in Failed. Some clients repeat those in silence,
	// and for a POST that is not safe.
	Stale int64 `json:"stale"`
	// Messages counts echoes over websockets; Reopened those websockets that
	// the shop ended with status 1012.
	Messages int64 `json:"messages"`
	Reopened int64 `json:"reopened"`
	// Reasons are the first failures, stale ones too, at most 20.
	Reasons []Reason `json:"reasons,omitempty"`
	// Answers tell who answered, in the order of names, at most 100.
	Answers []Answers `json:"answers,omitempty"`
}

// Lost counts everything that a customer asked for and did not get.
func (t Tally) Lost() int64 { return t.Failed + t.Stale }

// From counts the answers of a server, of all its versions.
func (t Tally) From(server string) int64 {
	var n int64
	for _, a := range t.Answers {
		if a.Server == server {
			n += a.Good + a.Bad
		}
	}
	return n
}

// String tells the count and the reasons.
func (t Tally) String() string {
	lines := []string{fmt.Sprintf("%d failed + %d stale of %d requests, %d websocket messages, %d websockets reopened", t.Failed, t.Stale, t.Sent, t.Messages, t.Reopened)}
	for _, r := range t.Reasons {
		lines = append(lines, r.String())
	}
	return strings.Join(lines, "\n  ")
}

// Reason is why one request failed.
type Reason struct {
	At    time.Time `json:"at"`
	Asked string    `json:"asked"`
	Why   string    `json:"why"`
	Stale bool      `json:"stale,omitempty"`
	// Server is who answered, where anyone did.
	Server string `json:"server,omitempty"`
}

func (r Reason) String() string {
	kind := "failed"
	if r.Stale {
		kind = "stale"
	}
	return fmt.Sprintf("%s %s %s: %s (server %q)", r.At.Format("15:04:05.000"), kind, r.Asked, r.Why, r.Server)
}

// Answers are the answers of one server at one version.
type Answers struct {
	Server  string `json:"server"`
	Version string `json:"version"`
	Good    int64  `json:"good"`
	Bad     int64  `json:"bad"`
}

const (
	reasonsMost = 20
	answersMost = 100
	// nameMost bounds a name that an answer carries.
	nameMost = 60
)

// book is where customers enter what they got.
type book struct {
	mu    sync.Mutex
	tally Tally
}

func (b *book) copy() Tally {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.tally
	t.Reasons, t.Answers = slices.Clone(t.Reasons), slices.Clone(t.Answers)
	return t
}

// enter counts one request that came to its end.
func (b *book) enter(asked string, o outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tally.Sent++
	b.tally.answered(o)
	if o.err != nil {
		b.tally.lost(asked, o)
	}
}

// broke counts a websocket that was opened well and broke later.
func (b *book) broke(asked string, o outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tally.lost(asked, o)
}

func (b *book) message() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tally.Messages++
}

func (b *book) reopened() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tally.Reopened++
}

func (t *Tally) lost(asked string, o outcome) {
	if o.stale {
		t.Stale++
	} else {
		t.Failed++
	}
	if len(t.Reasons) < reasonsMost {
		t.Reasons = append(t.Reasons, Reason{At: time.Now(), Asked: asked, Why: fmt.Sprintf("%.200s", o.err), Stale: o.stale, Server: short(o.server)})
	}
}

func (t *Tally) answered(o outcome) {
	server, version := short(o.server), short(o.version)
	if server == "" && version == "" {
		return
	}
	at, found := slices.BinarySearchFunc(t.Answers, Answers{Server: server, Version: version}, byName)
	if !found && len(t.Answers) == answersMost {
		return
	}
	if !found {
		t.Answers = slices.Insert(t.Answers, at, Answers{Server: server, Version: version})
	}
	if o.err == nil {
		t.Answers[at].Good++
	} else {
		t.Answers[at].Bad++
	}
}

func byName(a, b Answers) int {
	if order := strings.Compare(a.Server, b.Server); order != 0 {
		return order
	}
	return strings.Compare(a.Version, b.Version)
}

func short(name string) string { return name[:min(len(name), nameMost)] }
