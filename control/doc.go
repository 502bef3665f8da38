// Package control takes orders for one service (plan, deploy, promote, hold,
// resume, roll back, abort), holds the service's lease while a rollout is
// unfinished, and runs the rollout's controller. What noon.yaml names is built
// by its caller.
package control
