package monitors

import (
	"math"
	"strconv"
	"time"
)

// Brief is the chart with about 60 points: means of those that were, the least
// and the most of the band. No point is of before the upgrade and of after it.
func (c Chart) Brief() Chart {
	n := max(len(c.Canary), len(c.Live), len(c.Low), len(c.High))
	g := pointGroups{size: (n + briefPoints - 1) / briefPoints, n: n}
	if g.size <= 1 {
		g.size = 1
	}
	upgraded := min(max(c.Upgraded, 0), n)
	g.lead = upgraded % g.size
	if g.lead > 0 {
		// The first point stands for fewer, the last of its time.
		c.From = c.From.Add(-time.Duration(g.size-g.lead) * c.Every)
	}
	c.Every *= time.Duration(g.size)
	c.Upgraded = (upgraded + g.size - 1) / g.size
	c.Canary, c.Live = g.of(c.Canary, meanPoint), g.of(c.Live, meanPoint)
	c.Low, c.High = g.of(c.Low, leastPoint), g.of(c.High, mostPoint)
	return c
}

// pointGroups are runs of points that become one, size points each but for the
// first, which has lead, if any.
type pointGroups struct{ n, size, lead int }

func (g pointGroups) of(points []Point, one func([]Point) Point) []Point {
	if len(points) == 0 {
		return nil
	}
	var all []Point
	from, to := 0, g.lead
	if to == 0 {
		to = g.size
	}
	for from < g.n {
		all = append(all, one(knownPoints(points[min(from, len(points)):min(to, len(points))])).short())
		from, to = to, min(to+g.size, g.n)
	}
	return all
}

func knownPoints(points []Point) []Point {
	var all []Point
	for _, p := range points {
		if p.Known() {
			all = append(all, p)
		}
	}
	return all
}

func meanPoint(points []Point) Point {
	sum := 0.0
	for _, p := range points {
		sum += float64(p) / float64(len(points))
	}
	if len(points) == 0 {
		return Point(math.NaN())
	}
	return Point(sum)
}

func leastPoint(points []Point) Point {
	x := meanPoint(points)
	for _, p := range points {
		x = min(x, p)
	}
	return x
}

func mostPoint(points []Point) Point {
	x := meanPoint(points)
	for _, p := range points {
		x = max(x, p)
	}
	return x
}

// shortDigits are enough for what is drawn.
const shortDigits = 4

// short is the point with few digits.
func (p Point) short() Point {
	if !p.Known() {
		return Point(math.NaN())
	}
	x, err := strconv.ParseFloat(strconv.FormatFloat(float64(p), 'g', shortDigits, 64), 64)
	if err != nil {
		return p // never: it was a number
	}
	return Point(x)
}
