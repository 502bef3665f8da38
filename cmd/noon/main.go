// Command noon upgrades the servers behind a load balancer, one at a time.
package main

import (
	"os"

	"noon/cli"
)

// version is set at the build: -ldflags "-X main.version=v1.2.3".
var version = "development"

func main() { os.Exit(cli.Main(version, os.Args[1:])) }
