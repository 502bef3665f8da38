package cli

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"

	"noon/fleet"
	"noon/judge/monitors"
)

const (
	// chartRows and chartMost bound a chart; below chartLeast columns it is one
	// line of text.
	chartRows  = 6
	chartMost  = 72
	chartLeast = 40
)

// chartLook is how a chart is drawn.
type chartLook struct {
	columns int
	// ascii: the terminal, or what reads the output, may know nothing else.
	ascii bool
	paint palette
}

// chartLook suits where the output goes.
func (a *app) chartLook() chartLook {
	look := chartLook{columns: 80, ascii: true, paint: a.paint}
	if columns, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		look.columns, look.ascii = columns, !unicodeLocale()
	}
	return look
}

// unicodeLocale tells whether the terminal is told to show more than ASCII.
func unicodeLocale() bool {
	for _, variable := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := os.Getenv(variable); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

// charts draws all of them, one below the other.
func (a *app) charts(all []monitors.Chart) string {
	var drawn []string
	for _, c := range all {
		drawn = append(drawn, strings.Join(a.chartLook().draw(c), "\n"))
	}
	return strings.Join(drawn, "\n\n")
}

// draw is a chart in lines, none wider than there is room for.
func (l chartLook) draw(c monitors.Chart) []string {
	lines := l.heading(c)
	if columns := min(l.columns, chartMost); columns >= chartLeast && c.Drawable() {
		lines = append(lines, l.plot(c, columns)...)
	}
	for i, line := range lines {
		lines[i] = ansi.Truncate(line, l.columns, "")
	}
	return lines
}

// heading says what the chart shows, and the last values of it; in several
// lines where there is no room for one.
func (l chartLook) heading(c monitors.Chart) []string {
	signs, name := signsOf(l.ascii), l.paint.strong(fleet.Plain(oneLine(c.Name)))
	if _, known := c.Most(); !known {
		return []string{name + "  nothing measured yet"}
	}
	parts := []string{name, "canary " + l.paint.strong(signs.canary) + " " + lastFigure(c.Canary, c.Unit)}
	if len(c.Live) > 0 {
		parts = append(parts, "live "+signs.live+" "+lastFigure(c.Live, c.Unit))
	}
	low, high := monitors.Last(c.Low), monitors.Last(c.High)
	if low.Known() && high.Known() {
		parts = append(parts, "each live "+signs.band+" "+low.String()+" .. "+high.String())
	}
	if line := strings.Join(parts, "   "); width(line) <= l.columns {
		return []string{line}
	}
	return strings.Split(strings.Join(parts, "\n  "), "\n")
}

func lastFigure(points []monitors.Point, unit string) string {
	p := monitors.Last(points)
	if !p.Known() {
		return p.String()
	}
	return strings.TrimRight(p.String()+" "+fleet.Plain(unit), " ")
}

// plot draws the chart below its heading: rows with the values at their left,
// an axis, and the times below it.
func (l chartLook) plot(c monitors.Chart, columns int) []string {
	top := c.Top()
	labels := make([]string, chartRows+1)
	labels[0] = strings.TrimRight(top.String()+" "+fleet.Plain(c.Unit), " ")
	labels[chartRows/2], labels[chartRows] = (top / 2).String(), "0"
	wide := 0
	for _, label := range labels {
		wide = max(wide, width(label))
	}
	canvas := newCanvas(columns-wide-2, chartRows, l.ascii)
	canvas.chart(c, top)
	signs, lines := canvas.signs, []string{}
	for i := range chartRows {
		lines = append(lines, fmt.Sprintf("%*s %s%s", wide, labels[i], signs.side, canvas.row(i, l.paint)))
	}
	at := canvas.upgradeAt(c)
	lines = append(lines, fmt.Sprintf("%*s %s", wide, labels[chartRows], signs.axis(canvas.wide, at)))
	return append(lines, strings.Repeat(" ", wide+2)+l.paint.faint(times(c, canvas.wide, at)))
}

// times are those of the left end, of the upgrade and of the right end.
func times(c monitors.Chart, wide, at int) string {
	if at < 0 {
		return ends(clock(c.From), clock(c.End()), wide)
	}
	line := []byte(ends("", "+"+briefly(c.End().Sub(c.UpgradedAt())), wide))
	put := func(text string, from int) {
		if from = max(from, 0); from+len(text) < len(line) && strings.TrimSpace(string(line[from:from+len(text)+1])) == "" {
			copy(line[from:], text)
		}
	}
	put("upgraded "+clock(c.UpgradedAt()), at)
	if c.Upgraded > 0 {
		put("-"+briefly(c.UpgradedAt().Sub(c.From)), 0)
	}
	return string(line)
}

func ends(left, right string, wide int) string {
	return left + strings.Repeat(" ", max(1, wide-len(left)-len(right))) + right
}

func clock(t time.Time) string { return t.Local().Format(time.TimeOnly) }

// briefly is a duration without its zeros: "30m" and not "30m0s".
func briefly(d time.Duration) string {
	text := d.Round(time.Second).String()
	for _, zero := range []struct{ long, short string }{{"m0s", "m"}, {"h0m", "h"}} {
		if rest, ok := strings.CutSuffix(text, zero.long); ok {
			text = rest + zero.short
		}
	}
	return text
}
