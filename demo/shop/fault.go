package shop

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kind names what is wrong with a shop.
type Kind string

const (
	// None: nothing.
	None Kind = "none"
	// IllAfter: all is well for After; then its health check answers 503 and
	// everything else 500.
	IllAfter Kind = "ill-after"
	// Errors: its health check is good and everything else answers 500.
	Errors Kind = "errors"
	// NeverHealthy: its health check answers 503, everything else is well.
	NeverHealthy Kind = "never-healthy"
	// WrongVersion: it reports Version instead of its own.
	WrongVersion Kind = "wrong-version"
	// Exit: it ends at its start.
	Exit Kind = "exit"
	// SlowStart: it listens only After its start.
	SlowStart Kind = "slow-start"
	// Partly: its health check is good, and Share of its pages run into a
	// panic: a stack trace in the log, and for half of them the answer 500.
	Partly Kind = "partly"
	// Tail: all is well, but some pages take several times as long: the p99 is
	// twice what it was, the median the same.
	Tail Kind = "tail"
	// Endpoint: its health check is good, and the page at Path answers 500.
	Endpoint Kind = "endpoint"
	// Leak: its memory grows each minute by Share of what it was at the start.
	Leak Kind = "leak"
)

// Fault is what is wrong with a shop, in text: "ill-after=6s", "exit".
type Fault struct {
	Kind    Kind
	After   time.Duration // with IllAfter and SlowStart
	Version string        // with WrongVersion
	Share   float64       // with Partly and Leak, of 1
	Path    string        // with Endpoint
}

// Kinds are the faults as ParseFault reads them, for messages and help.
const Kinds = "none, ill-after=DURATION, errors, never-healthy, wrong-version=VERSION, exit, slow-start=DURATION, partly=PERCENT%, tail, endpoint=PATH, leak=PERCENT%"

// ParseFault reads a fault; "" is none.
func ParseFault(text string) (Fault, error) {
	kind, value, _ := strings.Cut(text, "=")
	switch f := (Fault{Kind: Kind(kind)}); f.Kind {
	case "":
		return Fault{Kind: None}, nil
	case None, Errors, NeverHealthy, Exit, Tail:
		if kind == text {
			return f, nil
		}
	case IllAfter, SlowStart:
		return f.after(value)
	case WrongVersion:
		return f.reporting(value)
	case Partly, Leak:
		return f.sharing(value)
	case Endpoint:
		return f.at(value)
	}
	return Fault{}, fmt.Errorf("fault %.60q is not known; known are %s", text, Kinds)
}

// faultLongest bounds how long a fault waits: a day.
const faultLongest = 24 * time.Hour

func (f Fault) after(text string) (Fault, error) {
	after, err := time.ParseDuration(text)
	if err != nil || after < 0 || after > faultLongest {
		return Fault{}, fmt.Errorf("fault %s needs a duration up to 24h, such as %s=6s, but has %.60q", f.Kind, f.Kind, text)
	}
	f.After = after
	return f, nil
}

var versionForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$`)

func (f Fault) reporting(version string) (Fault, error) {
	if !versionForm.MatchString(version) {
		return Fault{}, fmt.Errorf("fault %s needs a version, such as %s=v9, but has %.60q", f.Kind, f.Kind, version)
	}
	f.Version = version
	return f, nil
}

func (f Fault) sharing(text string) (Fault, error) {
	number, found := strings.CutSuffix(text, "%")
	percent, err := strconv.ParseFloat(number, 64)
	if !found || err != nil || !(percent > 0 && percent <= 100) {
		return Fault{}, fmt.Errorf("fault %s needs a share, such as %s=3%%, but has %.60q", f.Kind, f.Kind, text)
	}
	f.Share = percent / 100
	return f, nil
}

func (f Fault) at(path string) (Fault, error) {
	if !slices.Contains(endpoints, path) {
		return Fault{}, fmt.Errorf("fault %s needs one of the pages %s, such as %s=/cart, but has %.60q", f.Kind, strings.Join(endpoints, ", "), f.Kind, path)
	}
	f.Path = path
	return f, nil
}

// String is the text that ParseFault reads.
func (f Fault) String() string {
	switch f.Kind {
	case "":
		return string(None)
	case IllAfter, SlowStart:
		return string(f.Kind) + "=" + f.After.String()
	case WrongVersion:
		return string(f.Kind) + "=" + f.Version
	case Partly, Leak:
		return fmt.Sprintf("%s=%g%%", f.Kind, 100*f.Share)
	case Endpoint:
		return string(f.Kind) + "=" + f.Path
	}
	return string(f.Kind)
}

// sleep waits where the fault is a slow start; false tells that ctx ended.
func (f Fault) sleep(ctx context.Context) bool {
	if f.Kind != SlowStart {
		return ctx.Err() == nil
	}
	select {
	case <-time.After(f.After):
		return true
	case <-ctx.Done():
		return false
	}
}

// unhealthy tells whether the health check of a shop of this age fails.
func (f Fault) unhealthy(age time.Duration) bool {
	return f.Kind == NeverHealthy || f.ill(age)
}

// failing tells whether that page of a shop of this age fails.
func (f Fault) failing(path string, age time.Duration) bool {
	return f.Kind == Errors || f.Kind == Endpoint && f.Path == path || f.ill(age)
}

func (f Fault) ill(age time.Duration) bool {
	return f.Kind == IllAfter && age >= f.After
}
