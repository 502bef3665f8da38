package receipt

import (
	"fmt"
	"strings"

	"noon/judge/monitors"
)

// A chart on the page is 700 by 180; what is plotted lies within these edges.
const (
	chartLeft, chartRight = 70.0, 695.0
	chartTop, chartBottom = 10.0, 150.0
	// chartMiddle is where the words of a mark go to its left.
	chartMiddle = (chartLeft + chartRight) / 2
)

// drawnChart is a chart as page.html draws it: lines and areas as lists of
// points, interrupted where nothing is known.
type drawnChart struct {
	// Name, and the last values in words.
	Name, Canary, Live, Band string
	Grid                     []gridLine
	Bands, Lives, Canaries   []string
	// Mark is where the upgrade is, "" if it is not on the chart.
	Mark, MarkAnchor   string
	Upgraded, From, To string
}

type gridLine struct{ Y, Label string }

func drawChart(c monitors.Chart) drawnChart {
	unit := func(p monitors.Point) string { return line(p.String() + " " + c.Unit) }
	top := c.Top()
	p := plot{top: float64(top), n: c.Len()}
	d := drawnChart{
		Name: line(c.Name), Canary: unit(monitors.Last(c.Canary)), Live: unit(monitors.Last(c.Live)),
		Grid:  []gridLine{{p.y(top), unit(top)}, {p.y(top / 2), (top / 2).String()}, {p.y(0), "0"}},
		Bands: p.areas(c.Low, c.High), Lives: p.lines(c.Live), Canaries: p.lines(c.Canary),
		From: clock(c.From), To: clock(c.End()),
	}
	if low, high := monitors.Last(c.Low), monitors.Last(c.High); low.Known() && high.Known() {
		d.Band = low.String() + " to " + high.String()
	}
	if c.HasUpgrade() {
		d.Mark, d.MarkAnchor, d.Upgraded = p.x(c.Upgraded), "start", clock(c.UpgradedAt())
		if p.at(c.Upgraded) > chartMiddle {
			d.MarkAnchor = "end"
		}
	}
	return d
}

// plot is where values lie on the page.
type plot struct {
	top float64
	n   int
}

func (p plot) at(i int) float64 {
	return chartLeft + (chartRight-chartLeft)*float64(i)/float64(max(p.n-1, 1))
}

func (p plot) x(i int) string { return fmt.Sprintf("%.1f", p.at(i)) }

func (p plot) y(value monitors.Point) string {
	share := min(max(float64(value)/p.top, 0), 1)
	return fmt.Sprintf("%.1f", chartBottom-(chartBottom-chartTop)*share)
}

// lines are the known runs of a series.
func (p plot) lines(points []monitors.Point) []string {
	return p.runs(len(points), func(i int) bool { return points[i].Known() }, func(from, to int) string {
		var all []string
		for i := from; i < to; i++ {
			all = append(all, p.x(i)+","+p.y(points[i]))
		}
		if len(all) == 1 { // a line to itself is a dot
			all = append(all, all[0])
		}
		return strings.Join(all, " ")
	})
}

// areas are the known runs of a band: along its upper edge, and back.
func (p plot) areas(low, high []monitors.Point) []string {
	n := min(len(low), len(high))
	return p.runs(n, func(i int) bool { return low[i].Known() && high[i].Known() }, func(from, to int) string {
		var all []string
		for i := from; i < to; i++ {
			all = append(all, p.x(i)+","+p.y(high[i]))
		}
		for i := to - 1; i >= from; i-- {
			all = append(all, p.x(i)+","+p.y(low[i]))
		}
		return strings.Join(all, " ")
	})
}

func (p plot) runs(n int, known func(int) bool, draw func(from, to int) string) []string {
	var all []string
	for from := 0; from < n; from++ {
		if !known(from) {
			continue
		}
		to := from
		for to < n && known(to) {
			to++
		}
		all = append(all, draw(from, to))
		from = to
	}
	return all
}
