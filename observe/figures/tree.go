package figures

import (
	"fmt"
	"math"

	"noon/fleet"
)

// tree is a server's process and all that it started.
type tree struct {
	// id is of the one that listens.
	id        string
	processes []*process
}

// spent is the CPU time of all.
func (t tree) spent(p *printed) spent {
	var ticks float64
	for _, one := range t.processes {
		ticks += one.ticks
	}
	return spent{process: t.id, seconds: ticks / p.hz, uptime: p.uptime, known: p.hz > 0 && p.uptime > 0}
}

// into adds the sums to the gauges, and says which of them are not known.
func (t tree) into(gauges map[string]float64, s fleet.Server) (trouble []string) {
	var bytes, files float64
	for _, one := range t.processes {
		bytes += one.bytes
		files += one.files
	}
	if gauges["memory"] = bytes; math.IsNaN(bytes) {
		delete(gauges, "memory")
		trouble = append(trouble, fmt.Sprintf("the memory of %s cannot be read: the machine does not tell that of all its processes", s.Name))
	}
	if gauges["open_files"] = files; math.IsNaN(files) {
		delete(gauges, "open_files")
		trouble = append(trouble, fmt.Sprintf("the open files of %s cannot be read: some of its processes belong to another user than noon logs in as", s.Name))
	}
	return trouble
}
