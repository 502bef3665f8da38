// Package monitors judges what the monitors of servers measure: is the new
// version worse than the live one? Observations of counters, histograms and
// gauges come in, one report per new version goes out. It sees no clock, no
// file and no network: a recorded watch can be judged again.
//
// Each server is compared with itself before the upgrade and with the servers
// that still run the live version, at the same moments, so that waves over the
// whole fleet and lasting differences between servers are no evidence. How much
// a restart alone changes a server is a noise floor below which nothing counts.
//
// The method, in the order of the files: take.go turns observations into steps,
// family.go collects them as events among occasions (errors among requests,
// answers slower than an edge among answers), edges.go chooses the edges. noise.go
// learns from the past what each server does by itself. trial.go weighs every tick
// on a ladder (ladder.go): given how many events there were in all, how many of
// them should be the new version's, for each excess of its rate? The evidence is
// the likelihood of excesses above the floor to that of the floor itself, a bet
// that pays 1/alpha with a chance of at most alpha, whenever one looks. Gauges
// (gauge.go, gaugetrial.go, leak.go) are compared minute by minute in the same way.
// verdict.go gives each kind its share of the error budget (class.go) and adds the
// evidence up: worse at 2/alpha. healthy.go and doubt.go ask the opposite, of every
// family: is it shown that it is not worse? Anything else is undecided, and says
// what is missing.
package monitors
