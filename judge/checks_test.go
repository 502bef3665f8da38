package judge_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"noon/fleet"
	"noon/judge"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// watch compares web1, which runs v2, with web2 and web3.
func watch() judge.Watch {
	return judge.Watch{
		Since:    noon,
		Upgraded: []judge.Upgraded{{Server: fleet.Server{Name: "web1"}, Version: "v2", Process: fleet.Process{ID: "7"}, Asked: true}},
		Live:     []fleet.Server{{Name: "web2"}, {Name: "web3"}},
	}
}

// well is a look at which everything is well, a while after the watch began.
func well(after time.Duration) judge.Look {
	l := judge.Look{Time: noon.Add(after), Vitals: map[string]fleet.Vitals{"web1": vitals()}, Trouble: map[string]string{}}
	for i := range 3 {
		l.Pool.Standings = append(l.Pool.Standings, fleet.Standing{Server: fmt.Sprintf("web%d", i+1), Rotation: fleet.In, Health: fleet.Healthy})
		count(&l, i, 0, 0)
	}
	l.Pool.Epoch = "1"
	return l
}

func vitals() fleet.Vitals {
	return fleet.Vitals{Healthy: true, Health: "GET /: 200", Version: "v2", Process: fleet.Process{ID: "7"}}
}

func count(l *judge.Look, server int, requests, errors int64) {
	l.Pool.Standings[server].Counters = fleet.Counters{Requests: fleet.Known(requests, "api"), Errors: fleet.Known(errors, "api"), Failures: fleet.Known(0, "api")}
}

func TestOneLook(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*judge.Look)
		policy fleet.WatchPolicy
		want   judge.Opinion
		words  string
	}{
		"all is well":      {nil, fleet.WatchPolicy{}, judge.Healthy, ""},
		"too early":        {nil, fleet.WatchPolicy{Least: time.Hour}, judge.Undecided, "more of watching"},
		"too few requests": {nil, fleet.WatchPolicy{Requests: 100}, judge.Undecided, "100 more requests"},
		"its health fails": {func(l *judge.Look) {
			l.Vitals["web1"] = fleet.Vitals{Health: "GET /: 503", Version: "v2", Process: fleet.Process{ID: "7"}}
		}, fleet.WatchPolicy{}, judge.Worse, "503"},
		"the balancer says ill": {func(l *judge.Look) { l.Pool.Standings[0].Health, l.Pool.Standings[0].Note = fleet.Unhealthy, "L4CON" }, fleet.WatchPolicy{}, judge.Worse, "L4CON"},
		"another version":       {func(l *judge.Look) { v := vitals(); v.Version = "v1"; l.Vitals["web1"] = v }, fleet.WatchPolicy{}, judge.Worse, "reports version v1 instead of v2"},
		"another process":       {func(l *judge.Look) { v := vitals(); v.Process.ID = "8"; l.Vitals["web1"] = v }, fleet.WatchPolicy{}, judge.Worse, "process is another one"},
		"it cannot be asked": {func(l *judge.Look) { delete(l.Vitals, "web1"); l.Trouble["web1"] = "no route" },
			fleet.WatchPolicy{}, judge.Undecided, "no route"},
		"it was not asked":            {func(l *judge.Look) { delete(l.Vitals, "web1") }, fleet.WatchPolicy{}, judge.Undecided, "web1"},
		"the version is unknown":      {func(l *judge.Look) { v := vitals(); v.Version, v.VersionTrouble = "", "404"; l.Vitals["web1"] = v }, fleet.WatchPolicy{}, judge.Undecided, "404"},
		"the balancer cannot be read": {func(l *judge.Look) { l.PoolTrouble = "it is gone" }, fleet.WatchPolicy{}, judge.Undecided, "it is gone"},
		"the balancer's is not known": {func(l *judge.Look) { l.Pool.Standings[0].Health = fleet.HealthUnknown }, fleet.WatchPolicy{}, judge.Undecided, "unknown"},
		"somebody took it out":        {func(l *judge.Look) { l.Pool.Standings[0].Rotation = fleet.Out }, fleet.WatchPolicy{}, judge.Undecided, "out of rotation"},
		"the balancer forgot it":      {func(l *judge.Look) { l.Pool.Standings = l.Pool.Standings[1:] }, fleet.WatchPolicy{}, judge.Undecided, "does not know web1"},
		"requests are not counted":    {func(l *judge.Look) { l.Pool.Standings[0].Counters = fleet.Counters{} }, fleet.WatchPolicy{Requests: 1}, judge.Undecided, "unknown"},
		"half of the live are ill too": {func(l *judge.Look) {
			l.Pool.Standings[0].Health, l.Pool.Standings[1].Health = fleet.Unhealthy, fleet.Unhealthy
		}, fleet.WatchPolicy{}, judge.Undecided, "not what they have in common"},
	} {
		t.Run(name, func(t *testing.T) {
			w, l := watch(), well(time.Second)
			if w.Policy = test.policy; test.change != nil {
				test.change(&l)
			}
			v := judge.NewChecks(w, 1).See(l)
			if text := fmt.Sprint(v.Findings, v.Missing); v.Opinion != test.want || !strings.Contains(text, test.words) {
				t.Errorf("got %s, %s", v.Opinion, text)
			}
		})
	}
}

func TestOneLostProbeIsNoFinding(t *testing.T) {
	checks, ill := judge.NewChecks(watch(), 3), well(0)
	ill.Vitals["web1"] = fleet.Vitals{Health: "GET /: timeout", Version: "v2", Process: fleet.Process{ID: "7"}}
	for i, l := range []judge.Look{ill, ill, well(0), ill, ill} {
		if v := checks.See(l); v.Opinion == judge.Worse {
			t.Fatalf("worse after look %d", i+1)
		}
	}
	if v := checks.See(ill); v.Opinion != judge.Worse {
		t.Errorf("three in a row are %s", v.Opinion)
	}
}

// errorsSeen lets the canary answer some requests with errors, and each of the two
// live servers too.
func errorsSeen(canary, canaryErrors, live, liveErrors int64) judge.Verdict {
	checks := judge.NewChecks(watch(), 1)
	checks.See(well(0))
	l := well(time.Minute)
	count(&l, 0, canary, canaryErrors)
	count(&l, 1, live, liveErrors)
	count(&l, 2, live, liveErrors)
	return checks.See(l)
}

// The border is where the binomial tail falls below 1e-7. With 1,000 requests
// on each of three servers and none of the live ones failing, the share is
// 5*1000/(5*1000+2000) = 5/7, and one error is added to the live side: k errors
// weigh P(X >= k), X ~ Bin(k+1, 5/7), = (k+1) p^k (1-p) + p^(k+1). For k = 57 that
// is 8.1e-8, for k = 56 it is 1.1e-7.
func TestTheBorderOfErrors(t *testing.T) {
	if v := errorsSeen(1000, 57, 1000, 0); v.Opinion != judge.Worse || !strings.Contains(v.Findings[0].Words, "57 of 1000 requests failed (5.70 %); on the 2 servers with the live version 0 of 2000 (0.00 %)") {
		t.Errorf("57 errors: %+v", v)
	}
	if v := errorsSeen(1000, 56, 1000, 0); v.Opinion == judge.Worse {
		t.Errorf("56 errors: %+v", v)
	}
}

func TestErrorsThatTheLiveServersHaveTooAreNoFinding(t *testing.T) {
	if v := errorsSeen(10_000, 900, 10_000, 850); v.Opinion != judge.Healthy {
		t.Errorf("got %+v", v)
	}
	if v := errorsSeen(10_000, 900, 10_000, 70); v.Opinion != judge.Worse {
		t.Errorf("got %+v", v)
	}
}

func TestMoreErrorsAreNeverBetter(t *testing.T) {
	for live := range int64(20) {
		worse := false
		for errors := range int64(700) {
			now := errorsSeen(1000, errors, 1000, live).Opinion == judge.Worse
			if worse && !now {
				t.Fatalf("%d errors are worse than live ones with %d, and one more is not", errors-1, live)
			}
			worse = now
		}
		if !worse {
			t.Fatalf("with %d live errors nothing is worse", live)
		}
	}
}

// TestEqualVersionsAreSeldomBlamed simulates watches in which the new version
// fails just as often as the live one: 2,000 of them, 200 looks each.
func TestEqualVersionsAreSeldomBlamed(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	blamed := 0
	for range 2000 {
		checks, sums := judge.NewChecks(watch(), 1), [3][2]int64{}
		rate := []float64{.0005, .01, .1}[random.IntN(3)]
		for look := range 200 {
			l := well(time.Duration(look) * time.Second)
			for i := range sums {
				for range 20 {
					sums[i][0]++
					if random.Float64() < rate {
						sums[i][1]++
					}
				}
				count(&l, i, sums[i][0], sums[i][1])
			}
			if checks.See(l).Opinion == judge.Worse {
				blamed++
				break
			}
		}
	}
	// 1e-7 for each of 400,000 looks: less than one in expectation.
	if blamed > 1 {
		t.Errorf("%d of 2,000 equal versions were blamed", blamed)
	}
}

func TestCountersThatBeginAnewAreNoErrorsAndLoseNone(t *testing.T) {
	checks := judge.NewChecks(watch(), 1)
	checks.See(well(0))
	l := well(time.Second)
	count(&l, 0, 500, 3)
	checks.See(l)
	l = well(2 * time.Second) // the balancer was restarted
	l.Pool.Epoch = "2"
	count(&l, 0, 100, 0)
	v := checks.See(l)
	if v.Opinion != judge.Healthy || v.Requests.N != 600 {
		t.Errorf("got %+v", v)
	}
}
