// Package mine makes families of log lines: a family is what a developer
// would call the same message. Texts of lines come in, small numbers of
// families go out. It keeps shapes and words in bounded memory and never a
// line.
package mine
