package haproxy

import (
	"context"
	"slices"
	"strings"

	"noon/fleet"
)

// Bits of srv_admin_state, from HAProxy's SRV_ADMF_*: forced, inherited, from
// the configuration, by name resolution.
const (
	maintenance = 0x01 | 0x02 | 0x04 | 0x20 | 0x40
	draining    = 0x08 | 0x10
)

// Values of srv_op_state.
const stopped = 0

// source names where counts are read.
const source = "api"

func (d *Driver) pool(ctx context.Context, r *reading) fleet.Pool {
	pool := fleet.Pool{Epoch: r.epoch()}
	leaving := d.earlier.alive(ctx, r, d.config)
	if leaving != "" {
		pool.Trouble = append(pool.Trouble, leaving)
	}
	for _, row := range r.servers {
		standing := row.standing()
		standing.Server = d.server(row.name)
		if leaving != "" {
			standing.InFlight = fleet.Count{}
		}
		if len(d.config.Servers) == 0 || slices.Contains(d.config.Servers, standing.Server) {
			pool.Standings = append(pool.Standings, standing)
		}
	}
	return pool
}

func (r row) standing() fleet.Standing {
	return fleet.Standing{
		Rotation: r.rotation(),
		Health:   r.health(),
		Weight:   r.weight(),
		InFlight: r.stat.count("scur").Plus(r.stat.count("qcur")),
		Counters: fleet.Counters{
			Requests: r.requests(),
			Errors:   r.stat.count("hrsp_5xx"),
			Failures: r.failures(),
			Rejected: r.stat.count("hrsp_4xx"),
		},
		AnswerTime: r.answerTime(),
		Note:       r.note(),
	}
}

// rotation is what HAProxy was told. A weight of 0 drains just as well.
func (r row) rotation() fleet.Rotation {
	admin, _ := r.state.number("srv_admin_state")
	weight, _ := r.state.number("srv_uweight")
	switch {
	case admin&maintenance != 0:
		return fleet.Out
	case admin&draining != 0 || weight == 0:
		return fleet.Draining
	case admin != 0:
		return fleet.RotationUnknown
	}
	return fleet.In
}

// health is what HAProxy's own checks found. "UP 1/2" (some checks failed, not
// yet enough), a check that has not run yet, and a server without a check are
// unknown: HAProxy sends requests there, but nobody has seen that it is well.
// NOLB is a server that by its own 404 asks for no new customers.
func (r row) health() fleet.Health {
	status := r.stat["status"]
	op, _ := r.state.number("srv_op_state")
	switch {
	case strings.HasPrefix(status, "MAINT") || status == "no check":
		return fleet.HealthUnknown
	case op == stopped || strings.HasPrefix(status, "DOWN") || strings.HasPrefix(status, "NOLB"):
		return fleet.Unhealthy
	case r.tracks() && status == "UP" || r.checkPassed():
		return fleet.Healthy
	}
	return fleet.HealthUnknown
}

// checkPassed tells whether the last check was good and no recent one was bad:
// HAProxy counts up to rise+fall-1.
func (r row) checkPassed() bool {
	// "* L7OK": the next check is under way.
	result := strings.TrimPrefix(r.stat["check_status"], "* ")
	good := result == "L7OK" || result == "L6OK" || result == "L4OK"
	health, known := r.stat.number("check_health")
	rise, riseKnown := r.stat.number("check_rise")
	fall, fallKnown := r.stat.number("check_fall")
	return good && known && riseKnown && fallKnown && health >= rise+fall-1
}

// tracks tells whether the server takes the health of another ("track").
func (r row) tracks() bool { return r.stat["tracked"] != "" }

// checkConfigured is the bit of srv_check_state that tells of a check also while
// it is paused, as in maintenance (CHK_ST_CONFIGURED in HAProxy's sources).
const checkConfigured = 0x2

// checked tells whether anything checks the server's health.
func (r row) checked() bool {
	state, _ := r.state.number("srv_check_state")
	return r.tracks() || state&checkConfigured != 0
}

// weight in percent of the weight in the configuration.
func (r row) weight() fleet.Count {
	now, _ := r.state.number("srv_uweight")
	full, _ := r.state.number("srv_iweight")
	if full == 0 {
		return fleet.Known(0, source)
	}
	return fleet.Known((now*100+full/2)/full, source)
}

// requests that were sent to the server: HAProxy's req_tot has only those that
// it answered, so that a server which hangs up on everybody would have none. In
// mode tcp there are only sessions.
func (r row) requests() fleet.Count {
	if n := r.stat.count("req_tot"); n.Known {
		return n.Plus(r.failures())
	}
	return r.stat.count("stot")
}

// failures are requests that could not be sent, or were not answered.
func (r row) failures() fleet.Count { return r.stat.count("econ").Plus(r.stat.count("eresp")) }

// averagedOver is how many requests HAProxy says that its averages are of.
const averagedOver = 1024

// answerTime is HAProxy's average, in milliseconds. It is 0 before the first
// request, and where there are no requests but sessions: in mode tcp.
func (r row) answerTime() fleet.Average {
	millis, known := r.stat.number("rtime")
	requests, counted := r.stat.number("req_tot")
	if !known || !counted {
		return fleet.Average{}
	}
	return fleet.Average{Seconds: float64(millis) / 1000, Over: min(requests, averagedOver)}
}

func (t table) count(column string) fleet.Count {
	if n, ok := t.number(column); ok {
		return fleet.Known(n, source)
	}
	return fleet.Count{}
}

// note is why a server is not simply UP, in HAProxy's words.
func (r row) note() string {
	if r.stat["status"] == "UP" && r.checkPassed() {
		return ""
	}
	words := []string{r.stat["status"], strings.TrimPrefix(r.stat["check_status"], "* "), r.stat["last_chk"]}
	words = slices.DeleteFunc(words, func(word string) bool { return word == "" })
	return strings.Trim(fleet.Quoted(strings.Join(words, ", ")), `"`)
}
