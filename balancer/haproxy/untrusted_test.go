package haproxy_test

import (
	"context"
	"net"
	"strings"
	"testing"

	"noon/balancer/haproxy"
	"noon/fleet"
)

// speaking is a driver of something that says text whatever it is asked, and
// then hangs up.
func speaking(text string) *haproxy.Driver {
	return haproxy.New(haproxy.Config{Where: "lb1", Backend: "shop", Dial: func(context.Context) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			theirs.Read(make([]byte, 4096))
			theirs.Write([]byte(text))
		}()
		return ours, nil
	}})
}

const (
	info   = "Name: HAProxy\nPid: 7\nStart_time_sec: 99\n\n"
	states = "1\n# srv_name srv_op_state srv_admin_state srv_uweight srv_iweight\nweb1 2 0 100 100\n\n"
	stats  = "# pxname,svname,type,status,scur,qcur\nshop,web1,2,UP,0,0\n\n"
)

func TestAnAnswerThatIsNotHAProxysIsAnError(t *testing.T) {
	for what, text := range map[string]string{
		"nothing":                    "",
		"an ssh banner":              "SSH-2.0-OpenSSH_9.2\r\n",
		"info only":                  info,
		"no info":                    states + stats,
		"no statistics":              info + states,
		"a header only":              info + stats + "1\n# srv_name srv_op_state srv_admin_state srv_uweight srv_iweight\n\n",
		"a weight that is no number": info + stats + strings.Replace(states, "100", "lots", 1),
		"a weight below zero":        info + stats + strings.Replace(states, "100", "-5", 1),
		"a row that is cut":          info + stats + strings.Replace(states, " 100 100", "", 1),
		"a server with a bad name":   info + stats + strings.Replace(states, "web1", "web1;shutdown", 1),
		"a server without numbers":   info + strings.Replace(stats, "web1", "web2", 1) + states,
		"statistics that are no CSV": info + states + "# pxname,svname\nshop,\"web1\n\n",
		"binary":                     "\x00\xff\x1b[31m\n\n\n",
		"a complaint":                info + states + stats + "Permission denied\n\n",
	} {
		if pool, err := speaking(text).Observe(t.Context()); err == nil {
			t.Errorf("%s is read as %+v", what, pool)
		} else if strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%s: the error carries its escapes: %q", what, err)
		}
	}
}

func TestWhatIsMissingIsUnknownAndNotZero(t *testing.T) {
	pool, err := speaking(info + states + strings.Replace(stats, ",0,0", ",,", 1)).Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, _ := pool.Of("web1")
	if s.InFlight.Known || s.Counters.Requests.Known || s.Counters.Errors.Known || s.Health != fleet.HealthUnknown {
		t.Errorf("nothing was said about web1's counts and checks, but it is %+v", s)
	}
}

func TestTheAverageIsUnknownWhereThereWasNoRequest(t *testing.T) {
	for numbers, want := range map[string]fleet.Average{
		"12,5000": {Seconds: .012, Over: 1024},
		"12,5":    {Seconds: .012, Over: 5},
		"0,5":     {Seconds: 0, Over: 5}, // below a millisecond
		"0,0":     {},
		"0,":      {}, // mode tcp
		",5":      {},
		"-1,5":    {},
		"NaN,5":   {},
	} {
		said := strings.Replace(strings.Replace(stats, "qcur", "qcur,rtime,req_tot", 1), "0,0", "0,0,"+numbers, 1)
		pool, err := speaking(info + states + said).Observe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if s, _ := pool.Of("web1"); s.AnswerTime != want {
			t.Errorf("rtime,req_tot %s is read as %+v", numbers, s.AnswerTime)
		}
	}
}

func TestAnEndlessAnswerIsCut(t *testing.T) {
	if _, err := speaking(strings.Repeat("x", 17<<20)).Observe(t.Context()); err == nil || !strings.Contains(err.Error(), "longer than 16 MiB") {
		t.Errorf("17 MiB: %.200v", err)
	}
}

func TestASocketThatSaysNothingIsGivenUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	d := haproxy.New(haproxy.Config{Where: "lb1", Backend: "shop", Dial: func(context.Context) (net.Conn, error) {
		ours, theirs := net.Pipe()
		t.Cleanup(func() { theirs.Close() })
		cancel()
		return ours, nil
	}})
	if _, err := d.Observe(ctx); err == nil || !strings.Contains(err.Error(), "lb1") {
		t.Errorf("Observe: %v", err)
	}
}
