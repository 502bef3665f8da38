package logs_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"noon/judge/logs"
)

func TestABriefReportKeepsAllFindingsButFewOfTheirLines(t *testing.T) {
	s := newShop(4, logs.Watch{})
	s.run(10 * time.Minute)
	s.upgrade("web1")
	frames := strings.Repeat("\tat com.example.shop.Foo.<init>(Foo.java:12) \u00e9\n", 200)
	k := 0
	s.also = func(server string, canary bool, _ int) {
		if !canary {
			return
		}
		k++
		l := s.line(server, logs.Error, fmt.Sprintf("boom %d", k%150))
		l.Episode, l.Raw = fmt.Sprint("e", k), frames
		l.Stack = &logs.Stack{Key: fmt.Sprintf("E%d @ com.example.Foo", k%150), Text: frames[:logs.StackMost]}
		s.judge.Add(l)
	}
	r := s.run(15 * time.Minute)
	whole := asJSON(t, r)
	brief := r.Brief()
	if asJSON(t, r) != whole {
		t.Error("the report itself was changed")
	}
	if len(brief.Findings) < 100 || len(brief.Findings) != len(r.Findings) {
		t.Fatalf("%d findings of %d", len(brief.Findings), len(r.Findings))
	}
	written := 0
	for i, f := range brief.Findings {
		was := r.Findings[i]
		if f.Family != was.Family || f.Tier != was.Tier || f.Words != was.Words {
			t.Errorf("finding %d is another one", i)
		}
		written += len(f.Stack) + len(strings.Join(f.Samples, ""))
	}
	if first := brief.Findings[0]; first.Stack == "" || len(first.Samples) == 0 {
		t.Error("nothing was kept of the worst finding")
	}
	if written > 64<<10 {
		t.Errorf("%d bytes of samples and stacks", written)
	}
	t.Logf("%d bytes in brief, %d before", len(asJSON(t, brief)), len(whole))
}

func asJSON(t *testing.T, r logs.Report) string {
	p, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(p)
}
