package fleet

import "time"

// Capabilities say what a load balancer can do, as plain data: the planner
// must know it before anything is done. The conformance suite proves each
// claim under traffic.
type Capabilities struct {
	// Weights: a server can be given a part of its share of requests.
	Weights bool `json:"weights"`
	// InFlight: the requests in flight per server can be read.
	InFlight bool `json:"in_flight"`
	// Counters: requests, errors and rejections per server can be read, and how
	// fast it answers: in buckets, or in the mean.
	Counters bool `json:"counters"`
	// Health: the balancer checks its servers and says what it found.
	Health bool `json:"health"`
	// CompareAndSet: the balancer itself refuses a change when the state is
	// not the expected one. Without it a driver reads, compares, writes, and
	// reads back.
	CompareAndSet bool `json:"compare_and_set"`
	// KeepsState: what it was told survives its own restart.
	KeepsState bool `json:"keeps_state"`
	// Settle is its passive-failure window: how long a server that was put
	// back must be observed before it can be trusted.
	Settle time.Duration `json:"settle"`
}
