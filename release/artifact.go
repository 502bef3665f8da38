package release

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"noon/fleet"
)

// manifest is the file in a release that tells that it is complete.
const manifest = ".noon-release"

// artifact is a version as a .tar.gz on the controller's machine.
type artifact struct {
	path string
	// size is that of the file, unpacked the sum of what is in it, in bytes.
	size, unpacked int64
	checksum       string
	temporary      bool
}

// openArtifact finds the artifact, packs it unless it is packed, and checks
// every entry of it: a bad one never reaches a server.
func openArtifact(ctx context.Context, pattern, dir string, version fleet.Version) (*artifact, error) {
	path := strings.ReplaceAll(pattern, "{version}", string(version))
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no artifact %s: build it, or name another version", path)
	}
	if err != nil {
		return nil, fmt.Errorf("artifact: %w", err)
	}
	a := &artifact{path: path}
	if info.IsDir() || !isPacked(path) {
		a, err = packed(ctx, path, nameInRelease(filepath.Base(pattern)))
	}
	if err == nil {
		err = a.check(ctx)
	}
	if err != nil {
		a.close()
		return nil, fmt.Errorf("artifact %s: %w", path, err)
	}
	return a, nil
}

func isPacked(path string) bool {
	return strings.HasSuffix(path, ".tar.gz") || strings.HasSuffix(path, ".tgz")
}

// nameInRelease is what a single file is called in a release: its name less
// the version, so that commands and units can name "current/shop" once for
// all: "shop-{version}.jar" is "shop.jar".
func nameInRelease(pattern string) string {
	for _, separator := range []string{"-", "_", "."} {
		pattern = strings.ReplaceAll(pattern, separator+"{version}", "")
	}
	pattern = strings.ReplaceAll(pattern, "{version}", "")
	if pattern = strings.TrimLeft(pattern, "-_."); pattern == "" {
		return "artifact"
	}
	return pattern
}

func (a *artifact) close() {
	if a != nil && a.temporary {
		os.Remove(a.path)
	}
}

// check reads the whole file once: its checksum, that it is not truncated,
// and that nothing in it leads out of the release.
func (a *artifact) check(ctx context.Context) error {
	f, err := os.Open(a.path)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	counted := &counter{r: f, ctx: ctx, sum: sum}
	unzipped, err := gzip.NewReader(counted)
	if err != nil {
		return fmt.Errorf("it is not a gzip file, or truncated: %w", err)
	}
	if a.unpacked, err = checkTar(unzipped); err != nil {
		return err
	}
	// What follows the archive belongs to the file, and its checksum ends it.
	if _, err := io.Copy(io.Discard, unzipped); err != nil {
		return fmt.Errorf("it is damaged or truncated: %w", err)
	}
	if _, err := io.Copy(io.Discard, counted); err != nil {
		return err
	}
	a.size, a.checksum = counted.n, hex.EncodeToString(sum.Sum(nil))
	return nil
}

// counter counts and sums what is read, until ctx ends.
type counter struct {
	r   io.Reader
	ctx context.Context
	sum hash.Hash
	n   int64
}

func (c *counter) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.sum.Write(p[:n])
	return n, err
}
