package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"noon/fleet"
)

// limitFlag reads a limit from the command line, as noon.yaml has it.
type limitFlag struct {
	to *fleet.Limit
	// points: it is a share of requests, to which points can be added.
	points bool
}

func (f limitFlag) Type() string { return "limit" }

func (f limitFlag) String() string {
	switch {
	case f.to == nil || *f.to == fleet.Limit{}:
		return ""
	case f.to.Points != 0:
		return fmt.Sprintf("+%gpt", f.to.Points)
	}
	return fmt.Sprintf("%gx", f.to.Ratio)
}

// Set reads "2x" or "+0.5pt".
func (f limitFlag) Set(text string) error {
	if ratio, ok := decimal(text, "", "x"); ok {
		if ratio <= 1 || ratio > ratioMost {
			return fmt.Errorf("a ratio is more than 1x and at most %dx: 1x is as the live version, which no canary ever exactly is", ratioMost)
		}
		*f.to = fleet.Limit{Ratio: ratio}
		return nil
	}
	if points, ok := decimal(text, "+", "pt"); ok {
		switch {
		case !f.points:
			return errors.New("a length of time has no points: write a ratio to the live version, like 1.25x")
		case points <= 0 || points > 100:
			return errors.New("points are more than +0pt and at most +100pt")
		}
		*f.to = fleet.Limit{Points: points}
		return nil
	}
	if share, ok := decimal(strings.TrimPrefix(text, "+"), "", "%"); ok && f.points {
		return fmt.Errorf("%s has two readings: write %gx for a ratio to the live version, or +%gpt for points of all requests", fleet.Quoted(text), 1+share/100, share)
	}
	if f.points {
		return errors.New("write a ratio to the live version like 2x, or points like +0.5pt")
	}
	return errors.New("write a ratio to the live version, like 1.25x")
}

// ratioMost bounds what is a limit at all, as in noon.yaml.
const ratioMost = 1000

// decimal is the number between what a text begins and ends with.
func decimal(text, begin, end string) (float64, bool) {
	text, begins := strings.CutPrefix(text, begin)
	text, ends := strings.CutSuffix(text, end)
	if !begins || !ends || strings.Trim(text, "0123456789.") != "" {
		return 0, false
	}
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil
}
