package demo

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"noon/fleet"
)

//go:embed noon.yaml.tmpl
var configTemplate string

//go:embed ctl.sh
var ctl string

// faults are what is wrong with each version of the shop.
var faults = map[string]string{"v1": "none", "v2": "none", "v3": "partly=3%", "v4": "none"}

// servers is how many servers the shop has.
const servers = 4

// build writes the demo's folder: noon.yaml, the artifacts, the script that
// starts and stops the shop.
func build(c Config) (*demo, error) {
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the demo's folder: %w", err)
	}
	if _, err := os.Stat(filepath.Join(c.Dir, "noon.yaml")); err == nil {
		return nil, fmt.Errorf("%s holds a noon.yaml already: name an empty folder", c.Dir)
	}
	addresses, err := freeAddresses(servers + 1)
	if err != nil {
		return nil, err
	}
	d := &demo{Config: c, front: addresses[0], url: "http://" + addresses[0]}
	if err := d.writeConfig(addresses[1:]); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(c.Dir, "ctl"), []byte(ctl), 0o755); err != nil {
		return nil, err
	}
	for version, fault := range faults {
		if err := d.writeArtifact(version, fault); err != nil {
			return nil, err
		}
	}
	d.service, err = fleet.Read(filepath.Join(c.Dir, "noon.yaml"))
	return d, err
}

func (d *demo) writeConfig(addresses []string) error {
	t, err := template.New("noon.yaml").Parse(configTemplate)
	if err != nil {
		return err
	}
	var all []fleet.Server
	for i, address := range addresses {
		all = append(all, fleet.Server{Name: fmt.Sprintf("web%d", i+1), Address: address})
	}
	var text bytes.Buffer
	if err := t.Execute(&text, map[string]any{"Dir": d.Dir, "Servers": all}); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(d.Dir, "noon.yaml"), text.Bytes(), 0o644)
}

// writeArtifact packs a release of the shop: a script that runs this very
// program as the shop.
func (d *demo) writeArtifact(version, fault string) error {
	script := fmt.Sprintf("#!/bin/sh\nexec %s demo shop --listen \"$NOON_ADDRESS\" --server \"$NOON_SERVER\" --shop-version %s --fault %s\n", quoted(d.Noon), version, fault)
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zip)
	if err := archive.WriteHeader(&tar.Header{Name: "run", Mode: 0o755, Size: int64(len(script))}); err != nil {
		return err
	}
	if _, err := archive.Write([]byte(script)); err != nil {
		return err
	}
	if err := archive.Close(); err != nil {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	path := filepath.Join(d.Dir, "dist", "shop-"+version+".tar.gz")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, packed.Bytes(), 0o644)
}

// quoted makes one word of a path for the shell.
func quoted(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }

// freeAddresses finds addresses of this machine where nothing listens.
func freeAddresses(n int) ([]string, error) {
	var addresses []string
	for range n {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		defer listener.Close()
		addresses = append(addresses, listener.Addr().String())
	}
	return addresses, nil
}
