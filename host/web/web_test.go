package web_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"noon/host/local"
	"noon/host/web"
)

func TestARedirectionIsAnAnswer(t *testing.T) {
	s := httptest.NewServer(http.RedirectHandler("http://192.0.2.1/", http.StatusFound))
	t.Cleanup(s.Close)
	response, err := web.Client(local.New()).Get(s.URL)
	if err != nil || response.StatusCode != http.StatusFound {
		t.Fatal(response, err)
	}
	response.Body.Close()
}

// forbidding is a machine whose sshd opens no connection, or none to there.
type forbidding struct {
	*local.Local
	all bool
}

func (f forbidding) Dial(context.Context, string, string) (net.Conn, error) {
	return nil, fmt.Errorf("open a channel: %w", refusal(f))
}

type refusal forbidding

func (refusal) Error() string     { return "administratively prohibited" }
func (r refusal) Forbidden() bool { return r.all }

func TestWhereTheMachineForbidsItWeAskFromHere(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	for _, all := range []bool{true, false} {
		response, err := web.Client(forbidding{all: all}).Get(s.URL)
		if (err == nil) != all || err != nil && (!web.Refused(err) || web.BrokenOff(err)) {
			t.Error(all, err)
		}
		if err == nil {
			response.Body.Close()
		}
	}
}

func TestErrorsDoNotShowTheURL(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(s.Close)
	_, err := web.Client(local.New()).Get(s.URL + "/?token=hunter2")
	if err == nil || web.Plain(err).Error() != "EOF" || !web.BrokenOff(err) {
		t.Error(err)
	}
	if ended := fmt.Errorf("ask: %w", context.DeadlineExceeded); web.BrokenOff(ended) || !errors.Is(web.Plain(ended), context.DeadlineExceeded) {
		t.Error("a question whose time was up is not asked again")
	}
}
