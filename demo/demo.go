// Package demo is a webshop of four servers, a load balancer and customers, all
// on this machine, to try noon on. What it sets up is real: a folder with a
// noon.yaml, releases, processes, "noon lb" in front, traffic that counts
// every failed request. The deploys it shows are "noon deploy" itself.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"noon/demo/customers"
	"noon/fleet"
)

// Config says where and how the demo runs.
type Config struct {
	// Dir is the folder for everything; made if it does not exist.
	Dir string
	// Noon is the path of the noon program.
	Noon string
	// Stay keeps everything running after the two deploys, until ctx ends.
	Stay bool
	// Out is where it is told; Colour lets the deploys use colours.
	Out io.Writer
}

// Run runs the demo.
func Run(ctx context.Context, c Config) (err error) {
	d, err := build(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.stop()) }()
	d.tell("A webshop of %d servers, each with version v1, is started in %s", len(d.service.Servers), c.Dir)
	if err := d.start(ctx); err != nil {
		return err
	}
	d.tell("\"noon lb\" is in front of them at %s; customers come in", d.url)
	if err := d.good(ctx); err != nil {
		return err
	}
	if err := d.bad(ctx); err != nil {
		return err
	}
	if err := d.receipts(ctx); err != nil {
		return err
	}
	if c.Stay {
		return d.stay(ctx)
	}
	return nil
}

// demo is a running demo.
type demo struct {
	Config
	service  fleet.Service
	balancer *exec.Cmd
	front    string
	url      string
	starter  *starter
}

func (d *demo) tell(format string, args ...any) {
	fmt.Fprintf(d.Out, "\n== "+format+"\n", args...)
}

func (d *demo) crowd(ctx context.Context) *customers.Crowd {
	return customers.Start(ctx, customers.Config{
		URL: d.url, Gets: 8, Posts: 4, Slow: 2, SlowLeast: 2 * time.Second, SlowMost: 4 * time.Second, Sockets: 3, Rate: 40,
	})
}

// good deploys v2, which is well.
func (d *demo) good(ctx context.Context) error {
	d.tell("noon deploy v2: a good version, by day, under traffic")
	crowd := d.crowd(ctx)
	status, err := d.noon(ctx, "deploy", "v2", "--why", "the demo's good version")
	tally := crowd.Stop()
	if err != nil {
		return err
	}
	fmt.Fprintf(d.Out, "\n   %d of %d requests failed, as counted by the customers\n", tally.Lost(), tally.Sent)
	if status != 0 || tally.Lost() > 0 {
		return fmt.Errorf("the good version: status %d, %s", status, tally)
	}
	return nil
}

// bad deploys v3, which is healthy, and broken for some customers only. Both
// versions write a warning that everybody knows.
func (d *demo) bad(ctx context.Context) error {
	d.tell("noon deploy v3: its health check is good, and some customers run into a panic")
	crowd := d.crowd(ctx)
	status, err := d.noon(ctx, "deploy", "v3", "--why", "the demo's bad version")
	tally := crowd.Stop()
	if err != nil {
		return err
	}
	ill, others := blame(tally)
	fmt.Fprintf(d.Out, "\n   %d of %d requests failed: %d answered by v3 itself, %d others\n", tally.Lost(), tally.Sent, ill, others)
	if status != rolledBack || others > 0 {
		return fmt.Errorf("the bad version: status %d instead of %d, %s", status, rolledBack, tally)
	}
	return nil
}

// rolledBack is the exit status of a deploy that went back.
const rolledBack = 3

// blame tells the failures that the ill version answered from all others.
func blame(t customers.Tally) (ill, others int64) {
	for _, a := range t.Answers {
		if a.Version == "v3" {
			ill += a.Bad
		}
	}
	return ill, max(t.Lost()-ill, 0)
}

func (d *demo) receipts(ctx context.Context) error {
	d.tell("noon verdict: what was found")
	if status, err := d.noon(ctx, "verdict"); err != nil || status != 0 {
		return fmt.Errorf("noon verdict: status %d, %w", status, err)
	}
	d.tell("the receipts of both")
	for _, number := range []string{"1", "2"} {
		status, err := d.noon(ctx, "receipt", number)
		if err != nil || status != 0 {
			return fmt.Errorf("noon receipt %s: status %d, %w", number, status, err)
		}
		fmt.Fprintln(d.Out)
	}
	return nil
}

// stay keeps the shop and its customers going.
func (d *demo) stay(ctx context.Context) error {
	crowd := d.crowd(ctx)
	d.tell("it goes on until Ctrl-C; in another terminal try:\n   cd %s\n   %s status\n   %s plan v4\n   %s deploy v4", d.Dir, d.Noon, d.Noon, d.Noon)
	<-ctx.Done()
	fmt.Fprintf(d.Out, "\n%s\n", crowd.Stop())
	return nil
}

// noon runs a noon command in the demo's folder, and returns its status.
func (d *demo) noon(ctx context.Context, args ...string) (int, error) {
	cmd := exec.CommandContext(ctx, d.Noon, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = d.Dir, d.Out, d.Out
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	err := cmd.Run()
	var failed *exec.ExitError
	if errors.As(err, &failed) && ctx.Err() == nil {
		return failed.ExitCode(), nil
	}
	return 0, err
}
