package haproxy

import (
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

// reading is what one HAProxy process said of itself and the backend.
type reading struct {
	info    map[string]string
	backend table
	servers []row
}

// table maps HAProxy's names of columns to what they hold.
type table map[string]string

// row is one server: of "show servers state" what it was told, of "show stat"
// how it fares.
type row struct {
	name        string
	state, stat table
}

// number of a column; false where it is empty, missing or no number.
func (t table) number(column string) (int64, bool) {
	n, err := strconv.ParseInt(t[column], 10, 64)
	return n, err == nil && n >= 0
}

// Kinds of rows in "show stat", and the mask that asks for both.
const (
	backendRow  = "1"
	serverRow   = "2"
	backendMask = 2
	serverMask  = 4
)

func (d *Driver) read(ctx context.Context) (*reading, error) {
	if err := checkName("backend", d.config.Backend); err != nil {
		return nil, err
	}
	states := "show servers state " + d.config.Backend
	stats := fmt.Sprintf("show stat %s %d -1", d.config.Backend, backendMask|serverMask)
	answer, err := d.ask(ctx, states, stats, "show info")
	if err != nil {
		return nil, err
	}
	return d.parse(answer)
}

// parse finds the three answers by their first lines. A line that belongs to
// none of them is a complaint.
func (d *Driver) parse(answer string) (*reading, error) {
	r := &reading{}
	var states, stats []table
	for block := range strings.SplitSeq(strings.ReplaceAll(answer, "\r", ""), "\n\n") {
		var err error
		switch block = strings.Trim(block, "\n"); {
		case block == "":
		case strings.HasPrefix(block, "Name:"):
			r.info = infoOf(block)
		case strings.HasPrefix(block, "1\n# "):
			states = statesOf(strings.TrimPrefix(block, "1\n# "))
		case strings.HasPrefix(block, "# "):
			stats, err = statsOf(strings.TrimPrefix(block, "# "))
		default:
			err = d.complaint("show servers state "+d.config.Backend, block)
		}
		if err != nil {
			return nil, err
		}
	}
	return r, d.join(r, states, stats)
}

func infoOf(block string) map[string]string {
	info := map[string]string{}
	for line := range strings.Lines(block) {
		if name, value, ok := strings.Cut(line, ":"); ok {
			info[name] = strings.TrimSpace(value)
		}
	}
	return info
}

func statesOf(block string) []table {
	var columns []string
	var rows []table
	for line := range strings.Lines(block) {
		fields := strings.Fields(line)
		if columns == nil {
			columns = fields
		} else {
			rows = append(rows, named(columns, fields))
		}
	}
	return rows
}

func statsOf(block string) ([]table, error) {
	reader := csv.NewReader(strings.NewReader(block))
	reader.FieldsPerRecord = -1
	records, err := reader.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("its statistics cannot be read: %w", err)
	}
	var rows []table
	for _, record := range records[min(1, len(records)):] {
		rows = append(rows, named(records[0], record))
	}
	return rows, nil
}

func named(columns, fields []string) table {
	t := table{}
	for i, column := range columns[:min(len(columns), len(fields))] {
		t[column] = fields[i]
	}
	return t
}

// join puts the two views of each server together, and demands all that the
// driver lives on.
func (d *Driver) join(r *reading, states, stats []table) error {
	byName := map[string]table{}
	for _, stat := range stats {
		switch stat["type"] {
		case serverRow:
			byName[stat["svname"]] = stat
		case backendRow:
			r.backend = stat
		}
	}
	for _, state := range states {
		row := row{name: state["srv_name"], state: state, stat: byName[state["srv_name"]]}
		if err := row.check(); err != nil {
			return fmt.Errorf("HAProxy at %s: %w", d.config.Where, err)
		}
		r.servers = append(r.servers, row)
	}
	if r.info["Pid"] == "" || len(states) == 0 || len(stats) == 0 {
		return fmt.Errorf("HAProxy at %s did not answer all of \"show servers state\", \"show stat\" and \"show info\"; noon was tried with HAProxy 2.6, is this one older?", d.config.Where)
	}
	return nil
}

// check refuses a server whose place in rotation could only be guessed.
func (r row) check() error {
	if err := checkName("server", r.name); err != nil {
		return err
	}
	for _, column := range []string{"srv_op_state", "srv_admin_state", "srv_uweight", "srv_iweight"} {
		if _, ok := r.state.number(column); !ok {
			return fmt.Errorf("\"show servers state\" gives no %s of %s", column, r.name)
		}
	}
	if r.stat == nil {
		return fmt.Errorf("\"show stat\" has no row for %s", r.name)
	}
	return nil
}

// of finds a server by HAProxy's name.
func (r *reading) of(name string) (row, bool) {
	for _, row := range r.servers {
		if row.name == name {
			return row, true
		}
	}
	return row{}, false
}

// epoch is the identity of the process: in a container the id of a process is
// the same after each restart, so its start belongs to it.
func (r *reading) epoch() string {
	if start := r.info["Start_time_sec"]; start != "" {
		return "pid " + r.info["Pid"] + " since " + start
	}
	return "pid " + r.info["Pid"]
}
