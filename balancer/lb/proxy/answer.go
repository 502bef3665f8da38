package proxy

import (
	"context"
	"io"
	"net/http"
)

// follow has a failure counted if the answer's body ends before it is whole.
// A switched protocol is left alone: it has no end that could be missed.
func (r *request) follow(answer *http.Response, ctx context.Context) {
	if answer.StatusCode == http.StatusSwitchingProtocols || answer.Body == http.NoBody {
		return
	}
	answer.Body = &body{ReadCloser: answer.Body, torn: func() { r.unanswered(ctx) }}
}

// body calls torn once if it breaks.
type body struct {
	io.ReadCloser
	torn func()
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF && b.torn != nil {
		b.torn()
		b.torn = nil
	}
	return n, err
}
