package logs_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"noon/judge/logs"
)

func TestMadeUpFamiliesWithoutEndTakeBoundedMemoryAndAreNeverClean(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(5 * time.Minute)
	s.upgrade("web1")
	draw := rand.New(rand.NewPCG(1, 1))
	word := func() string {
		b := make([]byte, 8)
		for i := range b {
			b[i] = byte('a' + draw.IntN(26))
		}
		return string(b)
	}
	n := 60_000
	for range 60 {
		for range n / 60 {
			text := fmt.Sprintf("%s %s: %s of %s, %s", word(), word(), word(), word(), word())
			l := s.line("web1", logs.Error, text)
			s.judge.Add(l)
		}
		s.run(10 * time.Second)
	}
	r := s.run(10 * time.Second)
	took := held() >> 20
	defer runtime.KeepAlive(s)
	if took > 200 {
		t.Errorf("%d MB are held", took)
	}
	if r.Verdict == logs.Clean || len(r.Findings) > 1000 {
		t.Errorf("%s with %d findings", r.Verdict, len(r.Findings))
	}
	t.Logf("%d MB, %d findings, %d unknown", took, len(r.Findings), r.UnknownLines)
}

func TestStacksWithoutEndTakeBoundedMemory(t *testing.T) {
	s := newShop(2, logs.Watch{})
	s.upgrade("web1")
	before := held()
	for i := range 4000 {
		text := fmt.Sprintf("order %d failed", i)
		l := s.line("web1", logs.Error, text)
		l.Stack = &logs.Stack{Key: fmt.Sprintf("E%d @ shop.order", i), Text: strings.Repeat(fmt.Sprintf("%d\n", i%10), logs.StackMost/2)}
		s.judge.Add(l)
	}
	if took := (held() - before) >> 20; took > 24 {
		t.Errorf("%d MB are held", took)
	}
	runtime.KeepAlive(s)
}

// held is the memory in use, in bytes.
func held() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkAdd(b *testing.B) {
	s := newShop(13, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	l := s.line("web2", logs.Info, "catalog served 3 items in 41 ms")
	l.Episode = "7f3a"
	b.ReportAllocs()
	for b.Loop() {
		l.Time = l.Time.Add(time.Millisecond)
		s.judge.Add(l)
		if l.Time.Sub(s.now) > 10*time.Second {
			s.now = l.Time
			s.judge.Report(s.now)
		}
	}
}
