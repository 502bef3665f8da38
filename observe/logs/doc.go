// Package logs follows the logs of servers: where they are comes in, entries
// with their server and time, every secret taken out, go out to a Sink. What
// could not be read is counted and told, never passed over in silence. It does
// not judge.
//
//	Follower  follows all sources of a server
//	machine   one host with the sources of all its servers, connected again and again
//	session   one run of the agent there: a small shell script, one SSH session
//	files     the files of a pattern, across rotation; command one that prints lines
//	loki      a query that is asked from here
//	listener  one server: bytes into lines, by the clock of the controller
package logs
