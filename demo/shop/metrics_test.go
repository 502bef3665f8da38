package shop_test

import (
	"strings"
	"testing"

	"noon/demo/shop"
)

func TestTheShopCountsWhatItAnswered(t *testing.T) {
	fault, err := shop.ParseFault("endpoint=/cart")
	if err != nil {
		t.Fatal(err)
	}
	url := open(t, shop.Config{Fault: fault})
	for page, times := range map[string]int{"/": 3, "/cart": 2, "/nowhere/1": 1, "/nowhere/2": 1, "/slow?for=1ms": 1, "/slow?for=never": 1, "/healthz": 5} {
		for range times {
			ask(t, "GET", url+page, "")
		}
	}
	ask(t, "POST", url+"/order", "bread")
	_, text, header := ask(t, "GET", url+"/metrics", "")
	if kind := header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain; version=0.0.4") {
		t.Errorf("it is %q", kind)
	}
	for _, line := range []string{
		"# TYPE http_requests_total counter",
		`http_requests_total{endpoint="/",code="200"} 3`,
		`http_requests_total{endpoint="/cart",code="500"} 2`,
		`http_requests_total{endpoint="/order",code="200"} 1`,
		`http_requests_total{endpoint="/slow",code="200"} 1`,
		`http_requests_total{endpoint="/slow",code="400"} 1`,
		`http_requests_total{endpoint="other",code="404"} 2`,
		"# TYPE http_request_duration_seconds histogram",
		`http_request_duration_seconds_bucket{endpoint="/",le="+Inf"} 3`,
		`http_request_duration_seconds_bucket{endpoint="/slow",le="0.0025"} `,
		`http_request_duration_seconds_count{endpoint="/"} 3`,
		"orders_total 1",
		"process_start_time_seconds 1",
		"go_goroutines ",
	} {
		if !strings.Contains(text, "\n"+line) && !strings.HasPrefix(text, line) {
			t.Errorf("%s is missing in:\n%s", line, text)
		}
	}
	if strings.Contains(text, "nowhere") || strings.Contains(text, "healthz") {
		t.Errorf("a label for what is no page:\n%s", text)
	}
}
