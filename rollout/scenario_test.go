package rollout

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"noon/fleet"
)

var update = flag.Bool("update", false, "write the journals of the scenarios anew")

// longestScenario ends one that waits for something that never comes.
const longestScenario = 20 * time.Minute

// TestScenarios plays each script of testdata/scenarios in the simulated
// world. Below the script stand the journal that it left, and the world. The
// invariants are asserted as in the random rollouts.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { compareScenario(t, file) })
	}
}

func compareScenario(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := perform(t, text)
	// Goroutines do what happens at one moment in either order, now and then.
	for try := 1; try < 3 && !*update && !bytes.Equal(got, text); try++ {
		got = perform(t, text)
	}
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(string(text), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("run \"go test ./rollout -run TestScenarios -update\" if the new journal is better (-want +got)\n%s", diff)
	}
}

// perform plays the script of a file, and returns the file as it should be.
func perform(t *testing.T, text []byte) []byte {
	archive := txtar.Parse(text)
	journal, world, violations := play(t, string(archive.Comment))
	if violations != "" {
		t.Fatal(violations)
	}
	archive.Files = []txtar.File{{Name: "journal", Data: []byte(journal)}, {Name: "world", Data: []byte(world)}}
	return txtar.Format(archive)
}

// play plays a script to its end.
func play(t *testing.T, script string) (journal, world, violations string) {
	synctest.Test(t, func(t *testing.T) {
		s, err := readScenario(script)
		if err != nil {
			t.Fatal(err)
		}
		p := &player{scenario: s, run: simulation{w: s.world, ill: s.ill}, began: time.Now()}
		p.play(t)
		journal, world, violations = p.journal.String(), p.worldText(), s.world.violationText()
	})
	return journal, world, violations
}

// player plays one scenario, and writes its journal down for people.
type player struct {
	*scenario
	run     simulation
	began   time.Time
	journal strings.Builder
	// begun is the step whose end is not written yet.
	begun *Event
	// delayed is how many cues were given and are yet to be acted on.
	delayed int
}

func (p *player) play(t *testing.T) {
	p.world.journal.heard = p.hear
	if !p.run.begin() {
		p.write("refused")
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	controlled := make(chan struct{})
	go func() { defer close(controlled); p.control(ctx) }()
	for !p.atRest() && time.Since(p.began) < longestScenario {
		time.Sleep(time.Second)
	}
	p.close(t)
	cancel()
	<-controlled
}

// control starts another controller when one was killed.
func (p *player) control(ctx context.Context) {
	for !p.run.over() && ctx.Err() == nil {
		done, _ := p.run.incarnate(ctx)
		<-done
		if ctx.Err() == nil {
			time.Sleep(2 * time.Second)
		}
	}
}

// atRest tells whether nothing will happen any more.
func (p *player) atRest() bool {
	p.world.mu.Lock()
	defer p.world.mu.Unlock()
	s := p.world.journal.state
	return p.delayed == 0 && (s.Phase == Finished || s.Resting(time.Now()))
}

// close writes how it ended, and insists that every cue was given.
func (p *player) close(t *testing.T) {
	if p.run.assertEnd(); !p.run.over() {
		s := p.run.state()
		p.world.mu.Lock()
		p.flush()
		fmt.Fprintf(&p.journal, "         and so it stays, %s\n", s.Phase)
		p.world.mu.Unlock()
	}
	for _, c := range p.cues {
		if !c.given {
			t.Errorf("%q did not happen in\n%s", c.event, p.journal.String())
		}
	}
}

// hear writes an event down, and gives the cue that waits for it. The world is
// locked.
func (p *player) hear(e Event) {
	text := said(e)
	switch {
	case e.Kind == StepBegan:
		p.flush()
		p.begun = &e
	case p.begun != nil && p.begun.Turn == e.Turn && (e.Kind == StepDone || e.Kind == StepFailed):
		p.begun = nil
		p.write("%s", text)
	case e.Kind == VerdictReached:
		// It comes at the moment at which a step begins, before or after that.
		p.write("%s", text)
	default:
		p.flush()
		p.write("%s", text)
	}
	for _, c := range p.cues {
		if !c.given && strings.HasPrefix(text, c.event) {
			c.given = true
			p.give(c)
			return
		}
	}
}

// flush writes that a step began whose end is not what comes next.
func (p *player) flush() {
	if p.begun != nil {
		p.write("%s", said(*p.begun))
		p.begun = nil
	}
}

func (p *player) give(c *cue) {
	if c.delay == 0 {
		p.act(c.action)
		return
	}
	p.delayed++
	time.AfterFunc(c.delay, func() {
		p.world.mu.Lock()
		defer p.world.mu.Unlock()
		p.delayed--
		p.act(c.action)
	})
}

// act does what a script says. The world is locked.
func (p *player) act(action string) {
	words := strings.SplitN(action, " ", 3)
	if words[0] == "ana" && len(words) > 1 {
		e := Event{Kind: Kind(words[1]), By: "ana"}
		if len(words) > 2 {
			e.Why = words[2]
		}
		if version, why, _ := strings.Cut(e.Why, " "); len(p.world.versions) > 1 && p.world.versions.Has(fleet.Version(version)) {
			e.Version, e.Why = fleet.Version(version), why
		}
		p.world.journal.sayLocked(e)
		return
	}
	p.flush()
	p.write("    * %s", action)
	p.world.changed = time.Now()
	if !p.happen(action) {
		p.world.violate("nobody can do %q", action)
	}
}

func (p *player) happen(action string) bool {
	w, words := p.world, strings.Fields(action)
	switch {
	case strings.HasSuffix(action, " runs on"):
	case action == "kill":
		w.kills[w.ops+1] = true
	case action == "the balancer restarts":
		w.restartBalancer()
	case strings.HasPrefix(action, "a hand takes "):
		s := w.of(words[3])
		s.rotation, s.took = fleet.Out, false
	case strings.HasPrefix(action, "a hand puts "):
		s := w.of(words[3])
		s.rotation, s.took, s.weight = fleet.In, false, 100
	case len(words) == 4 && words[1] == "dies":
		d, err := time.ParseDuration(words[3])
		w.of(words[0]).dead = time.Now().Add(d)
		return err == nil
	default:
		return false
	}
	return true
}

func (p *player) write(format string, args ...any) {
	fmt.Fprintf(&p.journal, "%6.1fs  "+format+"\n", append([]any{time.Since(p.began).Seconds()}, args...)...)
}

// said is an event as a line of the journal.
func said(e Event) string {
	text := string(e.Kind)
	switch e.Kind {
	case StepBegan, StepDone, StepFailed:
		text = fmt.Sprintf("%s %s: %s %s", e.Server, e.Course, e.Step, strings.ToLower(strings.TrimPrefix(text, "Step")))
	case TurnReversed:
		text = fmt.Sprintf("%s turns round, %s, by %s", e.Server, e.Course, e.By)
	case VerdictReached:
		text += ": " + string(e.Verdict.Opinion)
		for _, one := range e.Verdict.Versions {
			text += fmt.Sprintf(", %s %s", one.Version, one.Opinion)
		}
		if found := words(*e.Verdict); found != "" {
			text += ", " + found
		}
	case RolloutFinished:
		text += ": " + string(e.Outcome)
	default:
		text += " by " + e.By
	}
	if e.Version != "" {
		text += " " + string(e.Version)
	}
	if e.Kind == RolloutStarted {
		text += ", " + planned(e)
	}
	for _, why := range []string{e.Why, seenWords(e)} {
		if why != "" {
			text += ": " + why
		}
	}
	if len(e.Out) > 0 {
		text += "; STILL OUT: " + strings.Join(e.Out, ", ")
	}
	return text
}

func seenWords(e Event) string {
	if e.Kind != StepDone || e.Seen == nil {
		return ""
	}
	return e.Seen.Words
}

// planned is the plan in a line: "web1 | web2 web3; web4 left alone".
func planned(e Event) string {
	var batches []string
	for _, b := range e.Plan.Batches {
		var names []string
		for _, t := range b.Turns {
			name := t.Server.Name
			if len(e.Plan.Versions) > 0 && t.To != "" {
				name += " " + string(t.To)
			}
			names = append(names, name)
		}
		batches = append(batches, strings.Join(names, " "))
	}
	text := strings.Join(batches, " | ")
	for _, l := range e.Plan.Left {
		text += "; " + l.Server.Name + " " + l.Why
	}
	return text
}

// worldText is how the servers really are: what they run, and where they are.
func (p *player) worldText() string {
	var b strings.Builder
	for _, s := range p.world.servers {
		fmt.Fprintf(&b, "%s runs %s, %s\n", s.Name, s.running, s.rotation.Words())
	}
	return b.String()
}

// even is a source of numbers of which every draw is the same, so that it does
// not matter who draws first: an eighth of what there is to draw.
type even struct{}

func (even) Uint64() uint64 { return 0x2000_0001_2000_0001 }

func evenly() *rand.Rand { return rand.New(even{}) }
