// Package monitors judges what the monitors of servers measure: is the new
// version worse than the live one? Observations of counters, histograms and
// gauges come in, one report per new version goes out. It sees no clock, no
// file and no network: a recorded watch can be judged again.
//
// Each server is compared with itself before the upgrade and with the servers
// that still run the live version, at the same moments, so that waves over the
// whole fleet and lasting differences between servers are no evidence. How much
// a restart alone changes a server is a noise floor below which nothing counts.
package monitors
