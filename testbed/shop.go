package testbed

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"noon/demo/shop"
)

// shopConfig is the environment variable by which a test binary that was
// started by StartShop knows that it is a shop.
const shopConfig = "NOON_TESTBED_SHOP"

// Main runs the tests of a package that starts shops; its TestMain calls it
// and nothing else. The shops are this same binary, started once more.
func Main(m *testing.M) {
	if config := os.Getenv(shopConfig); config != "" {
		os.Exit(beShop(config))
	}
	os.Exit(m.Run())
}

func beShop(text string) int {
	var config shop.Config
	err := json.Unmarshal([]byte(text), &config)
	if err == nil {
		err = shop.Run(whileStdin(), config)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// whileStdin ends with the process that holds the other end of stdin, so that
// no shop outlives its test, however that ends.
func whileStdin() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	return ctx
}

// Shop is a shop in a process of its own, which ends with the test.
type Shop struct {
	Config  shop.Config
	command *exec.Cmd
	stdin   io.Closer
	stderr  *bytes.Buffer
}

// StartShop starts a shop and waits until it listens. An empty Listen is
// given an address.
func StartShop(t testing.TB, config shop.Config) *Shop {
	t.Helper()
	if config.Listen == "" {
		config.Listen = Address(t)
	}
	s := &Shop{Config: config}
	t.Cleanup(s.Kill)
	s.Start(t)
	return s
}

// Start starts the shop's process, which must not be running, with Config as
// it now is, and waits until it listens (not until it is healthy).
func (s *Shop) Start(t testing.TB) {
	t.Helper()
	if err := s.start(); err != nil {
		t.Fatalf("start shop %s: %v", s.Config.Listen, err)
	}
	for deadline := time.Now().Add(20 * time.Second); !s.listens(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.Kill()
			t.Fatalf("shop %s does not listen after 20s: %s", s.Config.Listen, s.stderr)
		}
	}
}

func (s *Shop) start() error {
	config, err := json.Marshal(s.Config)
	if err != nil {
		return err
	}
	itself, err := os.Executable()
	if err != nil {
		return err
	}
	s.stderr = &bytes.Buffer{}
	s.command = exec.Command(itself)
	s.command.Env = append(os.Environ(), shopConfig+"="+string(config))
	s.command.Stderr = s.stderr
	if s.stdin, err = s.command.StdinPipe(); err != nil {
		return err
	}
	return s.command.Start()
}

func (s *Shop) listens() bool {
	conn, err := net.DialTimeout("tcp", s.Config.Listen, time.Second)
	if err == nil {
		conn.Close()
	}
	return err == nil
}

// Kill ends the shop's process at once, whatever it is doing, and waits for
// its end. It may be called again.
func (s *Shop) Kill() {
	if s.command == nil || s.command.Process == nil {
		return
	}
	s.command.Process.Kill()
	s.stdin.Close()
	s.command.Wait()
	s.command = nil
}

// Swap replaces the shop's process by one of another version.
func (s *Shop) Swap(t testing.TB, version string) {
	t.Helper()
	s.Kill()
	s.Config.Version = version
	s.Start(t)
}

// Drain tells the shop to end its websockets, as a drain.before command does.
func (s *Shop) Drain(t testing.TB) {
	t.Helper()
	client := http.Client{Timeout: 20 * time.Second}
	answer, err := client.Post("http://"+s.Config.Listen+"/drain", "", nil)
	if err != nil {
		t.Fatalf("tell shop %s to end its websockets: %v", s.Config.Listen, err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("tell shop %s to end its websockets: it answered %s", s.Config.Listen, answer.Status)
	}
}
