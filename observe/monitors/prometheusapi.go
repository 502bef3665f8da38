package monitors

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"noon/fleet"
	"noon/host/web"
)

const (
	// prometheusAnswerMost bounds an answer of Prometheus, in bytes.
	prometheusAnswerMost = 4 << 20
	// queriesAtOnce is how many queries are asked at the same time for one server.
	queriesAtOnce = 4
)

// prometheusAPI is the HTTP API of Prometheus.
type prometheusAPI struct {
	url     string
	head    http.Header
	client  *http.Client
	timeout time.Duration
}

func newPrometheusAPI(p *fleet.Prometheus, client *http.Client, timeout time.Duration) (*prometheusAPI, error) {
	head, err := web.Head(p.Login)
	if err != nil {
		return nil, fmt.Errorf("prometheus: %w", err)
	}
	return &prometheusAPI{url: strings.TrimSuffix(p.URL, "/"), head: head, client: client, timeout: timeout}, nil
}

// finding is what became of one query.
type finding struct {
	results []result
	err     error
}

// queries asks several at the same time; the findings are in the order of names.
func (a *prometheusAPI) queries(ctx context.Context, names []string, query func(name string) string) []finding {
	all := make([]finding, len(names))
	var asking sync.WaitGroup
	places := make(chan struct{}, queriesAtOnce)
	for i, name := range names {
		places <- struct{}{}
		asking.Go(func() {
			defer func() { <-places }()
			all[i].results, all[i].err = a.query(ctx, query(name))
		})
	}
	asking.Wait()
	return all
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
		return nil, fmt.Errorf("status %d: a redirection, which is not followed: name the place itself in noon.yaml (monitors: prometheus: url)", status)
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
