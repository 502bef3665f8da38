package monitors

import (
	"fmt"
	"slices"
	"strings"

	"noon/fleet"
)

// troubleMost is how many sentences are kept of one reading.
const troubleMost = 20

// trouble is what could not be read, and why, each sentence once.
type trouble []string

func (t *trouble) add(format string, args ...any) {
	sentence := strings.ReplaceAll(fleet.Plain(fmt.Sprintf(format, args...)), "\n", " ")
	if len(*t) < troubleMost && !slices.Contains(*t, sentence) {
		*t = append(*t, sentence)
	}
}

func (t trouble) sentences() []string { return t }
