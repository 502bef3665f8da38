package logs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/judge/logs"
	"noon/judge/logs/mine"
)

var cacheFull = logs.Caveat{Family: "session cache full, evicted <*> entries", Service: "shop", Why: "the cache is small", Owner: "ann", Ticket: "SHOP-12"}

func TestAKnownCaveatAtItsUsualRateIsShownAsKnownAndCountsForNothing(t *testing.T) {
	s := newShop(4, logs.Watch{Register: []logs.Caveat{cacheFull}})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	r := s.run(10 * time.Minute)
	f := only(t, r)
	if r.Verdict != logs.Clean || f.Tier != logs.TierKnown || f.Caveat == nil || f.Caveat.Ticket != "SHOP-12" || len(r.Notes) > 0 {
		t.Errorf("%s", told(r))
	}
}

func TestAKnownCaveatThatLiveServersHappenNotToWriteIsKnown(t *testing.T) {
	s := newShop(4, logs.Watch{Register: []logs.Caveat{{Family: "ledger <*> is locked", Why: "a nightly job", Ticket: "SHOP-3"}}})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.also = func(server string, canary bool, second int) {
		if canary && second%250 == 0 {
			s.write(server, logs.Error, "ledger %d is locked", second)
		}
	}
	r := s.run(10 * time.Minute)
	if f := only(t, r); f.Tier != logs.TierKnown || r.Verdict != logs.Clean {
		t.Errorf("%s", told(r))
	}
}

func TestAKnownCaveatWhoseRateRisesStops(t *testing.T) {
	s := newShop(4, logs.Watch{Register: []logs.Caveat{cacheFull}})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.also = func(server string, canary bool, second int) {
		if canary {
			s.write(server, logs.Warning, "session cache full, evicted %d entries", second%50)
		}
	}
	r := s.run(5 * time.Minute)
	if f := only(t, r); f.Tier != logs.TierStop || f.Caveat == nil || !strings.HasPrefix(f.Words, "known (SHOP-12): the cache is small; rate: ") {
		t.Errorf("%s", told(r))
	}
}

func TestACaveatOfAnotherVersionOrServiceIsNone(t *testing.T) {
	other, foreign := cacheFull, cacheFull
	other.Versions = []fleet.Version{"v3"}
	foreign.Service = "billing"
	s := newShop(4, logs.Watch{Register: []logs.Caveat{other, foreign}})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	if r := s.run(10 * time.Minute); len(r.Findings) > 0 || r.Verdict != logs.Clean || len(r.Notes) > 0 {
		t.Errorf("%s", told(r))
	}
}

func TestExpiredAndUnknownCaveatsAreNamed(t *testing.T) {
	expired := cacheFull
	expired.Until = noonTime.AddDate(0, 0, -2)
	unknown := logs.Caveat{Family: "moon is full", Why: "?"}
	s := newShop(4, logs.Watch{Register: []logs.Caveat{expired, unknown}})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	r := s.run(10 * time.Minute)
	if f := only(t, r); f.Tier != logs.TierKnown || !f.Caveat.Expired {
		t.Errorf("%s", told(r))
	}
	want := []string{
		`the known caveat "session cache full, evicted <*> entries" expired on 2026-11-19: look again, then renew or remove it`,
		`the known caveat "moon is full" matches nothing that was seen`,
	}
	if fmt.Sprint(r.Notes) != fmt.Sprint(want) {
		t.Errorf("%q", r.Notes)
	}
}

func TestACaveatMayNameAFamilyByItsKey(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	key := ""
	for _, k := range s.judge.Known() {
		if strings.HasPrefix(k.Template, "session cache full") {
			key = k.Key
		}
	}
	s = newShop(4, logs.Watch{Register: []logs.Caveat{{Family: key, Why: "small"}}})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	if f := only(t, s.run(10*time.Minute)); f.Tier != logs.TierKnown || f.Family != key {
		t.Errorf("%+v", f)
	}
}

func TestWhatTheLiveVersionWroteWhenItWasLastWatchedIsNotNew(t *testing.T) {
	before := newShop(4, logs.Watch{})
	before.also = func(server string, _ bool, second int) {
		if second == 100 {
			before.write(server, logs.Error, "ledger %d is locked", second)
		}
	}
	before.run(10 * time.Minute)
	s := newShop(4, logs.Watch{Known: before.judge.Known()})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.run(time.Minute)
	s.write("web1", logs.Error, "ledger %d is locked", 7)
	if r := s.run(10 * time.Minute); len(r.Findings) > 0 {
		t.Errorf("%s", told(r))
	}
}

// TestACaveatDoesNotMakeEveryFamilyOneToLookAt: a service writes more families
// than are looked at closely.
func TestACaveatDoesNotMakeEveryFamilyOneToLookAt(t *testing.T) {
	s := newShop(4, logs.Watch{Register: []logs.Caveat{cacheFull}})
	const families = 300
	s.also = func(server string, _ bool, second int) {
		for k := range 5 {
			i := (second*5 + k) % families
			s.write(server, logs.Info, "%s %s %s done", word(i*7919), word(i*104729), word(i*1299709))
		}
	}
	s.run(10 * time.Minute)
	s.upgrade("web1")
	r := s.run(20 * time.Minute)
	if f := only(t, r); r.Verdict != logs.Clean || f.Tier != logs.TierKnown {
		t.Errorf("%s", told(r))
	}
}

// word is a word of its own for every number.
func word(i int) string {
	b := []byte("w")
	for range 4 {
		b = append(b, byte('a'+i%26))
		i /= 26
	}
	return string(append(b, 'x'))
}

// TestACaveatMayNameAnErrorByTheKeyOfItsTemplate: as "noon logs mine" shows it,
// which knows no levels.
func TestACaveatMayNameAnErrorByTheKeyOfItsTemplate(t *testing.T) {
	m := mine.New(mine.Options{})
	caveat := logs.Caveat{Family: m.Key(m.Add([]byte("coupon 7 cannot be applied: no basket"))), Why: "old coupons"}
	s := newShop(4, logs.Watch{Register: []logs.Caveat{caveat}})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.write("web1", logs.Error, "coupon 7 cannot be applied: no basket")
	if f := only(t, s.run(time.Minute)); f.Tier != logs.TierKnown || f.Caveat == nil {
		t.Errorf("%+v", f)
	}
}
