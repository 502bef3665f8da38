package logs

import (
	"strings"
	"time"

	"noon/judge/logs/mine"
)

// family is one shape of lines, or one stack trace, as it is counted. Shapes
// are found to be one family later; they are added up then. The lines of a
// shape that are errors are a family of their own: "request done" at the level
// of errors is not what it is at that of information.
type family struct {
	number   int32
	shape    mine.ID // mine.Unknown for a stack trace
	isError  bool
	stackKey string
	severity severity
	level    Level
	// counts by column; starts are lines of start-ups, which are apart.
	counts []count
	starts []int64
	// liveLines without a named episode, and the seconds in which live servers
	// wrote them.
	liveLines, liveSeconds int64
	// Of canaries:
	first   time.Time
	samples []string
	stack   string
	marks   marks
	// lastLive and lastCanary are when such a server last wrote it.
	lastLive, lastCanary time.Time
}

// count is how often one column wrote a family. Episodes are those of closed
// blocks.
type count struct{ lines, episodes int64 }

// marks tell which families come together: the last episodes and seconds in
// which a canary wrote one.
type marks struct {
	episodes, seconds [marksMost]uint64
	named, timed      int
}

const marksMost = 12

func (m *marks) add(l Line) {
	if l.Episode != "" {
		put(&m.episodes, &m.named, hash(l.Server, l.Episode))
	}
	put(&m.seconds, &m.timed, uint64(l.Time.Unix()))
}

func put(ring *[marksMost]uint64, n *int, mark uint64) {
	if *n > 0 && ring[(*n-1)%marksMost] == mark {
		return
	}
	ring[*n%marksMost] = mark
	*n++
}

func (f *family) at(column int) *count {
	for column >= len(f.counts) {
		f.counts = append(f.counts, count{})
	}
	return &f.counts[column]
}

// start counts a line of a start-up.
func (f *family) start(column int) {
	for column >= len(f.starts) {
		f.starts = append(f.starts, 0)
	}
	f.starts[column]++
}

// sampleMost is how much of one sample is kept, in bytes.
const sampleMost = 2 << 10

// samplesMemory bounds all samples and stacks together, in bytes.
const samplesMemory = 16 << 20

// addCanary keeps what people will want to see of a canary's line.
func (j *Judge) addCanary(f *family, l Line) {
	if f.first.IsZero() || l.Time.Before(f.first) {
		f.first = l.Time
	}
	f.marks.add(l)
	if j.sampled > samplesMemory {
		return
	}
	if l.Stack != nil && f.stack == "" {
		f.stack = strings.Clone(cut(l.Stack.Text, StackMost))
		j.sampled += len(f.stack)
	}
	if len(f.samples) >= SamplesMost {
		return
	}
	sample := strings.Clone(strings.ToValidUTF8(l.Raw[:min(len(l.Raw), sampleMost)], "\uFFFD"))
	f.samples = append(f.samples, sample)
	j.sampled += len(sample)
}

// family returns the record of a line's shape, nil if there is no room for it.
func (j *Judge) family(l Line) *family {
	j.text = append(j.text[:0], l.Text...)
	if l.fault() {
		text := ""
		if l.Stack.general() {
			text = l.Stack.fault()
		}
		if text == "" {
			return j.stackFamily(l)
		}
		j.text = append(j.text[:0], text...)
	}
	shape := j.miner.Add(j.text)
	if shape == mine.Unknown {
		return nil
	}
	for int(shape) >= len(j.shapes) {
		j.shapes = append(j.shapes, shaped{})
	}
	f := j.shapes[shape].of(l.Level >= Error)
	if *f == nil {
		*f = j.newFamily(l, shape)
	}
	return *f
}

// shaped is the families of one shape.
type shaped struct{ plain, errors *family }

func (s *shaped) of(isError bool) **family {
	if isError {
		return &s.errors
	}
	return &s.plain
}

// stacksMost is how many different stack traces are told apart.
const stacksMost = 4096

func (j *Judge) stackFamily(l Line) *family {
	f := j.stacks[l.Stack.Key]
	if f == nil && len(j.stacks) < stacksMost {
		f = j.newFamily(l, mine.Unknown)
		f.stackKey = strings.Clone(l.Stack.Key)
		j.stacks[f.stackKey] = f
	}
	return f
}

func (j *Judge) newFamily(l Line, shape mine.ID) *family {
	f := &family{number: int32(len(j.families)), shape: shape, isError: shape != mine.Unknown && l.Level >= Error, level: l.Level, severity: severityOf(l.Level, l.Text, l.fault())}
	j.families = append(j.families, f)
	return f
}

// root is the family that a shape belongs to by now. The shape that leads may
// have no such lines: then the first one that has some is taken for it.
func (j *Judge) root(f *family) *family {
	if f.shape == mine.Unknown {
		return f
	}
	root := j.miner.Family(f.shape)
	if root < 0 || int(root) >= len(j.shapes) {
		return f
	}
	lead := j.shapes[root].of(f.isError)
	if *lead == nil {
		*lead = f
	}
	return *lead
}

func (j *Judge) key(f *family) string {
	if f.shape == mine.Unknown {
		return hex8(hash(f.stackKey))
	}
	if f.isError {
		return hex8(hash(j.miner.Key(f.shape), "error"))
	}
	return j.miner.Key(f.shape)
}

func (j *Judge) template(f *family) string {
	if f.shape == mine.Unknown {
		return f.stackKey
	}
	return j.miner.Template(f.shape)
}

func hex8(h uint64) string {
	const digits = "0123456789abcdef"
	var key [8]byte
	for i := range key {
		key[i] = digits[(h>>(60-4*i))&15]
	}
	return string(key[:])
}
