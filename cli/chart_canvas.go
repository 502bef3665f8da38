package cli

import (
	"math"
	"strings"

	"noon/judge/monitors"
)

// signs are what a chart is drawn with: no two things by colour alone.
type signs struct{ canary, live, band, mark, side, corner, line, cross string }

func signsOf(ascii bool) signs {
	if ascii {
		return signs{canary: "*", live: "-", band: ":", mark: "|", side: "|", corner: "+", line: "-", cross: "^"}
	}
	return signs{canary: "\u28ff", live: "\u2500", band: "\u2591", mark: "\u250a", side: "\u2524", corner: "\u2534", line: "\u2500", cross: "\u2534"}
}

// axis is the line at the bottom, with the moment of the upgrade.
func (s signs) axis(wide, upgraded int) string {
	if upgraded < 0 {
		return s.corner + strings.Repeat(s.line, wide)
	}
	return s.corner + strings.Repeat(s.line, upgraded) + s.cross + strings.Repeat(s.line, wide-upgraded-1)
}

// ink is what a cell shows; what is later in this list is drawn over the rest.
type ink int

const (
	blank ink = iota
	marked
	band
	liveLine
	canaryLine
)

// cell is one character of a chart.
type cell struct {
	ink ink
	// dots of a braille character, as Unicode numbers them.
	dots rune
}

// canvas is a chart while it is drawn; row 0 is at the top.
type canvas struct {
	wide, high int
	ascii      bool
	signs      signs
	cells      [][]cell
}

func newCanvas(wide, high int, ascii bool) *canvas {
	c := &canvas{wide: wide, high: high, ascii: ascii, signs: signsOf(ascii), cells: make([][]cell, high)}
	for i := range c.cells {
		c.cells[i] = make([]cell, wide)
	}
	return c
}

func (c *canvas) ink(row, column int, i ink) {
	if at := &c.cells[row][column]; i > at.ink {
		at.ink = i
	}
}

// upgradeAt is the column of the upgrade, -1 if it is not on the chart.
func (c *canvas) upgradeAt(of monitors.Chart) int {
	if !of.HasUpgrade() {
		return -1
	}
	return of.Upgraded * c.wide / of.Len()
}

// chart draws the band, the live servers and the canary; top is the value of
// the upper edge, 0 that of the lower one.
func (c *canvas) chart(of monitors.Chart, top monitors.Point) {
	n := of.Len()
	if at := c.upgradeAt(of); at >= 0 {
		for row := range c.high {
			c.ink(row, at, marked)
		}
	}
	for column := range c.wide {
		low, high := at(of.Low, n, column, c.wide), at(of.High, n, column, c.wide)
		if low.Known() && high.Known() {
			for row := c.rowOf(high, top, 1); row <= c.rowOf(low, top, 1); row++ {
				c.ink(row, column, band)
			}
		}
		if live := at(of.Live, n, column, c.wide); live.Known() {
			c.ink(c.rowOf(live, top, 1), column, liveLine)
		}
	}
	c.canary(of.Canary, n, top)
}

// canary draws the line of the canary: in braille two dots wide and four high
// a character.
func (c *canvas) canary(points []monitors.Point, n int, top monitors.Point) {
	across, down := 2, 4
	if c.ascii {
		across, down = 1, 1
	}
	before := -1
	for x := range c.wide * across {
		p := at(points, n, x, c.wide*across)
		if !p.Known() {
			before = -1
			continue
		}
		y := c.rowOf(p, top, down)
		from, to := y, y
		if before >= 0 { // joined to the point before
			from, to = min(y, before), max(y, before)
		}
		for each := from; each <= to; each++ {
			c.dot(x, each, across, down)
		}
		before = y
	}
}

// brailleDots are the bits of the dots of a character, by column and row.
var brailleDots = [2][4]rune{{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}

func (c *canvas) dot(x, y, across, down int) {
	at := &c.cells[y/down][x/across]
	at.ink = canaryLine
	at.dots |= brailleDots[x%across][y%down]
}

// rowOf is the row of a value where each row is split into so many.
func (c *canvas) rowOf(p monitors.Point, top monitors.Point, split int) int {
	rows := c.high * split
	row := int(math.Floor((1 - float64(p/top)) * float64(rows)))
	return min(max(row, 0), rows-1)
}

// at is the mean of the points that fall into a column of so many.
func at(points []monitors.Point, n, column, of int) monitors.Point {
	from := column * n / of
	to := max(from+1, (column+1)*n/of)
	sum, known := 0.0, 0.0
	for _, p := range points[min(from, len(points)):min(to, len(points))] {
		if p.Known() {
			sum, known = sum+float64(p), known+1
		}
	}
	return monitors.Point(sum / known) // of none it is NaN: unknown
}

// row is a row as text; runs of one ink are painted together.
func (c *canvas) row(i int, paint palette) string {
	var b strings.Builder
	cells := c.cells[i]
	last := len(cells)
	for last > 0 && cells[last-1].ink == blank {
		last--
	}
	for from := 0; from < last; {
		to := from
		var run strings.Builder
		for ; to < last && cells[to].ink == cells[from].ink; to++ {
			run.WriteString(c.text(cells[to]))
		}
		b.WriteString(painted(paint, cells[from].ink, run.String()))
		from = to
	}
	return b.String()
}

func (c *canvas) text(of cell) string {
	switch {
	case of.ink == canaryLine && !c.ascii:
		return string(0x2800 + of.dots)
	case of.ink == canaryLine:
		return c.signs.canary
	case of.ink == liveLine:
		return c.signs.live
	case of.ink == band:
		return c.signs.band
	case of.ink == marked:
		return c.signs.mark
	}
	return " "
}

func painted(paint palette, i ink, text string) string {
	switch i {
	case canaryLine:
		return paint.strong(text)
	case band, marked:
		return paint.faint(text)
	}
	return text
}
