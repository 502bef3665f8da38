package mine

import (
	"encoding/binary"
	"math/bits"
)

// A glance is the hash of a line in which every word with a digit is left out.
// It reads eight bytes at a time, decides nothing about words, and is all that
// a line costs that is like one seen before. Two lines with one glance have the
// same words, the same signs between them and their numbers at the same places,
// so they have one shape: the shape itself is read only once for each glance.
//
// A word here is a run of ASCII letters, digits, '-', '.', '/', '@' and '`'.
// '_' ends a word, so that the fixed part of blk_38865 is seen; what is beyond
// ASCII does, because not all scripts have spaces.
type glance struct {
	// line is the text, with room for reading 16 bytes at any place of it.
	line [TextMost + 16]byte
	// control tells that the text has control characters, odd that it has these
	// or others beyond ASCII.
	control, odd bool
}

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
	// gather brings the high bits of eight bytes together in the top byte.
	gather = 0x0002040810204081
	// window is how many bytes are looked at in one piece: one bit for each.
	window = 64

	mixA = 0x9e3779b97f4a7c15
	mixB = 0xd6e8feb86659fd93
)

// at returns the hash of a text, of which TextMost bytes count.
func (g *glance) at(text []byte) uint64 {
	n := copy(g.line[:TextMost], text)
	g.control, g.odd = false, false
	h := uint64(0)
	// from is where the stretch began that is not mixed in yet, and begin where
	// the word began that goes on; digits is the carry of its digits.
	from, begin, digits := 0, 0, uint64(0)
	for base := 0; base < n; base += window {
		word, digit := g.classes(base, min(n-base, window))
		// The sum carries every digit to the end of its word: just beyond the
		// word a bit is set if the word has a digit.
		sum, carry := bits.Add64(word, digit, digits)
		digits = carry
		for ends := sum &^ word; ends != 0; ends &= ends - 1 {
			end := bits.TrailingZeros64(ends)
			if signs := ^word & (1<<(end&63) - 1); signs != 0 {
				begin = base + bits.Len64(signs)
			}
			h = g.mix(h, from, begin)
			from = base + end
		}
		if word != ^uint64(0) {
			begin = base + bits.Len64(^word)
		}
	}
	if digits != 0 {
		h = g.mix(h, from, begin)
		from = n
	}
	return g.mix(h, from, n)
}

// mix adds the bytes of a stretch without variables to the hash.
func (g *glance) mix(h uint64, from, to int) uint64 {
	for ; to-from > 16; from += 16 {
		at := from & (TextMost - 1)
		b := g.line[at : at+16]
		x, y := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
		h = bits.RotateLeft64(h, 11) + fold(x^mixA, y^mixB)
	}
	keep := &masks[(to-from)&31]
	at := from & (TextMost - 1)
	b := g.line[at : at+16]
	x, y := binary.LittleEndian.Uint64(b)&keep[0], binary.LittleEndian.Uint64(b[8:])&keep[1]
	return bits.RotateLeft64(h, 11) + fold(x^mixB, y^mixA^uint64(to-from))
}

// classes returns which of n bytes belong to words and which are digits, a bit
// for each.
func (g *glance) classes(base, n int) (word, digit uint64) {
	at := base
	for ; at < base+n; at += 8 {
		i := at & (TextMost - 1)
		x := binary.LittleEndian.Uint64(g.line[i : i+8])
		if (x|(x-' '*ones))&highs != 0 {
			g.odd, g.control = true, g.control || control(x)
			wd, dg := classesOfAny(x)
			word = word>>8 | wd*gather&(0xff<<56)
			digit = digit>>8 | dg*gather&(0xff<<56)
			continue
		}
		upToNine := (0x80+'9')*ones - x
		word = word>>8 | (((x+(0x80-'-')*ones)&upToNine|(x+x)&((0x80+'z')*ones-(x|0x20*ones)))&highs)*gather&(0xff<<56)
		digit = digit>>8 | ((x+(0x80-'0')*ones)&upToNine&highs)*gather&(0xff<<56)
	}
	short := uint(base + window - at)
	inside := ^uint64(0) >> ((window - uint(n)) & 63)
	return word >> short & inside, digit >> short & inside
}

// classesOfAny is the same for bytes of any value: high bits.
func classesOfAny(x uint64) (word, digit uint64) {
	low := x &^ highs
	upToNine := (0x80+'9')*ones - low
	word = (low+(0x80-'-')*ones)&upToNine | (low+low)&((0x80+'z')*ones-(low|0x20*ones))
	digit = (low + (0x80-'0')*ones) & upToNine
	return word & highs &^ x, digit & highs &^ x
}

// control tells whether one of eight bytes is below ' '.
func control(x uint64) bool {
	return ((x&^highs+(0x80-' ')*ones)|x)&highs != highs
}

// masks keep the first n of 16 bytes.
var masks = func() (m [32][2]uint64) {
	for n := range m {
		m[n][0], m[n][1] = lowBytes(n), lowBytes(n-8)
	}
	return m
}()

func lowBytes(n int) uint64 {
	switch {
	case n <= 0:
		return 0
	case n >= 8:
		return ^uint64(0)
	}
	return 1<<(8*n) - 1
}

// fold mixes by multiplying: the halves of the product, one over the other.
func fold(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}
