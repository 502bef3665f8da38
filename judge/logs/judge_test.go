package logs_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"noon/judge/logs"
)

func TestWhereNothingIsWrongTheNewVersionIsCleanAfterEnoughLines(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	if r := s.run(time.Minute); r.Verdict != logs.Undecided || len(r.Missing) == 0 {
		t.Errorf("after a minute: %s", told(r))
	}
	if r := s.run(10 * time.Minute); r.Verdict != logs.Clean || len(r.Findings) > 0 {
		t.Errorf("after ten minutes: %s", told(r))
	}
}

func TestANewPanicIsShownAtItsFirstLine(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.run(2 * time.Minute)
	panicked := s.line("web1", logs.Fatal, "panic: nil basket")
	panicked.Stack = &logs.Stack{Key: "nil basket: shop.apply, shop.pay", Text: "goroutine 7\nshop.apply()\nshop.pay()"}
	s.judge.Add(panicked)
	r := s.judge.Report(s.now)
	f := only(t, r)
	if r.Verdict != logs.LookAt || f.Tier != logs.TierWatch || f.Kind != logs.KindNew || f.Stack == "" || f.Canary != 1 {
		t.Errorf("%s", told(r))
	}
}

func TestAnErrorThatOnlyTheNewVersionWritesStops(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.also = coupons(s)
	r := s.run(3 * time.Minute)
	f := only(t, r)
	if r.Verdict != logs.Stop || f.Kind != logs.KindNew || f.Evidence < f.Needed || f.Live != 0 {
		t.Errorf("%s", told(r))
	}
}

// coupons fail on canaries, every 7 s.
func coupons(s *shop) func(string, bool, int) {
	return func(server string, canary bool, second int) {
		if canary && second%7 == 0 {
			s.write(server, logs.Error, "coupon %d cannot be applied: no basket", second)
		}
	}
}

func TestAnErrorThatBeginsOnAllServersDoesNotStop(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.also = func(server string, _ bool, second int) {
		if (second+len(server)*int(server[3]))%3 == 0 {
			s.write(server, logs.Error, "payment gateway %d does not answer", second)
		}
	}
	if r := s.run(10 * time.Minute); r.Verdict == logs.Stop {
		t.Errorf("%s", told(r))
	}
}

func TestAHostThatAlwaysWroteMoreIsNotBlamed(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.also = func(server string, _ bool, second int) {
		if server == "web1" && second%2 == 0 || second%20 == 0 {
			s.write(server, logs.Warning, "disk %d is slow", second%4)
		}
	}
	s.run(10 * time.Minute)
	s.upgrade("web1")
	if r := s.run(10 * time.Minute); r.Verdict != logs.Clean {
		t.Errorf("%s", told(r))
	}
}

func TestAWarningThatComesFiveTimesAsOftenStops(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.also = func(server string, canary bool, second int) {
		if second%10 == 0 || canary && second%2 == 0 {
			s.write(server, logs.Warning, "retry %d of the ledger", second)
		}
	}
	s.run(10 * time.Minute)
	s.upgrade("web1")
	r := s.run(10 * time.Minute)
	if f := only(t, r); f.Tier != logs.TierStop || f.Kind != logs.KindRate || f.Live == 0 {
		t.Errorf("%s", told(r))
	}
}

func TestALineThatSaysNothingIsWrongNeverStopsForBeingNew(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.also = func(server string, canary bool, second int) {
		if canary {
			s.write(server, logs.Info, "recommended %d items to a customer", second)
		}
	}
	r := s.run(10 * time.Minute)
	if f := only(t, r); f.Tier != logs.TierWatch {
		t.Errorf("%s", told(r))
	}
}

func TestARewordedErrorIsShownAndDoesNotStop(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.also = func(server string, canary bool, second int) {
		switch {
		case (second+int(server[3]))%4 != 0:
		case canary:
			s.write(server, logs.Error, "card of customer %d was declined by the bank", second)
		default:
			s.write(server, logs.Error, "card of customer %d declined by bank", second)
		}
	}
	s.run(10 * time.Minute)
	s.upgrade("web1")
	for range 10 {
		if r := s.run(time.Minute); r.Verdict == logs.Stop {
			t.Fatalf("%s", told(r))
		}
	}
	r := s.run(time.Minute)
	if f := only(t, r); f.Kind != logs.KindReworded || f.Tier != logs.TierWatch || !strings.Contains(f.Was, "declined by bank") {
		t.Errorf("%s", told(r))
	}
}

func TestARewordedErrorThatAlsoComesMoreOftenStops(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.also = func(server string, canary bool, second int) {
		switch {
		case canary && second%2 == 0:
			s.write(server, logs.Error, "card of customer %d was declined by the bank", second)
		case !canary && (second+int(server[3]))%12 == 0:
			s.write(server, logs.Error, "card of customer %d declined by bank", second)
		}
	}
	s.run(10 * time.Minute)
	s.upgrade("web1")
	if r := s.run(10 * time.Minute); r.Verdict != logs.Stop {
		t.Errorf("%s", told(r))
	}
}

func TestAFamilyThatVanishedIsShown(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.also = func(server string, canary bool, second int) {
		if !canary && (second+int(server[3]))%3 == 0 {
			s.write(server, logs.Info, "mail %d handed over", second)
		}
	}
	s.run(10 * time.Minute)
	s.upgrade("web1")
	r := s.run(10 * time.Minute)
	if f := only(t, r); f.Kind != logs.KindGone || f.Tier != logs.TierWatch || r.Verdict != logs.LookAt {
		t.Errorf("%s", told(r))
	}
}

func TestOneRequestThatLogs300LinesIsOneEpisode(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.run(time.Minute)
	for i := range 300 {
		l := s.line("web1", logs.Error, fmt.Sprintf("row %d cannot be read", i))
		l.Episode = "7f3a"
		s.judge.Add(l)
	}
	r := s.run(20 * time.Second)
	if f := only(t, r); f.Canary != 1 || f.Counts[0].Lines != 300 || f.Tier != logs.TierWatch {
		t.Errorf("%+v\n%s", f.Counts, told(r))
	}
}

func TestABurstOfOneSecondWithoutEpisodesIsOneEpisode(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.run(time.Minute)
	for i := range 300 {
		s.write("web1", logs.Error, "row %d cannot be read", i)
	}
	r := s.run(20 * time.Second)
	if f := only(t, r); f.Canary != 1 || f.Tier != logs.TierWatch {
		t.Errorf("%s", told(r))
	}
}

func TestThreeLinesAtOnceWhereThereWasOneAreThreeTimesTheRate(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.also = func(server string, canary bool, second int) {
		if (second*7+int(server[3]))%11 != 0 {
			return
		}
		for range map[bool]int{false: 1, true: 4}[canary] {
			s.write(server, logs.Error, "gateway %d does not answer", second)
		}
	}
	s.run(10 * time.Minute)
	s.upgrade("web1")
	r := s.run(10 * time.Minute)
	if f := only(t, r); f.Tier != logs.TierStop || f.Kind != logs.KindRate {
		t.Errorf("%s", told(r))
	}
}

// zap adds to each error the trace of the place that logs it.
func TestATraceThatNamesNoFaultDoesNotMakeTwoErrorsOne(t *testing.T) {
	s := newShop(4, logs.Watch{})
	trace := &logs.Stack{Text: "shop.fail\n\t/srv/shop.go:3"}
	s.also = func(server string, canary bool, second int) {
		if second%5 == 0 {
			l := s.line(server, logs.Error, fmt.Sprintf("no such order %d", second))
			l.Stack = trace
			s.judge.Add(l)
		}
		if canary && second%7 == 0 {
			l := s.line(server, logs.Error, "cannot write the invoice")
			l.Stack = trace
			s.judge.Add(l)
		}
	}
	s.run(10 * time.Minute)
	s.upgrade("web1")
	r := s.run(3 * time.Minute)
	f := only(t, r)
	if f.Tier != logs.TierStop || f.Template != "cannot write the invoice" || f.Stack == "" {
		t.Errorf("%s", told(r))
	}
}

func TestAnErrorItsStackAndItsRequestAreOneFinding(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.also = func(server string, canary bool, second int) {
		if !canary || second%7 != 0 {
			return
		}
		l := s.line(server, logs.Error, "basket is nil")
		l.Stack = &logs.Stack{Key: "basket is nil: shop.apply", Text: "shop.apply()"}
		l.Episode = fmt.Sprint("req", second)
		s.judge.Add(l)
		l = s.line(server, logs.Error, fmt.Sprintf("POST checkout failed for customer %d", second))
		l.Episode = fmt.Sprint("req", second)
		s.judge.Add(l)
	}
	r := s.run(3 * time.Minute)
	f := only(t, r)
	if f.Tier != logs.TierStop || f.Stack == "" || len(f.With) != 1 || !strings.Contains(f.With[0].Template, "POST checkout failed") {
		t.Errorf("%s", told(r))
	}
}

// TestAFindingIsOfTheServersOfItsEvidence: the error's trace is told on one
// canary only.
func TestAFindingIsOfTheServersOfItsEvidence(t *testing.T) {
	s := newShop(5, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.upgrade("web2")
	s.also = func(server string, canary bool, second int) {
		if !canary || second%30 > 0 {
			return
		}
		if server == "web1" && second%60 > 0 {
			l := s.line(server, logs.Error, "basket is nil")
			l.Stack = &logs.Stack{Key: "basket is nil: shop.apply", Text: "shop.apply()"}
			s.judge.Add(l)
		}
		s.write(server, logs.Error, "POST checkout failed for customer %d", second)
	}
	for range 30 {
		r := s.run(10 * time.Second)
		if r.Verdict != logs.Stop {
			continue
		}
		f := only(t, r)
		if f.Stack == "" || !slices.Equal(f.Servers, []string{"web1", "web2"}) || !strings.Contains(f.Words, " on web1 in ") {
			t.Errorf("on %q: %s", f.Servers, told(r))
		}
		return
	}
	t.Error("nothing stops")
}

// TestTheSameWordsAtTheLevelOfErrorsAreAnotherFamily: the live version says it
// of every request, the new one calls a fifth of them errors.
func TestTheSameWordsAtTheLevelOfErrorsAreAnotherFamily(t *testing.T) {
	for _, fault := range []bool{false, true} {
		s := newShop(4, logs.Watch{})
		s.also = func(server string, canary bool, second int) {
			level := logs.Info
			if second%5 == 0 && (canary && fault || second%50 == 0) {
				level = logs.Error
			}
			s.write(server, level, "request to /orders/%d done in %d ms", second, second%70)
		}
		s.run(10 * time.Minute)
		s.upgrade("web1")
		r := s.run(20 * time.Minute)
		if want := map[bool]logs.Opinion{false: logs.Clean, true: logs.Stop}[fault]; r.Verdict != want {
			t.Errorf("with a fault %v: %s", fault, told(r))
		}
		if fault && only(t, r).Level != logs.Error {
			t.Errorf("%s", told(r))
		}
	}
}

func TestANewErrorInWordsOfAnotherLevelIsShownAtOnce(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.also = func(server string, canary bool, second int) {
		s.write(server, logs.Info, "request to /orders/%d done in %d ms", second, second%70)
	}
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.write("web1", logs.Error, "request to /orders/7 done in 3 ms")
	r := s.run(time.Minute)
	f := only(t, r)
	if f.Kind != logs.KindNew || f.Tier != logs.TierWatch || f.Level != logs.Error {
		t.Errorf("%s", told(r))
	}
	for _, k := range s.judge.Known() {
		if k.Key == f.Family {
			t.Error("the error has the key of what is none")
		}
	}
}

func TestTwelveLinesInAnHourAreUndecided(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.calm = true
	s.also = func(server string, _ bool, second int) {
		if second%300 == 0 {
			s.write(server, logs.Info, "nothing to do, slept %d s", second)
		}
	}
	s.run(time.Hour)
	s.upgrade("web1")
	r := s.run(time.Hour)
	if r.Verdict != logs.Undecided || r.CanaryLines != 12 || !strings.HasPrefix(r.Missing[0], "12 lines of web1 were compared; ") {
		t.Errorf("%s", told(r))
	}
}

func TestARareErrorOfASparseLogDoesNotStop(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.calm = true
	s.also = func(server string, _ bool, second int) {
		if second%300 == 60*int(server[3]-'0') {
			s.write(server, logs.Error, "backup of %d failed", second)
		}
	}
	s.run(time.Hour)
	s.upgrade("web1")
	if r := s.run(4 * time.Hour); r.Verdict == logs.Stop {
		t.Errorf("%s", told(r))
	}
}

func TestLinesWithoutTimeOrVersionAreCountedAsUnknown(t *testing.T) {
	s := newShop(3, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.also = func(server string, canary bool, second int) {
		l := s.line(server, logs.Info, "no time")
		l.Time = time.Time{}
		s.judge.Add(l)
		l = s.line(server, logs.Info, "no version")
		l.Version = ""
		s.judge.Add(l)
	}
	r := s.run(20 * time.Minute)
	if r.UnknownLines != (1+3)*1200 || r.Verdict != logs.Undecided || !strings.Contains(told(r), "their time or version is not known") {
		t.Errorf("%d unknown: %s", r.UnknownLines, told(r))
	}
}

func TestTheLiveVersionsLinesWithoutTimeAreKnownAndNotUnknown(t *testing.T) {
	s := newShop(4, logs.Watch{})
	past := func(server, text string) {
		s.judge.Add(logs.Line{Server: server, Version: "v1", Level: logs.Error, Text: text, Raw: text})
	}
	for range 20000 {
		past("web2", "disk sda is slow")
	}
	s.run(10 * time.Minute)
	s.upgrade("web1")
	if r := s.run(20 * time.Minute); r.Verdict != logs.Clean || r.UnknownLines != 0 {
		t.Errorf("%d unknown: %s", r.UnknownLines, told(r))
	}
	past("web1", "coupon 7 cannot be applied") // of which version, is not known
	s.write("web1", logs.Error, "coupon 9 cannot be applied")
	s.write("web1", logs.Error, "disk sda is slow")
	r := s.run(time.Minute)
	if f := only(t, r); f.Kind != logs.KindNew || !strings.HasPrefix(f.Template, "coupon") || r.UnknownLines != 1 {
		t.Errorf("%d unknown: %s", r.UnknownLines, told(r))
	}
}

func TestMissedLinesOfACanaryAreNeverClean(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.run(10 * time.Minute)
	s.judge.Missed("web1", 5000, "more than 1,000 lines a second")
	r := s.run(10 * time.Second)
	if r.Verdict != logs.Undecided || r.MissedLines != 5000 || !strings.Contains(told(r), "5,000 lines of web1 were not read: more than 1,000 lines a second") {
		t.Errorf("%s", told(r))
	}
}

func TestWithoutLiveServersNothingIsDecided(t *testing.T) {
	s := newShop(1, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.also = coupons(s)
	r := s.run(10 * time.Minute)
	if r.Verdict != logs.LookAt || !strings.Contains(told(r), "nothing to compare with") {
		t.Errorf("%s", told(r))
	}
}

func TestLinesOfAStartAreComparedWithOtherStarts(t *testing.T) {
	s := newShop(4, logs.Watch{})
	starting := func(server string, level logs.Level, text string) {
		l := s.line(server, level, text)
		l.Starting = true
		s.judge.Add(l)
	}
	s.run(5 * time.Minute)
	starting("web2", logs.Warning, "config key cache.size is not set")
	s.run(5 * time.Minute)
	s.upgrade("web1")
	starting("web1", logs.Warning, "config key cache.size is not set")
	starting("web1", logs.Error, "migration 7 cannot be found")
	r := s.run(time.Minute)
	f := only(t, r)
	if f.Tier != logs.TierWatch || !strings.Contains(f.Template, "migration") || !strings.Contains(f.Words, "not at 1 start of the live version") {
		t.Errorf("%s", told(r))
	}
}

func TestLinesOfAStartAreNotComparedOnes(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	for i := range 5000 {
		l := s.line("web1", logs.Info, fmt.Sprintf("bean %d loaded", i))
		l.Starting = true
		s.judge.Add(l)
	}
	s.servers = s.servers[1:]
	for range 12 {
		s.run(14 * time.Second)
		s.write("web1", logs.Info, "catalog served 3 items in 7 ms")
	}
	if r := s.run(30 * time.Second); r.Verdict != logs.Undecided || !strings.Contains(told(r), "12 lines of web1 were compared") {
		t.Errorf("%s", told(r))
	}
}

func TestLaterBatchesKeepWhatWasFound(t *testing.T) {
	s := newShop(6, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.also = coupons(s)
	first := only(t, s.run(time.Minute))
	s.upgrade("web2")
	s.upgrade("web3")
	r := s.run(3 * time.Minute)
	f := only(t, r)
	if f.Tier != logs.TierStop || len(f.Servers) != 3 || f.Family != first.Family {
		t.Errorf("%s", told(r))
	}
}

func TestABatchWithNothingWrongIsClean(t *testing.T) {
	s := newShop(6, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	s.run(5 * time.Minute)
	s.upgrade("web2")
	s.upgrade("web3")
	if r := s.run(15 * time.Minute); r.Verdict != logs.Clean {
		t.Errorf("%s", told(r))
	}
}

func TestARestartOfTheWatcherIsToldTheSameCanaryAgain(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	since := s.now
	for range 20 {
		s.run(30 * time.Second)
		s.judge.Upgraded(logs.Canary{Server: "web1", Version: "v2", Since: since})
	}
	if r := s.run(time.Minute); r.Verdict != logs.Clean {
		t.Errorf("%s", told(r))
	}
}

func TestTheSameLinesGiveTheSameReport(t *testing.T) {
	report := func() logs.Report {
		s := newShop(5, logs.Watch{})
		s.run(5 * time.Minute)
		s.upgrade("web1")
		s.also = coupons(s)
		return s.run(2 * time.Minute)
	}
	if a, b := report(), report(); !reflect.DeepEqual(a, b) {
		t.Errorf("%+v\n%+v", a, b)
	}
}

func TestTheOrderOfServersDoesNotMatter(t *testing.T) {
	var lines [2]logs.Report
	for k := range lines {
		s := newShop(4, logs.Watch{})
		if k == 1 {
			s.servers = []string{"web3", "web1", "web4", "web2"}
		}
		s.also = coupons(s)
		s.run(5 * time.Minute)
		s.upgrade("web1")
		lines[k] = s.run(5 * time.Minute)
	}
	if lines[0].Verdict != lines[1].Verdict {
		t.Errorf("%s\n%s", told(lines[0]), told(lines[1]))
	}
}

func TestANewNameInAKnownMessageIsNoFinding(t *testing.T) {
	names := strings.Fields("ann bob cem dan eva fay gus hal ida jon kim lea max nia oli pia quin rob sue tom uma vic wes xia yan zoe")
	s := newShop(4, logs.Watch{})
	s.also = func(server string, canary bool, second int) {
		name := names[(second/3)%13]
		if canary {
			name = names[13+(second/3)%13]
		}
		if second%3 == 0 {
			s.write(server, logs.Warning, "password of %s is too old", name)
		}
	}
	s.run(10 * time.Minute)
	s.upgrade("web1")
	if r := s.run(10 * time.Minute); r.Verdict != logs.Clean {
		t.Errorf("%s", told(r))
	}
}

func TestFamiliesThatAreFoundToBeOneLaterAreComparedAsOne(t *testing.T) {
	names := strings.Fields("ann bob cem dan eva fay gus hal ida jon kim lea max nia oli pia quin rob sue tom uma vic wes xia yan zoe")
	// The shape that leads, of the first name, has lines of one level only.
	levels := map[string]func(name int) logs.Level{
		"warnings":    func(int) logs.Level { return logs.Warning },
		"errors last": func(name int) logs.Level { return []logs.Level{logs.Info, logs.Error}[min(name, 1)] },
		"by turns":    func(name int) logs.Level { return []logs.Level{logs.Error, logs.Info}[name%2] },
	}
	for how, level := range levels {
		s := newShop(4, logs.Watch{})
		s.also = func(server string, canary bool, second int) {
			// Names come one by one, so that the miner merges in the middle of it.
			if name := min(second/60, len(names)-1); second%3 == 0 {
				s.write(server, level(name), "password of %s is too old", names[name])
			}
		}
		s.run(10 * time.Minute)
		s.upgrade("web1")
		if r := s.run(20 * time.Minute); r.Verdict != logs.Clean {
			t.Errorf("%s: %s", how, told(r))
		}
		known := map[string]int{}
		for _, k := range s.judge.Known() {
			if strings.HasPrefix(k.Template, "password") {
				known[k.Template]++
			}
		}
		if want := map[bool]int{true: 1, false: 2}[how == "warnings"]; len(known) != 1 || known["password of <*> is too old"] != want {
			t.Errorf("%s: %v is known", how, known)
		}
	}
}
