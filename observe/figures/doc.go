// Package figures reads what a judge of monitors compares without anybody
// having configured anything: what the load balancer counted for a server, and
// what the server's process uses on its machine. A server or its standing comes
// in, numbers go out, under the names that the judge knows. What could not be
// read is missing, never zero.
package figures
