# Every way of working on noon. "make" lists them.
.DEFAULT_GOAL := help
.PHONY: help build demo test packages check test-long test-docker race bench bench-logs bench-judge bench-judge-logs build-all vuln clean

export CGO_ENABLED = 0
# One way of compiling for tests and binaries, so that nothing is compiled twice.
export GOFLAGS = -trimpath
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
BUILD := go build -ldflags "-s -w -X main.version=$(VERSION)"

# What the tests run against, from Debian.
PACKAGES := haproxy openssh-server openssh-client etcd-server busybox systemd systemd-journal-remote

# Packages whose tests run once more under the race detector (which needs a C
# compiler). The suites over minutes of traffic run without.
RACED := ./journal ./rollout/... ./observe ./observe/check ./observe/monitors ./host/... ./control ./api ./demo/...

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build bin/noon
	$(BUILD) -o bin/noon ./cmd/noon

demo: build ## a webshop, a good deploy and a bad one, on this machine
	bin/noon demo

test: packages check ## install what the tests need (Debian), run everything
	go test -timeout 12m ./...
	$(MAKE) --no-print-directory race

test-long: packages ## monitors end to end, as slow as in life (some 20 minutes)
	go test -tags long -timeout 60m -run TestLong -v ./e2e

test-docker: ## following a real Docker's logs (needs dockerd and root)
	go test -tags dockerd -run Docker -v ./observe/logs

packages:
	@sh .ci/packages $(PACKAGES)

check: ## gofmt, vet, staticcheck
	@test -z "$$(gofmt -l .)" || { echo "not formatted (gofmt -w .):"; gofmt -l .; exit 1; }
	go vet ./... && go vet -tags long,dockerd ./e2e ./observe/logs
	go tool staticcheck ./...

race: ## the concurrent packages, under the race detector
	CGO_ENABLED=1 go test -race -short -timeout 10m $(RACED)
	CGO_ENABLED=1 go test -race -short -run 'Share|Leaves|Cut|Flood' ./observe/logs

bench: build packages ## speed and memory, as ratios side by side
	go test -run '^$$' -bench . -benchtime 1x ./e2e
	go test -run '^$$' -bench . ./journal ./balancer/lb

bench-logs: ## mining of logs: accuracy, speed beside a byte sum, memory
	go test -run '^$$' -bench Table -benchtime 1x ./judge/logs/mine

bench-judge-logs: ## comparing logs: false stops and detection, beside other methods
	go test -run '^$$' -bench Figures -benchtime 1x -timeout 30m ./judge/logs

bench-judge: ## comparing monitors: false rollbacks and detection, beside other methods
	go test -run '^$$' -bench 'Figures|Servers' -benchtime 1x -timeout 120m ./judge/monitors
	go test -run '^$$' -bench Servers -benchtime 3x ./judge/monitors

build-all: ## linux/amd64, linux/arm64, darwin/arm64 into dist/
	GOOS=linux  GOARCH=amd64 $(BUILD) -o dist/noon-linux-amd64  ./cmd/noon
	GOOS=linux  GOARCH=arm64 $(BUILD) -o dist/noon-linux-arm64  ./cmd/noon
	GOOS=darwin GOARCH=arm64 $(BUILD) -o dist/noon-darwin-arm64 ./cmd/noon

vuln: ## known vulnerabilities (needs the network)
	go run golang.org/x/vuln/cmd/govulncheck@latest ./...

clean: ## remove what was built
	rm -rf bin dist
