package monitors_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"noon/fleet"
	"noon/host"
	"noon/host/local"
	"noon/observe/monitors"
	"noon/testbed"
)

// promServer answers as Prometheus 3 does: each query with what is written for
// it, after its placeholders were replaced.
type promServer struct {
	t       *testing.T
	answers map[string]string

	mu sync.Mutex
	// head is that of the last question.
	head http.Header
}

func startPrometheus(t *testing.T, answers map[string]string) (*promServer, string) {
	p := &promServer{t: t, answers: answers}
	return p, "http://" + serve(t, p.answer)
}

func (p *promServer) answer(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.head = r.Header.Clone()
	p.mu.Unlock()
	query := r.FormValue("query")
	data, known := p.answers[query]
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.Path != "/prefix/api/v1/query":
		http.NotFound(w, r)
	case !known:
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"status": "error", "errorType": "bad_data", "error": "invalid parameter \"query\": 1:5: parse error: \x1b[2J in " + query})
	default:
		_, _ = io.WriteString(w, `{"status":"success","data":`+data+`}`)
	}
}

// vector is an instant vector of series: labels, and a number as it is written.
func vector(series ...string) string {
	var all []string
	for i := 0; i < len(series); i += 2 {
		all = append(all, fmt.Sprintf(`{"metric":{%s},"value":[1795271820.796,%q]}`, series[i], series[i+1]))
	}
	return `{"resultType":"vector","result":[` + strings.Join(all, ",") + `]}`
}

func asking(url string, queries map[string]string) fleet.Monitors {
	return fleet.Monitors{Prometheus: &fleet.Prometheus{URL: url + "/prefix", Queries: queries}, Business: []string{"orders"}}
}

var server = fleet.Server{Name: "web1", Host: "deploy@h", Address: "10.0.0.1:8080"}

func TestPrometheusIsAskedForOneServer(t *testing.T) {
	p, url := startPrometheus(t, map[string]string{
		`sum by (endpoint) (r{i="10.0.0.1:8080"})`: vector(`"endpoint":"/cart"`, "40", `"endpoint":"/say \"hi\""`, "2", ``, "1"),
		`sum(e{server="web1"})`:                    vector("", "3"),
		`scalar(x{host="deploy@h"})`:               `{"resultType":"scalar","result":[1795271820.796,"7"]}`,
		`m{server="web1"}`:                         vector(`"__name__":"m","instance":"web1"`, "1.835008e+08"),
		`sum by (le) (l{server="web1"})`:           vector(`"le":"0.1"`, "5", `"le":"+Inf"`, "9", `"le":"1"`, "8"),
		`pay{server="web1"}`:                       vector("", "1"),
	})
	t.Setenv("PROM_TOKEN", "hunter2\n")
	m := asking(url, map[string]string{
		"requests": `sum by (endpoint) (r{i="{address}"})`, "errors": `sum(e{server="{server}"})`, "orders": `scalar(x{host="{host}"})`,
		"memory": `m{server="{server}"}`, "latency": `sum by (le) (l{server="{server}"})`, `errors{endpoint="/pay"}`: `pay{server="{server}"}`,
	})
	m.Prometheus.Token, m.Prometheus.Tenant = "PROM_TOKEN", "shop"
	r := reader(m)
	o, trouble := r.Read(t.Context(), server)
	want := map[string]float64{
		"requests": 43, `requests{endpoint="/cart"}`: 40, `requests{endpoint="/say \"hi\""}`: 2, `requests{endpoint="other"}`: 1,
		"errors": 3, `errors{endpoint="/pay"}`: 1, "orders": 7,
	}
	if diff := cmp.Diff(want, o.Counters); diff != "" || len(trouble) > 0 {
		t.Error(diff, trouble)
	}
	if diff := cmp.Diff(map[string]float64{"memory": 183500800}, o.Gauges); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"5 <= 0.1", "8 <= 1", "9 <= +Inf"}, inWords(o.Histograms["latency_seconds"])); diff != "" {
		t.Error(diff)
	}
	if p.head.Get("Authorization") != "Bearer hunter2" || p.head.Get("X-Scope-OrgID") != "shop" {
		t.Errorf("%v", p.head)
	}
	problems := r.Preflight(t.Context(), server)
	if len(problems) != 1 || problems[0].Mend != "" {
		t.Fatalf("%+v", problems)
	}
	has(t, problems[0].What, "web1: monitors: "+url+`/prefix: errors, errors{endpoint="/pay"}, latency_seconds, memory, orders, requests`)
}

func TestWhatPrometheusDoesNotKnowIsMissing(t *testing.T) {
	for name, c := range map[string]struct{ answer, says string }{
		"empty":               {vector(), "finds nothing for this server: that is no number, not zero"},
		"NaN":                 {vector("", "NaN"), "it is NaN"},
		"infinite":            {vector("", "+Inf"), "it is +Inf"},
		"negative":            {vector("", "-4"), "it is -4"},
		"no number":           {vector("", "four"), `"four", which is no number`},
		"many":                {vector(`"a":"1"`, "1", `"a":"2"`, "2"), "finds 2 series"},
		"an endpoint twice":   {vector(`"endpoint":"/","a":"1"`, "1", `"endpoint":"/","a":"2"`, "2"), `endpoint "/" twice`},
		"lines over time":     {`{"resultType":"matrix","result":[]}`, "not numbers of this moment"},
		"text":                {`{"resultType":"string","result":[1,"x"]}`, "not numbers of this moment"},
		"a native histogram":  {`{"resultType":"vector","result":[{"metric":{},"histogram":[1,{"count":"1"}]}]}`, "native histogram"},
		"odd":                 {`{"resultType":"vector","result":[{"metric":{},"value":[1]}]}`, "not JSON as Prometheus"},
		"odder":               {`[]`, "not JSON as Prometheus"},
		"more than is read":   {vector(strings.Split(strings.Repeat(`"endpoint":"/"|1|`, 6000), "|")[:12000]...), "at most 5000"},
		"longer than is read": {`"` + strings.Repeat("x", 5<<20) + `"`, "longer than 4 MB"},
	} {
		t.Run(name, func(t *testing.T) {
			_, url := startPrometheus(t, map[string]string{"bad": c.answer, "good": vector("", "5")})
			r := reader(asking(url, map[string]string{"requests": "bad", "errors": "good"}))
			o, trouble := r.Read(t.Context(), server)
			if diff := cmp.Diff(map[string]float64{"errors": 5}, o.Counters); diff != "" || len(trouble) != 1 {
				t.Error(diff, trouble)
			}
			has(t, strings.Join(trouble, "\n"), "prometheus: requests: ", c.says)
			if problems := r.Preflight(t.Context(), server); len(problems) != 2 || problems[0].Mend != "" || problems[1].Fatal {
				t.Errorf("%+v", problems)
			}
		})
	}
}

func TestAPrometheusThatDoesNotAnswerIsSaid(t *testing.T) {
	queries := map[string]string{"requests": "bad"}
	status := func(status int, body string) string {
		return "http://" + serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/login?token=hunter2")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
	}
	_, understands := startPrometheus(t, nil)
	for name, c := range map[string]struct{ url, says string }{
		"down":          {"http://" + testbed.Address(t), "refused"},
		"wrong query":   {understands, "does not understand the query: invalid parameter \"query\": 1:5: parse error: ?[2J in bad"},
		"unauthorized":  {status(401, "password=hunter2"), "see user, password, token and tenant"},
		"unavailable":   {status(503, "hunter2"), "status 503"},
		"redirected":    {status(302, ""), "redirection"},
		"not it":        {status(200, "<html>hunter2"), "is the URL that of Prometheus?"},
		"slow":          {"http://" + serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), "no answer within 300ms"},
		"says no":       {status(200, `{"status":"error","error":"too many samples"}`), "too many samples"},
		"breaks off":    {"http://" + serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), "EOF"},
		"no such place": {status(404, "404 page not found"), "status 404"},
	} {
		t.Run(name, func(t *testing.T) {
			r := monitors.New(monitors.Options{Monitors: asking(c.url, queries), Timeout: patience, Reach: func(fleet.Server) (host.Host, error) { return local.New(), nil }})
			if name == "slow" {
				r = monitors.New(monitors.Options{Monitors: asking(c.url, queries), Timeout: 300 * time.Millisecond})
			}
			o, trouble := r.Read(t.Context(), server)
			empty(t, o)
			said := strings.Join(trouble, "\n")
			has(t, said, "prometheus: requests: ", c.says)
			clean(t, said)
			for _, p := range r.Preflight(t.Context(), server) {
				if !p.Fatal || !strings.HasPrefix(p.What, "web1: monitors: prometheus: ") {
					t.Errorf("%+v", p)
				}
			}
		})
	}
}

// A service that nobody has asked yet has no series.
func TestAPrometheusThatFindsNothingIsNoReasonToRefuse(t *testing.T) {
	_, url := startPrometheus(t, map[string]string{"q": vector()})
	problems := reader(asking(url, map[string]string{"requests": "q", "errors": "bad"})).Preflight(t.Context(), server)
	if len(problems) != 2 || problems[0].Fatal || problems[1].Fatal {
		t.Errorf("%+v", problems)
	}
}

func TestAServerNeverBecomesPartOfAQuery(t *testing.T) {
	_, url := startPrometheus(t, map[string]string{})
	o, trouble := reader(asking(url, map[string]string{"requests": `r{i="{host}"}`})).Read(t.Context(), fleet.Server{Name: "web1", Host: `x"} or vector(0) #`, Address: "10.0.0.1:80"})
	empty(t, o)
	has(t, strings.Join(trouble, "\n"), "cannot stand in a query")
}

func TestASecretThatIsNotSetIsSaid(t *testing.T) {
	for _, p := range []fleet.Prometheus{{Login: fleet.Login{Token: "PROM_MISSING"}}, {Login: fleet.Login{User: "noon", Password: "PROM_MISSING"}}} {
		p.URL, p.Queries = "http://192.0.2.1:1", map[string]string{"requests": "r"}
		o, trouble := reader(fleet.Monitors{Prometheus: &p}).Read(t.Context(), server)
		empty(t, o)
		has(t, strings.Join(trouble, "\n"), "PROM_MISSING is not set")
	}
}

func TestAUserLogsIn(t *testing.T) {
	p, url := startPrometheus(t, map[string]string{"q": vector("", "1")})
	t.Setenv("PROM_PASSWORD", "hunter2")
	m := asking(url, map[string]string{"requests": "q"})
	m.Prometheus.User, m.Prometheus.Password = "noon", "PROM_PASSWORD"
	if o, trouble := reader(m).Read(t.Context(), server); o.Counters["requests"] != 1 || p.head.Get("Authorization") != "Basic bm9vbjpodW50ZXIy" {
		t.Error(o, trouble, p.head)
	}
}
