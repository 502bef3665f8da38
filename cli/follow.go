package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"time"

	"noon/api"
	"noon/receipt"
	"noon/rollout"
)

// follower shows a rollout until it is finished, held, or left.
type follower struct {
	app     *app
	session *session
	number  int64
	wait    bool
	// known is the sequence of the last event that was there before this
	// command: what happened before is told in one line, not once more.
	known int64
	// wanted is the outcome that the command is there for.
	wanted rollout.Outcome
	screen *screen
	told   told
	state  rollout.State
	events []rollout.Event
	// stopping: Ctrl-C was given once.
	stopping bool
	// pressed is the key that was pressed last, where it has to be pressed
	// twice to count.
	pressed byte
}

// follow shows the rollout, and returns the command's end.
func (a *app) follow(ctx context.Context, s *session, number, known int64, wanted rollout.Outcome, wait bool) error {
	f := &follower{app: a, session: s, number: number, known: known, wanted: wanted, wait: wait, screen: openScreen(a), told: told{}}
	defer f.screen.close()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt)
	defer signal.Stop(signals)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events := s.Watch(ctx, number, 1)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		var end *exit
		select {
		case e, ok := <-events:
			if !ok {
				return f.lost(ctx)
			}
			end = f.event(e)
		case <-signals:
			end = f.interrupt(ctx)
		case key := <-f.screen.keys:
			end = f.key(ctx, key)
		case <-tick.C:
			f.screen.status(f.line())
			end = f.check(ctx)
		}
		if end != nil {
			return f.done(end)
		}
	}
}

// lost ends a follower whose controller does not answer any more.
func (f *follower) lost(ctx context.Context) error {
	switch {
	case ctx.Err() != nil && f.session.own():
		err := f.stop(context.WithoutCancel(ctx)).err
		return errors.Join(&exit{exitError, errors.New("ended by a signal; the rollout is not finished: \"noon resume\" carries it on")}, err)
	case ctx.Err() != nil:
		return f.leave()
	}
	return &exit{exitError, errors.New("the controller does not answer any more; the rollout goes on when one runs again: \"noon resume\"")}
}

// event shows one event.
func (f *follower) event(e rollout.Event) *exit {
	before := f.state
	before.Turns = slices.Clone(before.Turns) // Apply changes them in place
	f.state.Apply(e)
	f.events = append(f.events, e)
	if err := f.show(e, before); err != nil {
		return &exit{exitError, err}
	}
	if f.state.Phase == rollout.Finished {
		return f.finished()
	}
	return nil
}

// show prints an event: as JSON, or as a line unless it is known already.
func (f *follower) show(e rollout.Event, before rollout.State) error {
	if f.app.json() {
		text, err := encode(e)
		if err == nil {
			f.screen.print(text)
		}
		return err
	}
	line := f.app.story(e, before, f.state, f.told)
	if e.Sequence == f.known {
		line = f.app.before(f.number, f.state)
	} else if e.Sequence < f.known {
		line = ""
	}
	if line != "" {
		f.screen.print(line)
	}
	return nil
}

// finished is the command's end at the rollout's end.
func (f *follower) finished() *exit {
	switch f.state.End.Outcome {
	case f.wanted:
		return &exit{status: exitDone}
	case rollout.WentBack:
		return &exit{status: exitRolledBack}
	}
	return &exit{status: exitError}
}

// check ends the command when the rollout rests and nobody is there to say
// what next, or when the controller has stopped.
func (f *follower) check(ctx context.Context) *exit {
	if f.state.Resting(time.Now()) && (f.stopping || (!f.screen.interactive() && !f.wait)) {
		return &exit{status: exitHeld}
	}
	if f.session.own() && f.state.Sequence > 0 {
		if n, err := f.session.station.Running(); n == 0 && err != nil {
			return &exit{exitError, err}
		}
	}
	return nil
}

// interrupt is Ctrl-C: the first time it holds the rollout after the servers
// under way, the second time it stops at once.
func (f *follower) interrupt(ctx context.Context) *exit {
	switch {
	case !f.session.own():
		return f.leave()
	case f.stopping:
		return f.stop(ctx)
	}
	f.stopping = true
	f.screen.print(f.app.paint.unclear("Ctrl-C: the server under way is brought to an end and back into rotation; Ctrl-C again stops at once"))
	if f.state.Hold != nil {
		return nil
	}
	if _, err := f.session.Order(ctx, api.OrderRequest{Verb: "hold", By: who(), Why: "Ctrl-C"}); err != nil {
		return &exit{exitError, err}
	}
	return nil
}

// stop ends the controller where it is, and says what is out: by the journal,
// which may be ahead of what was shown.
func (f *follower) stop(ctx context.Context) *exit {
	err := f.session.station.Stop()
	if latest, failed := f.session.Rollout(ctx, f.number); failed == nil {
		f.state = rollout.Fold(latest.Events)
	}
	for _, t := range f.state.Turns {
		if t.Took {
			f.screen.print(f.app.paint.bad(t.Server.Name+" is out of rotation") + ": \"noon resume\" carries on, \"noon rollback\" puts it back on " + string(t.From))
		}
	}
	return &exit{exitHeld, err}
}

// leave ends the command and not the rollout, so its status is not that of a
// rollout that is done.
func (f *follower) leave() *exit {
	f.screen.print(fmt.Sprintf("the rollout goes on in the controller of %s; \"noon status --watch\" shows it", f.session.about.Holder))
	return &exit{status: exitError}
}

// key is a key that was pressed in a terminal.
func (f *follower) key(ctx context.Context, key byte) *exit {
	verbs := map[byte]string{'p': "promote", 'h': "hold", 'r': "rollback", 'c': "resume", 'a': "abort"}
	again := f.pressed == key
	f.pressed = 0
	switch {
	case key == 3: // Ctrl-C, where the terminal is in raw mode
		return f.interrupt(ctx)
	case key == 'q' && !f.session.own():
		return f.leave()
	case key == 'q':
		f.screen.print("this command is the controller; Ctrl-C holds the rollout and ends it")
		return nil
	case verbs[key] == "":
		return nil
	case key == 'p' && len(f.state.Candidates()) > 1:
		f.screen.print(fmt.Sprintf("%s are candidates: choose one with \"noon promote VERSION\" in another terminal", f.state.Candidates().Words()))
		return nil
	case (key == 'r' || key == 'a') && !again:
		f.pressed = key
		f.screen.print(fmt.Sprintf("%s? Press %c again", verbs[key], key))
		return nil
	}
	_, err := f.session.Order(ctx, api.OrderRequest{Verb: verbs[key], By: who(), Seen: f.state.Sequence})
	if err != nil {
		f.screen.print(f.app.paint.bad(verbs[key]+": ") + err.Error())
	}
	return nil
}

// done says the end in a few lines.
func (f *follower) done(end *exit) error {
	f.screen.status("")
	if !f.app.json() {
		for _, line := range f.app.ending(f.number, f.state, end.status) {
			f.screen.print(line)
		}
	}
	if err := f.summary(end.status); err != nil {
		return errors.Join(err, end)
	}
	if end.status == exitDone {
		return nil
	}
	return end
}

// summary tells GitHub Actions, where noon runs there.
func (f *follower) summary(status int) error {
	if os.Getenv("GITHUB_ACTIONS") != "true" {
		return nil
	}
	r := receipt.Make(f.number, f.events)
	if status != exitDone {
		fmt.Fprintf(f.app.err, "::error title=noon: %s::%s\n", word(status), oneLine(r.Reason))
	}
	path := os.Getenv("GITHUB_STEP_SUMMARY")
	if path == "" {
		return nil
	}
	var b bytes.Buffer
	b.WriteString("```\n")
	if err := r.Text(&b); err != nil {
		return err
	}
	b.WriteString("```\n")
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("write the job summary: %w", err)
	}
	_, err = file.Write(b.Bytes())
	return errors.Join(err, file.Close())
}
