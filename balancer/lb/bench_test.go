package lb_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkRequests measures what a keep-alive GET costs the load balancer:
// requests per second of its own processor time, that is, of one whole core;
// and its memory before and after, in MB.
func BenchmarkRequests(b *testing.B) {
	_, servers := shops(b, 3)
	p := launch(b, configure(b, servers...))
	before := memory(b, p)
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	b.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport}
	b.SetParallelism(16)
	b.ResetTimer()
	spent := processor(b, p)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			answer, err := client.Get(p.url() + "/cart")
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
	})
	spent = processor(b, p) - spent
	b.ReportMetric(float64(b.N)/max(spent, 0.01), "req/s-core")
	b.ReportMetric(before, "MB-before")
	b.ReportMetric(memory(b, p), "MB-after")
}

// ticks per second of /proc/PID/stat: USER_HZ, 100 on every Linux.
const ticks = 100

// processor is the processor time that the load balancer used, in seconds.
func processor(b *testing.B, p *process) float64 {
	b.Helper()
	text := proc(b, p, "stat")
	// The name in parentheses may hold spaces; after it, user and system time
	// are the 12th and 13th.
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	user, _ := strconv.ParseFloat(string(fields[11]), 64)
	system, _ := strconv.ParseFloat(string(fields[12]), 64)
	return (user + system) / ticks
}

// memory is the resident memory of the load balancer in MB.
func memory(b *testing.B, p *process) float64 {
	b.Helper()
	_, after, _ := strings.Cut(string(proc(b, p, "status")), "VmRSS:")
	kilobytes, _ := strconv.ParseFloat(strings.Fields(after)[0], 64)
	return kilobytes / 1024
}

func proc(b *testing.B, p *process, file string) []byte {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", p.command.Process.Pid, file))
	if err != nil {
		b.Skip(err)
	}
	return text
}
