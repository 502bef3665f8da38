package monitors

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"noon/fleet"
)

// countFinding is about something that was counted.
func (j *Judge) countFinding(t *trial, needed float64) Finding {
	f := Finding{Series: t.f.series, Direction: Up, Expected: t.expects(), Seen: t.seen}
	if t.f.down {
		f.Direction = Down
	}
	f.Ratio = t.seen / max(f.Expected, .1)
	f.Words = j.countWords(t, f)
	if where := j.where(t.k); where != "" && t.f.series == "errors" {
		f.Words += " " + where + "."
	}
	return f
}

// expects is what the new version was expected to count: at the live servers'
// rate at the same moments or, where they had nothing to count, before.
func (t *trial) expects() float64 {
	if t.peers.events > 0 || t.before.occasions == 0 {
		return t.expected
	}
	return t.occasions * t.before.events / (t.before.occasions + t.peers.occasions)
}

// countWords: "Errors: 41 in 1,395 requests; web1's own history and 9 peers
// predict 12. Servers and restarts of the live version vary up to 1.8 times; this
// is 3.4 times."
func (j *Judge) countWords(t *trial, f Finding) string {
	predict := "predict"
	if t.minutes == 0 && j.liveNow() == 1 {
		predict = "predicts"
	}
	vary := "vary up to"
	floor, times := math.Exp(t.x0), f.Ratio
	if t.f.down {
		floor, vary = math.Exp(-t.x0), "vary down to"
	}
	return fmt.Sprintf("%s: %s in %s %s; %s %s %s. Servers and restarts of the live version %s %s times; this is %s times.",
		j.called(t), amount(t.seen), amount(t.occasions), t.of(j), j.predictors(t.k, t.minutes), predict, amount(f.Expected), vary, figure(floor), figure(times))
}

// called is what people call the family.
func (j *Judge) called(t *trial) string {
	switch name, labels := split(t.f.series); {
	case t.f.quantile > 0:
		return fmt.Sprintf("Requests slower than %s (%s of %s)", milliseconds(t.f.edge), name, fleet.Quoted(string(j.watch.Live)))
	case labels != "":
		return capital(clean(name)) + " of " + clean(partOf(labels))
	default:
		return capital(clean(name))
	}
}

// of is what the occasions are.
func (t *trial) of(j *Judge) string {
	if !j.counted() && t.f.quantile == 0 {
		return "seconds"
	}
	return "requests"
}

// predictors are those by whom the new version is measured.
func (j *Judge) predictors(k *contender, minutes int64) string {
	peers := plural(int64(j.liveNow()), "live server")
	if minutes == 0 {
		return peers
	}
	return j.names(k) + "'s own history and " + peers
}

// levelFinding is about a gauge.
func (j *Judge) levelFinding(t *gaugeTrial, needed float64) Finding {
	mine, theirs := t.mine/t.samples, t.theirs/t.samples
	times := math.Exp(t.sum / t.n)
	return Finding{
		Series: t.g.series, Direction: Up, Expected: theirs, Seen: mine, Ratio: times,
		Words: fmt.Sprintf("%s: %s over %s; %s predict %s. It varies up to %s times by itself; this is %s times.", capital(clean(t.g.series)), t.g.unit(mine), plural(int64(t.n), "minute"),
			j.predictors(t.k, t.minutes), t.g.unit(theirs), figure(math.Exp(t.x0)), figure(times)),
	}
}

// leakFinding is about a gauge that grows.
func (j *Judge) leakFinding(t *gaugeTrial, needed float64) Finding {
	slope, _ := trend(t.ages, t.zs)
	times := math.Exp(mean(t.zs[max(0, len(t.zs)-3):]))
	last := len(t.zs)
	return Finding{
		Series: t.g.series, Direction: Up, Expected: 1, Seen: times, Ratio: times,
		Words: fmt.Sprintf("%s grows by %s %% a minute more than on %s, over %s; by now it is %s times what it was before.", capital(clean(t.g.series)), figure(100*slope),
			plural(int64(j.liveNow()), "live server"), plural(int64(last), "minute"), figure(times)),
	}
}

// unit says a gauge's value as people do.
func (g *gauge) unit(x float64) string {
	switch name := strings.ToLower(g.series); {
	case strings.Contains(name, "mem") || strings.Contains(name, "heap") || strings.Contains(name, "rss") || strings.HasSuffix(name, "bytes"):
		return figure(x/(1<<20)) + " MB"
	case name == "cpu":
		return figure(x) + " cores"
	case strings.HasSuffix(name, "response_time") || strings.HasSuffix(name, "seconds"):
		return milliseconds(x)
	}
	return figure(x)
}

// figure is a number with as many digits as it deserves.
func figure(x float64) string {
	switch a := math.Abs(x); {
	case a >= 1000:
		return grouped(whole(math.Round(x)))
	case a >= 100:
		return fmt.Sprintf("%.0f", x)
	case a >= 10:
		return fmt.Sprintf("%.3g", x)
	}
	return fmt.Sprintf("%.2g", x)
}

// amount is a number of events; of few expected ones a part counts.
func amount(x float64) string {
	if x < 10 && x != math.Trunc(x) {
		return fmt.Sprintf("%.1f", x)
	}
	return grouped(whole(math.Round(x)))
}

// odds are a likelihood ratio: "260:1".
func odds(x float64) string {
	switch {
	case x >= 1e6:
		return "over 1,000,000:1"
	case x < 1:
		return "less than 1:1"
	case x < 10:
		return fmt.Sprintf("%.1f:1", x)
	}
	return grouped(whole(x)) + ":1"
}

func plural(n int64, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + one + "s"
}

// wholeMost is more than anybody counts, and fits into 64 bits.
const wholeMost = 1e18

// whole is the number without what is behind its point. What somebody sent may
// be any number.
func whole(x float64) int64 { return int64(max(-wholeMost, min(x, wholeMost))) }

func grouped(n int64) string {
	digits, sign := strings.CutPrefix(fmt.Sprint(n), "-")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if sign {
		return "-" + digits
	}
	return digits
}

// listMost is how many names are said.
const listMost = 4

func list(all []string) string {
	var names []string
	for _, name := range all[:min(len(all), listMost)] {
		names = append(names, clean(name))
	}
	if more := len(all) - listMost; more > 0 {
		return strings.Join(names, ", ") + fmt.Sprintf(" and %d more", more)
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

// saidMost bounds a name that others gave, in words.
const saidMost = 80

// clean is a name that others gave, as it may be shown.
func clean(name string) string {
	name = fleet.Plain(name)
	if utf8.RuneCountInString(name) > saidMost {
		return string([]rune(name)[:saidMost]) + "..."
	}
	return name
}

func capital(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	return strings.ToUpper(string(r)) + text[size:]
}

// roundUp to two digits.
func roundUp(x float64) float64 {
	if x <= 10 {
		return math.Ceil(x)
	}
	unit := math.Pow(10, math.Floor(math.Log10(x))-1)
	return math.Ceil(x/unit) * unit
}

// about is a time as people guess it.
func about(d time.Duration) string {
	switch {
	case d < time.Minute:
		return d.Round(time.Second).String()
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(math.Ceil(d.Minutes())))
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}
