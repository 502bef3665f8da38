package redact

import "bytes"

// kind is what the name of a field says about its value.
type kind int

const (
	noSecret kind = iota
	// secret: never shown.
	secret
	// password: as secret, and what follows it is never prose.
	password
	// authorization: a scheme, then a secret.
	authorization
	// cookies: pairs, all of them secret.
	cookies
)

// Secret tells that the value of the field with this name is to be hidden:
// "password", "x-api-key", "accessToken".
func Secret(name []byte) bool { return kindOf(name) != noSecret }

// namesWithin make a name secret wherever they stand in it, in lower case and
// without "_" and "-".
var namesWithin = []struct {
	part string
	kind kind
}{
	{"password", password}, {"passwd", password}, {"passphrase", password}, {"passcode", password},
	{"secret", secret}, {"apikey", secret}, {"accesskey", secret}, {"privatekey", secret},
	{"credential", secret}, {"sessionid", secret}, {"sessid", secret}, {"setcookie", cookies},
}

// namesAtEnd make a name secret when it ends with them.
var namesAtEnd = []struct {
	part string
	kind kind
	// word: it must be a word of its own there ("session", not "obsession").
	word bool
}{
	{"token", secret, false}, {"tokens", secret, false}, {"authorization", authorization, false},
	{"pwd", password, false}, {"signingkey", secret, false}, {"encryptionkey", secret, false},
	{"sharedkey", secret, false}, {"accountkey", secret, false}, {"authkey", secret, false},
	{"session", secret, true}, {"cookie", cookies, true}, {"cookies", cookies, true},
	{"signature", secret, true}, {"sig", secret, true}, {"otp", secret, true}, {"cvv", secret, true},
	{"cvc", secret, true}, {"pin", secret, true}, {"pass", password, true}, {"csrf", secret, true},
	{"xsrf", secret, true}, {"jwt", secret, true},
}

// lastPairs holds, per last letter of a name, the letters before it that a
// secret name can have: nearly all names are turned away by it.
var lastPairs = func() (t [26]uint32) {
	for _, n := range namesAtEnd {
		end := n.part[len(n.part)-2:]
		t[end[1]-'a'] |= 1 << (end[0] - 'a')
	}
	return t
}()

// shortestName is the length of the shortest secret name.
const shortestName = 3

// kindOf says what a name says about its value.
func kindOf(name []byte) kind {
	if len(name) < shortestName {
		return noSecret
	}
	if k := kindAtEnd(name); k != noSecret {
		return k
	}
	if len(name) < len("secret") || !mayHoldName(name) {
		return noSecret
	}
	return kindWithin(name)
}

// mayHoldName turns away most names at little cost: what is looked for within
// has "pas", "sec", "ses", "set", "key" or "cre" in it.
func mayHoldName(name []byte) bool {
	for i, c := range name[:len(name)-2] {
		switch c | 0x20 {
		case 'p':
			if name[i+1]|0x20 == 'a' {
				return true
			}
		case 's', 'k':
			if name[i+1]|0x20 == 'e' {
				return true
			}
		case 'c':
			if name[i+1]|0x20 == 'r' {
				return true
			}
		}
	}
	return false
}

func kindWithin(name []byte) kind {
	var room [wordMost]byte
	plain := plainName(room[:0], name)
	for _, n := range namesWithin {
		if bytes.Contains(plain, []byte(n.part)) {
			return n.kind
		}
	}
	return noSecret
}

func kindAtEnd(name []byte) kind {
	last, before := name[len(name)-1]|0x20, name[len(name)-2]|0x20
	if last-'a' >= 26 || before-'a' >= 26 || lastPairs[last-'a']&(1<<(before-'a')) == 0 {
		return noSecret
	}
	var room [wordMost]byte
	plain := plainName(room[:0], name)
	for _, n := range namesAtEnd {
		if bytes.HasSuffix(plain, []byte(n.part)) && (!n.word || wordAtEnd(name, len(n.part))) {
			return n.kind
		}
	}
	return noSecret
}

// wordAtEnd tells that the last n letters of name are a word of their own:
// "session", "user_session", "userSession", not "obsession".
func wordAtEnd(name []byte, n int) bool {
	at := len(name) - n
	if at <= 0 {
		return true
	}
	before, first := name[at-1], name[at]
	return before|0x20 < 'a' || before|0x20 > 'z' || before >= 'a' && first <= 'Z'
}

// plainName appends name to room in lower case without "_" and "-".
func plainName(room, name []byte) []byte {
	if len(name) > wordMost {
		name = name[len(name)-wordMost:]
	}
	for _, c := range name {
		switch {
		case c == '_' || c == '-':
		case c >= 'A' && c <= 'Z':
			room = append(room, c|0x20)
		default:
			room = append(room, c)
		}
	}
	return room
}
