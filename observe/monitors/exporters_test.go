package monitors_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"noon/fleet"
	judgemonitors "noon/judge/monitors"
)

var update = flag.Bool("update", false, "write the golden files of what is understood anew")

// Each testdata/exporters/NAME.txt is what an application's library writes, and
// NAME.json what is understood of it.
func TestWhatLibrariesWriteIsUnderstood(t *testing.T) {
	files, err := filepath.Glob("testdata/exporters/*.txt")
	if err != nil || len(files) < 6 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			kind := "text/plain; version=0.0.4; charset=utf-8"
			if strings.HasSuffix(string(body), "# EOF\n") {
				kind = "application/openmetrics-text; version=1.0.0; charset=utf-8"
			}
			compareUnderstood(t, strings.TrimSuffix(file, ".txt")+".json", answers(t, kind, body))
		})
	}
}

// understanding is a golden file.
type understanding struct {
	Preflight  []fleet.Problem     `json:"preflight"`
	Counters   map[string]float64  `json:"counters"`
	Histograms map[string][]string `json:"histograms"`
	Gauges     map[string]float64  `json:"gauges"`
	Trouble    []string            `json:"trouble,omitempty"`
}

func compareUnderstood(t *testing.T, golden string, app string) {
	t.Helper()
	r := reader(fleet.Monitors{Metrics: "http://{address}/metrics"})
	o, trouble := r.Read(t.Context(), at(app))
	got := understanding{Counters: o.Counters, Gauges: o.Gauges, Trouble: trouble, Histograms: map[string][]string{}}
	for name, h := range o.Histograms {
		got.Histograms[name] = inWords(h)
	}
	for _, p := range r.Preflight(t.Context(), at(app)) {
		p.What = strings.ReplaceAll(p.What, app, "ADDRESS")
		got.Preflight = append(got.Preflight, p)
	}
	var written bytes.Buffer
	e := json.NewEncoder(&written)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(got); err != nil {
		t.Fatal(err)
	}
	text := written.Bytes()
	if *update {
		if err := os.WriteFile(golden, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(text)); diff != "" {
		t.Errorf("run \"go test ./observe/monitors -update\" if the new understanding is better (-want +got)\n%s", diff)
	}
}

func inWords(h judgemonitors.Histogram) []string {
	var words []string
	for i := range h.LE {
		words = append(words, number(h.Count[i])+" <= "+number(h.LE[i]))
	}
	return words
}

// answers starts an application that always answers the same.
func answers(t *testing.T, kind string, body []byte) (address string) {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(body)
	})
}

const patience = 20 * time.Second
