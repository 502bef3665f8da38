package mine

// Match tells whether a text is of a template as a person writes it: "<*>", or
// anything that the miner takes for a variable, stands for one or more words.
// Signs between words do not count.
func Match(template, text string) bool {
	return matches(read([]byte(template)).items, read([]byte(text)).items)
}

func read(text []byte) *shape {
	s := &shape{}
	text = text[:min(len(text), TextMost)]
	s.read(text, words(nil, text))
	return s
}

// matches is the usual match with one kind of wildcard: on a mismatch the
// last wildcard takes one word more.
func matches(template, items []item) bool {
	at, wild, from := 0, -1, 0
	for i := 0; i < len(items); {
		switch {
		case at < len(template) && template[at] == varying:
			wild, from = at, i+1
			at++
			i++
		case at < len(template) && template[at] == items[i]:
			at++
			i++
		case wild >= 0 && from < len(items):
			at, i = wild+1, from+1
			from++
		default:
			return false
		}
	}
	return at == len(template)
}
