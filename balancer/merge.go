package balancer

import (
	"fmt"
	"slices"
	"strings"

	"noon/fleet"
)

// answer is what one member said, or why it said nothing.
type answer struct {
	member Member
	pool   fleet.Pool
	err    error
}

// view is how one member shows a server.
type view struct {
	member   Member
	standing fleet.Standing
}

// merged makes one reading of those of several balancers.
func merged(answers []answer) fleet.Pool {
	var pool fleet.Pool
	var epochs, servers []string
	views := map[string][]view{}
	blind := false
	for _, a := range answers {
		if a.err != nil {
			pool.Trouble = append(pool.Trouble, silent(a.member, a.err))
			blind = blind || !a.member.Standby
		}
		epochs = append(epochs, a.epoch()...)
		for _, trouble := range a.pool.Trouble {
			pool.Trouble = append(pool.Trouble, a.member.Name+": "+trouble)
		}
		for _, standing := range a.pool.Standings {
			if len(views[standing.Server]) == 0 {
				servers = append(servers, standing.Server)
			}
			views[standing.Server] = append(views[standing.Server], view{a.member, standing})
		}
	}
	pool.Epoch = strings.Join(epochs, ", ")
	for _, server := range servers {
		standing, trouble := together(views[server], answering(answers))
		if blind {
			standing = unseen(standing)
		}
		pool.Standings = append(pool.Standings, standing)
		pool.Trouble = append(pool.Trouble, trouble...)
	}
	return pool
}

func answering(answers []answer) int {
	n := 0
	for _, a := range answers {
		if a.err == nil {
			n++
		}
	}
	return n
}

// epoch is the member's part of the pool's. Standbys have none: they may come
// and go, and what they forgot shows as a disagreement.
func (a answer) epoch() []string {
	switch {
	case a.member.Standby:
		return nil
	case a.err != nil:
		return []string{a.member.Name + " silent"}
	}
	return []string{a.member.Name + " " + a.pool.Epoch}
}

// together is what all members say of a server. Counters are of those that
// are not standbys, like the epoch from which they are counted.
func together(views []view, members int) (fleet.Standing, []string) {
	all := views[0].standing
	for _, v := range views[1:] {
		all = both(all, v.standing)
	}
	all.Counters, all.AnswerTime = counters(views)
	if len(views) < members {
		return unseen(all), []string{fmt.Sprintf("not all load balancers of the pool know %s", all.Server)}
	}
	if all.Rotation == fleet.RotationUnknown && disagree(views) {
		return all, []string{disagreement(views)}
	}
	return all, nil
}

func counters(views []view) (sum fleet.Counters, mean fleet.Average) {
	active := slices.DeleteFunc(slices.Clone(views), func(v view) bool { return v.member.Standby })
	for i, v := range active {
		if i == 0 {
			sum = v.standing.Counters
		} else {
			sum = v.standing.Counters.Plus(sum)
		}
		mean = mean.With(v.standing.AnswerTime)
	}
	return sum, averaged(mean, active)
}

// averaged is the mean of the answers that the averages of all are of: one
// through which few came weighs as little. Where one that sent requests does
// not know its own, that of the others is not the server's.
func averaged(mean fleet.Average, active []view) fleet.Average {
	for _, v := range active {
		if !v.standing.AnswerTime.Known() && !v.standing.Counters.Requests.Zero() {
			return fleet.Average{}
		}
	}
	return mean
}

func disagree(views []view) bool {
	return slices.ContainsFunc(views, func(v view) bool { return v.standing.Rotation != views[0].standing.Rotation })
}

func disagreement(views []view) string {
	var said []string
	for _, v := range views {
		said = append(said, fmt.Sprintf("%q in %s", v.standing.Rotation, v.member.Name))
	}
	return fmt.Sprintf("the load balancers disagree about %s: it is %s", views[0].standing.Server, strings.Join(said, ", "))
}

// unseen is a server that a balancer which matters does not show.
func unseen(s fleet.Standing) fleet.Standing {
	return fleet.Standing{Server: s.Server, Rotation: fleet.RotationUnknown, Health: fleet.HealthUnknown, Note: s.Note}
}

// both is what two balancers together say of a server, but for the counters.
func both(a, b fleet.Standing) fleet.Standing {
	return fleet.Standing{
		Server:   a.Server,
		Rotation: agreed(a.Rotation, b.Rotation),
		Health:   worse(a.Health, b.Health),
		Weight:   least(a.Weight, b.Weight),
		InFlight: a.InFlight.Plus(b.InFlight),
		Note:     joined(a.Note, b.Note),
	}
}

func agreed(a, b fleet.Rotation) fleet.Rotation {
	if a == b {
		return a
	}
	return fleet.RotationUnknown
}

// worse: healthy only if both say so, unhealthy if one does.
func worse(a, b fleet.Health) fleet.Health {
	if a == fleet.Unhealthy || b == fleet.Unhealthy {
		return fleet.Unhealthy
	}
	if a == fleet.Healthy && b == fleet.Healthy {
		return fleet.Healthy
	}
	return fleet.HealthUnknown
}

func least(a, b fleet.Count) fleet.Count {
	if !a.Known || !b.Known {
		return fleet.Count{}
	}
	if b.N < a.N {
		return b
	}
	return a
}

func joined(a, b string) string {
	if a == "" || a == b {
		return b
	}
	if b == "" {
		return a
	}
	return a + "; " + b
}
