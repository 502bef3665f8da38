package monitors

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
)

// AppendWatch appends the first line of a trace, with its end.
func AppendWatch(b []byte, w Watch) []byte {
	b = append(b, `{"kind":"watch","service":`...)
	b = appendText(b, w.Service)
	b = append(b, `,"step":`...)
	b = strconv.AppendInt(b, int64(w.Step), 10)
	b = append(b, `,"live":`...)
	b = appendText(b, string(w.Live))
	b = append(b, `,"servers":[`...)
	for i, server := range w.Servers {
		b = appendText(appendComma(b, i), server)
	}
	b = append(b, `],"upgrades":[`...)
	for i, u := range w.Upgrades {
		b = append(appendComma(b, i), `{"server":`...)
		b = appendText(b, u.Server)
		b = append(b, `,"version":`...)
		b = appendText(b, string(u.Version))
		b = append(b, `,"time":`...)
		b = append(appendTime(b, u.Time), '}')
	}
	return append(b, "]}\n"...)
}

// AppendObservation appends a line of a trace, with its end; the same observation
// always gives the same line. What a trace cannot
// hold was not measured, and is left out: a number that is not finite, a counter
// below zero, a histogram that is none.
func AppendObservation(b []byte, o Observation) []byte {
	b = append(b, `{"kind":"observation","time":`...)
	b = appendTime(b, o.Time)
	b = append(b, `,"server":`...)
	b = appendText(b, o.Server)
	if o.Version != "" {
		b = append(b, `,"version":`...)
		b = appendText(b, string(o.Version))
	}
	b = append(b, `,"counters":`...)
	b = appendNumbers(b, o.Counters, 0)
	if len(o.Histograms) > 0 {
		b = append(b, `,"histograms":`...)
		b = appendHistograms(b, o.Histograms)
	}
	if len(o.Gauges) > 0 {
		b = append(b, `,"gauges":`...)
		b = appendNumbers(b, o.Gauges, -math.MaxFloat64)
	}
	return append(b, "}\n"...)
}

func appendNumbers(b []byte, numbers map[string]float64, least float64) []byte {
	b = append(b, '{')
	n := 0
	for _, name := range slices.Sorted(maps.Keys(numbers)) {
		if x := numbers[name]; Point(x).Known() && x >= least {
			b = append(appendText(appendComma(b, n), name), ':')
			b = appendNumber(b, x)
			n++
		}
	}
	return append(b, '}')
}

func appendHistograms(b []byte, histograms map[string]Histogram) []byte {
	b = append(b, '{')
	n := 0
	for _, name := range slices.Sorted(maps.Keys(histograms)) {
		h := histograms[name]
		if !h.whole() {
			continue
		}
		b = append(appendText(appendComma(b, n), name), `:{"le":[`...)
		for _, le := range h.LE[:len(h.LE)-1] {
			b = append(appendNumber(b, le), ',')
		}
		b = append(b, `"+Inf"],"count":[`...)
		for i, count := range h.Count {
			b = appendNumber(appendComma(b, i), count)
		}
		b = append(b, "]}"...)
		n++
	}
	return append(b, '}')
}

// whole tells whether it is a histogram as a trace has it.
func (h Histogram) whole() bool {
	if len(h.LE) == 0 || len(h.LE) != len(h.Count) || !math.IsInf(h.LE[len(h.LE)-1], 1) {
		return false
	}
	for i, le := range h.LE[:len(h.LE)-1] {
		if !Point(le).Known() || i > 0 && le <= h.LE[i-1] {
			return false
		}
	}
	for i, count := range h.Count {
		if !Point(count).Known() || count < 0 || i > 0 && count < h.Count[i-1] {
			return false
		}
	}
	return true
}

func appendComma(b []byte, before int) []byte {
	if before > 0 {
		return append(b, ',')
	}
	return b
}

func appendTime(b []byte, t time.Time) []byte {
	b = append(b, '"')
	return append(t.UTC().AppendFormat(b, time.RFC3339Nano), '"')
}

// appendNumber writes a finite number as the shortest text that reads as it.
func appendNumber(b []byte, x float64) []byte {
	if abs := math.Abs(x); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		return strconv.AppendFloat(b, x, 'e', -1, 64)
	}
	return strconv.AppendFloat(b, x, 'f', -1, 64)
}

// appendText writes a text as JSON.
func appendText(b []byte, text string) []byte {
	if isPlain(text) {
		return append(append(append(b, '"'), text...), '"')
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return append(b, `""`...) // never: every string has a form in JSON
	}
	return append(b, quoted...)
}

func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
