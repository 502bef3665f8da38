// Package redact takes secrets out of lines of logs: passwords, tokens, keys,
// cookies, Authorization headers, card numbers. Bytes of a line come in, the
// same bytes go out, or a copy with "***" where a secret was.
//
// One scan by hand, without regular expressions: it stops only where a key ends
// ("=", ":"), at the end of a long word, and at "Bearer". Time is linear in the
// length of the line, and a line without secrets costs no memory. What looks
// like a secret is one: a word too many is hidden rather than a password shown.
package redact
