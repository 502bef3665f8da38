// Package logs is the judge of logs: does only the new version write this?
// Lines of servers with the live and with a new version come in, families of
// messages and findings about them go out. It sees no clock, no file and no
// network, so that a verdict can be computed again from the same lines.
//
// judge/logs/mine makes families of lines; this package counts them per server
// and block of time, and compares.
package logs
