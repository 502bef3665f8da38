package release

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"noon/fleet"
	"noon/host"
	"noon/host/local"
	"noon/host/ssh"
	"noon/testbed"
)

var web1 = fleet.Server{Name: "web1", Address: "127.0.0.1:8080"}

// place is a server's disk and a controller's folder with artifacts.
type place struct {
	t         *testing.T
	root, dir string
	cfg       fleet.Release
	host      host.Host
}

func newPlace(t *testing.T) *place {
	p := &place{t: t, root: filepath.Join(t.TempDir(), "srv it's"), dir: t.TempDir(), host: local.New()}
	p.cfg = fleet.Release{Directories: &fleet.Directories{Root: p.root, Artifact: "shop-{version}.tar.gz", Keep: 2}}
	return p
}

func (p *place) release() *Release {
	return New(p.cfg, p.dir, func(fleet.Server) (host.Host, error) { return p.host, nil })
}

func (p *place) artifact(version string, entries ...tar.Header) {
	p.t.Helper()
	write(p.t, filepath.Join(p.dir, "shop-"+version+".tar.gz"), archive(p.t, version, entries...))
}

// archive holds bin/shop with the version as its text, and the entries.
func archive(t *testing.T, version string, entries ...tar.Header) string {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	w := tar.NewWriter(zipped)
	shop := tar.Header{Name: "bin/shop", Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(version))}
	for _, header := range append([]tar.Header{shop}, entries...) {
		if err := w.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		if header.Typeflag == tar.TypeReg {
			io.WriteString(w, strings.Repeat("x", int(header.Size)-min(int(header.Size), len(version)))+version[:min(int(header.Size), len(version))])
		}
	}
	w.Close()
	zipped.Close()
	return b.String()
}

func (p *place) do(what string, f func(context.Context, fleet.Server, fleet.Version) error, version fleet.Version) {
	p.t.Helper()
	if err := f(p.t.Context(), web1, version); err != nil {
		p.t.Fatalf("%s %s: %v", what, version, err)
	}
}

func (p *place) deploy(version string) {
	p.t.Helper()
	p.artifact(version)
	p.do("stage", p.release().Stage, fleet.Version(version))
	p.do("install", p.release().Install, fleet.Version(version))
}

func (p *place) runs(version string) {
	p.t.Helper()
	content, err := os.ReadFile(filepath.Join(p.root, "current", "bin", "shop"))
	if err != nil || string(content) != version {
		p.t.Errorf("current holds %q, not %s (%v)", content, version, err)
	}
	current, err := p.release().Current(p.t.Context(), web1)
	if err != nil || string(current) != version {
		p.t.Errorf("current is %q, %v", current, err)
	}
}

func (p *place) kept(version string, want bool) {
	p.t.Helper()
	if got, err := p.release().Kept(p.t.Context(), web1, fleet.Version(version)); err != nil || got != want {
		p.t.Errorf("%s is kept: %v, %v", version, got, err)
	}
}

func (p *place) untouched() {
	p.t.Helper()
	if _, err := os.Stat(p.root); !errors.Is(err, fs.ErrNotExist) {
		p.t.Error("the server was touched")
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func holds(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		got, err = []byte("nothing"), nil
	}
	if err != nil || string(got) != want {
		t.Errorf("%s holds %q, not %q (%v)", filepath.Base(path), got, want, err)
	}
}

func failsWith(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q is missing in: %v", word, err)
		}
	}
}

func TestAVersionIsStagedInstalledAndRestored(t *testing.T) {
	p := newPlace(t)
	p.deploy("v1")
	p.runs("v1")
	p.artifact("v2")
	p.do("stage", p.release().Stage, "v2")
	p.runs("v1")
	p.kept("v1", true)
	p.do("install", p.release().Install, "v2")
	p.runs("v2")
	p.do("restore", p.release().Restore, "v1")
	p.runs("v1")
	p.do("restore", p.release().Restore, "v2")
	p.runs("v2")
	p.kept("v7", false)
	failsWith(t, p.release().Restore(t.Context(), web1, "v7"), "restore v7 on web1", "no complete release")
	p.runs("v2")
}

func TestTheSameOverSSH(t *testing.T) {
	for name, line := range map[string]string{"with SFTP": "Subsystem sftp internal-sftp", "without SFTP": "Subsystem sftp-none /bin/false"} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			sshd := testbed.StartSSHD(t, t.TempDir(), line)
			h := ssh.New(sshd.Name, ssh.Settings{Home: sshd.Home})
			t.Cleanup(func() { h.Close() })
			p.host = h
			p.cfg.Restart = `printf '%s %s' '{server}' "to {version}" > ` + filepath.Join(p.dir, "restarted") + `; sleep 1000 & echo $!>` + filepath.Join(p.dir, "pid")
			p.deploy("v1")
			p.deploy("v2")
			p.do("start", p.release().Start, "v2")
			holds(t, filepath.Join(p.dir, "restarted"), "web1 to v2")
			p.do("restore", p.release().Restore, "v1")
			p.runs("v1")
			exec.Command("sh", "-c", "kill $(cat "+filepath.Join(p.dir, "pid")+")").Run()
		})
	}
}

func TestADirectoryAndAFileAreArtifactsToo(t *testing.T) {
	p := newPlace(t)
	p.cfg.Directories.Artifact = "build/{version}"
	write(t, filepath.Join(p.dir, "build", "v1", "bin", "shop"), "v1")
	os.Symlink("bin/shop", filepath.Join(p.dir, "build", "v1", "run"))
	p.do("stage", p.release().Stage, "v1")
	p.do("install", p.release().Install, "v1")
	p.runs("v1")
	holds(t, filepath.Join(p.root, "current", "run"), "v1")
	p.cfg.Directories.Artifact = "shop-{version}.jar"
	write(t, filepath.Join(p.dir, "shop-v2.jar"), "jar 2")
	p.do("stage", p.release().Stage, "v2")
	p.do("install", p.release().Install, "v2")
	holds(t, filepath.Join(p.root, "current", "shop.jar"), "jar 2")
}

func TestWhatIsThereIsNotCopiedAgain(t *testing.T) {
	p := newPlace(t)
	p.deploy("v1")
	p.host = &crashing{Host: local.New(), noWrites: true}
	p.do("stage", p.release().Stage, "v1")
}

func TestAnotherBuildOfTheSameVersion(t *testing.T) {
	p := newPlace(t)
	p.deploy("v1")
	p.artifact("v1", tar.Header{Name: "more", Typeflag: tar.TypeReg, Size: 2})
	failsWith(t, p.release().Stage(t.Context(), web1, "v1"), "v1", "web1", "the one that runs", "another version")
	p.deploy("v2")
	p.artifact("v1", tar.Header{Name: "more", Typeflag: tar.TypeReg, Size: 2})
	p.do("stage", p.release().Stage, "v1")
	holds(t, filepath.Join(p.root, "releases", "v1", "more"), "v1")
	write(t, filepath.Join(p.root, "releases", "v3", "x"), "by hand")
	p.artifact("v3")
	failsWith(t, p.release().Stage(t.Context(), web1, "v3"), "noon did not bring it")
}

func TestAReleaseThatWasThereBeforeNoonIsKept(t *testing.T) {
	p := newPlace(t)
	write(t, filepath.Join(p.root, "releases", "v0", "bin", "shop"), "v0")
	os.Symlink(filepath.Join(p.root, "releases", "v0"), filepath.Join(p.root, "current"))
	p.runs("v0")
	p.kept("v0", true)
	p.deploy("v1")
	p.kept("v0", true)
	p.do("restore", p.release().Restore, "v0")
	p.runs("v0")
}

func TestACurrentThatIsNoLinkIsLeftAlone(t *testing.T) {
	p := newPlace(t)
	write(t, filepath.Join(p.root, "current", "x"), "by hand")
	p.artifact("v1")
	p.do("stage", p.release().Stage, "v1")
	failsWith(t, p.release().Install(t.Context(), web1, "v1"), "is not a link")
	holds(t, filepath.Join(p.root, "current", "x"), "by hand")
}

func TestBadArtifactsNeverReachTheServer(t *testing.T) {
	good := archive(t, "v1", tar.Header{Name: "big", Typeflag: tar.TypeReg, Size: 100_000})
	for name, content := range map[string]string{
		"truncated":             good[:len(good)-20],
		"not gzip":              "hello",
		"empty":                 "",
		"damaged":               good[:len(good)/2] + "\xff\xff" + good[len(good)/2+2:],
		"leads up":              archive(t, "v1", tar.Header{Name: "../../etc/passwd", Typeflag: tar.TypeReg, Size: 1}),
		"up in the middle":      archive(t, "v1", tar.Header{Name: "bin/../../x", Typeflag: tar.TypeReg, Size: 1}),
		"absolute":              archive(t, "v1", tar.Header{Name: "/etc/passwd", Typeflag: tar.TypeReg, Size: 1}),
		"link up":               archive(t, "v1", tar.Header{Name: "bin/l", Typeflag: tar.TypeSymlink, Linkname: "../../x"}),
		"absolute link":         archive(t, "v1", tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: "/etc"}),
		"link over a link":      archive(t, "v1", tar.Header{Name: "a/b/l", Typeflag: tar.TypeSymlink, Linkname: "../.."}, tar.Header{Name: "a/b/x", Typeflag: tar.TypeSymlink, Linkname: "l/.."}),
		"file below a link":     archive(t, "v1", tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: "bin"}, tar.Header{Name: "l/x", Typeflag: tar.TypeReg, Size: 1}),
		"hard link out":         archive(t, "v1", tar.Header{Name: "l", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"}),
		"hard link to a link":   archive(t, "v1", tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: "bin"}, tar.Header{Name: "h", Typeflag: tar.TypeLink, Linkname: "l"}),
		"device":                archive(t, "v1", tar.Header{Name: "d", Typeflag: tar.TypeChar}),
		"twice":                 archive(t, "v1", tar.Header{Name: "bin/shop", Typeflag: tar.TypeSymlink, Linkname: "x"}),
		"noon's own note in it": archive(t, "v1", tar.Header{Name: "./.noon-release", Typeflag: tar.TypeReg, Size: 1}),
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			path := filepath.Join(p.dir, "shop-v1.tar.gz")
			write(t, path, content)
			failsWith(t, p.release().Stage(t.Context(), web1, "v1"), "v1", "web1", path)
			p.untouched()
		})
	}
	p := newPlace(t)
	failsWith(t, p.release().Stage(t.Context(), web1, "v1"), "there is no artifact "+filepath.Join(p.dir, "shop-v1.tar.gz"))
	p.untouched()
}

func TestHostileNamesAreDataOrRefused(t *testing.T) {
	p := newPlace(t)
	for _, version := range []fleet.Version{"../../etc", "$(reboot)", "a b", fleet.Version(strings.Repeat("v", 300)), "", "v1\nx", "-rf", "'"} {
		for what, f := range map[string]func(context.Context, fleet.Server, fleet.Version) error{"stage": p.release().Stage, "install": p.release().Install, "restore": p.release().Restore} {
			if err := f(t.Context(), web1, version); err == nil {
				t.Errorf("%s %q: no error", what, version)
			}
		}
	}
	failsWith(t, p.release().Stage(t.Context(), fleet.Server{Name: "../x"}, "v1"), `"../x"`)
	p.untouched()
	out := filepath.Join(p.dir, "out")
	p.cfg = fleet.Release{Upgrade: "printf '%s|' {server} \"{host} {version}\" 'a {address}' \"$NOON_ADDRESS\" > " + out}
	t.Setenv("HOME", p.dir)
	hostile := fleet.Server{Name: "web1", Host: "local", Address: "$(touch pwned)'\"; `x`\n*"}
	if err := p.release().Install(t.Context(), hostile, "v1"); err != nil {
		t.Fatal(err)
	}
	holds(t, out, "web1|local v1|a "+hostile.Address+"|"+hostile.Address+"|")
}

func TestAFailedCommandSaysWhatItSaid(t *testing.T) {
	p := newPlace(t)
	p.cfg.Stop = "for i in 1 2 3 4 5 6 7 8 9; do echo line $i; done; printf 'red \\033[31m text'; exit 4"
	err := p.release().Stop(t.Context(), web1, "v1")
	failsWith(t, err, "stop v1 on web1", "status 4", "line 9; red \\x1b[31m text")
	if strings.Contains(err.Error(), "line 4") {
		t.Error("the whole output is repeated")
	}
}

func TestCommandsRunHereWhenToldSo(t *testing.T) {
	p := newPlace(t)
	p.host = &crashing{Host: local.New(), crashAt: 1}
	p.cfg = fleet.Release{Here: true, Restart: "echo $NOON_SERVER > restarted"}
	p.do("start", p.release().Start, "v1")
	holds(t, filepath.Join(p.dir, "restarted"), "web1\n")
}

func TestOldReleasesGoAndNeededOnesStay(t *testing.T) {
	p := newPlace(t)
	for _, version := range []string{"v1", "v2", "v3", "v4", "v5"} {
		p.deploy(version)
		age := exec.Command("touch", "-d", "2026-01-0"+version[1:], filepath.Join(p.root, "releases", version))
		if err := age.Run(); err != nil {
			t.Fatal(err)
		}
	}
	p.do("restore", p.release().Restore, "v1")
	if err := p.release().Prune(t.Context(), web1, "v2"); err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]bool{"v1": true, "v2": true, "v3": false, "v4": true, "v5": true} {
		p.kept(version, want)
	}
}

func TestPreflightSaysWhatIsMissing(t *testing.T) {
	p := newPlace(t)
	if found := p.release().Preflight(t.Context(), web1); len(found) != 0 {
		t.Errorf("found %v", found)
	}
	p.cfg.Directories.Root = "/proc/nothing"
	found := p.release().Preflight(t.Context(), web1)
	if len(found) != 1 || !found[0].Fatal || !strings.Contains(found[0].What, "cannot write in /proc/nothing/releases") {
		t.Errorf("found %v", found)
	}
}

func TestAFullDiskIsSaidAndLeavesNothing(t *testing.T) {
	for name, options := range map[string]string{"too small": "64k", "full while unpacking": "10m,nr_inodes=7", "full while copying": "10m,nr_inodes=4"} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			if err := os.MkdirAll(p.root, 0o755); err != nil {
				t.Fatal(err)
			}
			testbed.SmallDisk(t, p.root, options)
			p.artifact("v1", tar.Header{Name: "big", Typeflag: tar.TypeReg, Size: 200_000})
			failsWith(t, p.release().Stage(t.Context(), web1, "v1"), "web1", p.root, "free", "needed"[:4])
			entries, err := os.ReadDir(filepath.Join(p.root, "releases"))
			if err != nil || len(entries) != 0 {
				t.Errorf("left over: %v, %v", entries, err)
			}
		})
	}
}

// crashing is a machine whose controller dies at the operation of that
// number: a command runs but nobody learns of it, a file arrives by half.
type crashing struct {
	host.Host
	crashAt, done int
	noWrites      bool
}

var errCrash = errors.New("crash")

func (c *crashing) crashes() bool { c.done++; return c.done == c.crashAt }

func (c *crashing) Run(ctx context.Context, command host.Command) (host.Result, error) {
	if c.crashes() {
		if command.Stdin == nil {
			c.Host.Run(ctx, command)
		}
		return host.Result{}, errCrash
	}
	return c.Host.Run(ctx, command)
}

func (c *crashing) Write(ctx context.Context, path string, content io.Reader, mode fs.FileMode) error {
	if c.noWrites {
		return errors.New("nothing needs to be written")
	}
	if c.crashes() {
		c.Host.Write(ctx, path, io.LimitReader(content, 100), mode)
		return errCrash
	}
	return c.Host.Write(ctx, path, content, mode)
}

// The sweep: the controller dies at every operation in turn, and does the
// same again.
func TestAfterACrashAnywhereTheSameAgainEndsWell(t *testing.T) {
	for crashAt := 1; ; crashAt++ {
		p := newPlace(t)
		config := filepath.Join(p.dir, "shop.conf")
		p.cfg.Config = []string{config}
		write(t, config, "one")
		p.deploy("v1")
		p.artifact("v2")
		crash := &crashing{Host: local.New(), crashAt: crashAt}
		p.host = crash
		for p.rollAndBack(config) != nil {
		}
		p.host = local.New()
		p.runs("v1")
		holds(t, config, "one")
		p.kept("v2", true)
		if entries, _ := os.ReadDir(filepath.Join(p.root, "releases")); len(entries) != 2 {
			t.Errorf("crash at %d: left over %v", crashAt, entries)
		}
		if crash.done < crashAt {
			break
		}
	}
}

func (p *place) rollAndBack(config string) error {
	for _, f := range []func(context.Context, fleet.Server, fleet.Version) error{
		p.release().Stage, p.release().Install,
		func(context.Context, fleet.Server, fleet.Version) error {
			return os.WriteFile(config, []byte("two"), 0o644)
		},
	} {
		if err := f(p.t.Context(), web1, "v2"); err != nil {
			return err
		}
	}
	for p.release().Restore(p.t.Context(), web1, "v1") != nil {
	}
	return nil
}

func TestConfigurationGoesAndComesWithItsVersion(t *testing.T) {
	for name, upgrade := range map[string]string{"directories": "", "command": "echo {version} > $HOME/installed"} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			t.Setenv("HOME", p.dir)
			one, added := filepath.Join(p.dir, "etc", "shop $1.conf"), filepath.Join(p.dir, "etc", "added.conf")
			if upgrade != "" {
				p.cfg = fleet.Release{Upgrade: upgrade}
			}
			p.cfg.Config = []string{one, added}
			write(t, one, "of v1")
			os.Chmod(one, 0o600)
			if upgrade == "" {
				p.deploy("v1")
			}
			p.kept("v1", true)
			p.artifact("v2")
			p.do("stage", p.release().Stage, "v2")
			p.do("install", p.release().Install, "v2")
			write(t, one, "of v2")
			write(t, added, "added by v2")
			p.kept("v1", true)
			p.do("restore", p.release().Restore, "v1")
			holds(t, one, "of v1")
			holds(t, added, "nothing")
			p.do("restore", p.release().Restore, "v2")
			holds(t, one, "of v2")
			holds(t, added, "added by v2")
			p.do("restore", p.release().Restore, "v1")
			holds(t, one, "of v1")
			if info, _ := os.Stat(one); info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v", info.Mode())
			}
		})
	}
}

func TestAVersionThatWasChangedByHandGetsItsConfigurationBack(t *testing.T) {
	p := newPlace(t)
	t.Setenv("HOME", p.dir)
	config := filepath.Join(p.dir, "shop.conf")
	p.cfg = fleet.Release{Config: []string{config}, Upgrade: "true"}
	write(t, config, "of v1")
	p.do("install", p.release().Install, "v1")
	write(t, config, "of v1.5, which somebody else installed")
	p.do("install", p.release().Install, "v2")
	write(t, config, "of v2")
	p.kept("v1.5", true)
	p.do("restore", p.release().Restore, "v1.5")
	holds(t, config, "of v1.5, which somebody else installed")
}

// TestTheWayBackIsKeptOverTwoVersions: a canary of v2 gets v3, which was chosen,
// and goes back to v1, of which noon did not know when it installed v2.
func TestTheWayBackIsKeptOverTwoVersions(t *testing.T) {
	p := newPlace(t)
	t.Setenv("HOME", p.dir)
	config := filepath.Join(p.dir, "shop.conf")
	p.cfg = fleet.Release{Config: []string{config}, Upgrade: "true"}
	write(t, config, "of v1")
	for _, version := range []string{"v2", "v3"} {
		p.kept("v1", true)
		p.do("install", p.release().Install, fleet.Version(version))
		write(t, config, "of "+version)
	}
	p.kept("v1", true)
	p.do("restore", p.release().Restore, "v1")
	holds(t, config, "of v1")
}

func TestLongConnectionsAreEndedWithTheOperatorsCommand(t *testing.T) {
	p := newPlace(t)
	for _, line := range []string{"", "echo {version} > " + filepath.Join(p.dir, "out")} {
		if err := p.release().BeforeDrain(t.Context(), line, web1, "v1"); err != nil {
			t.Fatal(err)
		}
	}
	holds(t, filepath.Join(p.dir, "out"), "v1\n")
}

// failing puts programs in front of those that the scripts use, which count,
// and at the given number kill the script and all that it runs: a power cut
// between any two things that happen on the server.
func failing(t *testing.T, dir string) (arm func(at int), done func() bool) {
	t.Helper()
	bin, count := filepath.Join(dir, "bin"), filepath.Join(dir, "count")
	for _, tool := range []string{"mv", "rm", "cp", "ln", "mkdir", "tar", "sync", "sha256sum", "chmod", "touch", "cat"} {
		real := testbed.Need(t, tool)
		write(t, filepath.Join(bin, tool), fmt.Sprintf("#!/bin/sh\nread -r n < '%s'\necho $((n - 1)) > '%s'\n[ \"$n\" != 1 ] || kill -9 0\nexec %s \"$@\"\n", count, count, real))
		if err := os.Chmod(filepath.Join(bin, tool), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	left := func() string { content, _ := os.ReadFile(count); return string(content) }
	return func(at int) { write(t, count, fmt.Sprint(at)+"\n") }, func() bool { return !strings.HasPrefix(left(), "-") && left() != "0\n" }
}

func TestAfterAPowerCutAnywhereTheSameAgainEndsWell(t *testing.T) {
	arm, spared := failing(t, t.TempDir())
	arm(0)
	for at := 1; ; at++ {
		p := newPlace(t)
		config := filepath.Join(p.dir, "shop.conf")
		p.cfg.Config = []string{config}
		p.artifact("v1")
		p.artifact("v2")
		write(t, config, "of v0")
		write(t, filepath.Join(p.root, "releases", "v1", "bin", "shop"), "v1")
		os.Symlink("releases/v1", filepath.Join(p.root, "current"))
		arm(at)
		for p.release().Stage(t.Context(), web1, "v2") != nil {
		}
		for p.release().Install(t.Context(), web1, "v2") != nil {
		}
		p.runs("v2")
		holds(t, config, "of v0")
		write(t, config, "of v2")
		for p.release().Restore(t.Context(), web1, "v1") != nil {
		}
		finished := spared()
		arm(0)
		p.runs("v1")
		p.kept("v2", true)
		holds(t, config, "of v0")
		p.do("restore", p.release().Restore, "v2")
		holds(t, config, "of v2")
		if t.Failed() {
			t.Fatalf("after a power cut at command %d", at)
		}
		if finished {
			t.Logf("%d power cuts", at-1)
			break
		}
	}
}

func TestAFailedUpgradeDoesNotSpoilTheKeptConfiguration(t *testing.T) {
	p := newPlace(t)
	t.Setenv("HOME", p.dir)
	config := filepath.Join(p.dir, "shop.conf")
	write(t, config, "of v1")
	p.cfg = fleet.Release{Config: []string{config}, Upgrade: fmt.Sprintf("echo half > '%s'; [ {version} != v2 ]", config)}
	for range 2 {
		failsWith(t, p.release().Install(t.Context(), web1, "v2"), "install v2 on web1", "status 1")
	}
	holds(t, config, "half\n")
	p.do("restore", p.release().Restore, "v1")
	holds(t, config, "of v1")
}
