package mine

const escape = 0x1b

// withoutEscapes appends a text without the escape sequences of terminals
// (ECMA-48: ESC [ parameters final; ESC ] ... BEL or ESC \; ESC and one more).
func withoutEscapes(into, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		if text[i] != escape {
			into = append(into, text[i])
			continue
		}
		i += escapeLen(text[i+1:])
	}
	return into
}

// escapeLen is the length of an escape sequence after its ESC.
func escapeLen(rest []byte) int {
	if len(rest) == 0 {
		return 0
	}
	switch rest[0] {
	case '[':
		for n := 1; n < len(rest) && n < 32; n++ {
			if rest[n] >= 0x40 && rest[n] <= 0x7e {
				return n + 1
			}
		}
	case ']':
		for n := 1; n < len(rest); n++ {
			if rest[n] == 7 || rest[n] == '\\' && rest[n-1] == escape {
				return n + 1
			}
		}
	}
	return 1
}
