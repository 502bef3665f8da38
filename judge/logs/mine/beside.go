package mine

import "bytes"

// What words are by what stands beside them.

// joined makes variable what is joined to a path: the words of a Windows path
// or of an address.
func joined(all []word, text []byte) {
	for i := 1; i < len(all); i++ {
		gap := text[all[i-1].to:all[i].from]
		switch {
		case string(gap) == "\\", string(gap) == ":\\", string(gap) == "\\\\", string(gap) == "~":
			all[i-1].variable, all[i].variable = true, true
		case all[i-1].variable && len(gap) == 1 && (gap[0] == '$' || gap[0] == '?' || gap[0] == '&' || gap[0] == '%' || gap[0] == '+'):
			all[i].variable = true
		case len(gap) == 1 && gap[0] == ':' && text[all[i].from] == '/' && all[i].to-all[i].from > 2 && text[all[i].from+1] == '/':
			all[i-1].variable = true
		}
	}
}

// drives makes variable what belongs to a path of Windows that begins with the
// name of a drive, up to the next space: C:\shop\*_all.log.
func drives(all []word, text []byte) {
	end := -1
	for i := range all {
		w := &all[i]
		if w.to-w.from == 1 && class[text[w.from]] == letter && bytes.HasPrefix(text[w.to:], []byte(`:\`)) {
			end = w.to + bytes.IndexAny(append(text[w.to:len(text):len(text)], ' '), " \t,;'\"")
		}
		if w.to <= end {
			w.variable = true
		}
	}
}

// addresses makes variable what letters of an address were not found to be: the
// bc of 5c:50:15:36:bc:03.
func addresses(all []word, text []byte) {
	if bytes.IndexByte(text, ':') < 0 {
		return
	}
	for i := 1; i < len(all); i++ {
		addressed(all, i, i-1, text)
	}
	for i := len(all) - 2; i >= 0; i-- {
		addressed(all, i, i+1, text)
	}
}

func addressed(all []word, i, beside int, text []byte) {
	w, b := &all[i], all[beside]
	if w.variable || !b.variable || w.to-w.from > 4 {
		return
	}
	for _, c := range text[w.from:w.to] {
		if !isHex(c) {
			return
		}
	}
	gap := text[min(w.to, b.to):max(w.from, b.from)]
	w.variable = string(gap) == ":" || string(gap) == "::"
}

// near decides by what stands beside a variable word: units of measure, and
// the names of days and months.
func near(all []word, text []byte) {
	header := true
	for i := range all {
		w := &all[i]
		if w.variable {
			continue
		}
		if string(text[w.from:w.to]) == "CMD" && bytes.HasPrefix(text[w.to:], []byte(" (")) {
			vary(all[i+1:]) // what cron runs: (root) CMD (run-parts /etc/cron.daily)
		}
		before := i > 0 && all[i-1].variable
		switch {
		case before && w.kind&unit != 0,
			w.kind&calendar != 0 && (before || i+1 < len(all) && dated(all[i+1])),
			header && w.kind&level != 0 && len(all) > 1:
			w.variable = true
		default:
			header = false
		}
	}
}

// states makes names of states variable: from RUNNING to FAILED.
func states(all []word, text []byte) {
	for i := 3; i < len(all); i++ {
		from, to := &all[i-2], &all[i]
		if string(text[all[i-3].from:all[i-3].to]) == "from" && string(text[all[i-1].from:all[i-1].to]) == "to" &&
			capitals(text[from.from:from.to]) && capitals(text[to.from:to.to]) {
			from.variable, to.variable = true, true
		}
	}
}

func capitals(w []byte) bool {
	for _, c := range w {
		if c >= 'a' && c <= 'z' || c >= 0x80 {
			return false
		}
	}
	return true
}

// dated tells whether a word may be part of a date.
func dated(w word) bool { return w.kind&calendar != 0 || w.variable && w.fixed == 0 }
