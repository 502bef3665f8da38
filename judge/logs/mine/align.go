package mine

// align makes the shape that holds for the lines of two: what they have in
// common in order is constant (a longest common subsequence), the rest varies.
func align(a, b *shape) *shape {
	t := &shape{}
	common := inCommon(a, b)
	i, j := 0, 0
	for i < len(a.items) || j < len(b.items) {
		if i < len(a.items) && j < len(b.items) && a.items[i] == b.items[j] && a.items[i] != varying && common[i][j] == common[i+1][j+1]+1 {
			t.signs(a.signsBefore(i))
			t.append(a.items[i], a.naming[i] && !t.lastVaries(), a.text[a.spans[i].from:a.spans[i].to])
			i, j = i+1, j+1
			continue
		}
		if !t.lastVaries() {
			t.signs([]byte(" "))
			t.append(varying, false, hole)
			t.signs([]byte(" "))
		}
		if j == len(b.items) || i < len(a.items) && common[i+1][j] >= common[i][j+1] {
			i++
		} else {
			j++
		}
	}
	t.sums()
	return t
}

// inCommon returns how many constant items the rests of two shapes, from i and
// from j on, have in common.
func inCommon(a, b *shape) [][]int {
	c := make([][]int, len(a.items)+1)
	for i := range c {
		c[i] = make([]int, len(b.items)+1)
	}
	for i := len(a.items) - 1; i >= 0; i-- {
		for j := len(b.items) - 1; j >= 0; j-- {
			c[i][j] = max(c[i+1][j], c[i][j+1])
			if a.items[i] == b.items[j] && a.items[i] != varying {
				c[i][j] = max(c[i][j], c[i+1][j+1]+1)
			}
		}
	}
	return c
}
