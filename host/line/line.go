// Package line is the command lines that operators write in noon.yaml: their
// text with placeholders comes in, a line for a shell goes out. Data is never
// pasted into a line.
package line

import "strings"

// placeholders are what an operator may write in a line, and where the data
// is.
var placeholders = map[string]string{
	"{version}": "NOON_VERSION", "{server}": "NOON_SERVER", "{address}": "NOON_ADDRESS", "{host}": "NOON_HOST",
}

// WithData replaces the placeholders by variables of the shell, quoted as the
// place demands: data is never pasted into a line.
func WithData(line string) string {
	var b strings.Builder
	var quote byte
	for i := 0; i < len(line); i++ {
		if name, length := placeholderAt(line[i:]); length > 0 {
			b.WriteString(variable(name, quote))
			i += length - 1
			continue
		}
		c := line[i]
		b.WriteByte(c)
		switch {
		case c == '\\' && quote != '\'' && i+1 < len(line):
			i++
			b.WriteByte(line[i])
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == quote:
			quote = 0
		}
	}
	return b.String()
}

func placeholderAt(text string) (name string, length int) {
	for placeholder, name := range placeholders {
		if strings.HasPrefix(text, placeholder) {
			return name, len(placeholder)
		}
	}
	return "", 0
}

// variable names the variable outside of quotes, within " or within '.
func variable(name string, quote byte) string {
	switch quote {
	case '"':
		return "${" + name + "}"
	case '\'':
		return `'"${` + name + `}"'`
	}
	return `"${` + name + `}"`
}
