package format

import (
	"bytes"
)

// access fills e from a line of an access log of Apache, nginx, Tomcat, Go's
// handlers: common, combined, with the virtual host before it, with times
// behind it. False is that it is none.
//
//	10.0.0.1 - - [21/Nov/2026:13:00:00 +0000] "GET /cart HTTP/1.1" 200 512 "-" "curl" 0.012
func (p *Parser) access(e *Entry, b []byte) bool {
	open := bytes.IndexByte(b[:min(len(b), bracketMost)], '[')
	if open < 2 || open+22 > len(b) || b[open+3] != '/' || b[open+7] != '/' || b[open-1] != ' ' {
		return false
	}
	t, n := p.clock.stamp(b[open+1:])
	end := open + 1 + n
	if n == 0 || end >= len(b) || b[end] != ']' {
		return false
	}
	e.Time = t
	rest := bytes.TrimLeft(b[end+1:], " ")
	if !p.request(e, rest) && !p.proxied(e, rest) {
		e.Text, e.prose = rest, false
	}
	return true
}

// proxied fills e from what HAProxy writes behind the time:
//
//	shop shop/web1 0/0/1/12/13 503 217 - - ---- 1/1/0/0/0 0/0 "GET /cart HTTP/1.1"
func (p *Parser) proxied(e *Entry, rest []byte) bool {
	word, after := nextWord(rest) // where it came in
	for range 3 {                 // backend/server, times, status
		word, after = nextWord(after)
	}
	status := number(word)
	open := bytes.IndexByte(after, '"')
	if len(word) != 3 || status < 100 || open < 0 {
		return false
	}
	line := after[open+1:]
	if end := bytes.IndexByte(line, '"'); end >= 0 {
		line = line[:end]
	}
	p.requested(e, line, status)
	return true
}

// request fills e from the request and status that rest begins with:
// "GET /cart HTTP/1.1" 200, behind a client and a dash if need be.
func (p *Parser) request(e *Entry, rest []byte) bool {
	open := bytes.IndexByte(rest[:min(len(rest), bracketMost)], '"')
	if open < 0 || open > 0 && !bytes.HasSuffix(rest[:open], []byte(" - ")) {
		return false
	}
	end, _ := stringEnd(rest, open+1)
	if end < 0 || end+5 > len(rest) || rest[end+1] != ' ' {
		return false
	}
	after := rest[end+2:]
	status := number(after[:3])
	if status < 100 || status > 599 || len(after) > 3 && after[3] != ' ' {
		return false
	}
	p.requested(e, rest[open+1:end], status)
	e.Episode = loggedID(after, e.Episode)
	return true
}

// spoken fills e from a request and its status in a message: "GET /cart 500 12
// ms" (morgan), "HTTP GET /cart responded 500 in 12 ms" (Serilog), and Gin's
// "[GIN] 2026/11/21 - 13:00:00 | 500 | 12ms | 10.0.0.1 | GET "/cart"".
func (p *Parser) spoken(e *Entry, rest []byte) bool {
	rest = bytes.TrimPrefix(rest, []byte("HTTP "))
	line := requestHead(rest)
	if line == nil {
		return false
	}
	after := rest[len(line):]
	for range wordsBetween {
		word, behind := nextWord(bytes.TrimLeft(after, " "))
		if status := number(word); len(word) == 3 && status >= 100 && status <= 599 {
			p.requested(e, line, status)
			e.Episode = loggedID(behind, e.Episode)
			return true
		}
		after = behind
	}
	return false
}

// wordsBetween is how many words may stand between a request and its status.
const wordsBetween = 4

// requestHead returns "GET /cart" if b begins so.
func requestHead(b []byte) []byte {
	n := letters(b)
	if n < 3 || n+2 >= len(b) || b[n] != ' ' || b[n+1] != '/' {
		return nil
	}
	switch string(b[:n]) {
	case "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS":
		return b[:wordEnd(b, n+1)]
	}
	return nil
}

// gin fills e from a line of Gin's logger.
func (p *Parser) gin(e *Entry, b []byte) bool {
	parts := bytes.SplitN(b, []byte{'|'}, 5)
	if len(parts) != 5 {
		return false
	}
	status := number(bytes.TrimSpace(parts[1]))
	if status < 100 || status > 599 {
		return false
	}
	stamp := bytes.Replace(bytes.TrimPrefix(parts[0], []byte("[GIN] ")), []byte(" - "), []byte{' '}, 1)
	e.Time, _ = p.clock.stamp(stamp)
	line := bytes.ReplaceAll(bytes.TrimSpace(parts[4]), []byte{'"'}, nil)
	p.requested(e, bytes.Join(bytes.Fields(line), []byte{' '}), status)
	return true
}

// requested fills e from a request line and the status of its answer.
func (p *Parser) requested(e *Entry, line []byte, status int) {
	method, target := nextWord(line)
	target, _ = nextWord(target)
	out := p.text[:0]
	if shown := letters(method); shown == len(method) && shown > 2 {
		out = appendRequest(out, method, target, status)
	} else { // what strangers send to an open port
		out = appendOutcome(append(out, "no HTTP"...), status)
	}
	p.text, e.Text = out, out
	e.Level = max(e.Level, levelOfStatus(status))
	e.prose, e.bare = false, false
}

// loggedID returns the id of the request that the fields behind a status have,
// as request_id=... or alone, else what there was before.
func loggedID(after, before []byte) []byte {
	if len(before) > 0 {
		return before
	}
	if id := episodeIn(after); len(id) > 0 {
		return id
	}
	for range fieldsBehind {
		word, rest := nextWord(after)
		if word = bytes.Trim(word, `"`); len(word) >= 32 && uniqueID(word) {
			return word
		}
		after = rest
	}
	return nil
}

// fieldsBehind is how many fields behind a status are looked at.
const fieldsBehind = 40
