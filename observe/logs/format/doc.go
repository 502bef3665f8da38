// Package format understands lines of logs: bytes of a source come in, entries
// with time, level, episode, the text to mine and the stack trace go out, every
// secret taken out. It does no I/O and sees no clock.
//
//	Reader   bytes into lines, bounded whatever the source writes
//	Parser   one line into an Entry
//	joiner   entries into entries with the lines that belong to them: stack traces
//	Stream   all three: push bytes in, get entries
//
// The same bytes give the same entries, in whatever pieces they are pushed.
//
// A line is looked at anew each time, so that formats may be mixed and wrapped
// in each other, as JSON of a program in syslog in JSON of journald:
//
//	wrapped       docker's json-file, containerd, journald -o json, syslog of both kinds
//	structured    JSON and logfmt of the usual libraries; names of fields in roles.go
//	access logs   Apache, nginx, HAProxy, Envoy, Gin, morgan, uvicorn, Django, Serilog
//	text          a preamble of time, level, process, thread, request in any order, a message
//	traces        Go, Java, Python, Node, Ruby, PHP, .NET
//
// What is mined of a structured line is its message, its error and the names of
// its fields: "payment failed: timeout {amount,err,order_id}". What is mined of
// a request is its shape and outcome in words, because numbers are mined as one:
// "POST orders * items: server error".
package format
