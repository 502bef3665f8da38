package cli

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
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
	if columns := min(l.columns, chartMost); columns >= chartLeast && len(knownPoints(c)) > 0 {
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
	if len(knownPoints(c)) == 0 {
		return []string{name + "  nothing measured yet"}
	}
	parts := []string{name, "canary " + l.paint.strong(signs.canary) + " " + lastFigure(c.Canary, c.Unit)}
	if len(c.Live) > 0 {
		parts = append(parts, "live "+signs.live+" "+lastFigure(c.Live, c.Unit))
	}
	low, high := lastKnown(c.Low), lastKnown(c.High)
	if low.Known() && high.Known() {
		parts = append(parts, "each live "+signs.band+" "+figure(float64(low))+" .. "+figure(float64(high)))
	}
	if line := strings.Join(parts, "   "); width(line) <= l.columns {
		return []string{line}
	}
	return strings.Split(strings.Join(parts, "\n  "), "\n")
}

func knownPoints(c monitors.Chart) []monitors.Point {
	return slices.DeleteFunc(slices.Concat(c.Canary, c.Live, c.Low, c.High), func(p monitors.Point) bool { return !p.Known() })
}

func lastKnown(points []monitors.Point) monitors.Point {
	for _, p := range slices.Backward(points) {
		if p.Known() {
			return p
		}
	}
	return monitors.Point(math.NaN())
}

func lastFigure(points []monitors.Point, unit string) string {
	p := lastKnown(points)
	if !p.Known() {
		return "unknown"
	}
	return strings.TrimRight(figure(float64(p))+" "+fleet.Plain(unit), " ")
}

// figure is a number of three digits.
func figure(x float64) string {
	short, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 3, 64), 64)
	if err != nil {
		short = x // never: it was a number
	}
	if abs := math.Abs(short); abs != 0 && (abs < 1e-4 || abs >= 1e7) {
		return strconv.FormatFloat(short, 'g', 3, 64)
	}
	return strconv.FormatFloat(short, 'f', -1, 64)
}

// plot draws the chart below its heading: rows with the values at their left,
// an axis, and the times below it.
func (l chartLook) plot(c monitors.Chart, columns int) []string {
	top := roundAbove(slices.Max(knownPoints(c)))
	labels := make([]string, chartRows+1)
	labels[0] = strings.TrimRight(figure(top)+" "+fleet.Plain(c.Unit), " ")
	labels[chartRows/2], labels[chartRows] = figure(top/2), "0"
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

// roundAbove is the next round number: 1, 2, 2.5 or 5 with zeros.
func roundAbove(p monitors.Point) float64 {
	x := float64(p)
	if x <= 0 {
		return 1
	}
	ten := math.Pow(10, math.Floor(math.Log10(x)))
	for _, round := range []float64{1, 2, 2.5, 5} {
		if x <= round*ten*(1+1e-9) {
			return round * ten
		}
	}
	return 10 * ten
}

// times are those of the left end, of the upgrade and of the right end.
func times(c monitors.Chart, wide, at int) string {
	n := max(len(c.Canary), len(c.Live), len(c.Low), len(c.High))
	if at < 0 {
		return ends(clock(c.From), clock(c.From.Add(time.Duration(n)*c.Every)), wide)
	}
	line := []byte(ends("", "+"+briefly(time.Duration(n-c.Upgraded)*c.Every), wide))
	put := func(text string, from int) {
		if from = max(from, 0); from+len(text) < len(line) && strings.TrimSpace(string(line[from:from+len(text)+1])) == "" {
			copy(line[from:], text)
		}
	}
	put("upgraded "+clock(c.From.Add(time.Duration(c.Upgraded)*c.Every)), at)
	if c.Upgraded > 0 {
		put("-"+briefly(time.Duration(c.Upgraded)*c.Every), 0)
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
