package monitors

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"noon/fleet"
	"noon/host"
	"noon/host/web"
)

// bodyMost is how much of an answer is read, in bytes, after it is unpacked.
const bodyMost = 16 << 20

// acceptable are the formats that are understood, the one with native histograms
// first.
const acceptable = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7," +
	"application/openmetrics-text;version=1.0.0;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5," +
	"text/plain;version=0.0.4;q=0.4,*/*;q=0.1"

// answering is one question for an application's metrics, from its own machine.
type answering struct {
	timeout time.Duration
	reach   func(fleet.Server) (host.Host, error)
	url     string
	// at is when the answer began.
	at time.Time
}

// ask hands what is answered to the collector, and what goes wrong.
func (a *answering) ask(ctx context.Context, s fleet.Server, c *collector) {
	a.at = time.Now().UTC()
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	response, err := a.get(ctx, s)
	if err == nil {
		defer response.Body.Close()
		a.at = time.Now().UTC()
		if err = expected(response); err == nil {
			err = a.read(response, c)
		}
	}
	if err != nil {
		c.unread = !errors.Is(err, errEmpty)
		c.trouble.add("GET %s: %s", a.path(), a.inWords(err, c))
	}
}

// errEmpty tells an answer that may have something in it later.
var errEmpty = errors.New("the answer is empty: it has no metrics")

// get asks, and once more where the connection to the machine may have broken
// just then.
func (a *answering) get(ctx context.Context, s fleet.Server) (*http.Response, error) {
	machine, err := a.reach(s)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, filled(a.url, s), nil)
	if err != nil {
		return nil, errors.New("that is no URL: see monitors: metrics: in noon.yaml")
	}
	request.Header.Set("User-Agent", "noon")
	request.Header.Set("Accept", acceptable)
	response, err := web.Client(machine).Do(request)
	if err != nil && ctx.Err() == nil && web.BrokenOff(err) {
		response, err = web.Client(machine).Do(request)
	}
	return response, err
}

// read keeps what is complete of an answer that was cut off, and nothing of one
// that is wrong.
func (a *answering) read(r *http.Response, c *collector) error {
	body := &io.LimitedReader{R: r.Body, N: bodyMost}
	err := a.parse(r, body, c)
	switch {
	case body.N <= 0:
		c.forget()
		return fmt.Errorf("the answer is longer than %d MB, and is read no further: let it answer with less", bodyMost>>20)
	case errors.Is(err, errCut), errors.Is(err, context.DeadlineExceeded):
		c.forget()
	case err != nil:
		c.forgetAll()
	case c.samples == 0:
		return errEmpty
	}
	return err
}

func (a *answering) inWords(err error, c *collector) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded) && c.samples > 0:
		return fmt.Sprintf("the answer did not end within %s: only what came until then is used", a.timeout)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %s", a.timeout)
	}
	return web.Plain(err).Error()
}

// expected tells what is no answer with metrics.
func expected(r *http.Response) error {
	kind := mediaOf(r)
	switch {
	case r.StatusCode >= 300 && r.StatusCode <= 399:
		return fmt.Errorf("%d: a redirection, which is not followed: name the place itself in noon.yaml (monitors: metrics)", r.StatusCode)
	case r.StatusCode == http.StatusUnauthorized || r.StatusCode == http.StatusForbidden:
		return fmt.Errorf("%d: it wants a login, which noon has not: let it answer on an address that only the machine reaches", r.StatusCode)
	case r.StatusCode != http.StatusOK:
		return fmt.Errorf("%d", r.StatusCode)
	case kind == "text/html":
		return errors.New("it answers a page (HTML), not metrics: is it another path?")
	}
	return nil
}

func mediaOf(r *http.Response) string {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return kind
}

// parse reads the format that the answer says it has.
func (a *answering) parse(r *http.Response, body io.Reader, c *collector) error {
	if mediaOf(r) == "application/vnd.google.protobuf" {
		large, err := protobuf{to: c}.read(body)
		if large > 0 {
			c.trouble.add("GET %s: families larger than %d MB are not used (%d are, they have too many labels)", a.path(), familyMost>>20, large)
		}
		return err
	}
	return (&text{to: c, openMetrics: mediaOf(r) == "application/openmetrics-text"}).read(body)
}

// path is what messages call the question.
func (a *answering) path() string { return "/" + strings.TrimPrefix(pathOf(a.url), "/") }

// filled replaces the placeholders of a URL.
func filled(pattern string, s fleet.Server) string {
	return strings.NewReplacer("{address}", s.Address, "{server}", url.PathEscape(s.Name)).Replace(pattern)
}

// pathOf is the path of a URL with placeholders: the rest may hold a secret.
func pathOf(pattern string) string {
	u, err := url.Parse(filled(pattern, fleet.Server{Name: "server", Address: "address:80"}))
	if err != nil {
		return ""
	}
	return u.Path
}
