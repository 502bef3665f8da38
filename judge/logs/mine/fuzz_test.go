package mine

import (
	"bytes"
	"os"
	"testing"
)

// FuzzAdd mines any bytes as lines: no panic, no more memory than allowed, one
// text is one shape even when the cache has lost it, templates can be printed.
func FuzzAdd(f *testing.F) {
	if content, err := os.ReadFile(goldenFile); err == nil {
		f.Add(content)
	}
	f.Add([]byte("\x1b[31mred\x1b[0m 17\n\x00\x00\nbad \xff utf8\n<*> _<*> blk_<*>\n\"a\" \"b c d\n***\n"))
	f.Add([]byte("用户12登录失败\nC:\\Windows\\x\n5c:50:aa:4c:bb:cc\nfrom A to B\n(root) CMD (x)\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		m := New(Options{Memory: memoryLeast})
		for line := range bytes.SplitSeq(content, []byte("\n")) {
			id := m.Add(line)
			forget(m, line)
			if again := m.Add(line); again != id {
				t.Fatalf("%q is shape %d, then %d", line, id, again)
			}
			checkPrintable(t, m.Template(m.Family(id)))
		}
		if m.size(0) > memoryLeast {
			t.Fatalf("%d bytes", m.size(0))
		}
		restored, err := Restore(Options{Memory: 2 * memoryLeast}, m.AppendTo(nil))
		if err != nil {
			t.Fatal(err)
		}
		if restored.Len() != m.Len() {
			t.Fatalf("%d shapes, restored %d", m.Len(), restored.Len())
		}
	})
}

// forget makes the cache lose a line.
func forget(m *Miner, line []byte) {
	for range 2 {
		at := m.glance.at(line) >> (64 - cacheBits)
		m.cache.slots[at], m.cache.slots[at^1] = slot{}, slot{}
		line = withoutEscapes(nil, line[:min(len(line), TextMost)])
	}
}

// FuzzRestore restores any bytes: an error or a miner that works.
func FuzzRestore(f *testing.F) {
	m := New(Options{})
	addLines(m, goldenLines(f))
	f.Add(m.AppendTo(nil))
	f.Add([]byte(magic + "\x01\x00\x05hello\x00"))
	f.Add([]byte(magic + "\x02\x01\x03foo\x00\x03bar\x01\x00\x00\x00\x00\x00\x00\x00\x00\x01"))
	f.Fuzz(func(t *testing.T, saved []byte) {
		m, err := Restore(Options{Memory: memoryLeast}, saved)
		if err != nil {
			return
		}
		for id := range ID(m.Len()) {
			m.Template(m.Family(id))
			m.Key(id)
		}
		m.Add([]byte("connection to 10.0.0.1 lost after 17 ms"))
		if m.size(0) > memoryLeast {
			t.Fatalf("%d bytes", m.size(0))
		}
	})
}
