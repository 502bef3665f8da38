package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkStart starts "noon --help" of the stripped binary, in milliseconds
// (the median), beside the smallest Go program there is; and the binary's size.
func BenchmarkStart(b *testing.B) {
	noon, err := filepath.Abs("../bin/noon")
	if err != nil {
		b.Fatal(err)
	}
	binary, err := os.Stat(noon)
	if err != nil {
		b.Fatalf("make build comes first: %v", err)
	}
	least := smallest(b)
	for b.Loop() {
		help, bare := median(b, noon, "--help"), median(b, least)
		b.ReportMetric(help.Seconds()*1000, "ms-help")
		b.ReportMetric(help.Seconds()/bare.Seconds(), "times-bare-go")
		b.ReportMetric(float64(binary.Size())/1e6, "MB-stripped")
		b.ReportMetric(0, "ns/op")
	}
}

func smallest(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	source, program := filepath.Join(dir, "main.go"), filepath.Join(dir, "least")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		b.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", program, source).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return program
}

func median(b *testing.B, program string, args ...string) time.Duration {
	b.Helper()
	var all []time.Duration
	for range 21 {
		began := time.Now()
		if err := exec.Command(program, args...).Run(); err != nil {
			b.Fatal(err)
		}
		all = append(all, time.Since(began))
	}
	slices.Sort(all)
	return all[len(all)/2]
}
