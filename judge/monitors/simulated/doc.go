// Package simulated is a made-up fleet that is measured every 5 s, with
// everything that is right and yet looks wrong: lasting differences between
// servers, what a restart alone changes, warming up, noise that lasts for
// minutes, waves over the whole fleet, missing measurements, load that moves;
// and with faults of a new version to be found. It yields the watch and the
// observations that the judge of monitors takes. It shares no code and no
// formula with the judge that is measured on it, and only tests import it.
// Everything follows from a seed.
package simulated
