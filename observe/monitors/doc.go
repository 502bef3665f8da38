// Package monitors reads what an application and Prometheus measure on a server:
// a server comes in, one observation goes out, with what could not be read in
// words. Whatever answers is understood by convention, and bounded: a number that
// is not certain is missing, never zero. It compares nothing.
package monitors
