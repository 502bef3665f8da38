package monitors

import (
	"bytes"
	"math"
	"slices"

	"noon/fleet"
)

// observationNames are the names of an observation.
var observationNames = []string{"kind", "time", "server", "version", "counters", "histograms", "gauges"}

func newObservation() Observation {
	return Observation{Counters: map[string]float64{}, Histograms: map[string]Histogram{}, Gauges: map[string]float64{}}
}

// observation reads a line into o, whose maps are used again.
func (s *traceScanner) observation(o *Observation) {
	clear(o.Counters)
	clear(o.Gauges)
	clear(s.spare)
	earlier := o.Histograms
	o.Histograms, s.spare = s.spare, earlier
	o.Version = ""
	have := traceMembers{known: observationNames, needed: 3}
	s.object("an observation", func(name string) {
		if s.twice(&have, name) {
			return
		}
		switch name {
		case "kind":
			s.kind(kindObservation, `"`+kindObservation+`": the watch comes once, and first`)
		case "time":
			o.Time = s.time()
		case "server":
			o.Server = s.string("the name of a server, in quotes")
		case "version":
			o.Version = s.version("the version that the server runs")
		case "counters":
			s.numbers("counter", o.Counters, 0)
		case "gauges":
			s.numbers("gauge", o.Gauges, -math.MaxFloat64)
		case "histograms":
			s.histograms(o.Histograms, earlier)
		default:
			s.pass(0)
		}
	})
	s.end()
	s.needs(have, kindObservation)
}

// numbers reads the counters, or the gauges, of an observation.
func (s *traceScanner) numbers(kind string, into map[string]float64, least float64) {
	n := 0
	s.object("the "+kind+"s", func(name string) {
		column := s.here()
		x := s.number(func() string { return "the " + kind + " " + fleet.Quoted(name) })
		if x < least {
			s.fail(column, "the "+kind+" "+fleet.Quoted(name)+" is negative", "what was counted since the process started")
		}
		into[name] = x
		if n++; len(into) < n {
			s.fail(column, "the "+kind+" "+fleet.Quoted(name)+" is there twice", "each name once")
			n--
		}
	})
}

// histograms reads those of an observation; the counts go where those of an
// earlier one were.
func (s *traceScanner) histograms(into, earlier map[string]Histogram) {
	s.object("the histograms", func(name string) {
		if _, ok := into[name]; ok {
			s.fail(s.here(), "the histogram "+fleet.Quoted(name)+" is there twice", "each name once")
		}
		column, h := s.here(), Histogram{Count: earlier[name].Count[:0]}
		have := traceMembers{known: []string{"le", "count"}, needed: 2}
		s.object("a histogram", func(member string) {
			if s.twice(&have, member) {
				return
			}
			switch member {
			case "le":
				h.LE = s.le(name)
			case "count":
				h.Count = s.counts(name, h.Count)
			default:
				s.pass(0)
			}
		})
		s.needs(have, "histogram "+fleet.Quoted(name))
		if len(h.LE) != len(h.Count) {
			s.fail(column, "the histogram "+fleet.Quoted(name)+" has another number of counts than of bounds", "a count for each bound")
		}
		into[name] = h
	})
}

// le reads the bounds of a histogram, which are nearly always those of the line
// before.
func (s *traceScanner) le(name string) []float64 {
	from := s.here() - 1
	end := bytes.IndexByte(s.text[from:], ']')
	if end < 0 {
		end = len(s.text) - from - 1
	}
	written := s.text[from : from+end+1]
	if le, ok := s.bounds[string(written)]; ok && s.fault == nil {
		s.at = from + end + 1
		return le
	}
	le := s.newBounds(name)
	if s.fault == nil && s.at == from+end+1 && len(s.bounds) < boundsMost && len(written) < nameMost*8 {
		s.bounds[string(written)] = le
	}
	return le
}

func (s *traceScanner) newBounds(name string) []float64 {
	var le []float64
	const expected = `numbers in ascending order, the last one the text "+Inf"`
	s.array("the bounds of the histogram "+fleet.Quoted(name), func() {
		column, bound := s.here(), math.Inf(1)
		if s.peek() != '"' {
			bound = s.number(func() string { return "a bound of the histogram " + fleet.Quoted(name) })
		} else if text := s.string(expected); text != "+Inf" {
			s.fail(column, "a bound of the histogram "+fleet.Quoted(name)+" is "+fleet.Quoted(text), expected)
		}
		if len(le) > 0 && bound <= le[len(le)-1] {
			s.fail(column, "the bounds of the histogram "+fleet.Quoted(name)+" do not ascend", expected)
		}
		le = append(le, bound)
	})
	if len(le) == 0 || !math.IsInf(le[len(le)-1], 1) {
		s.fail(s.here(), "the bounds of the histogram "+fleet.Quoted(name)+` do not end with "+Inf"`, expected)
	}
	return slices.Clip(le)
}

func (s *traceScanner) counts(name string, into []float64) []float64 {
	s.array("the counts of the histogram", func() {
		column := s.here()
		x := s.number(func() string { return "a count of the histogram " + fleet.Quoted(name) })
		if x < 0 || len(into) > 0 && x < into[len(into)-1] {
			s.fail(column, "the counts of the histogram "+fleet.Quoted(name)+" are not cumulative", "how many were at most each bound: never fewer than at the bound before")
		}
		into = append(into, x)
	})
	return into
}
