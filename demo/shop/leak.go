package shop

import (
	"context"
	"runtime"
	"time"
)

const (
	leakEvery = time.Second
	// leakMost bounds what a shop that nobody stops takes, in bytes.
	leakMost = 1 << 30
)

// leak lets the memory grow until ctx ends, where that is the fault.
func (f Fault) leak(ctx context.Context) {
	if f.Kind != Leak {
		return
	}
	var start runtime.MemStats
	runtime.ReadMemStats(&start)
	piece := int(float64(start.Sys) * f.Share * leakEvery.Minutes())
	tick := time.NewTicker(leakEvery)
	defer tick.Stop()
	var leaked [][]byte
	for lost := 0; lost < leakMost; lost += piece {
		select {
		case <-tick.C:
			leaked = append(leaked, filled(piece))
		case <-ctx.Done():
			return
		}
	}
	<-ctx.Done()
	runtime.KeepAlive(leaked)
}

// filled is memory that the machine has had to give: it is not all zero.
func filled(bytes int) []byte {
	piece := make([]byte, bytes)
	for i := range piece {
		piece[i] = byte(i) | 1
	}
	return piece
}
