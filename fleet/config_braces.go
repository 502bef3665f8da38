package fleet

import (
	"regexp"
	"strings"
)

// A placeholder may stand without quotes also where YAML would take its braces
// for a mapping: { artifact: dist/webshop-{version}.tar.gz }. "{version}" alone
// is no mapping that noon.yaml could have, so its braces are hidden from YAML
// behind two characters that the file itself may not contain.
const (
	hiddenOpen  = "\ue000"
	hiddenClose = "\ue001"
)

var placeholderWord = regexp.MustCompile(`\{([A-Za-z_]+)\}`)

// hideBraces keeps the number of characters, and so all columns.
func hideBraces(text string) string {
	return placeholderWord.ReplaceAllString(text, hiddenOpen+"$1"+hiddenClose)
}

func showBraces(text string) string {
	return strings.NewReplacer(hiddenOpen, "{", hiddenClose, "}").Replace(text)
}
