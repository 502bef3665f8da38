package mine

import (
	"encoding/binary"
	"math/bits"
)

// A glance is the hash of a line in which every word with a digit is left out.
// It reads eight bytes at a time, decides nothing about words, and is what a
// line that was seen before costs. Two lines with one glance have the same
// words, the same signs between them and variables at the same places, so they
// have one shape: the shape itself is read only once for each glance.
//
// A word is a run of letters, digits, '-', '.', '/', '@', '`' and bytes above
// 0x7f. '_' ends a word, so that the fixed part of blk_38865 is seen.

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
	// gather brings the high bits of eight bytes together in the top byte.
	gather = 0x0002040810204081

	glanceSeed = 0x9e3779b97f4a7c15
	glanceMix  = 0xd6e8feb86659fd93
	pairMix    = 0xa0761d6478bd642f
)

// window is what is looked at in one piece: words that begin in its first 64
// bytes. The rest is room for reading 16 bytes at any of them.
const (
	windowLen  = 64
	windowRoom = windowLen + 16
)

type window [windowRoom]byte

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

// classes returns of eight bytes which belong to words, which are digits, and
// which are not control characters, as high bits.
func classes(x uint64) (word, digit, plain uint64) {
	low := x &^ highs
	fold := low | 0x20*ones
	pastNine := low + (0x80-':')*ones
	word = (low+(0x80-'-')*ones)&^pastNine | (fold+(0x80-'`')*ones)&^(fold+(0x80-'{')*ones) | x
	digit = (low + (0x80-'0')*ones) &^ (pastNine | x)
	plain = low + (0x80-' ')*ones | x
	return word & highs, digit & highs, plain
}

// fold128 mixes by multiplying: the halves of the product, one over the other.
func fold128(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}

// glance returns the hash, and whether the text may hold control characters.
// spare is room for the end of the text.
func glance(text []byte, spare *window) (h uint64, control bool) {
	h = glanceSeed
	plain := uint64(highs)
	for len(text) > 0 {
		w, n := spare, min(len(text), windowLen)
		if len(text) >= windowRoom {
			w = (*window)(text)
		} else {
			copy(spare[:], text)
		}
		var word, digit uint64
		for at := 0; at < n; at += 8 {
			wd, dg, pl := classes(binary.LittleEndian.Uint64(w[at&56 : at&56+8]))
			word |= wd * gather >> 56 << (at & 56)
			digit |= dg * gather >> 56 << (at & 56)
			plain &= pl
		}
		inside := ^uint64(0) >> ((windowLen - n) & 63)
		word, digit = word&inside, digit&inside
		starts := word &^ (word << 1)
		ends := word << 1 &^ word
		// The sum carries every digit to the end of its word: just beyond the
		// word a bit is set if the word has a digit.
		variable := (word + digit) &^ word

		// A unit is a word and the signs after it; of a word with a digit only
		// the signs. The last unit may go on in the next window.
		from := bits.TrailingZeros64(starts)
		if from > 0 {
			h = mixUnit(h, w, 0, min(from, n))
		}
		if starts == 0 {
			text = text[n:]
			continue
		}
		for starts &= starts - 1; starts != 0; starts &= starts - 1 {
			to, end := bits.TrailingZeros64(starts), bits.TrailingZeros64(ends)
			ends &= ends - 1
			a := from
			if variable>>(end&63)&1 != 0 {
				a = end
			}
			from = to
			if to-a > 16 {
				h = mixUnit(h, w, a, to)
				continue
			}
			keep := &masks[(to-a)&31]
			a &= windowLen - 1
			x := binary.LittleEndian.Uint64(w[a:a+8]) & keep[0]
			y := binary.LittleEndian.Uint64(w[a+8:a+16]) & keep[1]
			h = fold128(h^x, glanceMix^y)
		}
		if n == len(text) {
			if digit>>(from&63) != 0 {
				from = min(bits.TrailingZeros64(ends), n)
			}
			return mixUnit(h, w, from, n), plain&highs != highs
		}
		if from == 0 {
			h, from = mixLong(h, text)
		}
		text = text[from:]
	}
	return h, plain&highs != highs
}

// mixUnit mixes the bytes from a to b of a window into the hash.
func mixUnit(h uint64, w *window, a, b int) uint64 {
	for ; ; a += 16 {
		keep := &masks[max(0, min(b-a, 16))]
		at := a & (windowLen - 1)
		x := binary.LittleEndian.Uint64(w[at:at+8]) & keep[0]
		y := binary.LittleEndian.Uint64(w[at+8:at+16]) & keep[1]
		h = fold128(h^x, glanceMix^y)
		if b-a <= 16 {
			return h
		}
	}
}

// mixLong mixes a word of 64 bytes or more, or one that has many signs after
// it, and returns how long the word is.
func mixLong(h uint64, text []byte) (uint64, int) {
	digit, n := false, 0
	for n < len(text) && inWord(text[n]) {
		digit = digit || text[n]-'0' <= 9
		n++
	}
	if !digit {
		for _, c := range text[:n] {
			h = (h ^ uint64(c)) * pairMix
		}
	}
	return fold128(h, glanceMix+1), n
}

func inWord(c byte) bool {
	return c-'-' <= '9'-'-' || c|0x20 >= '`' && c|0x20 <= 'z' || c >= 0x80
}
