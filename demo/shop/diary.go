package shop

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"runtime/debug"
	"sync"
	"time"
)

// diary is the shop's log: a line for every request, as shops write them, and
// the noise that every version of it makes.
type diary struct {
	mu sync.Mutex
	// out is nil where nobody reads it.
	out io.Writer
}

// staleRates is how often the exchange rates are found to be stale, of all
// pages: the caveat that everybody knows and nobody mends.
const staleRates = .05

// requested writes down a request that was answered.
func (d *diary) requested(request string, r *http.Request, status int, took time.Duration) {
	if d.out == nil {
		return
	}
	if mathrand.Float64() < staleRates {
		d.write(slog.LevelWarn, "exchange rates are stale, yesterday's are used", "request", request, "age", (time.Hour * time.Duration(20+mathrand.IntN(9))).String())
	}
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	d.write(level, "request served", "request", request, "method", r.Method, "path", r.URL.Path, "status", status, "took", took.Round(time.Microsecond).String())
}

// panicked writes down what a handler's panic left, in the form of Go's own.
func (d *diary) panicked(request string, value any) {
	stack := debug.Stack()
	var b bytes.Buffer
	record(&b, slog.LevelError, "the page could not be made", "request", request)
	fmt.Fprintf(&b, "panic: %v\n\n%s", value, stack)
	d.put(b.Bytes())
}

func (d *diary) write(level slog.Level, message string, fields ...any) {
	var b bytes.Buffer
	record(&b, level, message, fields...)
	d.put(b.Bytes())
}

func record(b *bytes.Buffer, level slog.Level, message string, fields ...any) {
	slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug})).Log(context.Background(), level, message, fields...)
}

// put writes an entry whole: those of other requests come before or after.
func (d *diary) put(entry []byte) {
	if d.out == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	_, _ = d.out.Write(entry) // a shop goes on serving when its log is full
}

func newRequestID() string { return rand.Text()[:12] }
