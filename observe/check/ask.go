package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"noon/fleet"
	"noon/host/web"
)

// bodyMost is how much of an answer is read, in bytes.
const bodyMost = 64 << 10

// answer is what a URL answered. With trouble there was no answer.
type answer struct {
	path    string
	status  int
	body    []byte
	trouble string
}

func (a answer) good() bool { return a.trouble == "" && a.status >= 200 && a.status <= 299 }

// String shows the path only: the rest of a URL may hold a secret.
func (a answer) String() string {
	text := "GET " + a.path + ": "
	switch body := strings.TrimSpace(string(a.body)); {
	case a.trouble != "":
		return text + a.trouble
	case a.good(), body == "":
		return text + fmt.Sprint(a.status)
	case a.status >= 300 && a.status <= 399:
		return text + fmt.Sprint(a.status) + " (a redirection is not followed)"
	default:
		return text + fmt.Sprint(a.status) + " " + fleet.Quoted(body)
	}
}

// ask asks a URL from the server's machine, once a look. The error tells that
// the machine could not be reached.
func (l *look) ask(ctx context.Context, pattern string) (answer, error) {
	u, err := l.filled(pattern)
	if err != nil {
		return answer{path: "?", trouble: err.Error()}, nil
	}
	if known, ok := l.answers[u.String()]; ok {
		return known, nil
	}
	a, err := l.get(ctx, u)
	if err != nil && ctx.Err() == nil && web.BrokenOff(err) {
		// The connection to the machine may have broken just then: it is a
		// server's fault only if it happens on a new one too.
		a, err = l.get(ctx, u)
	}
	a.path = "/" + strings.TrimPrefix(u.Path, "/")
	if err != nil {
		if a.trouble, err = l.unanswered(ctx, err); err != nil {
			return a, err
		}
	}
	l.answers[u.String()] = a
	return a, nil
}

// get asks on a connection of its own, which nothing outlives.
func (l *look) get(ctx context.Context, u *url.URL) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("User-Agent", "noon")
	response, err := web.Client(l.host).Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, bodyMost))
	return answer{status: response.StatusCode, body: bytes.ToValidUTF8(body, []byte("?"))}, err
}

// unanswered tells the server's trouble from the machine's, which is an
// error.
func (l *look) unanswered(ctx context.Context, err error) (string, error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if !web.Refused(err) {
		if dead := l.alive(ctx); dead != nil {
			return "", dead
		}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("no answer within %s", l.cfg.Timeout), nil
	}
	return web.Plain(err).Error(), nil
}
