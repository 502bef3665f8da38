// Package format understands lines of logs: bytes of a source come in, entries
// with time, level, episode, the text to mine and the stack trace go out, every
// secret taken out. It does no I/O and sees no clock.
//
//	Reader   bytes into lines, bounded whatever the source writes
//	Parser   one line into an Entry: plain text, logfmt, JSON, access logs, ...
//	joiner   entries into entries with the lines that belong to them: stack traces
//	Stream   all three: push bytes in, get entries
//
// The same bytes give the same entries, in whatever pieces they are pushed.
package format
