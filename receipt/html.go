package receipt

import (
	_ "embed"
	"html/template"
	"io"
	"time"

	"noon/rollout"
)

//go:embed page.html
var pageText string

// page is the receipt as a page that needs nothing else: no script, no font,
// no picture. It can be mailed and printed.
type page struct {
	Receipt
	Tone, Sign, Result string
	Start, End         string
	CutWords           string
	Servers            []pageServer
	Judged             []Judged
	Found              []Found
	Said               []pageDecision
}

type pageServer struct {
	Turn
	Rows []pageStep
}

type pageStep struct {
	At, Step, Took, Words string
	Failed                bool
}

type pageDecision struct{ At, What, By, Why string }

// HTML writes the receipt as a page.
func (r Receipt) HTML(w io.Writer) error {
	t, err := template.New("receipt").Parse(pageText)
	if err != nil {
		return err
	}
	return t.Execute(w, r.page())
}

func (r Receipt) page() page {
	p := page{Receipt: r, Result: r.result(), Start: r.Started.Local().Format(time.DateTime), CutWords: cut(r.Cut)}
	p.Tone, p.Sign = tone(r.Outcome)
	if !r.Ended.IsZero() {
		p.End = r.Ended.Local().Format(time.DateTime) + ", after " + Took(r.Ended.Sub(r.Started))
	}
	for _, t := range r.Turns {
		s := pageServer{Turn: r.settled(t)}
		for _, step := range t.Steps {
			s.Rows = append(s.Rows, pageStep{clock(step.Began), string(step.Step), step.took(), step.words(), step.Failed != ""})
		}
		p.Servers = append(p.Servers, s)
	}
	p.Judged, p.Found = r.judged(), r.found()
	for _, d := range r.Decided {
		p.Said = append(p.Said, pageDecision{clock(d.Time), d.words(), d.By, d.Why})
	}
	return p
}

// tone is a colour with its sign: never a colour alone.
func tone(o rollout.Outcome) (class, sign string) {
	switch o {
	case rollout.Succeeded:
		return "good", "\u2713"
	case rollout.WentBack, rollout.Failed:
		return "bad", "\u2715"
	}
	return "unclear", "?"
}

func clock(t time.Time) string { return t.Local().Format(time.TimeOnly) }
