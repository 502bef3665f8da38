package logs_test

import (
	"fmt"
	"testing"
	"time"

	"noon/fleet"
	"noon/judge/logs"
)

// file adds the log of one server at once, as `noon logs compare` may.
func file(j *logs.Judge, server string, version fleet.Version, from time.Time, minutes int, also func(second int) string) {
	for second := range 60 * minutes {
		for k, page := range []string{"catalog", "cart", "search", "account"} {
			text := fmt.Sprintf("%s served %d items in %d ms", page, second%7, 10+(second*k)%90)
			j.Add(logs.Line{Server: server, Version: version, Time: from.Add(time.Duration(second) * time.Second), Level: logs.Info, Text: text, Raw: text})
		}
		if text := also(second); text != "" {
			j.Add(logs.Line{Server: server, Version: version, Time: from.Add(time.Duration(second) * time.Second), Level: logs.Error, Text: text, Raw: text})
		}
	}
}

func nothing(int) string { return "" }

func broken(second int) string {
	if second%7 != 0 {
		return ""
	}
	return fmt.Sprintf("coupon %d cannot be applied", second)
}

func TestFilesAreComparedWithoutAnUpgradeBeingTold(t *testing.T) {
	for _, c := range []struct {
		name string
		also func(int) string
		want logs.Opinion
	}{{"right", nothing, logs.Clean}, {"broken", broken, logs.Stop}} {
		j := logs.New(logs.Watch{Live: "live", Canaries: []logs.Canary{{Server: "a", Version: "canary", Since: noonTime}}})
		file(j, "a", "canary", noonTime, 20, c.also)
		for _, server := range []string{"b", "c", "d"} {
			file(j, server, "live", noonTime, 20, nothing)
		}
		if r := j.Report(time.Time{}); r.Verdict != c.want || r.LiveLines != 3*20*60*4 {
			t.Errorf("%s: %s", c.name, told(r))
		}
	}
}

func TestFilesOfDifferentTimesAreComparedByTheTimeSinceTheirStart(t *testing.T) {
	for _, past := range []bool{false, true} {
		for _, c := range []struct {
			name string
			also func(int) string
			want logs.Opinion
		}{{"right", nothing, logs.Clean}, {"broken", broken, logs.Stop}} {
			j := logs.New(logs.Watch{Live: "live", Elapsed: true, Canaries: []logs.Canary{{Server: "a", Version: "canary", Since: noonTime}}})
			file(j, "a", "canary", noonTime, 20, c.also)
			for i, server := range []string{"b", "c", "d"} {
				file(j, server, "live", noonTime.AddDate(0, 0, -i), 20, nothing)
			}
			if past {
				file(j, "a", "live", noonTime.AddDate(0, -1, 0), 10, nothing)
			}
			j.Report(time.Time{})
			if r := j.Report(time.Time{}); r.Verdict != c.want {
				t.Errorf("%s, past %v: %s", c.name, past, told(r))
			}
		}
	}
}

func TestAFileIsNotWorseForBeingOfABusierServer(t *testing.T) {
	j := logs.New(logs.Watch{Live: "live"})
	for range 4 {
		file(j, "a", "canary", noonTime, 20, nothing)
	}
	for _, server := range []string{"b", "c", "d"} {
		file(j, server, "live", noonTime, 20, nothing)
	}
	if r := j.Report(time.Time{}); r.Verdict != logs.Clean {
		t.Errorf("%s", told(r))
	}
}
