package monitors

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// familyMost is how large one family may be in protobuf, in bytes: all of it is
// in memory at once, ten times as large.
const familyMost = 4 << 20

// protobuf reads Prometheus' protobuf format, the only one that has native
// histograms. (expfmt's decoder believes any length that it is told.)
type protobuf struct{ to sink }

// read reads until the end. The names are those of families that were too large.
func (p protobuf) read(from io.Reader) (large int, err error) {
	buffered := bufio.NewReader(from)
	for {
		length, err := binary.ReadUvarint(buffered)
		switch {
		case errors.Is(err, io.EOF):
			return large, nil
		case err != nil:
			return large, cutBy(err)
		case length > familyMost:
			large++
			_, err = io.CopyN(io.Discard, buffered, int64(min(length, math.MaxInt64)))
		default:
			err = p.family(buffered, int(length))
		}
		if err != nil {
			return large, cutBy(err)
		}
	}
}

func (p protobuf) family(from io.Reader, length int) error {
	body := make([]byte, length)
	if _, err := io.ReadFull(from, body); err != nil {
		return err
	}
	var f dto.MetricFamily
	if err := proto.Unmarshal(body, &f); err != nil {
		return fmt.Errorf("it is not protobuf as Prometheus writes it")
	}
	for _, m := range f.GetMetric() {
		p.metric(&f, m)
	}
	return nil
}

// metric gives a metric out as the samples that it has in text.
func (p protobuf) metric(f *dto.MetricFamily, m *dto.Metric) {
	name := f.GetName()
	out := samplesOf{to: p.to, family: name, labels: labelsIn(m)}
	switch {
	case m.Counter != nil:
		out.family = strings.TrimSuffix(name, "_total")
		out.give(counter, name, m.GetCounter().GetValue())
	case m.Gauge != nil:
		out.give(gauge, name, m.GetGauge().GetValue())
	case m.Untyped != nil:
		out.give(unknown, name, m.GetUntyped().GetValue())
	case m.Summary != nil:
		out.give(summary, name+"_count", float64(m.GetSummary().GetSampleCount()))
	case m.Histogram != nil && f.GetType() == dto.MetricType_HISTOGRAM:
		out.histogram(m.GetHistogram())
	}
}

func labelsIn(m *dto.Metric) []label {
	labels := make([]label, 0, len(m.GetLabel())+1)
	for _, l := range m.GetLabel() {
		labels = append(labels, label{l.GetName(), l.GetValue()})
	}
	return labels
}

// samplesOf are the samples of one metric.
type samplesOf struct {
	to     sink
	family string
	labels []label
}

func (o samplesOf) give(k kind, name string, value float64) {
	if o.to.wants(o.family, name, k) {
		o.to.take(sample{family: o.family, name: name, kind: k, labels: o.labels, value: value})
	}
}

// histogram gives out the classic buckets where there are some: they stay the
// same from version to version. Else the native ones, at edges that are ours.
func (o samplesOf) histogram(h *dto.Histogram) {
	count := float64(h.GetSampleCount())
	if h.GetSampleCountFloat() > 0 {
		count = h.GetSampleCountFloat()
	}
	o.give(histogram, o.family+"_count", count)
	if !o.to.wants(o.family, o.family+"_bucket", histogram) {
		return
	}
	if native := nativeOf(h); len(h.GetBucket()) == 0 && native != nil {
		for i, n := range native.cumulative() {
			o.bucket(nativeEdges[i], n)
		}
	}
	for _, b := range h.GetBucket() {
		n := float64(b.GetCumulativeCount())
		if b.GetCumulativeCountFloat() > 0 {
			n = b.GetCumulativeCountFloat()
		}
		if !math.IsInf(b.GetUpperBound(), 1) {
			o.bucket(b.GetUpperBound(), n)
		}
	}
	o.bucket(math.Inf(1), count)
}

func (o samplesOf) bucket(le, n float64) {
	labels := append(o.labels[:len(o.labels):len(o.labels)], label{"le", strconv.FormatFloat(le, 'g', -1, 64)})
	o.to.take(sample{family: o.family, name: o.family + "_bucket", kind: histogram, labels: labels, value: n})
}
