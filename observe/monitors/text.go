package monitors

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// lineMost is how long a line may be, in bytes.
const lineMost = 64 << 10

// errCut tells that an answer ends before its end: what was being read then is
// not complete.
var errCut = errors.New("the answer ends in the middle: only what came before is used")

// sink takes samples. What it does not want is passed over unread.
type sink interface {
	wants(family, name string, k kind) bool
	take(s sample)
}

// text reads Prometheus' text format and OpenMetrics, line by line, so that an
// answer of any size needs little memory. (expfmt's own parser keeps everything,
// and by its own words does not support all of OpenMetrics.)
type text struct {
	to          sink
	openMetrics bool
	// family and kind are those of the last "# TYPE".
	family string
	kind   kind
	line   int
	ended  bool
}

// read reads until the end. The error is errCut where that came too early.
func (t *text) read(from io.Reader) error {
	lines := bufio.NewReaderSize(from, lineMost)
	for !t.ended {
		t.line++
		line, err := lines.ReadSlice('\n')
		switch {
		case err == nil:
			if err := t.take(strings.TrimRight(string(line), "\r\n")); err != nil {
				return fmt.Errorf("line %d is not as Prometheus writes it: %w", t.line, err)
			}
		case errors.Is(err, bufio.ErrBufferFull):
			if err := skipLine(lines, line); err != nil {
				return err
			}
		case errors.Is(err, io.EOF) && len(line) == 0 && !t.openMetrics:
			return nil
		default:
			return cutBy(err)
		}
	}
	return nil
}

// skipLine passes over a long line, which only a comment may be.
func skipLine(lines *bufio.Reader, begun []byte) error {
	if begun[0] != '#' {
		return fmt.Errorf("a line is longer than %d kB", lineMost>>10)
	}
	for {
		_, err := lines.ReadSlice('\n')
		if !errors.Is(err, bufio.ErrBufferFull) {
			return cutBy(err)
		}
	}
}

// cutBy tells the end of an answer from the end of the time or of the connection.
func cutBy(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCut
	}
	return err
}

func (t *text) take(line string) error {
	line = strings.Trim(line, " \t")
	switch {
	case line == "":
		return nil
	case line[0] == '#':
		t.comment(line)
		return nil
	}
	name, rest, err := nameOf(line)
	if err != nil {
		return err
	}
	family, k := t.of(name)
	if !t.to.wants(family, name, k) {
		return nil
	}
	s := sample{family: family, name: name, kind: k}
	if strings.HasPrefix(rest, "{") {
		if s.labels, rest, err = labelsOf(rest[1:]); err != nil {
			return err
		}
	}
	if s.value, err = valueOf(rest); err != nil {
		return err
	}
	t.to.take(s)
	return nil
}

// comment reads "# TYPE name kind" and "# EOF".
func (t *text) comment(line string) {
	words := strings.Fields(line)
	switch {
	case line == "# EOF":
		t.ended = true
	case len(words) == 4 && words[1] == "TYPE":
		t.family, t.kind = strings.Trim(words[2], `"`), kindOf(words[3])
	}
}

func kindOf(word string) kind {
	switch k := kind(word); k {
	case counter, gauge, histogram, summary:
		return k
	case "info", "stateset", "gaugehistogram":
		return gauge
	}
	return unknown
}

// endings are what a family's name gets in its samples.
var endings = []string{"", "_total", "_bucket", "_count", "_sum", "_created", "_gcount", "_gsum", "_info"}

// of returns the family to which a sample belongs, and its kind.
func (t *text) of(name string) (string, kind) {
	if ending, ok := strings.CutPrefix(name, t.family); ok && t.family != "" {
		for _, e := range endings {
			if e == ending {
				return t.family, t.kind
			}
		}
	}
	for _, e := range []string{"_bucket", "_count", "_sum"} {
		if family, ok := strings.CutSuffix(name, e); ok {
			return family, unknown
		}
	}
	return name, unknown
}
