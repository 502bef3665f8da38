package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"noon/demo"
	"noon/demo/shop"
)

func (a *app) demoCommand() *cobra.Command {
	var stay bool
	var dir string
	cmd := &cobra.Command{
		Use: "demo", Short: "Try noon: a webshop of four servers, a load balancer and customers on this machine",
		Long:    "Starts a webshop of four servers, \"noon lb\" in front of it and customers;\ndeploys a good version and a bad one, and shows both receipts. With --stay\neverything goes on in a folder that holds a real noon.yaml.",
		Example: "  noon demo\n  noon demo --stay --dir shop", Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context(), dir, stay) },
	}
	cmd.Flags().BoolVar(&stay, "stay", false, "keep everything running, to play with")
	cmd.Flags().StringVar(&dir, "dir", "", "folder for everything (default: a new one, which is removed at the end unless --stay)")
	cmd.AddCommand(a.demoShopCommand(), a.demoDrainCommand())
	return cmd
}

func (a *app) demo(ctx context.Context, dir string, stay bool) error {
	noon, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	if dir == "" {
		if dir, err = os.MkdirTemp("", "noon-demo-"); err != nil {
			return err
		}
		if !stay {
			defer os.RemoveAll(dir)
		}
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err = demo.Run(ctx, demo.Config{Dir: dir, Noon: noon, Stay: stay, Out: a.out})
	if errors.Is(err, context.Canceled) {
		return &exit{exitError, errors.New("the demo was ended early")}
	}
	return err
}

// demoShopCommand is one server of the demo's shop.
func (a *app) demoShopCommand() *cobra.Command {
	var c shop.Config
	var fault string
	cmd := &cobra.Command{
		Use: "shop", Short: "Run one server of the demo's shop", Hidden: true, Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := shop.ParseFault(fault)
			if err != nil {
				return &usageError{cmd, err}
			}
			c.Fault, c.Log = f, a.out
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return shop.Run(ctx, c)
		},
	}
	cmd.Flags().StringVar(&c.Listen, "listen", "127.0.0.1:8081", "address")
	cmd.Flags().StringVar(&c.Server, "server", "", "its name")
	cmd.Flags().StringVar(&c.Version, "shop-version", "v1", "the version it reports")
	cmd.Flags().DurationVar(&c.Pace, "pace", 0, "how long its pages take, in the median")
	cmd.Flags().StringVar(&fault, "fault", "none", "what is wrong with it: "+shop.Kinds)
	return cmd
}

// demoDrainCommand lets a server of the demo's shop end its websockets.
func (a *app) demoDrainCommand() *cobra.Command {
	return &cobra.Command{
		Use: "drain ADDRESS", Short: "Let a server of the demo's shop end its websockets", Hidden: true, Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), 5*time.Second)
			defer cancel()
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+args[0]+"/drain", nil)
			if err != nil {
				return err
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			if response.StatusCode >= 300 {
				return fmt.Errorf("the shop at %s answered %s", args[0], response.Status)
			}
			return nil
		},
	}
}
