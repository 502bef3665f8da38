package fleet

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

var le = []float64{.1, 1}

func TestHistogramsAreAddedBucketByBucket(t *testing.T) {
	a, b := Histogram{LE: le, Count: []int64{1, 2, 3}}, Histogram{LE: []float64{.1, 1}, Count: []int64{10, 20, 30}}
	if sum := a.Plus(b); !reflect.DeepEqual(sum, Histogram{LE: le, Count: []int64{11, 22, 33}}) || a.Count[0] != 1 {
		t.Errorf("%+v, and %+v was changed", sum, a)
	}
	empty := Histogram{LE: le, Count: []int64{0, 0, 0}}
	if sum := a.Plus(empty); !empty.Known() || !reflect.DeepEqual(sum, a) {
		t.Errorf("with one that counted nothing: %+v", sum)
	}
	for what, other := range map[string]Histogram{"an unknown one": {}, "other bounds": {LE: []float64{.1, 2}, Count: []int64{1, 2, 3}}, "fewer bounds": {LE: []float64{.1}, Count: []int64{1, 2}}} {
		if sum := a.Plus(other); sum.Known() {
			t.Errorf("with %s: %+v", what, sum)
		}
	}
}

func TestAnAverageWeighsByHowManyValuesItIsOf(t *testing.T) {
	a, b := Average{Seconds: .1, Over: 30}, Average{Seconds: .5, Over: 10}
	if mean := a.With(b); mean.Over != 40 || mean.Seconds < .19999 || mean.Seconds > .20001 {
		t.Errorf("%+v", mean)
	}
	if mean := a.With(Average{}); mean != a {
		t.Errorf("one of nothing has a say: %+v", mean)
	}
	if mean := (Average{}).With(Average{}); mean.Known() {
		t.Errorf("%+v", mean)
	}
}

func TestWhatAStandingSaysInJSONIsWhatItSaidBefore(t *testing.T) {
	text, err := json.Marshal(Standing{Server: "web1", Counters: Counters{Requests: Known(7, "api"), AnswerTimes: Histogram{LE: le, Count: []int64{1, 2, 3}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"rejected", "answer_time", "le\":["} {
		if strings.Contains(string(text), word) {
			t.Errorf("%s is in %s", word, text)
		}
	}
	var read Standing
	if err := json.Unmarshal([]byte(`{"server":"web1","counters":{"requests":{"n":7,"known":true}}}`), &read); err != nil || read.Counters.Rejected.Known || read.AnswerTime.Known() {
		t.Errorf("%+v, %v", read, err)
	}
}
