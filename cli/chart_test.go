package cli

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"noon/judge/monitors"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) {
	time.Local = time.UTC // charts name times as people read them
	os.Exit(m.Run())
}

// golden compares a text with that in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("run \"go test ./cli -update\" if the new text is better (-want +got)\n%s", diff)
	}
}

func plotted(n int, at func(int) float64) []monitors.Point {
	all := make([]monitors.Point, n)
	for i := range all {
		all[i] = monitors.Point(at(i))
	}
	return all
}

func wave(i int) float64 { return 0.05 * math.Sin(float64(i)/9) }

// failing is a canary whose errors rise after its upgrade; it is silent while
// it is upgraded.
func failing() monitors.Chart {
	c := monitors.Chart{Name: "errors", Unit: "%", From: time.Date(2026, 11, 21, 11, 50, 0, 0, time.UTC), Every: 10 * time.Second, Upgraded: 60}
	c.Canary = plotted(180, func(i int) float64 {
		switch {
		case i < 55:
			return 0.25 + wave(i)
		case i < 60:
			return math.NaN()
		}
		return 1.53 - 1.2*math.Exp(-float64(i-60)/10) + 3*wave(i)
	})
	c.Live = plotted(180, func(i int) float64 { return 0.21 + wave(i+5) })
	c.Low, c.High = plotted(180, func(i int) float64 { return 0.1 + wave(i) }), plotted(180, func(i int) float64 { return 0.45 + wave(i) })
	return c
}

func TestCharts(t *testing.T) {
	fine := chartLook{columns: 80}
	early := failing()
	early.Upgraded = 0
	late := failing()
	late.Upgraded = 180
	few := monitors.Chart{Name: "latency p99", Unit: "ms", From: early.From, Every: 5 * time.Second, Upgraded: 1, Canary: plotted(3, func(i int) float64 { return 120 + 100*float64(i) }), Live: plotted(3, func(int) float64 { return 110 })}
	still := monitors.Chart{Name: "errors", Unit: "%", From: early.From, Every: 5 * time.Second, Upgraded: 2, Canary: make([]monitors.Point, 30), Live: make([]monitors.Point, 30)}
	for name, c := range map[string]struct {
		look  chartLook
		chart monitors.Chart
	}{
		"chart":          {fine, failing()},
		"chart_ascii":    {chartLook{columns: 80, ascii: true}, failing()},
		"chart_60":       {chartLook{columns: 60}, failing()},
		"chart_30":       {chartLook{columns: 30}, failing()},
		"chart_at_start": {fine, early},
		"chart_not_yet":  {fine, late},
		"chart_few":      {fine, few},
		"chart_two":      {fine, monitors.Chart{Name: "errors", Unit: "%", Upgraded: 1, Every: time.Second, Canary: plotted(2, func(int) float64 { return 2 }), Live: plotted(2, func(int) float64 { return math.NaN() })}},
		"chart_zero":     {fine, still},
		"chart_nothing":  {fine, monitors.Chart{Name: "errors\x1b[2J", Unit: "%", Canary: plotted(9, func(int) float64 { return math.NaN() })}},
	} {
		t.Run(name, func(t *testing.T) {
			lines := c.look.draw(c.chart)
			for _, line := range lines {
				if width(line) > c.look.columns || strings.Contains(line, "\x1b") || strings.TrimRight(line, " ") != line {
					t.Errorf("%q", line)
				}
				if c.look.ascii && strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
					t.Errorf("not ASCII: %q", line)
				}
			}
			golden(t, name, strings.Join(lines, "\n")+"\n")
		})
	}
}

func TestAColouredChartSaysTheSame(t *testing.T) {
	plain := chartLook{columns: 80}.draw(failing())
	coloured := chartLook{columns: 80, paint: newPalette(true)}.draw(failing())
	if !strings.Contains(strings.Join(coloured, ""), "\x1b[") {
		t.Error("there is no colour")
	}
	for i, line := range coloured {
		if stripped := ansi.Strip(line); stripped != plain[i] {
			t.Errorf("%q\n%q", plain[i], stripped)
		}
	}
}
