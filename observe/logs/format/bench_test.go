package format

import (
	"bytes"
	"strings"
	"testing"
)

// kinds are lines to measure with.
var kinds = []struct{ name, line string }{
	{"message", `Failed password for invalid user webmaster from 173.234.31.186 port 38926 ssh2`},
	{"plain", `2026-11-21 13:00:00,123 INFO  [exec-7] c.e.shop.Cart - item 4711 added to cart of user 17 in 12.5 ms, total 3.50`},
	{"go", `2026/11/21 13:00:00 payment accepted for order 4711 by bank 12 in 31 ms request_id=8c1f9d2e`},
	{"syslog", `Nov 21 13:00:00 web1 sshd[123]: Failed password for root from 10.0.0.1 port 22 ssh2`},
	{"logfmt", `time=2026-11-21T13:00:00.123Z level=INFO msg="payment accepted" order=4711 amount=3.50 request_id=8c1f9d2e`},
	{"json", `{"time":"2026-11-21T13:00:00.123456Z","level":"ERROR","msg":"payment failed","err":"timeout","order_id":4711,"amount":3.5,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}`},
	{"journald", `{"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1795266000123456","_PID":"77","_HOSTNAME":"web1","_SYSTEMD_UNIT":"shop.service","PRIORITY":"6","SYSLOG_IDENTIFIER":"shop","MESSAGE":"2026-11-21 13:00:00 INFO payment accepted"}`},
	{"access", `10.0.0.1 - bob [21/Nov/2026:13:00:00 +0100] "POST /orders/4711/items?coupon=x HTTP/1.1" 200 512 "https://shop/cart" "Mozilla/5.0 (X11)" 0.012`},
}

func source(line string) []byte { return []byte(strings.Repeat(line+"\n", 1<<20/len(line))) }

// BenchmarkStream is all that is done with bytes before they are mined.
func BenchmarkStream(b *testing.B) {
	for _, k := range kinds {
		b.Run(k.name, func(b *testing.B) {
			bytes := source(k.line)
			b.SetBytes(int64(len(bytes)))
			b.ReportAllocs()
			entries := 0
			for b.Loop() {
				s := New(Options{})
				s.Push(bytes, read, func(*Entry) { entries++ })
			}
			b.ReportMetric(float64(entries)/b.Elapsed().Seconds()/1e6, "Mlines/s")
		})
	}
}

func BenchmarkReader(b *testing.B) {
	source := source(kinds[1].line)
	b.SetBytes(int64(len(source)))
	for b.Loop() {
		var r Reader
		if err := r.ReadAll(bytes.NewReader(source), func([]byte, bool) {}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkByteSum(b *testing.B) {
	source := source(kinds[1].line)
	b.SetBytes(int64(len(source)))
	sum := 0
	for b.Loop() {
		for _, c := range source {
			sum += int(c)
		}
	}
	if sum == 1 {
		b.Fatal()
	}
}
