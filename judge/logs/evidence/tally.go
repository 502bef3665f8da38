package evidence

// tally adds up one block by family. It is kept and cleared, as blocks come by
// the thousand.
type tally struct {
	families []int32
	// rests and canaries are by family, and by family and canary.
	rests    []int32
	canaries [][]int32
	touched  []bool
}

func (t *tally) take(counts []Count, columns []column, canaries []canary) {
	for _, n := range counts {
		role := columns[n.Column].role
		if role == left {
			continue
		}
		t.touch(n.Family, len(canaries))
		if role == live {
			t.rests[n.Family] += n.N
			continue
		}
		for i, c := range canaries {
			if c.column == int(n.Column) {
				t.canaries[n.Family][i] += n.N
			}
		}
	}
}

// takePast is the same for one canary's past against the servers that are
// still live.
func (t *tally) takePast(counts []Count, columns []column, before int) {
	for _, n := range counts {
		switch {
		case int(n.Column) == before:
			t.touch(n.Family, 1)
			t.canaries[n.Family][0] += n.N
		case columns[n.Column].role == live:
			t.touch(n.Family, 1)
			t.rests[n.Family] += n.N
		}
	}
}

func (t *tally) touch(f int32, canaries int) {
	for int(f) >= len(t.touched) {
		t.touched = append(t.touched, false)
		t.rests = append(t.rests, 0)
		t.canaries = append(t.canaries, nil)
	}
	for len(t.canaries[f]) < canaries {
		t.canaries[f] = append(t.canaries[f], 0)
	}
	if !t.touched[f] {
		t.touched[f] = true
		t.families = append(t.families, f)
	}
}

func (t *tally) of(f int32, canary int) int { return int(t.canaries[f][canary]) }
func (t *tally) rest(f int32) int           { return int(t.rests[f]) }

func (t *tally) clear() {
	for _, f := range t.families {
		t.touched[f] = false
		t.rests[f] = 0
		clear(t.canaries[f])
	}
	t.families = t.families[:0]
}
