package monitors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"noon/fleet"
	"noon/host/web"
)

const (
	// prometheusAnswerMost bounds an answer of Prometheus, in bytes.
	prometheusAnswerMost = 4 << 20
	// resultsMost is how many series one query may find.
	resultsMost = 5000
)

// prometheusAPI is the HTTP API of Prometheus.
type prometheusAPI struct {
	url     string
	head    http.Header
	client  *http.Client
	timeout time.Duration
}

// result is a series that a query finds, with its number now.
type result struct {
	labels map[string]string
	value  float64
}

// prometheusClient asks from here.
func prometheusClient() *http.Client {
	// Where Prometheus sends us elsewhere, the password would go there too.
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func newPrometheusAPI(p *fleet.Prometheus, client *http.Client, timeout time.Duration) (*prometheusAPI, error) {
	api := &prometheusAPI{url: strings.TrimSuffix(p.URL, "/"), head: http.Header{"User-Agent": {"noon"}}, client: client, timeout: timeout}
	if p.Tenant != "" {
		api.head.Set("X-Scope-OrgID", p.Tenant)
	}
	if p.Token != "" {
		token, err := secret(p.Token)
		if err != nil {
			return nil, err
		}
		api.head.Set("Authorization", "Bearer "+token)
	}
	if p.User != "" {
		password, err := secret(p.Password)
		if err != nil {
			return nil, err
		}
		login := &http.Request{Header: api.head}
		login.SetBasicAuth(p.User, password)
	}
	return api, nil
}

func secret(name string) (string, error) {
	value := strings.TrimSpace(os.Getenv(name))
	if value == "" {
		return "", fmt.Errorf("prometheus: the environment variable %s is not set: run noon with it", name)
	}
	return value, nil
}

// query asks for the numbers of this moment.
func (a *prometheusAPI) query(ctx context.Context, query string) ([]result, error) {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	body, status, err := a.get(ctx, url.Values{"query": {query}, "timeout": {a.timeout.String()}})
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("no answer within %s", a.timeout)
	case err != nil:
		return nil, web.Plain(err) // without the query
	case status >= 300 && status <= 399:
		return nil, fmt.Errorf("status %d: a redirection is not followed: name the place itself in monitors: prometheus: url:", status)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return nil, fmt.Errorf("it refuses (status %d): see user, password, token and tenant", status)
	case len(body) > prometheusAnswerMost:
		return nil, fmt.Errorf("the answer is longer than %d MB: let the query find less, like sum(...)", prometheusAnswerMost>>20)
	}
	return unpack(body, status)
}

func (a *prometheusAPI) get(ctx context.Context, form url.Values) (body []byte, status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url+"/api/v1/query?"+form.Encode(), nil)
	if err != nil {
		return nil, 0, err
	}
	request.Header = a.head.Clone()
	response, err := a.client.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(io.LimitReader(response.Body, prometheusAnswerMost+1))
	return body, response.StatusCode, err
}

// answer is what Prometheus writes, as far as it is needed.
type answer struct {
	Status string `json:"status"`
	Error  string `json:"error"`
	Data   struct {
		Type   string          `json:"resultType"`
		Result json.RawMessage `json:"result"`
	} `json:"data"`
}

func unpack(body []byte, status int) ([]result, error) {
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		if status != http.StatusOK {
			return nil, fmt.Errorf("it answers with status %d", status)
		}
		return nil, errors.New("the answer is not JSON as Prometheus writes it: is the URL that of Prometheus?")
	}
	switch {
	case status == http.StatusBadRequest || status == http.StatusUnprocessableEntity:
		return nil, fmt.Errorf("it does not understand the query: %s", brief(a.Error))
	case status != http.StatusOK || a.Status != "success":
		return nil, fmt.Errorf("it answers with status %d: %s", status, brief(a.Error))
	case a.Data.Type == "scalar":
		return scalar(a.Data.Result)
	case a.Data.Type != "vector":
		return nil, fmt.Errorf("the query finds %s, not numbers of this moment: see what it asks for", fleet.Quoted(a.Data.Type))
	}
	return vector(a.Data.Result)
}

// brief is what Prometheus says of a query, which the query is a part of.
func brief(said string) string {
	const most = 300
	if len(said) > most {
		return strings.ToValidUTF8(said[:most], "") + "..."
	}
	return said
}

func scalar(raw json.RawMessage) ([]result, error) {
	var pair []json.RawMessage
	if err := json.Unmarshal(raw, &pair); err != nil {
		return nil, errors.New("the answer is not JSON as Prometheus writes it")
	}
	value, err := valueIn(pair)
	if err != nil {
		return nil, err
	}
	return []result{{value: value}}, nil
}

func vector(raw json.RawMessage) ([]result, error) {
	var all []struct {
		Metric    map[string]string `json:"metric"`
		Value     []json.RawMessage `json:"value"`
		Histogram json.RawMessage   `json:"histogram"`
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, errors.New("the answer is not JSON as Prometheus writes it")
	}
	if len(all) > resultsMost {
		return nil, fmt.Errorf("the query finds %d series, of which at most %d are read: write one that finds less, like sum(...)", len(all), resultsMost)
	}
	found := make([]result, 0, len(all))
	for _, one := range all {
		if one.Value == nil && one.Histogram != nil {
			return nil, errors.New("the query finds a native histogram: ask for a number of it, like histogram_count(...)")
		}
		value, err := valueIn(one.Value)
		if err != nil {
			return nil, err
		}
		found = append(found, result{labels: one.Metric, value: value})
	}
	return found, nil
}

// valueIn reads [time, "number"].
func valueIn(pair []json.RawMessage) (float64, error) {
	var written string
	if len(pair) != 2 || json.Unmarshal(pair[1], &written) != nil {
		return 0, errors.New("the answer is not JSON as Prometheus writes it")
	}
	value, err := strconv.ParseFloat(written, 64)
	if err != nil {
		return 0, fmt.Errorf("it answers %s, which is no number", fleet.Quoted(written))
	}
	return value, nil
}
