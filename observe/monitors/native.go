package monitors

import (
	"math"

	dto "github.com/prometheus/client_model/go"
)

// A native histogram has as many buckets as it needs, at powers of 2^(2^-schema),
// and makes them coarser when they become too many. To be compared over time and
// between servers they are counted again at edges that never change: four for
// each doubling, from 2^-17 (8 microseconds) to 2^13 (2 hours).
const (
	nativeSchema = 2
	nativeLowest = -17
	nativeTop    = 13
)

// nativeEdges are the upper bounds, without +Inf.
var nativeEdges = func() []float64 {
	var edges []float64
	for i := nativeLowest << nativeSchema; i <= nativeTop<<nativeSchema; i++ {
		edges = append(edges, math.Pow(2, float64(i)/(1<<nativeSchema)))
	}
	return edges
}()

// native is a native histogram with our edges; what is above the last one is
// only in the count of all.
type native struct{ counts []float64 }

// nativeOf returns the native buckets, nil if it has none.
func nativeOf(h *dto.Histogram) *native {
	if h.Schema == nil || h.ZeroThreshold == nil && len(h.GetPositiveSpan()) == 0 {
		return nil
	}
	if s := h.GetSchema(); s < -4 || s > 8 {
		return nil // of another kind, whose edges are elsewhere
	}
	n := &native{counts: make([]float64, len(nativeEdges))}
	n.counts[0] = max(float64(h.GetZeroCount()), h.GetZeroCountFloat())
	for _, below := range absolute(h.GetNegativeSpan(), h.GetNegativeDelta(), h.GetNegativeCount()) {
		n.counts[0] += below.count
	}
	for _, b := range absolute(h.GetPositiveSpan(), h.GetPositiveDelta(), h.GetPositiveCount()) {
		n.add(int(h.GetSchema()), b)
	}
	return n
}

// add counts a bucket at the edge that is not below its own.
func (n *native) add(schema int, b bucket) {
	// The bucket's upper bound is 2^(index / 2^schema).
	at := math.Ceil(math.Ldexp(float64(b.index), nativeSchema-schema)) - nativeLowest<<nativeSchema
	if i := max(0, at); i < float64(len(n.counts)) {
		n.counts[int(i)] += b.count
	}
}

func (n *native) cumulative() []float64 {
	sums := make([]float64, len(n.counts))
	sum := 0.0
	for i, count := range n.counts {
		sum += count
		sums[i] = sum
	}
	return sums
}

// bucket is one of a native histogram, with its own index.
type bucket struct {
	index int
	count float64
}

// bucketsMost bounds what a span may claim to hold.
const bucketsMost = 10_000

// absolute are the buckets of spans: whole numbers are differences to the one
// before, others counts.
func absolute(spans []*dto.BucketSpan, deltas []int64, counts []float64) []bucket {
	var all []bucket
	index, sum := 0, int64(0)
	for _, span := range spans {
		index += int(span.GetOffset())
		for range min(span.GetLength(), bucketsMost) {
			i := len(all)
			b := bucket{index: index}
			switch {
			case i < len(deltas):
				sum += deltas[i]
				b.count = float64(sum)
			case i < len(counts):
				b.count = counts[i]
			default:
				return all
			}
			all = append(all, b)
			index++
		}
	}
	return all
}
