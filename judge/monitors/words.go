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
func (j *Judge) countFinding(t *trial) Finding {
	f := Finding{Series: t.f.series, Direction: Up, Expected: t.expects(), Seen: t.seen, Among: t.occasions, Floor: math.Exp(t.x0)}
	if t.f.down {
		f.Direction, f.Floor = Down, math.Exp(-t.x0)
	}
	f.Ratio = t.seen / max(f.Expected, expectedLeast)
	f.Words = fmt.Sprintf("%s: %s in %s %s; %s.", j.called(t.f), amount(f.Seen), amount(f.Among), t.of(), j.predicts(t.k, t.minutes, t.against, amount(f.Expected)))
	switch {
	case f.Expected < expectedLeast:
		f.Words += " Restarts of the live version do not explain that."
	case t.f.down:
		f.Words += fmt.Sprintf(" Restarts of the live version vary down to %s times; this is %s times.", figure(f.Floor), figure(f.Ratio))
	default:
		f.Words += varies(f)
	}
	if where := j.where(t.k); where != "" && t.f.series == "errors" {
		f.Words += " " + where + "."
	}
	return f
}

// expectedLeast is how many events are expected at the least, where a ratio to
// none would say nothing.
const expectedLeast = .1

// varies says how far a finding is beyond its floor.
func varies(f Finding) string {
	return fmt.Sprintf(" Restarts of the live version vary up to %s times; this is %s times.", figure(f.Floor), figure(f.Ratio))
}

// expects is what the new version was expected to count: at the live servers'
// rate at the same moments or, where they had nothing to count, before.
func (t *trial) expects() float64 {
	if t.peers.events > 0 || t.before.occasions == 0 {
		return t.expected
	}
	return t.occasions * t.before.events / (t.before.occasions + t.peers.occasions)
}

// called is what people call the family.
func (j *Judge) called(f *family) string {
	switch name, labels := split(f.series); {
	case f.quantile > 0 && strings.HasPrefix(name, "latency_seconds "):
		return "Slower than " + milliseconds(f.edge)
	case f.quantile > 0:
		histogram, _, _ := strings.Cut(name, " ")
		return capital(human(histogram)) + " above " + figure(f.edge)
	case labels != "":
		return capital(human(name)) + " of " + clean(partOf(labels))
	default:
		return capital(human(name))
	}
}

// human is the name of a series as people say it: "open files".
func human(name string) string {
	name = strings.ReplaceAll(strings.ReplaceAll(name, "_seconds", ""), "_total", "")
	if name == "cpu" {
		return "CPU"
	}
	return clean(strings.ReplaceAll(name, "_", " "))
}

// of is what the occasions are.
func (t *trial) of() string {
	if t.f.per == nil && t.f.quantile == 0 {
		return "seconds"
	}
	return "requests"
}

// predicts: "web1's own history and 9 live servers predict 12", those who were
// compared with.
func (j *Judge) predicts(k *contender, minutes int64, against []float64, what string) string {
	n := int64(0)
	for _, weight := range against {
		if weight > 0 {
			n++
		}
	}
	switch peers := plural(n, "live server"); {
	case minutes > 0:
		return j.names(k) + "'s own history and " + peers + " predict " + what
	case n == 1:
		return peers + " predicts " + what
	default:
		return peers + " predict " + what
	}
}

// levelFinding is about a gauge.
func (j *Judge) levelFinding(t *gaugeTrial) Finding {
	f := t.finding(t.mine/t.samples, t.theirs/t.samples)
	f.Floor = math.Exp(t.x0)
	f.Words = fmt.Sprintf("%s: %s over %s; %s.%s", capital(human(t.g.series)), t.g.unit(f.Seen), plural(int64(t.n), "minute"),
		j.predicts(t.k, t.minutes, t.against, t.g.unit(f.Expected)), varies(f))
	return f
}

// leakFinding is about a gauge that grows.
func (j *Judge) leakFinding(t *gaugeTrial) Finding {
	f := t.finding(t.now, t.nowExpected)
	f.Floor, f.Growth = math.Exp(leakRise), 100*t.slope
	f.Words = fmt.Sprintf("%s: %s, and it grows by %s %% a minute, over %s; %s. Growth counts from %s times on; this is %s times.", capital(human(t.g.series)), t.g.unit(f.Seen),
		figure(f.Growth), plural(int64(t.looked), "minute"), j.predicts(t.k, t.minutes, t.against, t.g.unit(f.Expected)), figure(f.Floor), figure(f.Ratio))
	return f
}

func (t *gaugeTrial) finding(seen, expected float64) Finding {
	return Finding{Series: t.g.series, Direction: Up, Seen: seen, Expected: expected, Ratio: seen / max(expected, t.g.small)}
}

// unit says a gauge's value as people do.
func (g *gauge) unit(x float64) string {
	switch name := strings.ToLower(g.series); {
	case strings.Contains(name, "mem") || strings.Contains(name, "heap") || strings.Contains(name, "rss") || strings.HasSuffix(name, "bytes"):
		return figure(x/(1<<20)) + " MB"
	case strings.HasPrefix(name, "cpu"):
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
	switch {
	case x == 0:
		return "none"
	case x < 10 && x != math.Trunc(x):
		return figure(x)
	}
	return grouped(whole(math.Round(x)))
}

// odds are a likelihood ratio: "260:1".
func odds(x float64) string {
	switch {
	case x >= evidenceMost:
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
		names = append(names, human(name))
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
