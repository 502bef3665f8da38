package monitors_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"noon/judge/monitors"
)

const (
	watchLine = `{"kind":"watch","service":"shop","step":5,"live":"v1","servers":["web1","web2"],"upgrades":[{"server":"web1","version":"v2","time":"2026-11-21T12:00:00Z"}]}`
	lineOf    = `{"kind":"observation","time":"2026-11-21T12:00:05.5+01:00","server":"web1","version":"v2","counters":{"requests":123,"errors{endpoint=\"/cart\"}":1},"histograms":{"latency_seconds":{"le":[0.005,1e-1,"+Inf"],"count":[0,1,2]}},"gauges":{"cpu":0.31,"memory":183500800}}`
)

func noon(offset time.Duration) time.Time {
	return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).Add(offset)
}

// readAll reads a trace, copying what Next uses again.
func readAll(text string) (monitors.Watch, []monitors.Observation, error) {
	trace, w, err := monitors.OpenTrace(strings.NewReader(text), "watch.jsonl")
	if err != nil {
		return w, nil, err
	}
	var all []monitors.Observation
	for {
		o, err := trace.Next()
		if errors.Is(err, io.EOF) {
			return w, all, nil
		}
		if err != nil {
			return w, nil, err
		}
		all = append(all, clone(o))
	}
}

func clone(o monitors.Observation) monitors.Observation {
	c := o
	c.Counters, c.Gauges, c.Histograms = map[string]float64{}, map[string]float64{}, map[string]monitors.Histogram{}
	for name, x := range o.Counters {
		c.Counters[name] = x
	}
	for name, x := range o.Gauges {
		c.Gauges[name] = x
	}
	for name, h := range o.Histograms {
		c.Histograms[name] = monitors.Histogram{LE: h.LE, Count: append([]float64{}, h.Count...)}
	}
	return c
}

func TestATraceIsReadAsItWasWritten(t *testing.T) {
	w, all, err := readAll(watchLine + "\n" + lineOf + "\n\n" + lineOf)
	if err != nil {
		t.Fatal(err)
	}
	wantWatch := monitors.Watch{Service: "shop", Step: 5, Live: "v1", Servers: []string{"web1", "web2"}, Upgrades: []monitors.Upgrade{{Server: "web1", Version: "v2", Time: noon(0)}}}
	if diff := cmp.Diff(wantWatch, w); diff != "" {
		t.Error(diff)
	}
	want := monitors.Observation{
		Time: noon(-time.Hour + 5500*time.Millisecond), Server: "web1", Version: "v2",
		Counters:   map[string]float64{"requests": 123, `errors{endpoint="/cart"}`: 1},
		Histograms: map[string]monitors.Histogram{"latency_seconds": {LE: []float64{0.005, 0.1, math.Inf(1)}, Count: []float64{0, 1, 2}}},
		Gauges:     map[string]float64{"cpu": 0.31, "memory": 183500800},
	}
	if diff := cmp.Diff([]monitors.Observation{want, want}, all); diff != "" {
		t.Error(diff)
	}
}

// Each of these is passed over or means nothing else.
func TestWhatATraceMayHoldBesides(t *testing.T) {
	for name, line := range map[string]string{
		"fields that noon does not know": `{"kind":"observation","note":{"a":[1,-2.5e3,"x",true,null]},"time":"2026-11-21T12:00:05Z","server":"web1","version":"v2"}`,
		"white space and Windows' ends":  "{ \"kind\" : \"observation\" , \"time\":\"2026-11-21T12:00:05Z\",\t\"server\":\"web1\",\"counters\":{ } }\r",
		"another order":                  `{"gauges":{"queue":-1},"server":"web2","counters":{"requests":0},"time":"2026-11-21T12:00:05Z","kind":"observation"}`,
		"one bucket":                     `{"kind":"observation","time":"2026-11-21T12:00:05Z","server":"web1","histograms":{"x":{"count":[3],"le":["+Inf"]}}}`,
		"an escaped name":                `{"kind":"observation","time":"2026-11-21T12:00:05Z","server":"\u0077eb1"}`,
	} {
		if _, all, err := readAll(watchLine + "\n" + line); err != nil || len(all) != 1 {
			t.Errorf("%s: %d observations, %v", name, len(all), err)
		}
	}
}

// A look through all servers for each of them would take minutes.
func TestAWatchOfVeryManyServersIsRead(t *testing.T) {
	var w monitors.Watch
	w.Service, w.Step, w.Live = "shop", 5, "v1"
	for i := range 200000 {
		w.Servers = append(w.Servers, fmt.Sprintf("web%d", i))
		if i < 100000 {
			w.Upgrades = append(w.Upgrades, monitors.Upgrade{Server: w.Servers[i], Version: "v2", Time: noon(0)})
		}
	}
	got, _, err := readAll(string(monitors.AppendWatch(nil, w)))
	if err != nil || len(got.Servers) != len(w.Servers) || len(got.Upgrades) != len(w.Upgrades) {
		t.Errorf("%d servers, %d upgrades, %v", len(got.Servers), len(got.Upgrades), err)
	}
}

func TestABrokenTraceIsRefusedWithItsLine(t *testing.T) {
	observed := func(rest string) string {
		return watchLine + "\n" + lineOf + "\n" + `{"kind":"observation","time":"2026-11-21T12:00:05Z","server":"web1","version":"v2"` + rest
	}
	watched := func(old, new string) string { return strings.Replace(watchLine, old, new, 1) + "\n" }
	for name, c := range map[string]struct{ text, want string }{
		"nothing":                     {"", "watch.jsonl:1: nothing is in it; expected a first line"},
		"blank lines":                 {"\n\n", "nothing is in it"},
		"no watch":                    {lineOf, `watch.jsonl:1:9: the line is of kind "observation"; expected the watch as the first line`},
		"not JSON":                    {"hello", `watch.jsonl:1:1: found "hello"; expected the watch`},
		"a list":                      {"[]", `found "[]"`},
		"a watch twice":               {watchLine + "\n" + watchLine, `watch.jsonl:2:9: the line is of kind "watch"; expected "observation"`},
		"a kind that nobody knows":    {watchLine + "\n{\"kind\":\"note\"}", `watch.jsonl:2:9: the line is of kind "note"`},
		"no kind":                     {watchLine + "\n{}", `the observation has no "kind"`},
		"no time":                     {watchLine + "\n" + `{"kind":"observation","server":"web1"}`, `has no "time"`},
		"no server":                   {watchLine + "\n" + `{"kind":"observation","time":"2026-11-21T12:00:05Z"}`, `has no "server"`},
		"no step":                     {watched(`"step":5,`, ""), `the watch has no "step"`},
		"a step of zero":              {watched(`"step":5`, `"step":0`), `"step" is not usable`},
		"a step and a half":           {watched(`"step":5`, `"step":1.5`), `"step" is not usable`},
		"no servers":                  {watched(`"servers":["web1","web2"]`, `"servers":[]`), "no servers"},
		"a server twice":              {watched(`"web2"`, `"web1"`), `the server "web1" has no name, or is named twice`},
		"an unknown upgraded server":  {watched(`{"server":"web1"`, `{"server":"web9"`), `the upgraded server "web9" is none of the servers`},
		"an upgrade without its time": {watched(`,"time":"2026-11-21T12:00:00Z"`, ``), `the upgrade has no "time"`},
		"a hostile version":           {watched(`"live":"v1"`, `"live":"v1;reboot"`), `version "v1;reboot" is not usable`},
		"a hostile server":            {watchLine + "\n" + `{"kind":"observation","time":"2026-11-21T12:00:05Z","server":"\u001b[2J"}`, `the server "\x1b[2J" is none of the watch`},
		"out of order":                {watchLine + "\n" + lineOf + "\n" + strings.Replace(lineOf, "12:00:05.5+", "12:00:05.4+", 1), "watch.jsonl:3: the time 2026-11-21T11:00:05.4Z is before 2026-11-21T11:00:05.5Z"},
		"a time without zone":         {strings.Replace(observed("}"), "12:00:05Z", "12:00:05", 1), `watch.jsonl:3:30: the time is "2026-11-21T12:00:05"; expected one like`},
		"NaN":                         {observed(`,"counters":{"requests":NaN}}`), `watch.jsonl:3:107: the counter "requests" is NaN; expected a number; what was not measured is left out`},
		"NaN as a text":               {observed(`,"counters":{"requests":"NaN"}}`), `the counter "requests" is "NaN"`},
		"Inf":                         {observed(`,"gauges":{"cpu":Inf}}`), `the gauge "cpu" is Inf`},
		"null":                        {observed(`,"counters":{"requests":null}}`), `the counter "requests" is null`},
		"no counters at all":          {observed(`,"counters":null}`), "expected the counters, an object"},
		"a negative counter":          {observed(`,"counters":{"requests":-3}}`), `the counter "requests" is negative`},
		"a huge counter":              {observed(`,"counters":{"requests":1e999}}`), `is "1e999"; expected a number that 64 bits can hold`},
		"leading zeros":               {observed(`,"counters":{"requests":007}}`), `the counter "requests" is 007`},
		"half a number":               {observed(`,"counters":{"requests":1.}}`), `the counter "requests" is 1.`},
		"a counter twice":             {observed(`,"counters":{"requests":1,"requests":2}}`), `the counter "requests" is there twice`},
		"counters twice":              {observed(`,"counters":{},"counters":{}}`), `"counters" is there twice`},
		"bounds that do not ascend":   {observed(`,"histograms":{"h":{"le":[2,1,"+Inf"],"count":[0,0,0]}}}`), `the bounds of the histogram "h" do not ascend`},
		"no last bound":               {observed(`,"histograms":{"h":{"le":[1,2],"count":[0,0]}}}`), `do not end with "+Inf"`},
		"a bound after the last":      {observed(`,"histograms":{"h":{"le":["+Inf",2],"count":[0,0]}}}`), "do not ascend"},
		"another infinity":            {observed(`,"histograms":{"h":{"le":[1,"Inf"],"count":[0,0]}}}`), `a bound of the histogram "h" is "Inf"`},
		"counts that fall":            {observed(`,"histograms":{"h":{"le":[1,"+Inf"],"count":[5,4]}}}`), "are not cumulative"},
		"fewer counts than bounds":    {observed(`,"histograms":{"h":{"le":[1,"+Inf"],"count":[5]}}}`), "another number of counts"},
		"no counts":                   {observed(`,"histograms":{"h":{"le":[1,"+Inf"]}}}`), `the histogram "h" has no "count"`},
		"a trailing comma":            {observed(`,}`), "found \"}\""},
		"a text after the end":        {observed(`} {`), "expected the end of the line"},
		"a last line that was cut":    {observed(`,"counters":{"reque`), "the end of the line (was the recording cut off?)"},
		"a number that was cut":       {observed(`,"histograms":{"h":{"le":[1,"+Inf"],"count":[12,1`), "the end of the line (was the recording cut off?); expected the rest of it"},
		"NUL bytes":                   {watchLine + "\n\x00\x00\x00\x00", "watch.jsonl:2:1: found a NUL byte"},
		"NUL bytes in a name":         {observed(",\"counters\":{\"a\x00b\":1}}"), "found a NUL byte"},
		"a nest":                      {observed(`,"more":` + strings.Repeat("[", 5000)), "nested deeper"},
		"an endless line":             {watchLine + "\n" + strings.Repeat(" ", 17<<20), "watch.jsonl:2: the line is longer than 16 MB"},
	} {
		_, all, err := readAll(c.text)
		var wrong *monitors.TraceError
		if !errors.As(err, &wrong) || len(all) > 0 {
			t.Errorf("%s: %d observations, error %v", name, len(all), err)
		} else if text := err.Error(); !strings.Contains(text, c.want) || strings.ContainsAny(text, "\x1b\x00") {
			t.Errorf("%s: %s\nshould say %s", name, text, c.want)
		}
	}
}

func TestAnErrorOfReadingNamesTheLine(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, watchLine+"\n"+strings.Repeat(lineOf+"\n", 20000))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed.Bytes()[:packed.Len()/2]))
	if err != nil {
		t.Fatal(err)
	}
	trace, _, err := monitors.OpenTrace(unpacked, "watch.jsonl.gz")
	for err == nil {
		_, err = trace.Next()
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "read watch.jsonl.gz at line ") {
		t.Error(err)
	}
}

func TestWhatCannotBeRecordedIsLeftOut(t *testing.T) {
	o := monitors.Observation{
		Time: noon(5 * time.Second), Server: "web1", Version: "v2",
		Counters:   map[string]float64{"requests": 3, "a": math.NaN(), "b": math.Inf(1), "c": -1},
		Gauges:     map[string]float64{"cpu": math.Inf(-1), "queue": -2, "load": 1e-9},
		Histograms: map[string]monitors.Histogram{"h": {LE: []float64{1}, Count: []float64{2}}, "fell": {LE: []float64{1, math.Inf(1)}, Count: []float64{2, 1}}},
	}
	line := string(monitors.AppendObservation(nil, o))
	if want := `{"kind":"observation","time":"2026-11-21T12:00:05Z","server":"web1","version":"v2","counters":{"requests":3},"histograms":{},"gauges":{"load":1e-09,"queue":-2}}` + "\n"; line != want {
		t.Errorf("got  %swant %s", line, want)
	}
	if _, _, err := readAll(watchLine + "\n" + line); err != nil {
		t.Error(err)
	}
}

func TestAWatchIsWrittenAsItIsRead(t *testing.T) {
	w, _, err := readAll(watchLine)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(monitors.AppendWatch(nil, w)); got != watchLine+"\n" {
		t.Errorf("got %s", got)
	}
	w.Service, w.Upgrades = "caf\u00e9 \"shop\"", nil
	again, _, err := readAll(string(monitors.AppendWatch(nil, w)))
	if err != nil || again.Service != w.Service || len(again.Upgrades) != 0 {
		t.Errorf("%+v, %v", again, err)
	}
}

// asJSON is an observation as encoding/json reads it.
type asJSON struct {
	Kind       string             `json:"kind"`
	Time       time.Time          `json:"time"`
	Server     string             `json:"server"`
	Version    string             `json:"version"`
	Counters   map[string]float64 `json:"counters"`
	Gauges     map[string]float64 `json:"gauges"`
	Histograms map[string]struct {
		LE    []any     `json:"le"`
		Count []float64 `json:"count"`
	} `json:"histograms"`
}

// FuzzObservation: what is read is JSON, means the same to encoding/json, and
// is the same when it was written and read again.
func FuzzObservation(f *testing.F) {
	f.Add([]byte(lineOf))
	f.Add([]byte(`{"kind":"observation","time":"2026-11-21T12:00:05Z","server":"web1","x":[{"a":"\ud83d\ude00"},-0.5E+3,[]],"gauges":{"\u00e9":-0,"b":1234567890123456789}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if bytes.ContainsAny(line, "\n") {
			return
		}
		_, all, err := readAll(watchLine + "\n" + string(line))
		if err != nil || len(all) == 0 {
			return
		}
		if !json.Valid(line) {
			t.Fatal("it is not JSON")
		}
		o := all[0]
		if !caseful(line) {
			same(t, line, o)
		}
		again := monitors.AppendObservation(nil, o)
		_, back, err := readAll(watchLine + "\n" + string(again))
		if err != nil || len(back) != 1 {
			t.Fatalf("%v: %s", err, again)
		}
		if diff := cmp.Diff(o, back[0]); diff != "" {
			t.Fatal(diff)
		}
	})
}

// caseful tells whether encoding/json may take a name for another: it does not
// mind upper case, nor what folds to the same.
func caseful(line []byte) bool {
	return bytes.ContainsFunc(line, func(r rune) bool { return r >= 'A' && r <= 'Z' || r > '~' || r == '\\' })
}

func same(t *testing.T, line []byte, o monitors.Observation) {
	t.Helper()
	var want asJSON
	if err := json.Unmarshal(line, &want); err != nil {
		t.Fatalf("encoding/json refuses it: %v", err)
	}
	if want.Kind != "observation" || !want.Time.Equal(o.Time) || want.Server != o.Server || want.Version != string(o.Version) {
		t.Fatalf("encoding/json reads %+v", want)
	}
	for _, pair := range []struct{ want, got map[string]float64 }{{want.Counters, o.Counters}, {want.Gauges, o.Gauges}} {
		if len(pair.want)+len(pair.got) > 0 && !cmp.Equal(pair.want, pair.got) {
			t.Fatal(cmp.Diff(pair.want, pair.got))
		}
	}
	for name, h := range want.Histograms {
		got := o.Histograms[name]
		if !cmp.Equal(h.Count, got.Count) || len(h.LE) != len(got.LE) {
			t.Fatalf("%s: %v, %v", name, h, got)
		}
		for i, le := range h.LE[:len(h.LE)-1] {
			if le != got.LE[i] {
				t.Fatalf("%s: %v, %v", name, h, got)
			}
		}
	}
}
