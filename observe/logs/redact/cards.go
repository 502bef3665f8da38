package redact

// Card numbers: 13 to 19 digits of a known issuer with a valid check digit
// (ISO/IEC 7812), alone or in the groups that are printed on cards.

const (
	cardLeast = 13
	cardMost  = 19
)

// spacedCard finds a card number in groups with spaces: 4111 1111 1111 1111 or
// 3782 822463 10005, whose first group is b[start:end].
func (s *scan) spacedCard(start, end int) (lo, hi int, found bool) {
	b := s.b
	if end+9 > len(b) || b[end] != ' ' || !digit(b[end+1]) || b[start] < '2' || b[start] > '6' {
		return 0, 0, false
	}
	return s.grouped(start, ' ')
}

// cardIn finds a card number within the word b[start:end], with dashes or
// without anything between its digits.
func (s *scan) cardIn(start, end int) (lo, hi int, found bool) {
	b := s.b
	for i := start; end-i >= cardLeast; i++ {
		if b[i] < '2' || b[i] > '6' || i > start && alphanumeric(b[i-1]) {
			continue
		}
		if i+4 < end && b[i+4] == '-' {
			lo, hi, found = s.grouped(i, '-')
		} else {
			lo, hi, found = s.bareCard(i)
		}
		if found {
			return lo, hi, true
		}
	}
	return 0, 0, false
}

// bareCard finds a card number without separators that begins at start.
func (s *scan) bareCard(start int) (lo, hi int, found bool) {
	hi = start
	for hi < len(s.b) && digit(s.b[hi]) {
		hi++
	}
	if named := start > 0 && s.b[start-1] == '_' || start > 1 && s.b[start-1] == '-' && s.b[start-2] == '_'; named && hi-start > 16 {
		return 0, 0, false // blk_4568377692254637284
	}
	return start, hi, hi-start <= cardMost && s.alone(start, hi) && isCard(s.b[start:hi])
}

// grouped finds a card number in groups of 4-4-4-4 or 4-6-5 digits.
func (s *scan) grouped(start int, separator byte) (lo, hi int, found bool) {
	var room [cardMost + 1]byte
	var groups [4]int
	digits, n, i := room[:0], 0, start
	for ; i < len(s.b) && len(digits) <= cardMost; i++ {
		switch c := s.b[i]; {
		case digit(c):
			digits = append(digits, c)
			groups[n]++
			continue
		case c == separator && n < 3 && i+1 < len(s.b) && digit(s.b[i+1]) && groups[n] >= 4:
			n++
			continue
		}
		break
	}
	printed := groups == [4]int{4, 4, 4, 4} || groups == [4]int{4, 6, 5, 0}
	return start, i, printed && s.alone(start, i) && isCard(digits)
}

// alone tells that b[lo:hi] is not part of a longer number or word.
func (s *scan) alone(lo, hi int) bool {
	b := s.b
	if lo > 0 && (alphanumeric(b[lo-1]) || b[lo-1] == '.' && lo > 1 && digit(b[lo-2])) {
		return false
	}
	return hi >= len(b) || !alphanumeric(b[hi]) && (b[hi] != '.' || hi+1 >= len(b) || !digit(b[hi+1]))
}

func alphanumeric(c byte) bool { return digit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' }

// isCard tells that digits are the number of a card.
func isCard(digits []byte) bool {
	return len(digits) >= cardLeast && issued(digits) && luhn(digits)
}

// issued tells that an issuer gives out numbers of this length with this
// beginning.
func issued(d []byte) bool {
	n := len(d)
	two := int(d[0]-'0')*10 + int(d[1]-'0')
	four := two*100 + int(d[2]-'0')*10 + int(d[3]-'0')
	switch {
	case d[0] == '4':
		return n == 13 || n == 16 || n == 19
	case two == 34 || two == 37:
		return n == 15
	case two >= 51 && two <= 55, four >= 2221 && four <= 2720:
		return n == 16
	case two == 36 || two == 38 || four >= 3000 && four <= 3059:
		return n == 14
	case four >= 3528 && four <= 3589:
		return n == 16
	case two == 62 || two == 65 || four == 6011 || four >= 6440 && four <= 6499:
		return n >= 16
	case two == 50 || two >= 56 && two <= 58 || two == 63 || two == 67:
		return n == 16 || n >= 18
	}
	return false
}

// luhn tells that the check digit is right.
func luhn(digits []byte) bool {
	sum, double := 0, false
	for i := len(digits) - 1; i >= 0; i-- {
		d := int(digits[i] - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum, double = sum+d, !double
	}
	return sum%10 == 0
}
