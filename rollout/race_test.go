//go:build race

package rollout

// raceEnabled: with the race detector fewer random rollouts are run.
const raceEnabled = true
