package logs_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"noon/fleet"
	"noon/host/local"
)

// lokiServer answers as Loki's HTTP API is documented (query_range with
// streams, query with a vector); Loki itself is in no Debian package.
type lokiServer struct {
	*httptest.Server
	mu     sync.Mutex
	lines  []stamped
	seen   []url.Values
	status int
	login  string
}

type stamped struct {
	at   time.Time
	text string
}

func startLoki(t *testing.T) *lokiServer {
	s := &lokiServer{status: http.StatusOK}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.Close)
	return s
}

func (s *lokiServer) add(at time.Time, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, stamped{at, text})
	slices.SortStableFunc(s.lines, func(a, b stamped) int { return a.at.Compare(b.at) })
}

func (s *lokiServer) set(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = status
}

func (s *lokiServer) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	s.seen = append(s.seen, q)
	s.login = r.Header.Get("Authorization") + " " + r.Header.Get("X-Scope-OrgID")
	if s.status != http.StatusOK {
		http.Error(w, "parse error at line 1, col 3: \x1b[31msyntax error", s.status)
		return
	}
	if strings.HasSuffix(r.URL.Path, "/loki/api/v1/query") {
		fmt.Fprintf(w, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"%d"]}]}}`, len(s.lines))
		return
	}
	start, _ := strconv.ParseInt(q.Get("start"), 10, 64)
	end, _ := strconv.ParseInt(q.Get("end"), 10, 64)
	limit, _ := strconv.Atoi(q.Get("limit"))
	// Two streams, as two pods of one server would be.
	values := [2][][2]string{}
	for i, n := 0, 0; i < len(s.lines) && n < limit; i++ {
		if at := s.lines[i].at.UnixNano(); at >= start && at < end {
			pod := len(s.lines[i].text) % 2
			values[pod] = append(values[pod], [2]string{strconv.FormatInt(at, 10), s.lines[i].text})
			n++
		}
	}
	var streams []map[string]any
	for i, v := range values {
		if len(v) > 0 {
			streams = append(streams, map[string]any{"stream": map[string]string{"pod": fmt.Sprint(i)}, "values": v})
		}
	}
	if streams == nil {
		streams = []map[string]any{}
	}
	json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": map[string]any{"resultType": "streams", "result": streams, "stats": map[string]any{}}})
}

func lokiSource(s *lokiServer) fleet.LogSource {
	return fleet.LogSource{History: 10 * time.Minute, Loki: &fleet.Loki{URL: s.URL, Query: `{app="shop", host="{server}"}`}}
}

func TestLokiIsReadFromThePastOn(t *testing.T) {
	s := startLoki(t)
	t.Setenv("LOKI_TOKEN", "s3cret")
	now := time.Now()
	s.add(now.Add(-time.Hour), "an hour ago")
	var want []string
	for i, line := range numbered("past", 0, 12_000) {
		s.add(now.Add(-time.Minute+time.Duration(i)*time.Millisecond), line)
		want = append(want, line)
	}
	source := lokiSource(s)
	source.Loki.Token, source.Loki.Tenant = "LOKI_TOKEN", "team"
	to := follow(t, local.New(), source)
	to.awaitRead(t)
	for i := range 20 {
		line := fmt.Sprint("now ", i)
		// Every other one comes late, with a time that is before what was read.
		s.add(time.Now().Add(-time.Duration(i%2)*3*time.Second), line)
		want = append(want, line)
		time.Sleep(10 * time.Millisecond)
	}
	to.awaitLine(t, want[len(want)-1])
	to.exactly(t, want...)
	s.mu.Lock()
	defer s.mu.Unlock()
	if q := s.seen[0].Get("query"); q != `{app="shop", host="web1"}` || s.login != "Bearer s3cret team" {
		t.Errorf("asked for %s as %s", q, s.login)
	}
}

func TestLokiIsReadWhenAllOfThePastIs(t *testing.T) {
	s := startLoki(t)
	s.mu.Lock()
	for i := range 60_000 {
		s.lines = append(s.lines, stamped{time.Now().Add(-time.Minute + time.Duration(i)*time.Microsecond), fmt.Sprint("line ", i)})
	}
	s.mu.Unlock()
	to := follow(t, local.New(), lokiSource(s))
	to.awaitRead(t)
	to.locked(func() {
		if len(to.lines) < 59_000 { // the last may wait to be joined
			t.Errorf("said to be read after %d lines", len(to.lines))
		}
	})
}

func TestLokiThatIsDownIsSaidAndReadOnAfterwards(t *testing.T) {
	s := startLoki(t)
	to := follow(t, local.New(), lokiSource(s))
	to.awaitRead(t)
	s.set(http.StatusBadRequest)
	s.add(time.Now(), "meanwhile")
	to.await(t, "the silence", func() bool { return to.quiet && strings.Contains(to.silent, "does not understand the query") })
	if strings.Contains(to.silent, "\x1b") {
		t.Errorf("%q", to.silent)
	}
	s.set(http.StatusOK)
	to.awaitRead(t)
	to.exactly(t, "meanwhile")
}

func TestAFloodInLokiIsCounted(t *testing.T) {
	s := startLoki(t)
	to := follow(t, local.New(), lokiSource(s))
	to.awaitRead(t)
	s.mu.Lock()
	for i := range 60_000 {
		s.lines = append(s.lines, stamped{time.Now(), fmt.Sprint("line ", i)})
	}
	s.mu.Unlock()
	to.await(t, "lines to be missed", func() bool { return to.missed == 60_000 })
}

func TestALokiWithoutItsSecretIsSaid(t *testing.T) {
	s := startLoki(t)
	source := lokiSource(s)
	source.Loki.Token = "NOON_NO_SUCH_TOKEN"
	to := follow(t, local.New(), source)
	to.await(t, "it to be told", func() bool { return strings.Contains(to.silent, "NOON_NO_SUCH_TOKEN is not set") })
}
