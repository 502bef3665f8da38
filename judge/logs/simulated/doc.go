// Package simulated is a made-up fleet that writes log lines, with everything
// that is right and yet looks wrong: lasting differences between servers,
// bursts, shocks, hot hosts, unequal traffic; and with faults of a new version
// to be found. It shares no code with the judge that is measured on it, and
// only tests import it. Everything follows from a seed.
package simulated
