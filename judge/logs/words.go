package logs

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// words say a finding in one sentence, with the numbers that were judged.
func (j *Judge) words(d *draft) string {
	var said string
	switch d.Kind {
	case KindNew:
		said = j.newWords(d)
	case KindRate:
		said = j.rateWords(d)
	case KindGone:
		said = fmt.Sprintf("gone: %s on %s; the live servers' rate predicts %s. Evidence %s", times(int64(d.evidence.Written)), list(d.Servers), number(d.evidence.Predicted), odds(d.Evidence))
	case KindReworded:
		said = fmt.Sprintf("reworded? %s on %s; the live servers write %q instead, %s, and both together come no more often than before", plural(int(d.Canary), "episode"), list(d.Servers), d.Was, plural(int(d.Live), "episode"))
	}
	if d.Caveat != nil {
		return d.Caveat.words() + "; " + said
	}
	return said
}

// newWords: "new: 14 episodes on web1 in 2m10s; none in 41,230 lines of 3 live
// servers, nor on web1 before. Evidence 410:1 (400:1 needed)".
func (j *Judge) newWords(d *draft) string {
	if d.group.canary+d.group.canaryLines == 0 {
		return j.startWords(d)
	}
	lines, servers := j.liveLines(d.Servers)
	if d.Canary == 0 {
		return fmt.Sprintf("new: %s on %s, too late to be compared; %s", plural(int(d.group.canaryLines), "line"), list(d.Servers), never(lines, servers))
	}
	said := fmt.Sprintf("new: %s on %s%s; %s", plural(int(d.Canary), "episode"), list(d.Servers), j.within(d), never(lines, servers))
	if past := j.withPast(d.Servers); len(past) > 0 {
		said += fmt.Sprintf(", nor on %s before", list(past))
	}
	return said + ". " + j.evidenceWords(d)
}

func never(lines int64, servers int) string {
	if servers == 0 {
		return "no live server to compare with"
	}
	return fmt.Sprintf("none in %s lines of %s", grouped(lines), plural(servers, "live server"))
}

// startWords are about lines of a start-up.
func (j *Judge) startWords(d *draft) string {
	starts := 0
	for _, c := range j.columns {
		if c.live && c.started {
			starts++
		}
	}
	compared := "no start of the live version was seen to compare with"
	if starts > 0 {
		compared = "not at " + plural(starts, "start") + " of the live version"
	}
	return fmt.Sprintf("new: %s at the start of %s; %s", plural(int(d.group.canaryStarts), "line"), list(d.Servers), compared)
}

func (j *Judge) rateWords(d *draft) string {
	_, servers := j.liveLines(d.Servers)
	said := fmt.Sprintf("%s on %s%s; the rate of %s predicts %s", plural(int(int64(d.evidence.Written)), "episode"), list(d.Servers), j.within(d), plural(servers, "live server"), number(d.evidence.Predicted))
	if before := j.before(d); before != "" {
		said += ", " + before
	}
	if d.Tier == TierKnown {
		return said
	}
	return "rate: " + said + ". " + j.evidenceWords(d)
}

// before says how often the canaries' servers wrote it before.
func (j *Judge) before(d *draft) string {
	sum, lines, any := int64(0), int64(0), false
	for i, c := range j.columns {
		if c.live && slices.Contains(d.Servers, c.server) && c.lines > 0 {
			sum, lines, any = sum+d.group.counts[i].episodes, lines+d.group.counts[i].lines, true
		}
	}
	if !any {
		return ""
	}
	if sum == 0 && lines > 0 {
		return fmt.Sprintf("and the same %s wrote it in %s before, which could not be compared", noun(len(d.Servers), "server"), plural(int(lines), "line"))
	}
	return fmt.Sprintf("and the same %s %s before", noun(len(d.Servers), "server"), wrote(sum))
}

func wrote(n int64) string {
	if n == 0 {
		return "wrote none"
	}
	return "wrote " + grouped(n)
}

func (j *Judge) evidenceWords(d *draft) string {
	if d.group.severity == quiet && d.Kind == KindNew {
		return "Evidence " + odds(d.Evidence) + "; its level says that nothing is wrong"
	}
	said := fmt.Sprintf("Evidence %s (%s needed)", odds(d.Evidence), odds(d.Needed))
	if d.Evidence <= 1 {
		said = fmt.Sprintf("No evidence yet (%s needed)", odds(d.Needed))
	}
	if d.by != "" {
		said += fmt.Sprintf(" of %q, which comes with it", d.by)
	}
	return said
}

// within is the time since a canary first wrote it: " in 2m10s".
func (j *Judge) within(d *draft) string {
	last := time.Time{}
	for _, c := range j.columns {
		if !c.live && c.last.After(last) {
			last = c.last
		}
	}
	if took := last.Sub(d.First).Round(time.Second); took > 0 {
		return " in " + took.String()
	}
	return ""
}

// liveLines are the lines of live servers other than these, and their number.
func (j *Judge) liveLines(canaries []string) (lines int64, servers int) {
	for _, c := range j.columns {
		if c.live && c.lines > 0 && !slices.Contains(canaries, c.server) {
			lines += c.lines
			servers++
		}
	}
	return lines, servers
}

// withPast are the servers of which lines of before were read.
func (j *Judge) withPast(servers []string) (past []string) {
	for _, s := range servers {
		if i, ok := j.writers[writer{s, j.watch.Live}]; ok && j.columns[i].lines > 0 {
			past = append(past, s)
		}
	}
	return past
}

func times(n int64) string {
	switch n {
	case 0:
		return "not once"
	case 1:
		return "once"
	}
	return grouped(n) + " times"
}

func plural(n int, what string) string { return grouped(int64(n)) + " " + noun(n, what) }

func noun(n int, what string) string {
	if n == 1 {
		return what
	}
	if stem, ok := strings.CutSuffix(what, "y"); ok {
		return stem + "ies"
	}
	return what + "s"
}

// list joins names: "web1, web2 and 3 more".
func list(names []string) string {
	const most = 3
	if len(names) > most+1 {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	if len(names) > 1 {
		return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
	}
	return strings.Join(names, "")
}

// odds: "410:1".
func odds(e float64) string {
	switch {
	case e >= 1e6:
		return fmt.Sprintf("10^%.0f:1", math.Floor(math.Log10(e)))
	case e < 10:
		return fmt.Sprintf("%.1f:1", e)
	}
	return grouped(int64(math.Round(e))) + ":1"
}

func number(v float64) string {
	if v < 10 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
	}
	return grouped(int64(math.Round(v)))
}

// grouped writes 41230 as 41,230.
func grouped(n int64) string {
	text := fmt.Sprint(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
