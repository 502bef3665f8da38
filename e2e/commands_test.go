package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
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
	}
}

// shop [N servers] [N haproxy] [ssh]: builds it. A file "rollout" in the
// script is that section of noon.yaml.
func (w *webshop) doShop(ts *script, _ bool, args []string) {
	s := size{servers: 4, haproxy: 1, ssh: slices.Contains(args, "ssh")}
	for i, word := range args[:max(len(args)-1, 0)] {
		if n, err := strconv.Atoi(word); err == nil && args[i+1] == "servers" {
			s.servers = n
		} else if err == nil && args[i+1] == "haproxy" {
			s.haproxy = n
		}
	}
	if text, err := os.ReadFile(ts.MkAbs("rollout")); err == nil {
		s.rollout = "\n" + string(text)
	}
	w.build(s)
	for _, v := range []string{"v2", "v3"} {
		w.artifact(v, "none")
	}
}

// artifact VERSION FAULT: packs a version of the shop that has that fault.
func (w *webshop) doArtifact(_ *script, _ bool, args []string) { w.artifact(args[0], args[1]) }

// customers come: they come. customers leave: none of their requests failed
// (! some did).
func (w *webshop) doCustomers(ts *script, neg bool, args []string) {
	if args[0] == "come" {
		w.welcome()
		return
	}
	tally := w.home()
	ts.Logf("%s", tally)
	switch {
	case tally.Sent == 0:
		ts.Fatalf("no customer asked for anything")
	case !neg && tally.Lost() > 0:
		ts.Fatalf("customers were lost: %s", tally)
	case neg && tally.Lost() == 0:
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

// sshd stop|start|cut|rekey
func (w *webshop) doSSHD(ts *script, _ bool, args []string) {
	switch args[0] {
	case "stop":
		w.sshd.Stop()
	case "start":
		w.sshd.Start()
	case "cut":
		w.sshd.Cut()
	case "rekey":
		w.sshd.ChangeHostKey()
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

// stands SERVER... in|out: what HAProxy says, within a minute.
func (w *webshop) doStands(_ *script, _ bool, args []string) {
	want := args[len(args)-1]
	for _, server := range args[:len(args)-1] {
		w.await("stands "+server+" "+want, func() error { return w.stands(server, want) })
	}
}

// until REGEX COMMAND...: runs the command until its output matches.
func (w *webshop) doUntil(ts *script, _ bool, args []string) {
	want, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	w.await(fmt.Sprintf("until %q", args), func() error {
		cmd := exec.Command(args[1], args[2:]...)
		cmd.Dir = w.dir
		cmd.Env = append(os.Environ(), "HOME="+w.dir, "NO_COLOR=1")
		out, err := cmd.CombinedOutput()
		if !want.Match(out) {
			return fmt.Errorf("%w\n%s", err, out)
		}
		return nil
	})
}

// edit FILE OLD NEW: replaces a text that must be there.
func (w *webshop) doEdit(ts *script, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not hold %q:\n%s", args[0], args[1], text)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o644))
}
