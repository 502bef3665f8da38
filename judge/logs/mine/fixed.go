package mine

import "bytes"

var fixedHole = []byte("_<*>")

// withoutFixed returns a template with plain holes in place of "blk_<*>", if
// the other text does not have the same.
func withoutFixed(template, other []byte) (plain []byte, changed bool) {
	for from := 0; ; {
		at := bytes.Index(template[from:], fixedHole)
		if at < 0 {
			return append(plain, template[from:]...), changed
		}
		at += from
		begin := at
		for begin > from && class[template[begin-1]]&(letter|high) != 0 {
			begin--
		}
		end := at + len(fixedHole)
		if bytes.Contains(other, template[begin:end]) {
			plain = append(plain, template[from:end]...)
		} else {
			plain = append(append(plain, template[from:begin]...), hole...)
			changed = true
		}
		from = end
	}
}
