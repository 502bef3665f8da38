// Package noon holds the tests of the project's own shape, and nothing else:
// start reading at README.md and docs/architecture.md.
package noon
