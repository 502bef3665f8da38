// Package mine makes families of log lines: a family is what a developer
// would call the same message. Texts of lines come in, small numbers of
// families go out. It keeps shapes and words in bounded memory and never a
// line.
//
//	glance    the hash of a line without its numbers: all that most lines cost
//	words     which words of a line vary by themselves, or by what is beside them
//	shape     the constant words and the variables of a line, in order
//	evidence  at which places words were seen to vary: shapes become families
//	Match     whether a text is of a template, as a register of caveats has it
//
// Shapes are numbered as they come, and families merge when more is seen: ask
// for the family of a shape when it is needed, not when the line is read.
package mine
