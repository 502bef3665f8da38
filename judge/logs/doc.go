// Package logs is the judge of logs: does only the new version write this?
// Lines of servers with the live and with a new version come in, families of
// messages and findings about them go out. It sees no clock, no file and no
// network, so that a verdict can be computed again from the same lines.
//
// judge/logs/mine makes families of lines; this package counts their episodes
// per server and block of time, judge/logs/evidence tells how unlikely the
// counts of a canary are, and this package says what that means: what may stop
// a version, what people should look at, what is a known caveat, and when enough
// was seen to call it clean.
package logs
