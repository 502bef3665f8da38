package monitors

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"noon/fleet"
)

// BenchmarkText is the longest answer that is read, of which every line is
// wanted: a histogram of 10,000 endpoints.
func BenchmarkText(b *testing.B) {
	var body bytes.Buffer
	body.WriteString("# TYPE http_request_duration_seconds histogram\n")
	for i := 0; body.Len() < bodyMost-1000; i++ {
		for _, le := range []string{"0.005", "0.05", "0.5", "5", "+Inf"} {
			fmt.Fprintf(&body, "http_request_duration_seconds_bucket{code=\"200\",method=\"GET\",path=\"/user/%d\",le=%q} 3\n", i, le)
		}
		fmt.Fprintf(&body, "http_request_duration_seconds_count{code=\"200\",method=\"GET\",path=\"/user/%d\"} 3\n", i)
	}
	b.SetBytes(int64(body.Len()))
	b.ReportAllocs()
	for b.Loop() {
		c := newCollector(fleet.Monitors{}, nil, "/metrics")
		if err := (&text{to: c}).read(bytes.NewReader(body.Bytes())); err != nil || len(c.served) != 1 {
			b.Fatal(err)
		}
	}
}

// BenchmarkTextUnwanted is one of which nothing is wanted.
func BenchmarkTextUnwanted(b *testing.B) {
	line := []byte("some_cache_entries{shard=\"12\",kind=\"product\"} 3\n")
	body := bytes.Repeat(line, bodyMost/len(line))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		c := newCollector(fleet.Monitors{}, nil, "/metrics")
		if err := (&text{to: c}).read(io.Reader(bytes.NewReader(body))); err != nil {
			b.Fatal(err)
		}
	}
}
