package cli

import (
	"os"

	"charm.land/lipgloss/v2"
	"golang.org/x/term"
)

// palette paints text by what it means; never by colour alone: a sign or a
// word always says the same.
type palette struct{ on bool }

func newPalette(on bool) palette { return palette{on} }

// colourful tells whether escape codes are welcome there.
func colourful(f *os.File) bool {
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}

func (p palette) with(s lipgloss.Style, text string) string {
	if !p.on || text == "" {
		return text
	}
	return s.Render(text)
}

func (p palette) good(text string) string {
	return p.with(lipgloss.NewStyle().Foreground(lipgloss.Green), text)
}

func (p palette) bad(text string) string {
	return p.with(lipgloss.NewStyle().Foreground(lipgloss.Red).Bold(true), text)
}

func (p palette) unclear(text string) string {
	return p.with(lipgloss.NewStyle().Foreground(lipgloss.Yellow), text)
}

func (p palette) faint(text string) string {
	return p.with(lipgloss.NewStyle().Faint(true), text)
}

func (p palette) strong(text string) string {
	return p.with(lipgloss.NewStyle().Bold(true), text)
}
