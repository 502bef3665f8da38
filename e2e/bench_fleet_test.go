package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"noon/control"
	"noon/fleet"
	"noon/journal"
	"noon/observe"
	"noon/rollout"
	"noon/rollout/record"
)

// BenchmarkFleet rolls out over 250 and over 1,000 simulated servers, with the
// real controller and the real journal on disk, each in a process of its own:
// the controller's peak memory in MB, milliseconds per server, and how much
// longer a server takes in the larger fleet (1 is linear).
func BenchmarkFleet(b *testing.B) {
	for b.Loop() {
		small, _ := runFleet(b, 250)
		large, memory := runFleet(b, 1000)
		b.ReportMetric(memory, "MB-peak-1000")
		b.ReportMetric(large*1000/1000, "ms/server-1000")
		b.ReportMetric((large/1000)/(small/250), "ratio-1000-to-250")
		b.ReportMetric(0, "ns/op")
	}
}

type fleetCost struct{ Seconds, MB float64 }

func runFleet(b *testing.B, servers int) (seconds, megabytes float64) {
	b.Helper()
	program, err := exec.LookPath("simulated-fleet")
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(program, strconv.Itoa(servers), b.TempDir())
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	var cost fleetCost
	if err == nil {
		err = json.Unmarshal(out, &cost)
	}
	if err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return cost.Seconds, cost.MB
}

// simulatedFleet is the program that runFleet starts: NUMBER FOLDER.
func simulatedFleet() {
	n, err := strconv.Atoi(os.Args[1])
	if err == nil {
		err = deploySimulated(n, os.Args[2])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func deploySimulated(n int, dir string) error {
	ctx := context.Background()
	j, err := journal.OpenEmbedded(ctx, dir)
	if err != nil {
		return err
	}
	defer j.Close()
	still := newStillFleet(n)
	r := record.New(j, "shop")
	station := &control.Station{Open: still.site, Journal: j, Record: r, Service: "shop", Holder: journal.Holder{Name: "bench"}}
	began := time.Now()
	number, err := station.Deploy(ctx, control.Order{Versions: fleet.Versions{"v2"}, By: "bench"})
	if err != nil {
		return err
	}
	for e := range r.Watch(ctx, number, 1) {
		if e.Kind == rollout.RolloutFinished {
			break
		}
	}
	seconds := time.Since(began).Seconds()
	state, err := r.State(ctx, number)
	if err != nil || state.End == nil || state.End.Outcome != rollout.Succeeded {
		return fmt.Errorf("the rollout ended as %+v (%w)", state.End, err)
	}
	return json.NewEncoder(os.Stdout).Encode(fleetCost{seconds, peak()})
}

// peak is the most memory that this process had resident, in MB.
func peak() float64 {
	text, err := os.ReadFile("/proc/self/status")
	_, after, found := strings.Cut(string(text), "VmHWM:")
	if err != nil || !found {
		return 0
	}
	kilobytes, _ := strconv.ParseFloat(strings.Fields(after)[0], 64)
	return kilobytes / 1024
}

// stillFleet is a fleet where everything happens at once and goes well, so
// that what remains is the controller's own cost.
type stillFleet struct {
	mu       sync.Mutex
	service  fleet.Service
	rotation map[string]fleet.Rotation
	runs     map[string]fleet.Version
	started  map[string]time.Time
}

func newStillFleet(n int) *stillFleet {
	f := &stillFleet{rotation: map[string]fleet.Rotation{}, runs: map[string]fleet.Version{}, started: map[string]time.Time{}}
	f.service = fleet.Service{Name: "shop", Check: fleet.Check{Times: 1, Every: time.Millisecond, Within: time.Second, Timeout: time.Second}}
	f.service.Policy = fleet.Policy{
		Keep: n - 1, Canaries: 1, Then: 1, Promote: fleet.PromoteAuto, Worse: fleet.RollBack, Undecided: fleet.Ask,
		Watch: fleet.WatchPolicy{Most: time.Minute}, Drain: fleet.DrainPolicy{Wait: time.Second, After: fleet.FailDrain},
	}
	for i := range n {
		name := fmt.Sprintf("web%04d", i+1)
		f.service.Servers = append(f.service.Servers, fleet.Server{Name: name, Address: name + ":80"})
		f.rotation[name], f.runs[name], f.started[name] = fleet.In, "v1", time.Now()
	}
	return f
}

func (f *stillFleet) site() (*control.Site, error) {
	return &control.Site{
		Service:   f.service,
		World:     rollout.World{Balancer: f, Release: f, Checker: f, Witness: &observe.Witness{Pool: f, Checker: f, Every: 200 * time.Millisecond, Timeout: time.Second, InARow: 1}},
		Preflight: func(context.Context) []fleet.Problem { return nil },
		Ready:     func(fleet.Version) error { return nil },
		Close:     func() error { return nil },
	}, nil
}

func (f *stillFleet) Capabilities() fleet.Capabilities {
	return fleet.Capabilities{InFlight: true, Counters: true, Health: true}
}

func (f *stillFleet) Observe(context.Context) (fleet.Pool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := fleet.Pool{Epoch: "1"}
	for _, s := range f.service.Servers {
		p.Standings = append(p.Standings, fleet.Standing{
			Server: s.Name, Rotation: f.rotation[s.Name], Health: fleet.Healthy, Weight: fleet.Known(100, "api"), InFlight: fleet.Known(0, "api"),
			Counters: fleet.Counters{Requests: fleet.Known(1, "api"), Errors: fleet.Known(0, "api"), Failures: fleet.Known(0, "api")},
		})
	}
	return p, nil
}

func (f *stillFleet) Apply(_ context.Context, c fleet.Change) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rotation[c.Server] = c.Rotation
	return nil
}

func (f *stillFleet) Stage(context.Context, fleet.Server, fleet.Version, fleet.Version) error {
	return nil
}
func (f *stillFleet) Stop(context.Context, fleet.Server, fleet.Version) error { return nil }
func (f *stillFleet) Install(_ context.Context, s fleet.Server, v fleet.Version) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs[s.Name] = v
	return nil
}
func (f *stillFleet) Restore(ctx context.Context, s fleet.Server, v fleet.Version) error {
	return f.Install(ctx, s, v)
}
func (f *stillFleet) Start(_ context.Context, s fleet.Server, _ fleet.Version) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.started[s.Name] = time.Now()
	return nil
}
func (f *stillFleet) BeforeDrain(context.Context, fleet.Server, fleet.Version) error { return nil }
func (f *stillFleet) Prune(context.Context, fleet.Server, ...fleet.Version) error    { return nil }

func (f *stillFleet) Clock(context.Context, fleet.Server) (time.Time, error) { return time.Now(), nil }

func (f *stillFleet) Look(_ context.Context, s fleet.Server) (fleet.Vitals, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	started := f.started[s.Name]
	return fleet.Vitals{Healthy: true, Health: "well", Version: f.runs[s.Name], Process: fleet.Process{ID: started.String(), Started: started}}, nil
}
