package logs

import (
	"slices"
	"strings"
)

const (
	// briefFindings, the worst, keep some of their samples and stack in brief,
	// at most briefMost bytes together.
	briefFindings = 20
	briefMost     = 64 << 10
	briefSamples  = 2
	briefSample   = 500
	briefStack    = 4 << 10
)

// Brief is the report with all its findings, but few of the lines that were
// written: short enough to be kept each time.
func (r Report) Brief() Report {
	r.Findings = slices.Clone(r.Findings)
	room := briefMost
	for i := range r.Findings {
		f := &r.Findings[i]
		if i >= briefFindings {
			room = 0
		}
		f.Stack = cut(f.Stack, min(briefStack, room))
		room -= len(f.Stack)
		var samples []string
		for _, s := range f.Samples[:min(len(f.Samples), briefSamples)] {
			if s = cut(s, min(briefSample, room)); s != "" {
				samples = append(samples, s)
			}
			room -= len(s)
		}
		f.Samples = samples
	}
	return r
}

// cut is the first bytes of a text, at most so many, and no half character.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}
