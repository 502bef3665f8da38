package mine

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkTable prints what the miner is measured by, as "make bench-logs"
// shows it. It is one table and no number of nanoseconds, because a machine's
// speed says little: a bare loop that adds up the bytes of the same lines runs
// beside it, and the ratio counts.
func BenchmarkTable(b *testing.B) {
	for range b.N {
		accuracyTable(b)
		speedTable()
	}
}

// loghub is where the LogHub-2k sets are: NOON_LOGHUB, or shared/data/loghub
// in or beside a folder above this one.
func loghub() (dir string, found bool) {
	dir = os.Getenv("NOON_LOGHUB")
	if dir != "" {
		return dir, true
	}
	at, err := os.Getwd()
	for ; err == nil && at != filepath.Dir(at); at = filepath.Dir(at) {
		dir = filepath.Join(at, "shared", "data", "loghub")
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir, true
		}
	}
	return "", false
}

func accuracyTable(b *testing.B) {
	dir, found := loghub()
	if !found {
		fmt.Println("\nACCURACY WAS NOT MEASURED: the LogHub-2k sets are not there.\nGet them from github.com/logpai/loghub, and name their folder in NOON_LOGHUB:\nNAME.content has the messages, NAME.truth the template of each.")
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.content"))
	if err != nil || len(files) == 0 {
		b.Fatalf("no *.content in %s: %v", dir, err)
	}
	fmt.Printf("\n%-16s %6s %9s %9s %7s %7s\n", "set", "lines", "templates", "families", "GA", "FGA")
	var ga, fga float64
	for _, file := range files {
		s := measure(b, file)
		fmt.Printf("%-16s %6d %9d %9d %7.4f %7.4f\n", s.name, s.lines, s.templates, s.families, s.ga, s.fga)
		ga, fga = ga+s.ga/float64(len(files)), fga+s.fga/float64(len(files))
	}
	fmt.Printf("%-16s %6s %9s %9s %7.4f %7.4f   (to reach: .97, .95)\n", "average", "", "", "", ga, fga)
}

// measured is how well one set was mined.
type measured struct {
	name                       string
	lines, templates, families int
	ga, fga                    float64
}

func measure(b *testing.B, file string) measured {
	truth := linesOf(b, strings.TrimSuffix(file, ".content")+".truth")
	content := linesOf(b, file)
	if len(truth) != len(content) {
		b.Fatalf("%s has %d lines, its truth %d", file, len(content), len(truth))
	}
	m := New(Options{})
	ids := make([]ID, len(content))
	for i, line := range content {
		ids[i] = m.Add(line)
	}
	for i := range ids {
		ids[i] = m.Family(ids[i])
	}
	s := measured{name: strings.TrimSuffix(filepath.Base(file), ".content"), lines: len(content)}
	s.ga, s.fga, s.templates, s.families = accuracy(ids, truth)
	return s
}

func linesOf(b *testing.B, file string) [][]byte {
	content, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	return bytes.Split(bytes.TrimSuffix(content, []byte("\n")), []byte("\n"))
}

// accuracy is grouping accuracy, the share of lines whose family is exactly a
// true group, and the F1 of the groups (Zhu et al. 2019; Jiang et al. 2024).
func accuracy(ids []ID, truth [][]byte) (ga, fga float64, templates, families int) {
	mined, real := map[ID]int{}, map[string]int{}
	met := map[string]ID{} // the one family that a true group meets
	for i, id := range ids {
		t := string(truth[i])
		mined[id]++
		real[t]++
		if was, ok := met[t]; ok && was != id {
			id = Unknown
		}
		met[t] = id
	}
	lines, groups := 0, 0
	for t, id := range met {
		if id != Unknown && mined[id] == real[t] {
			lines += real[t]
			groups++
		}
	}
	return float64(lines) / float64(len(ids)), 2 * float64(groups) / float64(len(mined)+len(real)), len(real), len(mined)
}

func speedTable() {
	repeated := synthetic(200_000, 0)
	fmt.Printf("\n%-28s %9s %7s %9s %6s %7s %9s %8s\n", "one core", "M lines/s", "MB/s", "byte sum", "ratio", "shapes", "unknown", "peak MB")
	speed("repeated shapes", repeated, true)
	speed("15 % new shapes", synthetic(400_000, 0.15), false)
	attack()
	fmt.Println("\nTo reach: ratio .45 and .15 (10 and 3 M lines/s where the byte sum does 1600 MB/s), 64 MB.")
}

// speed is the best of several runs.
func speed(name string, lines [][]byte, warm bool) {
	size := 0
	for _, line := range lines {
		size += len(line) + 1
	}
	best, sum := time.Hour, time.Hour
	var m *Miner
	peak := newPeak()
	for range 7 {
		if m == nil || !warm {
			m = New(Options{})
		}
		sum = min(sum, timed(func() { byteSum(lines) }))
		best = min(best, timed(func() { addAll(m, lines) }))
		peak.look()
	}
	mb := float64(size) / 1e6
	fmt.Printf("%-28s %9.1f %7.0f %9.0f %6.2f %7d %9d %8.0f\n", name, float64(len(lines))/1e6/best.Seconds(), mb/best.Seconds(), mb/sum.Seconds(), sum.Seconds()/best.Seconds(), m.Len(), m.Unknown(), peak.mb())
}

// timed is the processor time that f takes, that of the garbage collector
// included: others work on the machine, too.
func timed(f func()) time.Duration {
	start := processorTime()
	f()
	return processorTime() - start
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it only fails for a wrong address
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

var total uint64

//go:noinline
func byteSum(lines [][]byte) {
	sum := uint64(0)
	for _, line := range lines {
		for _, c := range line {
			sum += uint64(c)
		}
	}
	total += sum
}

//go:noinline
func addAll(m *Miner, lines [][]byte) {
	sum := uint64(0)
	for _, line := range lines {
		sum += uint64(m.Add(line))
	}
	total += sum
}

// attack is a million families by somebody who wants to fill the memory.
func attack() {
	random := rand.New(rand.NewPCG(3, 4))
	m := New(Options{})
	peak := newPeak()
	var line []byte
	const lines = 1_000_000
	took := timed(func() {
		for i := range lines {
			line = line[:0]
			for range 4 + random.IntN(12) {
				line = append(randomWord(line, random), ' ')
			}
			m.Add(line)
			if i%5000 == 0 {
				peak.look()
			}
		}
	})
	fmt.Printf("%-28s %9.2f %7s %9s %6s %7d %9d %8.0f\n", "a million families (attack)", lines/1e6/took.Seconds(), "", "", "", m.Len(), m.Unknown(), peak.mb())
}

func randomWord(into []byte, random *rand.Rand) []byte {
	for range 3 + random.IntN(7) {
		into = append(into, byte('a'+random.IntN(26)))
	}
	return into
}

// peak is the most memory that the heap held beyond what it began with.
type peak struct{ base, most uint64 }

func newPeak() *peak {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return &peak{base: s.HeapInuse}
}

func (p *peak) look() {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	p.most = max(p.most, s.HeapInuse)
}

func (p *peak) mb() float64 { return float64(p.most-min(p.most, p.base)) / (1 << 20) }

// synthetic makes lines of a service, 71 bytes long on average; in a share of
// them one to three words are like none before.
func synthetic(n int, fresh float64) [][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	lines := make([][]byte, n)
	for i := range lines {
		line := []byte(spoken[random.IntN(len(spoken))])
		line = filled(line, random)
		if random.Float64() < fresh {
			words := bytes.Fields(line)
			for range 1 + random.IntN(3) {
				words[random.IntN(len(words))] = randomWord(nil, random)
			}
			line = bytes.Join(words, []byte(" "))
		}
		lines[i] = line
	}
	return lines
}

// filled puts values in place of # (a number), @ (an address), $ (a request)
// and & (a path).
func filled(template []byte, random *rand.Rand) (line []byte) {
	for _, c := range template {
		switch c {
		case '#':
			line = fmt.Append(line, random.IntN(100_000))
		case '@':
			line = fmt.Appendf(line, "10.%d.%d.%d:%d", random.IntN(256), random.IntN(256), random.IntN(256), 1024+random.IntN(60_000))
		case '$':
			line = fmt.Appendf(line, "%016x", random.Uint64())
		case '&':
			line = fmt.Appendf(line, "/var/lib/shop/%d/cart-%d.json", random.IntN(100), random.IntN(1000))
		default:
			line = append(line, c)
		}
	}
	return line
}

var spoken = []string{
	"request $ from @ took # ms",
	"connection to @ lost after # ms, trying again in # s",
	"order # of customer # was paid with card, amount # cents",
	"cache miss for key cart_#: loading & from disk",
	"worker # started: queue payments, prefetch #",
	"worker # stopped after # jobs without errors",
	"session $ of customer # expired, cart_# was dropped",
	"GET /api/orders/# 200 # bytes in # ms",
	"POST /api/orders 201 # bytes in # ms for customer #",
	"slow query ($): select name, price from articles where id = # took # ms",
	"garbage collection: pause # ms, heap # MB of # MB, generation #",
	"health check of @ answered in # ms",
	"health check of @ failed: connection refused (attempt # of #)",
	"reading configuration from & (# entries)",
	"circuit breaker for @ is open: # failures within # s",
	"payment provider answered: transaction $ accepted after # ms",
	"payment provider answered: transaction $ declined, code #",
	"could not send mail to customer #: mailbox is full",
	"retrying request $ to @ (attempt #): deadline exceeded",
	"rate limit reached for @: # requests in # s are more than # allowed",
	"replica @ is # ms behind the primary, offset #",
	"took snapshot & with # entries in # ms",
	"leader election: term #, voted for @, # votes of #",
	"message # of topic orders was consumed by group billing at offset #",
	"certificate for shop.acme.example expires in # days",
	"index articles was rebuilt: # documents, # segments, # MB",
	"accepted connection from @ (# open)",
	"closed connection from @: idle for # s",
	"price of article # changed from # to # cents",
	"stock of article # is low: # left, # reserved",
}
