package logs

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// bytes returns what a frame with b or x holds.
func (f frame) bytes() ([]byte, error) {
	if f.letter == 'x' {
		return hex.DecodeString(f.rest)
	}
	p, err := base64.StdEncoding.DecodeString(f.rest)
	if err != nil {
		return nil, fmt.Errorf("it answers what is not base64: %w", err)
	}
	return p, nil
}

// number returns the count that a frame with n or m holds.
func (f frame) number() (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(f.rest), 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("it counts %q lines", f.rest[:min(len(f.rest), 40)])
	}
	return n, nil
}

// parseSeen reads "DEV:INO SIZE MTIME NAME".
func parseSeen(text string) (seen, error) {
	id, rest, _ := strings.Cut(text, " ")
	size, rest, _ := strings.Cut(rest, " ")
	mtime, name, _ := strings.Cut(rest, " ")
	s := seen{id: id, name: name}
	var err, err2 error
	s.size, err = strconv.ParseInt(size, 10, 64)
	s.mtime, err2 = strconv.ParseInt(mtime, 10, 64)
	if err != nil || err2 != nil || s.size < 0 || name == "" {
		return seen{}, fmt.Errorf("it lists a file as %q", text[:min(len(text), 80)])
	}
	return s, nil
}
