package format

import "bytes"

// pythonFrame reads `File "/app/cart.py", line 12, in add`; the innermost is
// last.
func pythonFrame(b []byte) frame {
	file, rest, _ := bytes.Cut(b[len(`File "`):], []byte{'"'})
	_, call, _ := bytes.Cut(rest, []byte(", in "))
	ours := !containsAny(file, "site-packages/", "dist-packages/", "/lib/python", "<frozen", `\lib\`)
	return frame{name: path(file) + " " + pythonName(call), ours: ours}
}

// pythonName leaves <locals> and such out.
func pythonName(call []byte) string {
	call = bytes.ReplaceAll(call, []byte(".<locals>"), nil)
	return string(bytes.TrimSpace(call))
}

// rubyFrameOf reads /app/cart.rb:12:in 'Cart#add', also with a backtick.
func rubyFrameOf(b []byte) frame {
	at := bytes.Index(b, []byte(":in "))
	file, _ := cutNumber(b[:at])
	call := b[at+5:]
	if end := bytes.IndexByte(call, '\''); end >= 0 {
		call = call[:end]
	}
	if n := bytes.LastIndex(call, []byte(" in ")); n >= 0 { // block (2 levels) in add
		call = call[n+4:]
	}
	ours := !containsAny(file, "/gems/", "/lib/ruby/", "<internal:", "/bundle/", "/rubygems/")
	return frame{name: path(file) + " " + string(call), ours: ours}
}

// phpFrame reads "#0 /app/cart.php(12): Cart->add('x')"; the innermost is first.
func phpFrame(b []byte) frame {
	_, b, _ = bytes.Cut(b, []byte{' '})
	b = bytes.ReplaceAll(b, []byte(`\\`), []byte(`\`)) // Monolog escapes
	place, call, _ := bytes.Cut(b, []byte(": "))
	file := place
	if open := bytes.LastIndexByte(place, '('); open > 0 {
		file = place[:open]
	}
	if n := bytes.IndexByte(call, '('); n >= 0 {
		call = call[:n]
	}
	if n := bytes.IndexByte(call, '{'); n >= 0 { // {closure}, {closure:Cart::add():12}
		call = call[:n]
	}
	if len(place) == 0 || place[0] == '{' || place[0] == '[' {
		return frame{name: string(call)}
	}
	return frame{name: path(file) + " " + string(bytes.TrimRight(call, `\`)), ours: !containsAny(file, "/vendor/")}
}

// phpNumbered reads "PHP   2. Cart->add($x = 1) /app/index.php:5".
func phpNumbered(b []byte) frame {
	_, b, found := bytes.Cut(b, []byte(". "))
	if !found { // the heading
		return frame{}
	}
	file, _ := cutNumber(b[bytes.LastIndexByte(b, ' ')+1:])
	call := b
	if n := bytes.IndexByte(call, '('); n >= 0 {
		call = call[:n]
	}
	return frame{name: path(file) + " " + string(call), ours: !containsAny(file, "/vendor/")}
}
