package cli

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"noon/judge/logs/mine"
	"noon/observe/logs/format"
)

func (a *app) logsMineCommand() *cobra.Command {
	var ids bool
	var top int
	cmd := &cobra.Command{
		Use: "mine [FILE...]", Short: "Count the kinds of lines in log files: lines that differ only in numbers and names are one family",
		Long:    "Reads log files, plain or gzip, and counts the kinds of lines in them: lines that\ndiffer only in numbers, names and addresses are one family. Time and level of a\nline do not count; of JSON and logfmt it is the message. Without a file, and for\n\"-\", standard input is read. Secrets in samples are masked.",
		Example: "  noon logs mine /var/log/shop/*.log\n  journalctl -u shop -o cat | noon logs mine --top 10\n  noon logs mine --ids shop.log > shop.ids",
		RunE: func(cmd *cobra.Command, files []string) error {
			if len(files) == 0 {
				files = []string{"-"}
			}
			m := newMined(ids)
			for _, file := range files {
				if err := m.read(cmd.Context(), file); err != nil {
					return err
				}
			}
			if ids {
				m.warn(a)
				return m.writeIDs(a.out)
			}
			r := m.report()
			return a.tell(r, a.families(r, top))
		},
	}
	cmd.Flags().BoolVar(&ids, "ids", false, "print the number of the family of every line, one per line, instead of the families")
	cmd.Flags().IntVar(&top, "top", 30, "how many families to list; 0 is all of them")
	return cmd
}

// mined is what was found in log files so far.
type mined struct {
	miner  *mine.Miner
	parser *format.Parser
	reader format.Reader
	// shapes has the shape of every line in order if they are kept, in pieces so
	// that it never has to be copied.
	shapes [][]mine.ID
	keeps  bool
	// count and sample are of every shape; unknown lines are counted by the
	// miner.
	count  []int
	sample []string
}

const shapesPiece = 1 << 18

func newMined(keeps bool) *mined {
	m := &mined{parser: format.NewParser(format.Options{}), keeps: keeps}
	// What a line says is parsed only for lines that are not like one before;
	// the secrets are taken out then, too.
	m.miner = mine.New(mine.Options{Redact: m.text})
	return m
}

// text is what is mined of a line.
func (m *mined) text(line []byte) []byte {
	e := m.parser.Parse(line, time.Time{})
	return e.Text
}

// read takes all lines of a file, "-" is standard input.
func (m *mined) read(ctx context.Context, file string) error {
	in, err := openLog(file)
	if err != nil {
		return err
	}
	defer in.Close()
	// Standard input may never say anything more, and reading it cannot be
	// interrupted: then the program ends without this goroutine.
	done := make(chan error, 1)
	go func() { done <- m.reader.ReadAll(in, m.line) }()
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", fileName(file), err)
	}
	return nil
}

func (m *mined) line(line []byte, _ bool) {
	text := line
	if len(text) > mine.TextMost { // what it says may stand far behind, as in JSON
		text = m.text(text)
	}
	id := m.miner.Add(text)
	if m.keeps {
		m.keep(id)
	}
	if id == mine.Unknown {
		return
	}
	for int(id) >= len(m.count) {
		m.count, m.sample = append(m.count, 0), append(m.sample, "")
	}
	if m.count[id]++; m.count[id] == 1 && !m.keeps {
		e := m.parser.Parse(line, time.Time{})
		m.sample[id] = clip(oneLine(e.Raw()), sampleMost)
	}
}

func (m *mined) keep(id mine.ID) {
	last := len(m.shapes) - 1
	if last < 0 || len(m.shapes[last]) == shapesPiece {
		m.shapes = append(m.shapes, make([]mine.ID, 0, shapesPiece))
		last++
	}
	m.shapes[last] = append(m.shapes[last], id)
}

// sampleMost is how much of a line is kept as a sample, in bytes.
const sampleMost = 200

// writeIDs prints the family of every line.
func (m *mined) writeIDs(out io.Writer) error {
	w := bufio.NewWriterSize(out, 1<<18)
	family := make([]string, m.miner.Len())
	for id := range family {
		family[id] = strconv.Itoa(int(m.miner.Family(mine.ID(id)))) + "\n"
	}
	for _, piece := range m.shapes {
		for _, id := range piece {
			if id == mine.Unknown {
				w.WriteString("-1\n")
			} else {
				w.WriteString(family[id])
			}
		}
	}
	return w.Flush()
}

// warn says on standard error what the numbers alone do not.
func (m *mined) warn(a *app) {
	for _, note := range m.notes() {
		fmt.Fprintln(a.err, a.paint.unclear("noon: ")+note)
	}
}

func (m *mined) notes() (all []string) {
	if n := m.reader.Cut; n > 0 {
		all = append(all, fmt.Sprintf("%s longer than %d kB; %d bytes of them were not read", counted(n, "line was", "lines were"), format.LineMost>>10, m.reader.Skipped))
	}
	if n := m.miner.Unknown(); n > 0 {
		all = append(all, fmt.Sprintf("%s of too many kinds to be kept apart: unknown (-1)", counted(n, "line is", "lines are")))
	}
	return all
}

func counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.FormatInt(n, 10) + " " + many
}

// minedReport is what "noon logs mine --output json" prints.
type minedReport struct {
	Lines        int64         `json:"lines"`
	UnknownLines int64         `json:"unknown_lines"`
	CutLines     int64         `json:"cut_lines"`
	Families     []minedFamily `json:"families"`
	Notes        []string      `json:"notes,omitempty"`
}

type minedFamily struct {
	Family   string  `json:"family"`
	Template string  `json:"template"`
	Lines    int     `json:"lines"`
	Share    float64 `json:"share"`
	Sample   string  `json:"sample"`
}

// report adds up the shapes of each family, the largest first.
func (m *mined) report() minedReport {
	r := minedReport{Lines: m.reader.Lines, UnknownLines: m.miner.Unknown(), CutLines: m.reader.Cut, Families: []minedFamily{}, Notes: m.notes()}
	at := map[mine.ID]int{}
	for shape, n := range m.count {
		if n == 0 {
			continue
		}
		id := m.miner.Family(mine.ID(shape))
		i, ok := at[id]
		if !ok {
			i = len(r.Families)
			at[id] = i
			r.Families = append(r.Families, minedFamily{Family: m.miner.Key(id), Template: m.miner.Template(id), Sample: m.sample[shape]})
		}
		r.Families[i].Lines += n
	}
	for i := range r.Families {
		r.Families[i].Share = float64(r.Families[i].Lines) / float64(max(r.Lines, 1))
	}
	slices.SortStableFunc(r.Families, func(a, b minedFamily) int { return cmp.Compare(b.Lines, a.Lines) })
	return r
}

// columns is how wide a text may be.
const columns = 80

// families is the report for people: of each family its lines, share, name and
// template, and below a sample.
func (a *app) families(r minedReport, top int) string {
	if r.Lines == 0 {
		return "no lines"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s\n", counted(r.Lines, "line", "lines"), counted(int64(len(r.Families)), "family", "families"))
	for _, note := range r.Notes {
		fmt.Fprintln(&b, a.paint.unclear(note))
	}
	wide := max(len("lines"), len(strconv.Itoa(int(r.Lines))))
	fmt.Fprintf(&b, "\n%s\n", a.paint.strong(fmt.Sprintf("%*s  share  family", wide, "lines")))
	for i, f := range r.Families {
		if top > 0 && i == top {
			fmt.Fprintf(&b, "and %s: --top 0 lists all\n", counted(int64(len(r.Families)-top), "more family", "more families"))
			break
		}
		head := fmt.Sprintf("%*d  %5.1f  %s  ", wide, f.Lines, 100*f.Share, f.Family)
		fmt.Fprintln(&b, head+clip(f.Template, columns-len(head)))
		indent := strings.Repeat(" ", wide+9)
		if f.Sample != "" {
			fmt.Fprintln(&b, indent+a.paint.faint(clip(f.Sample, columns-len(indent))))
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// clip cuts a text to a number of columns.
func clip(text string, most int) string {
	if width(text) <= most {
		return text
	}
	var b strings.Builder
	used := 0
	for _, r := range text {
		n := width(string(r))
		if used+n > most-1 {
			break
		}
		used += n
		b.WriteRune(r)
	}
	return b.String() + "…"
}
