package shop

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// durationBounds are those that Prometheus' libraries have by default, and two
// below for a shop that is fast.
var durationBounds = [...]float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// elsewhere is where customers went who know no page: a label of its own for
// each path would let anybody fill the shop's memory.
const elsewhere = "other"

// figures are what a shop counts of its answers, for GET /metrics.
type figures struct {
	mu        sync.Mutex
	requests  map[asked]int64
	durations map[string]*durations
}

// asked is one endpoint and one answer of it.
type asked struct {
	endpoint string
	code     int
}

// durations count answers, each in the first bucket whose bound it keeps.
type durations struct {
	bucket [len(durationBounds) + 1]int64
	sum    time.Duration
}

// answered counts an answer. A websocket is none: it lasts for as long as the
// customer stays.
func (f *figures) answered(path string, code int, took time.Duration) {
	if path == "/ws" {
		return
	}
	if !slices.Contains(endpoints, path) {
		path = elsewhere
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.requests == nil {
		f.requests, f.durations = map[asked]int64{}, map[string]*durations{}
	}
	f.requests[asked{path, code}]++
	if f.durations[path] == nil {
		f.durations[path] = &durations{}
	}
	f.durations[path].add(took)
}

func (d *durations) add(took time.Duration) {
	d.bucket[sort.SearchFloat64s(durationBounds[:], took.Seconds())]++
	d.sum += took
}

// metrics answers in Prometheus' text format.
func (s *Shop) metrics(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	var text strings.Builder
	s.figures.write(&text)
	one(&text, "orders_total", "counter", "Orders taken.", float64(s.orders.Load()))
	one(&text, "process_start_time_seconds", "gauge", "Start of the process, in seconds since 1970.", float64(s.started.UnixMilli())/1000)
	one(&text, "go_goroutines", "gauge", "Goroutines that there are.", float64(runtime.NumGoroutine()))
	_, _ = io.WriteString(w, text.String()) // who asked may have left
}

func (f *figures) write(w io.Writer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	header(w, "http_requests_total", "counter", "Requests answered.")
	for _, a := range slices.SortedFunc(maps.Keys(f.requests), asked.compare) {
		fmt.Fprintf(w, "http_requests_total{endpoint=%q,code=\"%d\"} %d\n", a.endpoint, a.code, f.requests[a])
	}
	header(w, "http_request_duration_seconds", "histogram", "Time until a request was answered.")
	for _, endpoint := range slices.Sorted(maps.Keys(f.durations)) {
		f.durations[endpoint].write(w, endpoint)
	}
}

func (a asked) compare(b asked) int {
	if order := strings.Compare(a.endpoint, b.endpoint); order != 0 {
		return order
	}
	return a.code - b.code
}

func (d *durations) write(w io.Writer, endpoint string) {
	var sum int64
	for i, n := range d.bucket {
		bound := "+Inf"
		if i < len(durationBounds) {
			bound = number(durationBounds[i])
		}
		sum += n
		fmt.Fprintf(w, "http_request_duration_seconds_bucket{endpoint=%q,le=%q} %d\n", endpoint, bound, sum)
	}
	fmt.Fprintf(w, "http_request_duration_seconds_sum{endpoint=%q} %s\n", endpoint, number(d.sum.Seconds()))
	fmt.Fprintf(w, "http_request_duration_seconds_count{endpoint=%q} %d\n", endpoint, sum)
}

func one(w io.Writer, name, kind, help string, value float64) {
	header(w, name, kind, help)
	fmt.Fprintf(w, "%s %s\n", name, number(value))
}

func header(w io.Writer, name, kind, help string) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

func number(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
