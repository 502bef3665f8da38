package format

import "bytes"

// Go writes two lines a frame, the innermost first:
//
//	main.(*Cart).Add(0xc000012345, {0x1, 0x2})
//		/srv/shop/cart.go:12 +0x1d

// goPlace tells that a line is the second of a frame.
func goPlace(line []byte) bool {
	at := bytes.Index(line, []byte(".go:"))
	return at > 0 && at+4 < len(line) && digit(line[at+4]) && (line[0] == '\t' || line[0] == ' ')
}

// goStandard are the first segments of the standard library's packages.
var goStandard = map[string]bool{
	"archive": true, "bufio": true, "bytes": true, "compress": true, "container": true, "context": true, "crypto": true,
	"database": true, "debug": true, "embed": true, "encoding": true, "errors": true, "expvar": true, "flag": true, "fmt": true,
	"go": true, "hash": true, "html": true, "image": true, "index": true, "internal": true, "io": true, "iter": true, "log": true,
	"maps": true, "math": true, "mime": true, "net": true, "os": true, "path": true, "plugin": true, "reflect": true,
	"regexp": true, "runtime": true, "slices": true, "sort": true, "strconv": true, "strings": true, "sync": true,
	"syscall": true, "testing": true, "text": true, "time": true, "unicode": true, "unique": true, "unsafe": true, "vendor": true, "weak": true,
}

func goFrame(call, place []byte) frame {
	if bytes.HasPrefix(call, []byte("created by ")) {
		return frame{}
	}
	if call[len(call)-1] == ')' {
		if open := bytes.LastIndexByte(call, '('); open > 0 {
			call = call[:open]
		}
	}
	if string(call) == "panic" || string(call) == "runtime.gopanic" || string(call) == "runtime.sigpanic" {
		return frame{reset: true}
	}
	return frame{name: goName(call), ours: goOurs(call, place)}
}

// goOurs tells that a function is neither of the standard library nor of a
// module that the program depends on.
func goOurs(call, place []byte) bool {
	if containsAny(place, "/go/src/", "/pkg/mod/", "@v", "/vendor/", "/goroot/") {
		return false
	}
	first := call
	if n := bytes.IndexAny(call, "./"); n >= 0 {
		first = call[:n]
	}
	return !goStandard[string(first)]
}

// goName returns the name of a function without the numbers of its closures and
// without type arguments: main.(*T).f.func1.2 is main.(*T).f.
func goName(call []byte) string {
	if n := bytes.Index(call, []byte("[...]")); n >= 0 {
		call = append(append([]byte(nil), call[:n]...), call[n+5:]...)
	}
	for {
		dot := bytes.LastIndexByte(call, '.')
		if dot <= 0 {
			return string(call)
		}
		last := bytes.TrimRight(call[dot+1:], "0123456789")
		last = bytes.TrimSuffix(last, []byte("-range"))
		switch string(last) {
		case "", "func", "gowrap", "deferwrap", "-fm":
			call = call[:dot]
		default:
			return string(bytes.TrimSuffix(call, []byte("-fm")))
		}
	}
}
