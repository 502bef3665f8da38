package release

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"noon/fleet"
)

// cleanMost is how long removing what did not arrive may take.
const cleanMost = 20 * time.Second

// Stage brings the version to the server's disk; nothing that is live
// changes. A release that is there complete, with the same checksum, is not
// copied again. One with the same name and another checksum is replaced,
// unless it is the one that runs. With an upgrade command there is nothing to
// stage.
func (r *Release) Stage(ctx context.Context, server fleet.Server, version fleet.Version) error {
	if r.cfg.Directories == nil {
		return nil
	}
	s, err := r.site(server, version)
	if err == nil && version == "" {
		err = fmt.Errorf("no version is named")
	}
	if err == nil {
		err = r.stage(ctx, s, version)
	}
	if err != nil {
		return fmt.Errorf("bring %s to %s: %w", version, server.Name, err)
	}
	return nil
}

func (r *Release) stage(ctx context.Context, s *site, version fleet.Version) error {
	a, err := openArtifact(ctx, r.cfg.Directories.Artifact, r.dir, version)
	if err != nil {
		return err
	}
	defer a.close()
	out, err := s.run(ctx, look)
	if err != nil {
		return err
	}
	scene := parseScene(out)
	if scene.checksum == a.checksum {
		return nil
	}
	if err := scene.refusal(s, a, version); err != nil {
		return err
	}
	return s.bring(ctx, a, version)
}

// scene is what look.sh found.
type scene struct {
	current  string
	there    bool
	checksum string
	// free is in bytes, -1 when unknown.
	free int64
}

func parseScene(out string) scene {
	found := scene{free: -1}
	for line := range strings.Lines(out) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch key {
		case "current":
			found.current = value
		case "free":
			found.free = kilobytes(value)
		case "there":
			found.there = true
			found.checksum, _ = strings.CutPrefix(value, "sha256 ")
		}
	}
	return found
}

func kilobytes(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return -1
	}
	return n * 1024
}

// refusal says why the release cannot be brought.
func (f scene) refusal(s *site, a *artifact, version fleet.Version) error {
	path := s.env["NOON_ROOT"] + "/releases/" + string(version)
	switch {
	case f.there && f.current == string(version):
		return fmt.Errorf("%s is the one that runs, and its content is another one (%s there, %s in the artifact): give the new build another version", path, fleet.Quoted(f.checksum), a.checksum)
	case f.checksum == "unknown":
		return fmt.Errorf("%s is there, but noon did not bring it: move it away, or name another version", path)
	case f.free >= 0 && f.free < a.size+a.unpacked:
		return fmt.Errorf("the disk is too full: %s needs %s to be copied and unpacked, and %s are free: remove old releases or make room",
			path, megabytes(a.size+a.unpacked), megabytes(f.free))
	}
	return nil
}

func megabytes(n int64) string { return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB" }

// bring copies the artifact into a directory of its own, and has it checked
// and unpacked there. "~" occurs in no version.
func (s *site) bring(ctx context.Context, a *artifact, version fleet.Version) error {
	incoming := ".incoming~" + string(version) + "~" + rand.Text()[:8]
	s.env["NOON_INCOMING"], s.env["NOON_CHECKSUM"] = incoming, a.checksum
	err := s.send(ctx, a, s.env["NOON_ROOT"]+"/releases/"+incoming+"/artifact")
	if err == nil {
		var out string
		out, err = s.run(ctx, unpack)
		if err == nil && strings.TrimSpace(out) != "sha256 "+a.checksum {
			err = fmt.Errorf("the server says %s after unpacking, not the artifact's checksum", fleet.Quoted(out))
		}
	}
	if err != nil {
		return fmt.Errorf("%w%s", err, s.abandon(ctx, a))
	}
	return nil
}

func (s *site) send(ctx context.Context, a *artifact, path string) error {
	f, err := os.Open(a.path)
	if err != nil {
		return err
	}
	defer f.Close()
	return s.host.Write(ctx, path, f, 0o600)
}

// abandon removes what arrived, and says how much room there was: a full disk
// is rarely called by its name. Where the machine is gone, the next Stage
// removes it.
func (s *site) abandon(ctx context.Context, a *artifact) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanMost)
	defer cancel()
	out, err := s.run(ctx, `free "$releases"; rm -rf "$releases/$NOON_INCOMING"`)
	free := kilobytes(strings.TrimSpace(out))
	if err != nil || free < 0 {
		return ""
	}
	return fmt.Sprintf(" (%s were free in %s/releases on %s then, of %s needed; what had arrived was removed)",
		megabytes(free), s.env["NOON_ROOT"], s.server.Name, megabytes(a.size+a.unpacked))
}
