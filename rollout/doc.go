// Package rollout does what a plan says: one server's turn after the other,
// a watch after the first, the way back when something is wrong.
//
// Every thing that happens is an Event in the journal. State is the fold of
// the events, Next decides from a state alone what comes next, and the
// Controller carries that out: it writes what it is about to do, does it,
// reads the world back, and writes what it saw. So a rollout can be continued
// by any controller after a crash at any point. turn.go tells the story of one
// server, next.go that of the whole.
//
// What the package needs of the world (a load balancer, a release, a checker,
// a witness, a journal and a lease) it says in the small interfaces of
// world.go.
package rollout
