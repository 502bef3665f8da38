package fleet

import "strings"

// nearest returns the known word that is closest to what was written, if any
// is close enough to be a slip of the hand, or begins with it.
func nearest(known []string, written string) (string, bool) {
	if len(written) > 40 {
		return "", false
	}
	plain := strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(written))
	best, least := "", max(1, len(written)/3)+1
	for _, k := range known {
		if len(plain) >= 3 && strings.HasPrefix(k, plain) {
			return k, true
		}
		if d := distance(strings.ReplaceAll(k, " ", "_"), plain); d < least {
			best, least = k, d
		}
	}
	return best, best != ""
}

// distance is how many characters must be added, removed, changed or swapped
// with their neighbour to make a of b (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, row := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		next := make([]int, len(y)+1)
		next[0] = i + 1
		for j := range y {
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+differ(x[i], y[j]))
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(y)]
}

func differ(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}
