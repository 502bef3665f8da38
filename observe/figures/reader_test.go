package figures_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"noon/demo/shop"
	"noon/fleet"
	"noon/host"
	"noon/host/local"
	"noon/host/ssh"
	"noon/observe/figures"
	"noon/testbed"
)

func TestMain(m *testing.M) {
	if address := os.Getenv(forkingAt); address != "" {
		beForking(address)
	}
	testbed.Main(m)
}

// places are ways to a machine.
var places = map[string]func(t *testing.T) host.Host{
	"here": func(*testing.T) host.Host { return local.New() },
	"here with busybox": func(t *testing.T) host.Host {
		busybox, dir := testbed.Need(t, "busybox"), t.TempDir()
		if out, err := exec.Command(busybox, "--install", "-s", dir).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		t.Setenv("PATH", dir)
		return local.New()
	},
	"over SSH": func(t *testing.T) host.Host {
		sshd := testbed.StartSSHD(t, t.TempDir())
		h := ssh.New(sshd.Name, ssh.Settings{Home: sshd.Home})
		t.Cleanup(func() { h.Close() })
		return h
	},
}

func everywhere(t *testing.T, test func(t *testing.T, r *figures.Reader)) {
	for name, place := range places {
		t.Run(name, func(t *testing.T) {
			h := place(t)
			test(t, reader(h))
		})
	}
}

func reader(h host.Host) *figures.Reader {
	return figures.New(func(fleet.Server) (host.Host, error) { return h, nil }, time.Minute)
}

func at(address string) fleet.Server { return fleet.Server{Name: "web1", Address: address} }

// read reads without trouble.
func read(t *testing.T, r *figures.Reader, address string) map[string]float64 {
	t.Helper()
	gauges, trouble := r.Read(t.Context(), at(address))
	if len(trouble) > 0 {
		t.Fatalf("%v, trouble: %q", gauges, trouble)
	}
	return gauges
}

// until reads until the gauges are as asked.
func until(t *testing.T, r *figures.Reader, address, what string, done func(gauges map[string]float64) bool) map[string]float64 {
	t.Helper()
	var gauges map[string]float64
	for range 600 {
		if gauges = read(t, r, address); done(gauges) {
			return gauges
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("still not %s: %v", what, gauges)
	return nil
}

func hasCPU(gauges map[string]float64) bool { _, there := gauges["cpu"]; return there }

func TestWhatAServerUsesIsRead(t *testing.T) {
	everywhere(t, func(t *testing.T, r *figures.Reader) {
		web := testbed.StartShop(t, shop.Config{Version: "v1"})
		first := read(t, r, web.Config.Listen)
		if first["memory"] < 1<<20 || first["memory"] > 1<<30 || first["open_files"] < 4 || first["open_files"] > 200 {
			t.Errorf("%v", first)
		}
		if _, there := first["load"]; !there || hasCPU(first) {
			t.Errorf("the first reading has a load and no cpu: %v", first)
		}
		second := until(t, r, web.Config.Listen, "known to use CPU", hasCPU)
		if second["cpu"] < 0 || second["cpu"] > float64(runtime.NumCPU())+1 {
			t.Errorf("%v", second)
		}
		conns := make([]net.Conn, 20)
		for i := range conns {
			conn, err := net.Dial("tcp", web.Config.Listen)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conns[i] = conn
		}
		until(t, r, web.Config.Listen, "holding 20 connections", func(g map[string]float64) bool { return g["open_files"] >= second["open_files"]+20 })
	})
}

func TestAProcessThatChangedHasNoCPUYet(t *testing.T) {
	web, r := testbed.StartShop(t, shop.Config{Version: "v1"}), reader(local.New())
	until(t, r, web.Config.Listen, "known to use CPU", hasCPU)
	web.Swap(t, "v2")
	if gauges := read(t, r, web.Config.Listen); hasCPU(gauges) {
		t.Errorf("another process listens now: %v", gauges)
	}
	until(t, r, web.Config.Listen, "known to use CPU", hasCPU)
	web.Kill()
	gauges, trouble := r.Read(t.Context(), at(web.Config.Listen))
	if _, there := gauges["memory"]; there || len(trouble) != 1 || !strings.Contains(trouble[0], "nothing listens") {
		t.Errorf("%v, %q", gauges, trouble)
	}
	web.Start(t)
	if gauges := read(t, r, web.Config.Listen); hasCPU(gauges) {
		t.Errorf("it is the first reading again: %v", gauges)
	}
}

func TestALeakIsSeen(t *testing.T) {
	web := testbed.StartShop(t, shop.Config{Version: "v1", Fault: shop.Fault{Kind: shop.Leak, Share: 1}})
	r := reader(local.New())
	first := read(t, r, web.Config.Listen)["memory"]
	until(t, r, web.Config.Listen, "larger", func(g map[string]float64) bool { return g["memory"] > first+400<<10 })
}

// forkingAt makes of this binary a server that forks; forked one of those that
// it starts.
const (
	forkingAt = "NOON_FIGURES_FORKING"
	forked    = "child"
)

// beForking listens and starts two of its kind that work, each in memory of its
// own. They end with the one that holds their stdin.
func beForking(address string) {
	if address == forked {
		memory := make([]byte, 64<<20)
		go func() {
			for i := 0; ; i++ {
				memory[i%len(memory)]++
			}
		}()
		_, _ = os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	itself, _ := os.Executable()
	for range 2 {
		child := exec.Command(itself)
		child.Env = append(os.Environ(), forkingAt+"="+forked)
		child.Stdin = os.Stdin
		if err := child.Start(); err != nil {
			panic(err)
		}
	}
	_, _ = os.Stdin.Read(make([]byte, 1))
	os.Exit(0)
}

func TestWhatAServerStartedCountsToo(t *testing.T) {
	address := testbed.Address(t)
	itself, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command(itself)
	server.Env = append(os.Environ(), forkingAt+"="+address)
	stdin, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close(); server.Wait() })
	for conn, err := net.Dial("tcp", address); ; conn, err = net.Dial("tcp", address) {
		if err == nil {
			conn.Close()
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	everywhere(t, func(t *testing.T, r *figures.Reader) {
		got := until(t, r, address, "using memory and CPU", func(g map[string]float64) bool { return g["memory"] > 128<<20 && g["cpu"] > .02 })
		if got["cpu"] > float64(runtime.NumCPU())+1 || got["open_files"] < 8 {
			t.Errorf("%v", got)
		}
	})
}

// saying is a machine that prints one thing.
type saying struct {
	host.Host
	out    string
	status int
	hangs  bool
}

func (s saying) Run(ctx context.Context, c host.Command) (host.Result, error) {
	if s.hangs {
		<-ctx.Done()
		return host.Result{}, ctx.Err()
	}
	return host.Result{Stdout: []byte(s.out), Stderr: []byte("\x1b[31moops"), Status: s.status}, nil
}

const (
	listens = "listen 0100007F:1F90 77\nprocess 20 77 4000\nboot b\nhz 100\nbefore 100000\nnow 1795212000.5\nafter 100002\n"
	uses    = "uptime 1000.5\nuse 20 1 S 100 50 10 5 2048 shop\nuse 21 20 S 10 5 0 0 1024 shop\nuse 30 2 R 1 1 1 1 9999 other\nprocesses 3\nfiles 20 10\nfiles 21 5\nfiles 30 7\n"
	loaded  = "load 0.25\ndone\n"
)

func TestWhatIsMissingIsToldAndNeverZero(t *testing.T) {
	all := listens + uses + loaded
	for what, c := range map[string]struct {
		out   string
		want  string // as JSON
		words string
	}{
		"all is there":           {all, `{"load":0.25,"memory":3145728,"open_files":15}`, ""},
		"no /proc":               {"", `{}`, "no /proc"},
		"nobody listens":         {"boot b\nuptime 5\nprocesses 0\n" + loaded, `{"load":0.25}`, "nothing listens on the port of 127.0.0.1:8080"},
		"another user's":         {strings.Replace(all, "process 20 77 4000\n", "", 1), `{"load":0.25}`, "another user"},
		"a child's memory":       {strings.Replace(all, "1024 shop", "- shop", 1), `{"load":0.25,"open_files":15}`, "memory of web1"},
		"a child's files":        {strings.Replace(all, "files 21 5\n", "", 1), `{"load":0.25,"memory":3145728}`, "open files of web1"},
		"a child that has ended": {strings.Replace(strings.Replace(all, "files 21 5\n", "", 1), "use 21 20 S 10 5 0 0 1024", "use 21 20 Z 10 5 0 0 -", 1), `{"load":0.25,"memory":2097152,"open_files":10}`, ""},
		"the end":                {strings.Replace(all, "done\n", "", 1), `{"load":0.25}`, "not all of its processes"},
		"one of very many":       {strings.Replace(all, "processes 3", "processes 301", 1), `{"load":0.25}`, "not all of its processes"},
		"a row that is a word":   {strings.Replace(all, "1024 shop", "1024", 1), `{"load":0.25}`, "not all of its processes"},
		"ticks that are odd":     {strings.Replace(all, "S 10 5", "S 1e9 5", 1), `{"load":0.25}`, "not all of its processes"},
		"the process itself":     {strings.Replace(strings.Replace(all, "use 20 1 S 100 50 10 5 2048 shop\n", "", 1), "processes 3", "processes 2", 1), `{"load":0.25}`, "ended just then"},
		"a load":                 {strings.Replace(all, "load 0.25", "load NaN", 1), `{"memory":3145728,"open_files":15}`, ""},
		"the server: a proxy":    {strings.Replace(all, "2048 shop", "2048 docker-proxy", 1), `{"load":0.25}`, "for a container"},
		"sense":                  {"\x1b[31m\x00 use\nuse\nfiles 20\nload -1\nload 9999999999999999999\nuptime -\n", `{}`, "no /proc"},
	} {
		gauges, trouble := reader(saying{out: c.out}).Read(t.Context(), at("127.0.0.1:8080"))
		if got, _ := json.Marshal(gauges); string(got) != c.want {
			t.Errorf("%s: %s, not %s", what, got, c.want)
		}
		if said := strings.Join(trouble, "\n"); c.words == "" && said != "" || !strings.Contains(said, c.words) || strings.Contains(said, "\x1b") {
			t.Errorf("%s: %q", what, said)
		}
	}
}

func TestCPUIsWhatWasUsedInBetween(t *testing.T) {
	machine := &saying{out: listens + uses + loaded}
	r := reader(machine)
	cpu := func(uptime, ticks, reaped, child string) string {
		t.Helper()
		machine.out = listens + fmt.Sprintf("uptime %s\nuse 20 1 S %s 0 %s 0 1 shop\n%sprocesses %d\nfiles 20 1\nfiles 21 1\n", uptime, ticks, reaped, child, 1+strings.Count(child, "use")) + loaded
		got := read(t, r, "127.0.0.1:8080")
		if !hasCPU(got) {
			return "unknown"
		}
		return fmt.Sprintf("%.2f", got["cpu"])
	}
	child := func(ticks string) string { return "use 21 20 S " + ticks + " 0 0 0 1 shop\n" }
	for _, step := range []struct{ what, got, want string }{
		{"the first reading", cpu("100", "1000", "0", ""), "unknown"},
		{"half a core", cpu("110", "1500", "0", ""), "0.50"},
		{"a child of two cores", cpu("120", "1500", "0", child("2000")), "2.00"},
		{"the child ended and was waited for", cpu("130", "1500", "2100", ""), "0.10"},
		{"nothing to do", cpu("140", "1500", "2100", ""), "0.00"},
		{"another child", cpu("150", "1500", "2100", child("50")), "0.05"},
		{"it ended and nobody took account", cpu("160", "1500", "2100", ""), "unknown"},
		{"the clock stood still", cpu("160", "1600", "2100", ""), "unknown"},
		{"it went back", cpu("10", "1700", "2100", ""), "unknown"},
		{"all is well", cpu("20", "1800", "2100", ""), "0.10"},
	} {
		if step.got != step.want {
			t.Errorf("%s: %s cores, not %s", step.what, step.got, step.want)
		}
	}
}

func TestAMachineThatDoesNotAnswerIsTrouble(t *testing.T) {
	hanging := figures.New(func(fleet.Server) (host.Host, error) { return saying{hangs: true}, nil }, time.Millisecond)
	unreachable := figures.New(func(fleet.Server) (host.Host, error) { return nil, fmt.Errorf("no route") }, 0)
	for words, c := range map[string]struct {
		r       *figures.Reader
		address string
	}{
		"in time":        {hanging, "127.0.0.1:8080"},
		"no route":       {unreachable, "127.0.0.1:8080"},
		"status 1":       {reader(saying{status: 1}), "127.0.0.1:8080"},
		"has no port":    {reader(saying{}), "nowhere"},
		"not a number":   {reader(saying{}), "127.0.0.1:http"},
		"cannot be read": {reader(saying{status: 2}), "127.0.0.1:8080"},
	} {
		gauges, trouble := c.r.Read(t.Context(), at(c.address))
		if len(gauges) > 0 || len(trouble) != 1 || !strings.Contains(trouble[0], words) || !strings.Contains(trouble[0], "web1") || strings.Contains(trouble[0], "\x1b") {
			t.Errorf("%v, %q", gauges, trouble)
		}
	}
}
