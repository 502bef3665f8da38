package simulated

// Fault is what the new version does wrong, on server 0 from the upgrade on.
// Its zero value is nothing.
type Fault struct {
	Name string
	// New is how many episodes a block write a template nobody wrote before.
	New float64
	// Factor multiplies one family of 1 to 2 episodes a block; Severity and
	// Shape say of which kind it is.
	Factor   float64
	Severity Severity
	Shape    float64
	// Sessions is the share of sessions that fail.
	Sessions float64
	// Burst: at block 10 of the watch all servers begin to write a template
	// nobody wrote before, three episodes a block.
	Burst bool
}

// SessionsPerBlock of an average server: one in eight lines begins one.
const SessionsPerBlock = 20

// faulty is where the fault shows.
type faulty struct {
	raised int // family, negative is none
	by     float64
	errors []int // families that failing sessions write
}

func (f faulty) factor(i int) float64 {
	if i == f.raised {
		return f.by
	}
	return 1
}

// place chooses the families of the fault and adds new ones.
func (f *Fleet) place() {
	f.faulty = faulty{raised: -1, by: f.fault.Factor}
	if f.fault.Factor > 0 {
		f.faulty.raised = f.ofRate(1, 2)
		raised := &f.families[f.faulty.raised]
		raised.severity, raised.shape, raised.born = f.fault.Severity, f.fault.Shape, 0
	}
	if f.fault.Sessions > 0 {
		f.faulty.errors = []int{f.add(0), f.add(0.05), f.add(0), f.add(0.01)}
	}
	if f.fault.New > 0 || f.fault.Burst {
		f.faulty.errors = []int{f.add(0)}
	}
}

// ofRate finds a family that is written this often.
func (f *Fleet) ofRate(low, high float64) int {
	for {
		i := f.draw.IntN(len(f.families))
		if r := f.families[i].rate; r >= low && r <= high {
			return i
		}
	}
}

// add makes a family of errors that live servers write at this rate.
func (f *Fleet) add(rate float64) int {
	f.families = append(f.families, family{rate: rate, severity: Error})
	row := make([]float64, f.world.Servers)
	for s := range row {
		row[s] = 1
	}
	f.lasting = append(f.lasting, row)
	return len(f.families) - 1
}

// addFault adds what the fault writes in this block.
func (f *Fleet) addFault() {
	if !f.Watching() {
		return
	}
	switch {
	case f.fault.Burst && f.block >= History+10:
		for s := range f.Traffic {
			f.Counts[f.faulty.errors[0]][s] += f.draw.poisson(3 * f.Traffic[s])
		}
	case f.fault.New > 0:
		f.Counts[f.faulty.errors[0]][0] += f.draw.poisson(f.fault.New)
	case f.fault.Sessions > 0:
		f.failSessions()
	}
}

// failSessions: a failing session breaks in one of four ways, each with an
// error of its own, two of which live servers know; and its later lines are
// not written.
func (f *Fleet) failSessions() {
	for range f.draw.poisson(SessionsPerBlock * f.fault.Sessions * f.Traffic[0]) {
		way := 0
		for p := f.draw.Float64(); way < 3 && p > [...]float64{0.4, 0.7, 0.9}[way]; {
			way++
		}
		f.Counts[f.faulty.errors[way]][0]++
		for i := range 4 {
			if f.Counts[i][0] > 0 {
				f.Counts[i][0]--
			}
		}
	}
}

// Faulty are the families that the fault makes the canary write too often.
func (f *Fleet) Faulty() []int {
	if f.faulty.raised >= 0 {
		return []int{f.faulty.raised}
	}
	return f.faulty.errors
}
