package figures

import (
	"math"
	"strconv"
	"strings"

	"noon/fleet"
	"noon/observe/check"
)

// linesMost bounds what is taken of the script's output.
const linesMost = 10_000

// printed is what usage.sh found on a machine.
type printed struct {
	hz, uptime, load float64
	loadKnown        bool
	// processes are those that listen on the server's port, and those that they
	// started; count is how many there were.
	processes map[int]*process
	count     int
	// done: the script came to its end.
	done bool
}

// process is what one process has used.
type process struct {
	parent int
	zombie bool
	ticks  float64
	name   string
	// bytes of memory, and open files; NaN where they may not be read.
	bytes, files float64
}

func parse(text string) *printed {
	p := &printed{processes: map[int]*process{}}
	for i, line := range strings.SplitN(text, "\n", linesMost) {
		if i < linesMost-1 {
			p.add(strings.Fields(line))
		}
	}
	return p
}

func (p *printed) add(words []string) {
	switch {
	case len(words) == 1 && words[0] == "done":
		p.done = true
	case len(words) == 2 && words[0] == "hz":
		p.hz, _ = number(words[1])
	case len(words) == 2 && words[0] == "uptime":
		p.uptime, _ = number(words[1])
	case len(words) == 2 && words[0] == "load":
		p.load, p.loadKnown = number(words[1])
	case len(words) == 2 && words[0] == "processes":
		n, _ := number(words[1])
		p.count = int(min(n, math.MaxInt32))
	case len(words) == 3 && words[0] == "files":
		p.addFiles(words[1], words[2])
	case len(words) == 10 && words[0] == "use":
		p.addProcess(words[1:])
	}
}

// addProcess takes a row of PID PARENT STATE UTIME STIME CUTIME CSTIME RSS
// NAME. One that is not understood is missing in the count.
func (p *printed) addProcess(words []string) {
	pid, err := strconv.Atoi(words[0])
	parent, err2 := strconv.Atoi(words[1])
	if err != nil || err2 != nil || pid <= 0 || parent < 0 {
		return
	}
	one := &process{parent: parent, zombie: words[2] == "Z", name: words[8], bytes: math.NaN(), files: math.NaN()}
	for _, word := range words[3:7] {
		ticks, ok := number(word)
		if !ok {
			return
		}
		one.ticks += ticks
	}
	if kilobytes, ok := number(words[7]); ok {
		one.bytes = 1024 * kilobytes
	}
	if one.zombie { // it has nothing any more but a name
		one.bytes, one.files = 0, 0
	}
	p.processes[pid] = one
}

func (p *printed) addFiles(pid, count string) {
	n, err := strconv.Atoi(pid)
	files, ok := number(count)
	if one := p.processes[n]; err == nil && ok && one != nil {
		one.files = files
	}
}

// number reads digits with a point, as the kernel writes numbers: at most as
// many as a float64 keeps exactly.
func number(text string) (float64, bool) {
	if len(text) > 15 || text == "" || strings.Trim(text, "0123456789.") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

// proxies hold the port of a server that runs in a container: what they use
// says nothing of it.
var proxies = map[string]string{"docker-proxy": "Docker", "rootlessport": "Podman", "slirp4netns": "Podman", "pasta": "Podman"}

// of finds the server's process and those that it started.
func (p *printed) of(s fleet.Server, text string) (tree, string) {
	first, trouble := check.ListenerOf(s, text)
	switch {
	case trouble != "":
		return tree{}, trouble
	case !p.done || p.count > len(p.processes):
		return tree{}, "not all of its processes could be read: there are too many, or they change too fast"
	case p.processes[first.PID] == nil:
		return tree{}, "its process ended just then"
	case proxies[p.processes[first.PID].name] != "":
		return tree{}, "its port is held by " + proxies[p.processes[first.PID].name] + " for a container, whose processes noon does not look at"
	}
	return tree{id: first.ID, processes: p.below(first.PID)}, ""
}

// below returns the process and all that it started, those that they started
// and so on. What process 1 started is no server's.
func (p *printed) below(first int) []*process {
	within := map[int]bool{first: true}
	for grown := first != 1; grown; {
		grown = false
		for pid, one := range p.processes {
			if within[one.parent] && !within[pid] {
				within[pid], grown = true, true
			}
		}
	}
	var all []*process
	for pid := range within {
		all = append(all, p.processes[pid])
	}
	return all
}
