package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"

	"noon/testbed"
)

type script = testscript.TestScript

// setup gives the script's folder to the webshop.
func (w *webshop) setup(env *testscript.Env) error {
	w.open()
	files, err := os.ReadDir(env.WorkDir)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.Rename(filepath.Join(env.WorkDir, f.Name()), filepath.Join(w.dir, f.Name())); err != nil {
			return err
		}
	}
	env.Cd = w.dir
	env.Vars = append(env.Vars, "HOME="+w.dir, "SHOP="+w.dir, "NO_COLOR=1", "TMPDIR="+os.TempDir())
	return nil
}

// commands are what scripts can say beyond testscript's own words.
func (w *webshop) commands() map[string]func(*script, bool, []string) {
	return map[string]func(*script, bool, []string){
		"shop": w.doShop, "artifact": w.doArtifact, "customers": w.doCustomers, "haproxy": w.doHAProxy,
		"sshd": w.doSSHD, "process": w.doProcess, "runs": w.doRuns, "stands": w.doStands, "until": w.doUntil, "edit": w.doEdit,
		"only": w.doOnly, "truncate": w.doTruncate, "disk": w.doDisk, "json": w.doJSON, "hostile": w.doHostile,
		"release-by-command": w.doReleaseByCommand, "lines": w.doLines,
		"lb": w.doLB, "etcd": w.doEtcd,
	}
}

// shop [N servers] [N haproxy|lb] [ssh|machines] [logs|journald] [paced]: builds it. Files
// "rollout" and "monitors" in the script are those sections of noon.yaml.
func (w *webshop) doShop(ts *script, _ bool, args []string) {
	s := size{servers: 4, haproxy: 1, lb: slices.Contains(args, "lb"), ssh: slices.Contains(args, "ssh"), machines: slices.Contains(args, "machines"), logs: slices.Contains(args, "logs"), journald: slices.Contains(args, "journald")}
	for i, word := range args[:max(len(args)-1, 0)] {
		if n, err := strconv.Atoi(word); err == nil && args[i+1] == "servers" {
			s.servers = n
		} else if err == nil && args[i+1] == "haproxy" {
			s.haproxy = n
		}
	}
	if text, err := os.ReadFile(ts.MkAbs("monitors")); err == nil {
		s.monitors = string(text)
	}
	if text, err := os.ReadFile(ts.MkAbs("rollout")); err == nil {
		s.rollout = "\n" + string(text)
	}
	if slices.Contains(args, "paced") {
		w.pace = " --pace 20ms"
	}
	w.build(s)
	for _, v := range []string{"v2", "v3"} {
		w.artifact(v, "none")
	}
}

// artifact VERSION FAULT: packs a version of the shop that has that fault.
func (w *webshop) doArtifact(_ *script, _ bool, args []string) { w.artifact(args[0], args[1]) }

// customers come [N sockets]: they come; N/s: so many requests a second of all
// together. customers leave [VERSION]: none of
// their requests failed (! some did), but for those that VERSION answered.
func (w *webshop) doCustomers(ts *script, neg bool, args []string) {
	if args[0] == "come" {
		sockets := 2
		if len(args) > 1 && strings.HasSuffix(args[1], "/s") {
			rate, err := strconv.ParseFloat(strings.TrimSuffix(args[1], "/s"), 64)
			ts.Check(err)
			w.steady(rate)
			return
		}
		if len(args) > 1 {
			n, err := strconv.Atoi(args[1])
			ts.Check(err)
			sockets = n
		}
		w.welcome(sockets)
		return
	}
	tally := w.home()
	ts.Logf("%s", tally)
	lost := tally.Lost()
	if len(args) > 1 { // what this version itself answered badly is not noon's doing
		lost -= badOf(tally, args[1])
	}
	switch {
	case tally.Sent == 0:
		ts.Fatalf("no customer asked for anything")
	case !neg && lost > 0:
		ts.Fatalf("customers were lost: %s", tally)
	case neg && lost == 0:
		ts.Fatalf("no customer was lost: %s", tally)
	}
}

// haproxy N kill|start|restart, haproxy N tell COMMAND...
func (w *webshop) doHAProxy(ts *script, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	h := w.haproxy[n-1]
	switch args[1] {
	case "kill":
		h.Kill()
	case "start":
		h.Start(w.t)
	case "restart":
		h.Kill()
		h.Start(w.t)
	case "tell":
		h.Tell(w.t, strings.Join(args[2:], " "))
	default:
		ts.Fatalf("haproxy cannot %s", args[1])
	}
}

// lb kill|start|restart: the embedded load balancer.
func (w *webshop) doLB(ts *script, _ bool, args []string) {
	if args[0] != "start" {
		w.lb.kill()
	}
	if args[0] != "kill" {
		w.lb.start(w.t)
	}
}

// etcd N: from here on the journal is in a cluster of N members.
func (w *webshop) doEtcd(ts *script, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Setenv("NOON_ETCD", strings.Join(testbed.StartEtcd(w.t, n, testbed.Anybody).Endpoints, ","))
}

// sshd [SERVER] stop|start|cut|rekey|trust: rekey gives it another host key,
// trust lets noon's user know the one that it has.
func (w *webshop) doSSHD(ts *script, _ bool, args []string) {
	sshd := w.sshd
	if machine, ok := w.machines[args[0]]; ok {
		sshd, args = machine, args[1:]
	}
	switch args[0] {
	case "stop":
		sshd.Stop()
	case "start":
		sshd.Start()
	case "cut":
		sshd.Cut()
	case "rekey":
		sshd.ChangeHostKey()
	case "trust":
		sshd.Trust()
	default:
		ts.Fatalf("sshd cannot %s", args[0])
	}
}

// process SERVER kill|restart
func (w *webshop) doProcess(ts *script, _ bool, args []string) { ts.Check(w.ctl(args[1], args[0])) }

// runs SERVER... VERSION: what the server itself says.
func (w *webshop) doRuns(ts *script, neg bool, args []string) {
	want := `"version":"` + args[len(args)-1] + `"`
	for _, server := range args[:len(args)-1] {
		got, err := w.runs(server)
		if err != nil {
			ts.Fatalf("%s: %v", server, err)
		}
		if strings.Contains(strings.ReplaceAll(got, " ", ""), want) == neg {
			ts.Fatalf("%s says %s", server, got)
		}
	}
}

// stands SERVER... in|out: what the load balancer says, within a minute.
func (w *webshop) doStands(ts *script, _ bool, args []string) {
	want := args[len(args)-1]
	for _, server := range args[:len(args)-1] {
		ts.Check(eventually(func() error { return w.stands(server, want) }))
	}
}

// until REGEX COMMAND...: runs the command until its output matches.
func (w *webshop) doUntil(ts *script, _ bool, args []string) {
	want, err := regexp.Compile("(?ms)" + args[0])
	ts.Check(err)
	ts.Check(eventually(func() error {
		cmd := exec.Command(args[1], args[2:]...)
		cmd.Dir = w.dir
		cmd.Env = append(os.Environ(), "HOME="+w.dir, "NO_COLOR=1", "NOON_ETCD="+ts.Getenv("NOON_ETCD"))
		out, err := cmd.CombinedOutput()
		if !want.Match(out) {
			return fmt.Errorf("%v\n%s", err, out)
		}
		return nil
	}))
}

// edit FILE OLD NEW: replaces a text that must be there.
func (w *webshop) doEdit(ts *script, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not hold %q:\n%s", args[0], args[1], text)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o644))
}

// only SERVER: takes the other servers out of noon.yaml.
func (w *webshop) doOnly(ts *script, _ bool, args []string) {
	var kept []string
	for line := range strings.Lines(ts.ReadFile("noon.yaml")) {
		name, _, server := strings.Cut(strings.TrimSpace(line), ": { address:")
		if !server || name == args[0] {
			kept = append(kept, line)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs("noon.yaml"), []byte(strings.Join(kept, "")), 0o644))
}

// truncate FILE: cuts it in half.
func (w *webshop) doTruncate(ts *script, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), info.Size()/2))
}

// disk SERVER full|free: the disk with the server's releases is a small one,
// and somebody fills it or makes room.
func (w *webshop) doDisk(ts *script, _ bool, args []string) {
	releases := ts.MkAbs(filepath.Join("servers", args[0], "releases"))
	filler := filepath.Join(releases, "filler")
	if args[1] == "free" {
		ts.Check(os.Remove(filler))
		return
	}
	kept := w.t.TempDir()
	ts.Check(os.CopyFS(kept, os.DirFS(releases)))
	ts.Check(testbed.MountSmallDisk(w.t, releases, "1m"))
	ts.Check(os.CopyFS(releases, os.DirFS(kept)))
	if err := os.WriteFile(filler, make([]byte, 2<<20), 0o644); err == nil {
		ts.Fatalf("the disk is not full")
	}
}

// condition tells scripts what is possible here: "disks" that small disks can
// be mounted, which takes root. CI must be able to.
func (w *webshop) condition(name string) (bool, error) {
	if name != "disks" {
		return false, fmt.Errorf("there is no condition %s", name)
	}
	err := testbed.MountSmallDisk(w.t, w.t.TempDir(), "1m")
	if err != nil && os.Getenv("CI") == "true" {
		return false, fmt.Errorf("a small disk cannot be mounted: %w", err)
	}
	return err == nil, nil
}

// json: what was printed is JSON, one value or one a line.
func (w *webshop) doJSON(ts *script, _ bool, _ []string) {
	text := ts.ReadFile("stdout")
	decoder, n := json.NewDecoder(strings.NewReader(text)), 0
	for {
		var value any
		err := decoder.Decode(&value)
		if err == io.EOF {
			break
		}
		if err != nil {
			ts.Fatalf("not JSON: %v\n%s", err, text)
		}
		n++
	}
	if n == 0 {
		ts.Fatalf("nothing was printed")
	}
}

// hostile COMMAND...: gets, in turn, several texts that would harm a terminal
// as its last argument; it must refuse each with status 2, and print none.
func (w *webshop) doHostile(ts *script, _ bool, args []string) {
	for _, text := range []string{"v2\x1b[2J", "v2\nroot", "v2\r", "\x1b]0;title\a", "v2\u202e", "v2\xff", "v2\x9b31m"} {
		cmd := exec.Command(w.noon, append(args, text)...)
		cmd.Dir = w.dir
		out, _ := cmd.CombinedOutput() // how it ended is asked below
		if status := cmd.ProcessState.ExitCode(); status != 2 {
			ts.Fatalf("noon %v %q ended with status %d: %s", args, text, status, out)
		}
		if !utf8.Valid(out) || strings.ContainsFunc(string(out), unprintable) {
			ts.Fatalf("noon %v %q printed %q", args, text, out)
		}
		ts.Logf("noon %v %q: %s", args, text, out)
	}
}

func unprintable(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }

// release-by-command: noon.yaml has a command in place of the directories.
func (w *webshop) doReleaseByCommand(ts *script, _ bool, _ []string) {
	var kept []string
	for line := range strings.Lines(ts.ReadFile("noon.yaml")) {
		if strings.HasPrefix(line, "  directories:") {
			line = "  upgrade: ./upgrade {version}\n  rollback: ./upgrade {version}\n"
		}
		kept = append(kept, line)
	}
	ts.Check(os.WriteFile(ts.MkAbs("noon.yaml"), []byte(strings.Join(kept, "")), 0o644))
	w.write("upgrade", `#!/bin/sh
set -eu
home="servers/$NOON_SERVER"
mkdir -p "$home/mine/$1"
tar -xzf "dist/shop-$1.tar.gz" -C "$home/mine/$1"
ln -sfn "mine/$1" "$home/current"
`, 0o755)
}
