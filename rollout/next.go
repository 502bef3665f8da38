package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"noon/fleet"
	"noon/judge"
)

const (
	// attemptsMost is how often a way back is tried before a human is asked.
	attemptsMost = 4
	// attemptsApart is the time before the second try, and doubles: a server
	// that reboots gets the time that it needs.
	attemptsApart = 5 * time.Second
)

// Decision is what Next says: exactly one of its fields is set.
type Decision struct {
	// Record is a decision of noon's own, to be journalled.
	Record *Event
	// Begin are the turns whose next step begins now.
	Begin []int
	// Wait: nothing to do until Until (zero: until something happens).
	Wait  bool
	Until time.Time
	// Over: the rollout is finished.
	Over bool
}

// Next decides what comes next in a rollout that is in state s at time now.
func Next(s State, now time.Time) Decision {
	if s.Phase == Finished {
		return Decision{Over: true}
	}
	if s.worse() && s.Plan.Policy.Worse != fleet.Ask {
		return afterWorse(s, now)
	}
	if one, ok := s.harmful(); ok && s.Plan.Policy.Worse != fleet.Ask {
		return ruleOut(s, one)
	}
	if d, ok := tend(s, now); ok {
		return d
	}
	return phases[s.Phase](s, now)
}

// phases holds one function per phase: what to do when no turn is open.
var phases = map[Phase]func(State, time.Time) Decision{
	Canaries:    nextCanary,
	Watching:    nextWatching,
	Others:      nextOther,
	RollingBack: nextRollingBack,
	Aborting:    nextAborting,
}

func nextCanary(s State, now time.Time) Decision {
	if failed, ok := s.failed(); ok {
		return afterFailedCanary(s, failed)
	}
	if s.worse() {
		return afterWorse(s, now)
	}
	if d, ok := amongSeveral(s, now); ok {
		return d
	}
	if s.Hold != nil {
		return Decision{Wait: true}
	}
	if begin := s.nextBatch(s.Plan.Canaries); len(begin) > 0 {
		return Decision{Begin: begin}
	}
	if s.Plan.Canaries == 0 {
		return record(Event{Kind: Promoted, Why: "the plan has no canary"})
	}
	return record(Event{Kind: WatchStarted})
}

// amongSeveral looks after versions that are out, or should be.
func amongSeveral(s State, now time.Time) (Decision, bool) {
	if d, ok := s.bringBack(); ok {
		return d, true
	}
	one, ok := s.harmful()
	switch {
	case !ok:
		return Decision{}, false
	case s.awaitsLook(now):
		return Decision{Wait: true, Until: s.TakenUp.Add(lookWithin)}, true
	}
	return ruleOut(s, one), true
}

// nextWatching waits for the witness, for time to pass, or for a human.
func nextWatching(s State, now time.Time) Decision {
	policy, since := s.Plan.Policy, now.Sub(s.WatchSince)
	several, ok := amongSeveral(s, now)
	switch {
	case s.worse():
		return afterWorse(s, now)
	case ok:
		return several
	case s.Hold != nil:
		return Decision{Wait: true}
	case since < policy.Watch.Least:
		return Decision{Wait: true, Until: s.WatchSince.Add(policy.Watch.Least)}
	case s.Verdict.Opinion == judge.Healthy && s.fresh():
		return afterHealthy(s)
	case since < policy.Watch.Most:
		return Decision{Wait: true, Until: s.WatchSince.Add(policy.Watch.Most)}
	case s.awaitsLook(now):
		return Decision{Wait: true, Until: s.TakenUp.Add(lookWithin)}
	}
	return afterUndecided(s)
}

// lookWithin is how long a controller that took a rollout up, or was told to
// resume it, waits for a look before it decides by an old one.
const lookWithin = time.Minute

func (s State) awaitsLook(now time.Time) bool {
	return !s.fresh() && now.Sub(s.TakenUp) < lookWithin
}

// fresh tells whether the last verdict is of this watch, and of a look that was
// taken since a controller began to act, or a human said to go on.
func (s State) fresh() bool {
	return !s.VerdictAt.Before(s.WatchSince) && !s.VerdictAt.Before(s.TakenUp)
}

func nextOther(s State, now time.Time) Decision {
	if s.worse() {
		return afterWorse(s, now)
	}
	if failed, ok := s.failed(); ok {
		return hold(s, fmt.Sprintf("%s: %s; it is %s, %s %s", failed.Server.Name, failed.Failure, failed.Place, run(s.count(Upgraded)), s.Version))
	}
	if s.Hold != nil {
		return Decision{Wait: true}
	}
	if until := s.BackSince.Add(s.Plan.Policy.Watch.Then); !s.BackSince.IsZero() && now.Before(until) {
		return Decision{Wait: true, Until: until} // the last batch is watched, too
	}
	if begin := s.nextBatch(len(s.Plan.Batches)); len(begin) > 0 {
		return Decision{Begin: begin}
	}
	return record(Event{Kind: RolloutFinished, Outcome: Succeeded})
}

func run(servers int) string {
	if servers == 1 {
		return "1 server runs"
	}
	return fmt.Sprintf("%d servers run", servers)
}

func nextRollingBack(s State, _ time.Time) Decision {
	if s.Hold != nil {
		return Decision{Wait: true}
	}
	if i, ok := s.nextBack(); ok {
		return reverse(s, i, Back, s.rollbackWhy(i))
	}
	return record(Event{Kind: RolloutFinished, Outcome: s.outcome(), Why: s.EndWhy})
}

func nextAborting(s State, _ time.Time) Decision {
	return record(Event{Kind: RolloutFinished, Outcome: Ended, Why: s.EndWhy, Out: s.out()})
}

// tend looks after the turns that are open: each is brought to its end before
// anything else begins.
func tend(s State, now time.Time) (Decision, bool) {
	var begin []int
	var until time.Time
	open := false
	for i := s.first; i < s.bound(); i++ {
		if !s.Turns[i].Open() {
			continue
		}
		open = true
		d := tendTurn(s, i, now)
		if d.Record != nil {
			return d, true
		}
		begin = append(begin, d.Begin...)
		if !d.Until.IsZero() && (until.IsZero() || d.Until.Before(until)) {
			until = d.Until
		}
	}
	if len(begin) > 0 {
		return Decision{Begin: begin}, true
	}
	if open && s.Phase == Aborting && s.stuck() {
		return Decision{}, false
	}
	return Decision{Wait: true, Until: until}, open
}

// tendTurn decides about one open turn.
func tendTurn(s State, i int, now time.Time) Decision {
	t := s.Turns[i]
	switch {
	case t.Running:
		return Decision{Wait: true}
	case t.Foreign:
		return holdTurn(s, i)
	case t.Course == Forward && t.Failure != "" && !t.Blind:
		return reverse(s, i, t.wayBack(), t.Failure)
	case t.Course == Forward && s.mustReturn(t):
		return reverse(s, i, t.wayBack(), s.returnWhy(t))
	case t.Attempts >= attemptsMost:
		return holdTurn(s, i)
	case t.Attempts > 0 && now.Before(t.again()):
		return Decision{Wait: true, Until: t.again()}
	}
	return Decision{Begin: []int{i}}
}

// again is when a step that failed is tried once more.
func (t Turn) again() time.Time {
	return t.FailedAt.Add(attemptsApart << (t.Attempts - 1))
}

// mustReturn tells whether a turn on its way forward has to turn round: always
// when the rollout goes back or ends, and before the first change on a hold,
// so that no server is out while a human thinks.
func (s State) mustReturn(t Turn) bool {
	if s.Phase == RollingBack || s.Phase == Aborting || s.isOut(t.To) {
		return true
	}
	return (s.Hold != nil || s.worse()) && !t.Touched
}

// bound is the index after the last turn that can be open: on the way forward
// one batch is over before the next begins. Canaries of several versions may go
// back meanwhile.
func (s State) bound() int {
	if s.Phase == RollingBack || s.Phase == Aborting || s.first == len(s.Turns) {
		return len(s.Turns)
	}
	end := s.first
	for end < len(s.Turns) && s.Turns[end].Batch == s.Turns[s.first].Batch {
		end++
	}
	if len(s.Plan.Versions) > 0 {
		end = max(end, s.canaries())
	}
	return end
}

func (s State) returnWhy(t Turn) string {
	switch {
	case s.Phase == RollingBack:
		return "the rollout goes back"
	case s.Phase == Aborting:
		return "the rollout was aborted"
	case s.isOut(t.To):
		return s.whyOut(t.To)
	case s.Hold != nil:
		return "the rollout is held"
	}
	return "the new version is worse"
}

func holdTurn(s State, i int) Decision {
	t := s.Turns[i]
	if s.Phase == Aborting {
		return Decision{Wait: true}
	}
	if t.Foreign {
		return hold(s, t.Failure+"; noon leaves it as it is")
	}
	step, _ := t.Step()
	return hold(s, fmt.Sprintf("%s: %s: %s; %s", t.Server.Name, step, t.Failure, whereIs(t)))
}

// whereIs says where a server was left, and what helps.
func whereIs(t Turn) string {
	if t.Took {
		return "it is out of rotation; noon puts it back when it is well and runs " + string(t.Wanted())
	}
	return "it was not taken out by noon"
}

// hold records a hold with its reason, or waits if it is held already.
func hold(s State, why string) Decision {
	if s.Hold != nil {
		return Decision{Wait: true}
	}
	return record(Event{Kind: Held, Why: why})
}

// reverse records a turn's new course.
func reverse(s State, i int, course Course, why string) Decision {
	return record(Event{Kind: TurnReversed, Turn: i, Server: s.Turns[i].Server.Name, Course: course, Why: why})
}

func record(e Event) Decision {
	e.By = Noon
	return Decision{Record: &e}
}

// afterFailedCanary ends the rollout: what other canaries got goes back too. Of
// several versions only its own is out.
func afterFailedCanary(s State, failed Turn) Decision {
	why := failed.Server.Name + ": " + failed.Failure
	if s.choosing() {
		return out(failed.To, why)
	}
	if s.count(Upgraded) > 0 {
		return record(Event{Kind: RollbackStarted, Why: why})
	}
	return record(Event{Kind: RolloutFinished, Outcome: s.outcome(), Why: why})
}

func afterWorse(s State, now time.Time) Decision {
	why := words(s.Verdict)
	if s.Plan.Policy.Worse == fleet.Ask {
		if s.awaitsLook(now) {
			return Decision{Wait: true, Until: s.TakenUp.Add(lookWithin)}
		}
		return hold(s, "the new version is worse: "+why)
	}
	return record(Event{Kind: RollbackStarted, Why: why})
}

func afterHealthy(s State) Decision {
	if s.choosing() {
		return afterWatch(s, "")
	}
	if s.Plan.Policy.Promote == fleet.PromoteAuto {
		return record(Event{Kind: Promoted, Version: s.last(), Why: "every check stayed good"})
	}
	if v := s.last(); v != "" {
		return hold(s, fmt.Sprintf("%s is fit, and the only one that is left: promote it with \"noon promote %s\"", v, v))
	}
	return hold(s, "the canary is healthy and waits to be promoted")
}

func afterUndecided(s State) Decision {
	why := fmt.Sprintf("undecided after %s: %s", s.Plan.Policy.Watch.Most, strings.Join(s.Verdict.Missing, "; "))
	if s.choosing() && len(s.fit()) > 0 {
		return afterWatch(s, why)
	}
	if s.Plan.Policy.Undecided == fleet.RollBack {
		return record(Event{Kind: RollbackStarted, Why: why})
	}
	return hold(s, why)
}

// worse tells whether the last verdict says so, and for another reason than
// those that the version was promoted in spite of.
func (s State) worse() bool {
	return s.Verdict.Opinion == judge.Worse && s.Verdict.Beyond(s.Accepted) &&
		(s.Phase == Canaries || s.Phase == Watching || s.Phase == Others)
}

func words(v judge.Verdict) string {
	var all []string
	for _, f := range v.Findings {
		all = append(all, f.Server+": "+f.Words)
	}
	return strings.Join(all, "; ")
}

// nextBatch returns the turns of the first batch below limit that is not done.
func (s State) nextBatch(limit int) []int {
	var begin []int
	for i := s.first; i < len(s.Turns) && s.Turns[i].Batch < limit; i++ {
		if t := s.Turns[i]; t.Place != Pending && t.Place != Unchosen || s.isOut(t.To) {
			continue
		}
		if len(begin) > 0 && s.Turns[i].Batch != s.Turns[begin[0]].Batch {
			break
		}
		begin = append(begin, i)
	}
	return begin
}

// nextBack returns the next turn of an upgraded server to bring back: the ill ones first.
func (s State) nextBack() (int, bool) {
	next := -1
	for i, t := range s.Turns {
		if t.Place != Upgraded && t.Place != Unchosen {
			continue
		}
		if s.ill(t.Server.Name) {
			return i, true
		}
		if next < 0 {
			next = i
		}
	}
	return next, next >= 0
}

func (s State) ill(server string) bool {
	return slices.ContainsFunc(s.Verdict.Findings, func(f judge.Finding) bool { return f.Server == server })
}

func (s State) rollbackWhy(i int) string {
	for _, f := range s.Verdict.Findings {
		if f.Server == s.Turns[i].Server.Name {
			return f.Words
		}
	}
	return "the rollout goes back"
}

// failed returns a turn that ended in failure.
func (s State) failed() (Turn, bool) {
	for _, t := range s.Turns[s.first:s.bound()] {
		if t.Failure != "" && !s.isOut(t.To) && (t.Place == RolledBack || t.Place == Untouched) {
			return t, true
		}
	}
	return Turn{}, false
}

func (s State) count(p Place) int {
	n := 0
	for _, t := range s.Turns {
		if t.Place == p {
			n++
		}
	}
	return n
}

// stuck tells whether every open turn has used up its tries.
func (s State) stuck() bool {
	for _, t := range s.Turns {
		if t.Open() && (t.Running || (t.Attempts < attemptsMost && !t.Foreign)) {
			return false
		}
	}
	return true
}

// out names the servers that noon could not bring back into rotation.
func (s State) out() []string {
	var names []string
	for _, t := range s.Turns {
		if t.Took || t.Open() {
			names = append(names, t.Server.Name)
		}
	}
	return names
}

// outcome of a rollout that did not succeed.
func (s State) outcome() Outcome {
	if s.count(RolledBack) > 0 {
		return WentBack
	}
	return Failed
}

// Resting tells whether the rollout is held with nothing under way: it stays
// as it is until a human says something, also when no controller runs.
func (s State) Resting(now time.Time) bool {
	if s.Hold == nil {
		return false
	}
	for _, t := range s.Turns {
		if t.Running {
			return false
		}
	}
	d := Next(s, now)
	return d.Wait && d.Until.IsZero()
}
