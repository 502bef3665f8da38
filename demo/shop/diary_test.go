package shop

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestEveryRequestIsWrittenDownWithItsNameAndStatus(t *testing.T) {
	var log bytes.Buffer
	visit(t, &log, Fault{Kind: None}, 200)
	if n := strings.Count(log.String(), `msg="request served"`); n != 200 {
		t.Errorf("%d of 200 requests are written down", n)
	}
	if !strings.Contains(log.String(), "exchange rates are stale") || strings.Contains(log.String(), "panic") {
		t.Errorf("a good version writes\n%s", log.String())
	}
}

func TestAPartlyBrokenShopPanicsAndIsHealthy(t *testing.T) {
	var log bytes.Buffer
	failed := visit(t, &log, Fault{Kind: Partly, Share: .3}, 400)
	panics := strings.Count(log.String(), "panic: runtime error: invalid memory address")
	if panics < 60 || panics > 190 || failed < panics/4 || failed > 3*panics/4 {
		t.Errorf("%d panics and %d answers of class 500 in 400 requests", panics, failed)
	}
	if !strings.Contains(log.String(), "shop.(*discount).apply") {
		t.Errorf("no stack trace in\n%.2000s", log.String())
	}
}

// visit asks for the cart so often, and returns how many requests failed; the
// health check stays good all the time.
func visit(t *testing.T, log *bytes.Buffer, f Fault, times int) (failed int) {
	s := &Shop{config: Config{Server: "web1", Version: "v1", Fault: f}, diary: diary{out: log}}
	handler := s.handler()
	for range times {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/cart", nil))
		if answer.Code == http.StatusInternalServerError {
			failed++
		}
		health := httptest.NewRecorder()
		if handler.ServeHTTP(health, httptest.NewRequest(http.MethodGet, "/healthz", nil)); health.Code != http.StatusOK {
			t.Fatalf("the health check answered %d", health.Code)
		}
	}
	return failed
}
