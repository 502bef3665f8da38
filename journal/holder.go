package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// Holder is who acts on a service.
type Holder struct {
	// Name is a person, PID and Host the process that acts for them.
	Name  string    `json:"name"`
	Host  string    `json:"host"`
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

func (h Holder) String() string {
	return fmt.Sprintf("%s on %s (process %d), since %s", plain(h.Name), plain(h.Host), h.PID, h.Since.Local().Format("15:04:05"))
}

// plain makes what another process wrote fit for a terminal.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
}

// HeldError tells that somebody else acts on the service.
type HeldError struct {
	Service string
	Holder  Holder
	// Expires is when the lease ends if its holder is gone; the zero time if
	// that could not be read. A holder that lives renews it before.
	Expires time.Time
}

func (e *HeldError) Error() string {
	text := fmt.Sprintf("%s is in the hands of %s", e.Service, e.Holder)
	if e.Expires.IsZero() {
		return text + "; if that process is gone, it lets go by itself"
	}
	return fmt.Sprintf("%s; if that process is gone, it lets go by itself at %s", text, e.Expires.Local().Format("15:04:05"))
}

// heldBy returns the error that tells whose the key of a lease is.
func (j *Journal) heldBy(ctx context.Context, service string, kv *mvccpb.KeyValue) error {
	e := &HeldError{Service: service}
	if err := json.Unmarshal(kv.Value, &e.Holder); err != nil {
		e.Holder.Name = "somebody unknown"
	}
	left, err := j.client.TimeToLive(ctx, clientv3.LeaseID(kv.Lease))
	if err == nil && left.TTL >= 0 {
		e.Expires = time.Now().Add(time.Duration(left.TTL) * time.Second)
	}
	return e
}

// Holder returns who acts on the service, and whether anybody does.
func (j *Journal) Holder(ctx context.Context, service string) (Holder, bool, error) {
	if err := checkService(service); err != nil {
		return Holder{}, false, err
	}
	deadline, done := j.request(ctx)
	defer done()
	answer, err := j.client.Get(deadline, j.leaseKey(service))
	if err != nil {
		return Holder{}, false, j.failed("read the lease of "+service, err)
	}
	if len(answer.Kvs) == 0 {
		return Holder{}, false, nil
	}
	var h Holder
	if err := json.Unmarshal(answer.Kvs[0].Value, &h); err != nil {
		return Holder{}, true, fmt.Errorf("read the lease of %s: it was not written by noon: %w", service, err)
	}
	return h, true, nil
}
