package monitors

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"noon/fleet"
)

// nameOf cuts the name off. Names that are not plain are in the braces, in quotes.
func nameOf(line string) (name, rest string, err error) {
	if strings.HasPrefix(line, `{"`) {
		name, rest, err = quoted(line[2:])
		rest = strings.TrimLeft(rest, " \t")
		if err == nil && !strings.HasPrefix(rest, ",") && !strings.HasPrefix(rest, "}") {
			err = errors.New("its name does not end")
		}
		return name, "{" + strings.TrimPrefix(rest, ","), err
	}
	if strings.HasPrefix(line, "<") {
		return "", "", errors.New("it is a page (HTML), not metrics")
	}
	end := strings.IndexAny(line, "{ \t")
	if end <= 0 || !plainName(line[:end]) {
		return "", "", fmt.Errorf("it begins with %s, which is no name", fleet.Quoted(line[:min(len(line), 20)]))
	}
	return line[:end], strings.TrimLeft(line[end:], " \t"), nil
}

func plainName(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':'
		if !letter && (c < '0' || c > '9' || i == 0) {
			return false
		}
	}
	return true
}

// labelsMost is how many labels a series may have.
const labelsMost = 64

// labelsOf reads `code="200",path="/"} ...`.
func labelsOf(line string) (labels []label, rest string, err error) {
	for len(labels) <= labelsMost {
		line = strings.TrimLeft(line, ", \t")
		if after, ok := strings.CutPrefix(line, "}"); ok {
			return labels, after, nil
		}
		name, after, ok := strings.Cut(line, "=")
		after = strings.TrimLeft(after, " \t")
		if !ok || !strings.HasPrefix(after, `"`) {
			return nil, "", errors.New("its labels do not end")
		}
		l := label{name: strings.Trim(name, "\" \t")}
		if l.value, line, err = quoted(after[1:]); err != nil {
			return nil, "", err
		}
		labels = append(labels, l)
	}
	return nil, "", fmt.Errorf("it has more than %d labels", labelsMost)
}

// quoted reads up to the closing quote.
func quoted(line string) (value, rest string, err error) {
	end := strings.IndexAny(line, `"\`)
	if end >= 0 && line[end] == '"' {
		return line[:end], line[end+1:], nil
	}
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"':
			return b.String(), line[i+1:], nil
		case c == '\\' && i+1 < len(line):
			i++
			b.WriteString(unescaped(line[i]))
		default:
			b.WriteByte(c)
		}
	}
	return "", "", errors.New("a quote does not end")
}

func unescaped(c byte) string {
	switch c {
	case 'n':
		return "\n"
	case '"', '\\':
		return string(c)
	}
	return `\` + string(c)
}

// valueOf reads the number; a time and an exemplar may follow it.
func valueOf(rest string) (float64, error) {
	words := strings.TrimLeft(rest, " \t")
	if end := strings.IndexAny(words, " \t"); end >= 0 {
		words = words[:end]
	}
	value, err := strconv.ParseFloat(words, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("%s is no number", fleet.Quoted(words))
	}
	return value, nil
}
