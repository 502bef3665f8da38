package fleet

import "time"

// The defaults of noon.yaml, all of them. Each is the careful choice: what
// happens when nobody has thought about it.

// defaultService is what holds where noon.yaml says nothing.
func defaultService() Service {
	return Service{Check: defaultCheck(), Monitors: defaultMonitors(), Policy: DefaultPolicy()}
}

// defaultDirectories keeps five releases: rolling back stays possible when
// several versions follow each other in one day.
func defaultDirectories() Directories {
	return Directories{Keep: 5}
}

// defaultCheck wants three good answers in a row, half a second apart, within
// a minute. One good answer may come from a process that is about to fail.
func defaultCheck() Check {
	return Check{
		Times:   3,
		Every:   500 * time.Millisecond,
		Within:  60 * time.Second,
		Timeout: 3 * time.Second,
	}
}

// defaultLogSource reads the last ten minutes, so that there is a past to
// compare with.
func defaultLogSource() LogSource {
	return LogSource{History: 10 * time.Minute}
}

// defaultMonitors compares with the last ten minutes. Every five seconds: soon
// enough to see a canary that fails, and no load for anybody.
func defaultMonitors() Monitors {
	return Monitors{History: 10 * time.Minute, Every: 5 * time.Second}
}

// DefaultPolicy has one canary, watched for at least ten minutes; then one
// server at a time, each watched for a tenth of that. A human promotes and decides what is undecided; what is
// worse is rolled back without waiting for one. Requests in flight after a
// minute are never cut: the server is put back and the rollout stops.
//
// Keep is not here: see defaultKeep. Settle 0 means the load balancer's own,
// no ramp means that a server gets its whole share at once.
func DefaultPolicy() Policy {
	return Policy{
		Canaries:  1,
		Then:      1,
		Watch:     WatchPolicy{Least: 10 * time.Minute, Most: 2 * time.Hour, Then: 10 * time.Minute / laterShare},
		Promote:   PromoteAsk,
		Worse:     RollBack,
		Undecided: Ask,
		Drain:     DrainPolicy{Wait: 60 * time.Second, After: FailDrain},
		RampEvery: 10 * time.Second,
	}
}

// defaultKeep lets go only as many servers as one batch takes out: one that
// fails meanwhile stops the rollout. Never all of them, never none.
func defaultKeep(servers, then int) int {
	return max(1, servers-max(then, 1))
}
