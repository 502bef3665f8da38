package monitors_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"noon/judge/monitors"
	"noon/judge/monitors/simulated"
)

// A trace of the world "all" with each fault, and one with nothing wrong, is
// written by this file and not by the codec that reads them, so that each checks
// the other. With -traces DIR they stay there, for `noon judge replay`.
var traces = flag.String("traces", "", "write simulated watches as traces into this folder")

// object has its keys in alphabetical order, other than the issue: no reader may
// depend on their order.
type object map[string]any

func TestSimulatedWatchesAreRead(t *testing.T) {
	dir := *traces
	if dir == "" {
		dir = t.TempDir()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, h := range append([]harm{{Fault: simulated.Fault{Name: "nothing wrong"}, world: everything}}, harms...) {
		readWritten(t, filepath.Join(dir, strings.Map(fileName, h.Name)+".jsonl"), h)
	}
}

// readWritten writes a watch, and counts what is read of it.
func readWritten(t *testing.T, path string, h harm) {
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := writeTrace(file, simulated.Simulate(h.world, h.Fault, 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	trace, watch, err := monitors.OpenTrace(file, path)
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for ; err == nil; read++ {
		_, err = trace.Next()
	}
	written := 0
	for range simulated.Simulate(h.world, h.Fault, 1).Observations() {
		written++
	}
	if err != io.EOF || read-1 != written || len(watch.Upgrades) == 0 {
		t.Errorf("%s: %d of %d observations were read: %v", h.Name, read-1, written, err)
	}
}

func fileName(r rune) rune {
	if strings.ContainsRune(" ,/%", r) {
		return '-'
	}
	return r
}

func writeTrace(to io.Writer, f *simulated.Fleet) error {
	out := bufio.NewWriter(to)
	lines := json.NewEncoder(out)
	w := f.Watch()
	var upgrades []object
	for _, u := range w.Upgrades {
		upgrades = append(upgrades, object{"server": u.Server, "version": u.Version, "time": u.Time.Format(time.RFC3339Nano)})
	}
	err := lines.Encode(object{"kind": "watch", "service": w.Service, "step": w.Step, "live": w.Live, "servers": w.Servers, "upgrades": upgrades})
	for o := range f.Observations() {
		if err == nil {
			err = lines.Encode(written(o))
		}
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

func written(o monitors.Observation) object {
	histograms := object{}
	for name, h := range o.Histograms {
		var le []any
		for _, bound := range h.LE {
			if math.IsInf(bound, 1) {
				le = append(le, "+Inf")
				continue
			}
			le = append(le, bound)
		}
		histograms[name] = object{"le": le, "count": h.Count}
	}
	return object{
		"kind": "observation", "time": o.Time.Format(time.RFC3339Nano), "server": o.Server, "version": o.Version,
		"counters": o.Counters, "histograms": histograms, "gauges": o.Gauges,
	}
}

func TestWrittenWatchesAreAsTheIssueSays(t *testing.T) {
	var text bytes.Buffer
	w := simulated.World{Servers: 2, History: time.Minute, Watch: time.Minute}
	if err := writeTrace(&text, simulated.Simulate(w, simulated.Fault{}, 1)); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	var first, last map[string]any
	for line, to := range map[string]*map[string]any{lines[0]: &first, lines[len(lines)-1]: &last} {
		if err := json.Unmarshal([]byte(line), to); err != nil {
			t.Fatal(err)
		}
	}
	if len(lines) != 1+2*25-3 || first["kind"] != "watch" || last["kind"] != "observation" {
		t.Errorf("%d lines, from %v to %v", len(lines), first, last)
	}
	for _, part := range []string{`"le":[0.005,`, `,"+Inf"]`, `"requests{endpoint=\"/cart\"}":`, `"upgrades":[{"server":"web1"`} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("no %s in it", part)
		}
	}
}
