package simulated

import "noon/fleet"

// turn of a server: taken out in one tick, put back in a later one.
type turn struct {
	server    *server
	out, back int
	version   fleet.Version
}

// drawTurns spreads the restarts of the live version over the history, with
// time to come back before the upgrade; and upgrades the canaries.
func (f *Fleet) drawTurns() {
	for range f.world.Restarts {
		if room := f.upgrade - 4*awayTicks; room > 0 {
			f.turn(f.servers[f.draw.IntN(len(f.servers))], f.draw.IntN(room), Live)
		}
	}
	for _, s := range f.servers {
		if s.canary {
			f.turn(s, f.upgrade-awayTicks, New)
		}
	}
}

func (f *Fleet) turn(s *server, out int, v fleet.Version) {
	f.turns = append(f.turns, turn{s, out, out + awayTicks, v})
}

// take the turns of this tick.
func (f *Fleet) take() {
	for _, t := range f.turns {
		if t.out == f.tick {
			t.server.away = true
		}
		if t.back == f.tick {
			t.server.away = false
			t.server.restart(f.draw, f.world, t.version)
		}
	}
}
