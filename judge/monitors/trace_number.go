package monitors

import (
	"bytes"
	"strconv"

	"noon/fleet"
)

// number reads a finite number.
func (s *traceScanner) number(what func() string) float64 {
	from := s.here() - 1
	whole, isWhole := s.digits()
	if s.fault == nil && s.at == from {
		s.fail(from+1, what()+" is "+s.value(), "a number; what was not measured is left out")
		return 0
	}
	if isWhole {
		return whole
	}
	x, err := strconv.ParseFloat(string(s.text[from:s.at]), 64)
	if err != nil {
		s.fail(from+1, what()+" is "+fleet.Quoted(string(s.text[from:s.at])), "a number that 64 bits can hold")
	}
	return x
}

// exactDigits is how many digits a 64-bit float holds exactly.
const exactDigits = 15

// digits passes over a number, none if it is not one as JSON writes it; a short
// whole one is read on the way.
func (s *traceScanner) digits() (whole float64, isWhole bool) {
	if s.fault != nil {
		return 0, false
	}
	i, text := s.at, s.text
	negative := i < len(text) && text[i] == '-'
	if negative {
		i++
	}
	first, n := i, uint64(0)
	for ; i < len(text) && isDigit(text[i]); i++ {
		n = n*10 + uint64(text[i]-'0')
	}
	if i == first || text[first] == '0' && i > first+1 {
		return 0, false
	}
	isWhole = !negative && i-first <= exactDigits
	end, ok := s.fraction(i)
	if ok {
		end, ok = s.exponent(end)
	}
	if !ok {
		return 0, false
	}
	s.at = end
	return float64(n), isWhole && end == i
}

// fraction is where a fraction that begins at i ends; not ok if it is broken.
func (s *traceScanner) fraction(i int) (int, bool) {
	if i >= len(s.text) || s.text[i] != '.' {
		return i, true
	}
	return s.someDigits(i + 1)
}

// exponent is where an exponent that begins at i ends.
func (s *traceScanner) exponent(i int) (int, bool) {
	if i >= len(s.text) || s.text[i]|0x20 != 'e' {
		return i, true
	}
	if i++; i < len(s.text) && (s.text[i] == '+' || s.text[i] == '-') {
		i++
	}
	return s.someDigits(i)
}

func (s *traceScanner) someDigits(i int) (int, bool) {
	from := i
	for i < len(s.text) && isDigit(s.text[i]) {
		i++
	}
	return i, i > from
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// value is what stands here where a number should, in words: as much of it as
// says what is wrong.
func (s *traceScanner) value() string {
	rest := s.text[min(s.at, len(s.text)):]
	if end := bytes.IndexAny(rest, ",}]"); end > 0 && end < snippetMost {
		return fleet.Plain(string(rest[:end]))
	}
	return s.snippet()
}
