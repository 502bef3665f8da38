package logs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"noon/fleet"
	"noon/host/web"
)

// lokiAnswerMost bounds an answer of Loki, in bytes.
const lokiAnswerMost = 64 << 20

// lokiAPI is the HTTP API of Loki with one query.
type lokiAPI struct {
	url, query string
	head       http.Header
	client     *http.Client
}

// lokiLine is a line with its time and the labels of its stream.
type lokiLine struct {
	at     time.Time
	labels string
	text   string
}

func newLokiAPI(l *fleet.Loki, s fleet.Server) (*lokiAPI, error) {
	if strings.ContainsAny(s.Name+s.Address+s.Host, "\"`\\\n") {
		return nil, fmt.Errorf("the server's name or address %s cannot stand in a query", fleet.Quoted(s.Address))
	}
	head, err := web.Head(l.Login)
	if err != nil {
		return nil, err
	}
	api := &lokiAPI{url: strings.TrimSuffix(l.URL, "/"), query: ofServer(l.Query, s, plainly), head: head, client: web.API()}
	api.client.Timeout = answerMost
	return api, nil
}

// lines returns the lines from a time until another, at most lokiMost, the
// oldest.
func (a *lokiAPI) lines(ctx context.Context, from, until time.Time) ([]lokiLine, error) {
	var streams []struct {
		Stream map[string]string   `json:"stream"`
		Values [][]json.RawMessage `json:"values"`
	}
	err := a.get(ctx, "query_range", url.Values{
		"query": {a.query}, "start": {nanos(from)}, "end": {nanos(until)}, "limit": {strconv.Itoa(lokiMost)}, "direction": {"forward"},
	}, "streams", &streams)
	if err != nil {
		return nil, err
	}
	var all []lokiLine
	for _, s := range streams {
		labels := fmt.Sprint(s.Stream)
		for _, v := range s.Values {
			line, err := lokiLineOf(v)
			if err != nil {
				return nil, err
			}
			line.labels = labels
			all = append(all, line)
		}
	}
	return all, nil
}

func lokiLineOf(v []json.RawMessage) (lokiLine, error) {
	var at, text string
	if len(v) < 2 || json.Unmarshal(v[0], &at) != nil || json.Unmarshal(v[1], &text) != nil {
		return lokiLine{}, errors.New("loki answers a line that is not a time and a text")
	}
	n, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return lokiLine{}, fmt.Errorf("loki answers the time %s", fleet.Quoted(at))
	}
	return lokiLine{at: time.Unix(0, n), text: text}, nil
}

// count returns how many lines there are from a time until another.
func (a *lokiAPI) count(ctx context.Context, from, until time.Time) (int64, error) {
	seconds := max(1, int(until.Sub(from).Seconds()+0.5))
	var samples []struct {
		Value []json.RawMessage `json:"value"`
	}
	err := a.get(ctx, "query", url.Values{
		"query": {fmt.Sprintf("sum(count_over_time(%s [%ds]))", a.query, seconds)}, "time": {nanos(until)},
	}, "vector", &samples)
	if err != nil {
		return 0, err
	}
	var text string
	if len(samples) == 0 || len(samples[0].Value) < 2 || json.Unmarshal(samples[0].Value[1], &text) != nil {
		return -1, nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 {
		return -1, nil
	}
	return int64(n), nil
}

func nanos(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }

// get asks for a result of one kind.
func (a *lokiAPI) get(ctx context.Context, path string, query url.Values, kind string, result any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url+"/loki/api/v1/"+path+"?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	request.Header = a.head
	response, err := a.client.Do(request)
	if err != nil {
		var inURL *url.Error
		if errors.As(err, &inURL) {
			err = inURL.Err // without the query
		}
		return fmt.Errorf("ask loki: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, lokiAnswerMost+1))
	switch {
	case err != nil:
		return fmt.Errorf("read loki's answer: %w", err)
	case response.StatusCode != http.StatusOK:
		return refusal(response.StatusCode, body)
	case len(body) > lokiAnswerMost:
		return fmt.Errorf("loki's answer is longer than %d MB", lokiAnswerMost>>20)
	}
	return unpack(body, kind, result)
}

// refusal explains a status that is not 200.
func refusal(status int, body []byte) error {
	text := quotedSafely(strings.TrimSpace(string(body)))
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("loki refuses (status %d): see user, password, token and tenant: %s", status, text)
	case http.StatusBadRequest:
		return fmt.Errorf("loki does not understand the query: %s", text)
	}
	return fmt.Errorf("loki answers with status %d: %s", status, text)
}

func unpack(body []byte, kind string, result any) error {
	var answer struct {
		Data struct {
			ResultType string          `json:"resultType"`
			Result     json.RawMessage `json:"result"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("loki's answer is not JSON as Loki writes it: %w", err)
	}
	if answer.Data.ResultType != kind {
		return fmt.Errorf("loki answers %s, not %s: the query must find lines, not numbers", fleet.Quoted(answer.Data.ResultType), kind)
	}
	if err := json.Unmarshal(answer.Data.Result, result); err != nil {
		return fmt.Errorf("loki's answer is not JSON as Loki writes it: %w", err)
	}
	return nil
}
