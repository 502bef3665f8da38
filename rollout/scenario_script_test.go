package rollout

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"noon/fleet"
)

// scenario is what a script in testdata/scenarios says. Its lines are
//
//	servers 4
//	keep 2; canaries 1; then 1; settle 1s      the policy, a number or a time each
//	watch 5s 20s                               at least and at most
//	drain 5s fail                              or cut
//	promote ask; worse ask; undecided ask      or auto, "roll back"
//	versions v2 v3                             what is deployed; v2 if not given
//	v2 is never healthy                        or "reports v9", "falls ill after 8s"
//	later 3s                                   how long later batches are watched
//	web2 is out                                taken out by hand before the rollout
//	web1 holds requests for 60s
//	after EVENT: ACTION                        at once: nothing comes in between
//	30s after EVENT: ACTION
//
// EVENT is how a line of the journal begins, without its time; a line of the
// journal sets off one line of the script, and each is set off once. ACTION is
//
//	kill                                       the controller, at its next operation
//	ana Held WHY                               or Resumed, Promoted, Aborted, RollbackStarted
//	ana Promoted v3 WHY                        chooses v3
//	a hand takes web2 out                      or "puts web2 in"
//	the balancer restarts                      and forgets what it was told
//	web2 dies for 30s
//	web2 runs on                               nothing: the line is for the next time
type scenario struct {
	world *world
	ill   illnesses
	cues  []*cue
}

// cue is a line that waits for an event.
type cue struct {
	event, action string
	delay         time.Duration
	given         bool
}

// readScenario reads a script; what it does not say is well and careful.
func readScenario(text string) (*scenario, error) {
	s := &scenario{world: calmWorld(), ill: illnesses{}}
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		for _, part := range parts(strings.TrimSpace(line)) {
			if err := s.read(part); err != nil {
				return nil, fmt.Errorf("line %d: %q: %w", i+1, part, err)
			}
		}
	}
	if len(s.world.servers) == 0 {
		return nil, fmt.Errorf("it has no servers")
	}
	return s, nil
}

// parts are the settings of a line; an "after" has a line of its own.
func parts(line string) []string {
	if line == "" {
		return nil
	}
	if strings.Contains(line, "after ") && strings.Contains(line, ": ") {
		return []string{line}
	}
	return strings.Split(line, "; ")
}

func calmWorld() *world {
	w := &world{random: evenly(), epoch: 1, kills: map[int]bool{}, pauses: map[int]bool{}, journal: &simJournal{}}
	w.journal.w, w.versions = w, fleet.Versions{simNew}
	w.service = fleet.Service{Name: "shop", Check: fleet.Check{Times: 2, Every: 500 * time.Millisecond, Within: 10 * time.Second}}
	w.service.Policy = fleet.Policy{
		Keep: 1, Canaries: 1, Then: 1, Promote: fleet.PromoteAuto, Worse: fleet.RollBack, Undecided: fleet.Ask,
		Watch: fleet.WatchPolicy{Least: 5 * time.Second, Most: 20 * time.Second},
		Drain: fleet.DrainPolicy{Wait: 5 * time.Second, After: fleet.FailDrain}, Settle: time.Second,
	}
	return w
}

func (s *scenario) read(line string) error {
	if before, after, ok := strings.Cut(line, "after "); ok && strings.Contains(after, ": ") {
		return s.readCue(strings.TrimSpace(before), after)
	}
	words := strings.Fields(line)
	if len(words) < 2 {
		return fmt.Errorf("what is it?")
	}
	if set, ok := settings[words[0]]; ok {
		return set(&s.world.service.Policy, words[1:])
	}
	switch {
	case words[0] == "servers":
		return s.addServers(words[1])
	case words[0] == "versions":
		s.world.versions = nil
		for _, v := range words[1:] {
			s.world.versions = append(s.world.versions, fleet.Version(v))
		}
		return nil
	case s.world.versions.Has(fleet.Version(words[0])):
		return s.fallIll(fleet.Version(words[0]), strings.Join(words[1:], " "))
	}
	return s.readServer(words)
}

func (s *scenario) readCue(before, after string) (err error) {
	c := &cue{}
	if before != "" {
		if c.delay, err = time.ParseDuration(before); err != nil {
			return err
		}
	}
	// The action is what follows the last colon of an event like "web1
	// forward: stop began".
	at := strings.LastIndex(after, ": ")
	c.event, c.action = after[:at], after[at+2:]
	s.cues = append(s.cues, c)
	return nil
}

// settings are the words of the policy.
var settings = map[string]func(*fleet.Policy, []string) error{
	"keep":     func(p *fleet.Policy, words []string) error { return number(&p.Keep, words[0]) },
	"canaries": func(p *fleet.Policy, words []string) error { return number(&p.Canaries, words[0]) },
	"then":     func(p *fleet.Policy, words []string) error { return number(&p.Then, words[0]) },
	"settle":   func(p *fleet.Policy, words []string) error { return length(&p.Settle, words[0]) },
	"watch": func(p *fleet.Policy, words []string) error {
		if len(words) != 2 {
			return fmt.Errorf("at least and at most, please")
		}
		if err := length(&p.Watch.Least, words[0]); err != nil {
			return err
		}
		return length(&p.Watch.Most, words[1])
	},
	"later": func(p *fleet.Policy, words []string) error { return length(&p.Watch.Then, words[0]) },
	"requests": func(p *fleet.Policy, words []string) (err error) {
		p.Watch.Requests, err = strconv.ParseInt(words[0], 10, 64)
		return err
	},
	"drain": func(p *fleet.Policy, words []string) error {
		if len(words) != 2 {
			return fmt.Errorf("a time, and fail or cut, please")
		}
		p.Drain.After = fleet.AfterDrain(words[1])
		return length(&p.Drain.Wait, words[0])
	},
	"promote":   func(p *fleet.Policy, words []string) error { p.Promote = fleet.Promote(words[0]); return nil },
	"worse":     func(p *fleet.Policy, words []string) error { p.Worse = action(words); return nil },
	"undecided": func(p *fleet.Policy, words []string) error { p.Undecided = action(words); return nil },
}

func action(words []string) fleet.Action { return fleet.Action(strings.Join(words, " ")) }

func number(to *int, word string) (err error) {
	*to, err = strconv.Atoi(word)
	return err
}

func length(to *time.Duration, word string) (err error) {
	*to, err = time.ParseDuration(word)
	return err
}

func (s *scenario) addServers(word string) error {
	var n int
	if err := number(&n, word); err != nil {
		return err
	}
	for i := range n {
		s.world.addServer(fmt.Sprintf("web%d", i+1))
	}
	return nil
}

func (s *scenario) fallIll(v fleet.Version, how string) error {
	var ill illness
	after, ok := strings.CutPrefix(how, "falls ill after ")
	switch {
	case ok:
		if err := length(&ill.after, after); err != nil {
			return err
		}
	case how == "is never healthy":
		ill.never = true
	case how == "reports v9":
		ill.wrong = true
	default:
		return fmt.Errorf("%s cannot do that", v)
	}
	s.ill[v] = ill
	return nil
}

// readServer reads how a server is before the rollout.
func (s *scenario) readServer(words []string) error {
	server, how := s.world.known(words[0]), strings.Join(words[1:], " ")
	if server == nil {
		return fmt.Errorf("what is it?")
	}
	if holds, ok := strings.CutPrefix(how, "holds requests for "); ok {
		return length(&server.holds, holds)
	}
	switch how {
	case "is out":
		server.rotation = fleet.Out
	case "runs v2":
		server.running, server.link = simNew, simNew
	default:
		return fmt.Errorf("%s cannot do that", server.Name)
	}
	return nil
}
