package cli

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"noon/fleet"
)

// limitFlag reads a limit from the command line, as noon.yaml has it.
type limitFlag struct{ to *fleet.Limit }

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
	if number, ok := strings.CutSuffix(text, "x"); ok {
		ratio, err := strconv.ParseFloat(number, 64)
		if err != nil || math.IsInf(ratio, 0) || !(ratio >= 1) {
			return fmt.Errorf("%s is no ratio of at least 1, like 2x", fleet.Quoted(text))
		}
		*f.to = fleet.Limit{Ratio: ratio}
		return nil
	}
	if number, ok := strings.CutSuffix(text, "pt"); ok {
		points, err := strconv.ParseFloat(strings.TrimPrefix(number, "+"), 64)
		if err != nil || !(points > 0 && points <= 100) || !strings.HasPrefix(number, "+") {
			return fmt.Errorf("%s are no points of a percentage, like +0.5pt", fleet.Quoted(text))
		}
		*f.to = fleet.Limit{Points: points}
		return nil
	}
	if number, ok := strings.CutSuffix(text, "%"); ok {
		return fmt.Errorf("%s can be read in two ways: +%spt (points of a percentage), or a ratio like 1.25x", fleet.Quoted(text), fleet.Plain(strings.TrimPrefix(number, "+")))
	}
	return errors.New("a limit is a ratio, like 2x, or points of a percentage, like +0.5pt")
}
