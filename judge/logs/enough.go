package logs

import (
	"fmt"
	"math"
	"time"
)

const (
	// faultShare: clean says that a fault in this share of all lines would
	// have been found.
	faultShare = 0.01
	// lostMost is the share of a canary's lines that may be missed or unknown.
	lostMost = 0.01
)

// missing says, in words, what is missing before the canaries can be called
// clean; nothing if nothing is.
func (j *Judge) missing(now time.Time) []string {
	var missing []string
	canaries, live, blind := 0, 0, 0
	for number, c := range j.columns {
		if c.live && c.lines > 0 && j.canaryOf(c.server) == nil {
			live++
			if j.isBlind(c.server) {
				blind++
			}
		}
		if !c.live {
			canaries++
			missing = append(missing, j.missingOf(c, c.comparable()-j.waiting(number), now)...)
		}
	}
	if canaries == 0 {
		missing = append(missing, "no server with a new version has been seen")
	}
	if live == 0 {
		missing = append(missing, "no server with the live version is read: there is nothing to compare with")
	} else if live == blind {
		missing = append(missing, "no log of a server with the live version is being read: there is nothing to compare with")
	}
	if n := j.comparer.Untested(); n > 0 {
		missing = append(missing, plural(n, "family")+" could not be compared: there are too many")
	}
	return append(missing, j.lost()...)
}

// missingOf is what one canary has not shown yet, in lines that were compared.
func (j *Judge) missingOf(c *column, compared int64, now time.Time) []string {
	if j.isBlind(c.server) {
		return []string{"the log of " + c.server + " is not being read"}
	}
	if c.lines == 0 {
		return []string{"no line of " + c.server + " has been seen"}
	}
	if episodes := j.comparer.EpisodesNeeded(); episodes > 0 {
		needed := int64(float64(episodes) / faultShare)
		if compared < needed {
			return []string{fmt.Sprintf("%s of %s %s compared; %s are needed to find a fault in 1 line of %.0f%s", plural(int(compared), "line"), c.server, was(compared), grouped(needed), 1/faultShare, j.atThisRate(c, needed, now))}
		}
	}
	if seen := j.watched(c, now); seen < j.watch.Least {
		return []string{fmt.Sprintf("%s was watched for %s; %s are needed", c.server, seen.Round(time.Second), about(j.watch.Least))}
	}
	return nil
}

func was(n int64) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// watched is for how long a canary has been watched.
func (j *Judge) watched(c *column, now time.Time) time.Duration {
	since := j.canaries[writer{c.server, c.version}].Since
	if since.IsZero() {
		since = c.first
	}
	if now.IsZero() {
		now = c.last
	}
	return max(now.Sub(since), 0)
}

// atThisRate: ", 3h20m more at this rate".
func (j *Judge) atThisRate(c *column, needed int64, now time.Time) string {
	seen := j.watched(c, now)
	lines := c.comparable()
	if seen <= 0 || lines <= 0 {
		return ""
	}
	more := time.Duration(math.Ceil(float64(seen) / float64(lines) * float64(max(needed-lines, 1))))
	return fmt.Sprintf(", %s more at this rate", about(more))
}

// about rounds to what people say.
func about(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return d.Round(time.Second).String()
}

// lost says which lines could not be judged.
func (j *Judge) lost() []string {
	var lost []string
	for _, c := range j.columns {
		if m := j.missed[c.server]; !c.live && m != nil && m.uncounted {
			lost = append(lost, fmt.Sprintf("nobody knows how many lines of %s were not read: %s", c.server, list(m.why)))
		} else if !c.live && m != nil && float64(m.lines) > lostMost*float64(c.lines) {
			lost = append(lost, fmt.Sprintf("%s of %s were not read: %s", plural(int(m.lines), "line"), c.server, list(m.why)))
		}
		if !c.live && float64(c.late) > lostMost*float64(c.lines) {
			lost = append(lost, fmt.Sprintf("%s of %s came too late to be compared", plural(int(c.late), "line"), c.server))
		}
		if !c.live && float64(c.lost) > lostMost*float64(c.lines) {
			lost = append(lost, fmt.Sprintf("%s of %s had no room among the families, which are too many", plural(int(c.lost), "line"), c.server))
		}
	}
	sum := int64(0)
	for _, c := range j.columns {
		sum += c.lines
	}
	if j.unknown > 0 && float64(j.unknown) > lostMost*float64(sum) {
		lost = append(lost, fmt.Sprintf("%s could not be compared: their time or version is not known", plural(int(j.unknown), "line")))
	}
	return lost
}
