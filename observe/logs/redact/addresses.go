package redact

import "bytes"

// authorityMost bounds how long the authority of an address may be.
const authorityMost = 512

// userinfo finds the password in an address whose scheme ends at i:
// postgres://user:password@host.
func (s *scan) userinfo(i int) (lo, hi int, found bool) {
	if i+3 >= len(s.b) || s.b[i+1] != '/' || s.b[i+2] != '/' {
		return 0, 0, false
	}
	rest := s.b[i+3 : min(len(s.b), i+3+authorityMost)]
	if n := bytes.IndexAny(rest, " \t\r\n\"'<>?#\\"); n >= 0 {
		rest = rest[:n]
	}
	at := userinfoEnd(rest)
	if at < 0 {
		return 0, 0, false
	}
	colon := bytes.IndexByte(rest[:at], ':')
	if colon < 0 && at < 20 { // a user; a long one is a token
		return 0, 0, false
	}
	lo, hi = i+3+colon+1, i+3+at
	return lo, hi, hi > lo && !masked(s.b[lo:hi])
}

// userinfoEnd returns where the last "@" of the authority stands, -1 for none.
// A slash before it ends the authority, but not inside a password that nobody
// escaped.
func userinfoEnd(rest []byte) int {
	slash := bytes.IndexByte(rest, '/')
	if slash < 0 {
		return bytes.LastIndexByte(rest, '@')
	}
	if at := bytes.LastIndexByte(rest[:slash], '@'); at >= 0 {
		return at
	}
	return -1
}

// email finds the address around the "@" at i.
func (s *scan) email(i, from int) (lo, hi int, found bool) {
	lo, hi = i, i+1
	for lo > from && i-lo < wordMost && (wordByte(s.b[lo-1]) || s.b[lo-1] == '.' || s.b[lo-1] == '+') {
		lo--
	}
	for hi < len(s.b) && hi-i < 4*wordMost && (wordByte(s.b[hi]) || s.b[hi] == '.') {
		hi++
	}
	for s.b[hi-1] == '.' {
		hi--
	}
	dot := bytes.LastIndexByte(s.b[i:hi], '.')
	return lo, hi, lo < i && dot > 1
}
