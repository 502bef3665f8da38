package fleet

import "time"

// Monitors are where it is measured how well a server serves, beside the load
// balancer's counters and the machine's figures, which need not be named. At
// most one of Metrics and Prometheus is set.
type Monitors struct {
	// Metrics is a URL of the server that answers in the format of Prometheus or
	// OpenMetrics; "{address}" and "{server}" are replaced in it.
	Metrics    string
	Prometheus *Prometheus
	// Business are counters that must not fall: "orders_total". In Metrics they
	// are names of series, in Prometheus names of queries.
	Business []string
	// Ignore are series that are not judged: "memory", or "errors{*" for all that
	// begin so.
	Ignore []string
	// History is how long before the upgrade is compared with, Every the time
	// between two readings.
	History, Every time.Duration
}

// Prometheus is a server with the API of Prometheus, asked from the controller.
type Prometheus struct {
	// URL is where its API begins, without /api/v1.
	URL string
	// Queries are in PromQL, by the name of what they find: of one server,
	// because {server}, {address} and {host} in them stand for its own.
	Queries map[string]string
	Login
}
