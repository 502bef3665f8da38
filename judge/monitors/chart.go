package monitors

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// Len is how many points the chart has.
func (c Chart) Len() int { return max(len(c.Canary), len(c.Live), len(c.Low), len(c.High)) }

// Most is the greatest value that is drawn; false if there is none at all.
func (c Chart) Most() (Point, bool) {
	known := knownPoints(slices.Concat(c.Canary, c.Live, c.Low, c.High))
	if len(known) == 0 {
		return 0, false
	}
	return slices.Max(known), true
}

// drawnFrom is how many points make a line.
const drawnFrom = 3

// Drawable tells whether there is enough to draw.
func (c Chart) Drawable() bool {
	_, known := c.Most()
	return known && c.Len() >= drawnFrom
}

// Top is a round value above all that is drawn, for the upper edge: 1, 2, 2.5 or
// 5 with zeros. The lower edge is 0.
func (c Chart) Top() Point {
	most, _ := c.Most()
	x := float64(most)
	if x <= 0 {
		return 1
	}
	ten := math.Pow(10, math.Floor(math.Log10(x)))
	for _, round := range []float64{1, 2, 2.5, 5} {
		if x <= round*ten*(1+1e-9) {
			return Point(round * ten)
		}
	}
	return Point(10 * ten)
}

// UpgradedAt is when the version came: of a chart that does not say it, the
// beginning of its point.
func (c Chart) UpgradedAt() time.Time {
	if !c.Since.IsZero() {
		return c.Since
	}
	return c.From.Add(time.Duration(c.Upgraded) * c.Every)
}

// End is when the chart ends.
func (c Chart) End() time.Time { return c.From.Add(time.Duration(c.Len()) * c.Every) }

// HasUpgrade tells whether the moment of the upgrade is on the chart.
func (c Chart) HasUpgrade() bool { return c.Upgraded >= 0 && c.Upgraded < c.Len() }

// Last is the last point that is known.
func Last(points []Point) Point {
	for _, p := range slices.Backward(points) {
		if p.Known() {
			return p
		}
	}
	return Point(math.NaN())
}

// String is the point with three digits.
func (p Point) String() string {
	if !p.Known() {
		return "unknown"
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(float64(p), 'g', 3, 64), 64)
	if err != nil {
		short = float64(p) // never: it was a number
	}
	if abs := math.Abs(short); abs != 0 && (abs < 1e-4 || abs >= 1e7) {
		return strconv.FormatFloat(short, 'g', 3, 64)
	}
	return strconv.FormatFloat(short, 'f', -1, 64)
}
