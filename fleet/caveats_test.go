package fleet

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const registerText = `# ours
caveats:
  # the bank is late
  - family: exchange rates are stale <*>
    why: the bank's feed is late every day
    ticket: SHOP-17
    until: 2027-01-31
  # a bug in the driver
  - { family: 0a1b2c3d, why: "driver: bug", versions: [v1, v2] }
`

func TestARegisterIsRead(t *testing.T) {
	c, err := parseCaveats("noon.caveats.yaml", registerText)
	if err != nil {
		t.Fatal(err)
	}
	want := []Caveat{
		{Family: "exchange rates are stale <*>", Why: "the bank's feed is late every day", Ticket: "SHOP-17", Until: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)},
		{Family: "0a1b2c3d", Why: "driver: bug", Versions: []Version{"v1", "v2"}},
	}
	if diff := cmp.Diff(want, c.List, cmpopts.IgnoreUnexported(Caveat{})); diff != "" {
		t.Error(diff)
	}
}

func TestACaveatHoldsToTheEndOfItsLastDay(t *testing.T) {
	c := Caveat{Until: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)}
	if c.Expired(time.Date(2027, 1, 31, 23, 59, 0, 0, time.UTC)) || !c.Expired(time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)) {
		t.Error("the last day is not the last one")
	}
	if (Caveat{}).Expired(time.Now()) {
		t.Error("a caveat without an end has expired")
	}
}

func TestAddingAndRemovingLeavesWhatPeopleWrote(t *testing.T) {
	c, err := parseCaveats("noon.caveats.yaml", registerText)
	if err != nil {
		t.Fatal(err)
	}
	more, err := c.Add(Caveat{Family: "50% of: {a,b} # <*>", Why: "two\nlines", Owner: "ana", Versions: []Version{"1.0"}, Until: time.Date(2030, 2, 3, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(more.lines, "\n") + "\n"; !strings.HasPrefix(got, registerText) {
		t.Errorf("the text before has changed:\n%s", got)
	}
	if last := more.List[2]; last.Family != "50% of: {a,b} # <*>" || last.Why != "two\nlines" || last.Versions[0] != "1.0" || last.Until.Year() != 2030 {
		t.Errorf("read back: %+v", last)
	}
	fewer, err := more.Remove("exchange rates are stale <*>")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(fewer.lines, "\n")
	if strings.Contains(text, "exchange") || !strings.Contains(text, "# a bug in the driver") || len(fewer.List) != 2 {
		t.Errorf("after removing:\n%s", text)
	}
	for _, family := range []string{"0a1b2c3d", "50% of: {a,b} # <*>"} {
		if fewer, err = fewer.Remove(family); err != nil {
			t.Fatal(err)
		}
	}
	if again, err := fewer.Add(Caveat{Family: "x", Why: "y"}); err != nil || len(again.List) != 1 {
		t.Errorf("an emptied register cannot be filled again: %v", err)
	}
}

func TestAnEmptyRegisterTakesACaveat(t *testing.T) {
	for _, text := range []string{"", "# ours\n", "caveats:\n", "caveats: []\n", "# ours\ncaveats:   [ ]  # none\n"} {
		c, err := parseCaveats("noon.caveats.yaml", text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if c, err = c.Add(Caveat{Family: "late <*>", Why: "always"}); err != nil || len(c.List) != 1 {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := (Caveats{}).Add(Caveat{Family: "a\tb", Why: "x"}); err == nil {
		t.Error("a family with a tab, which would not be the same in the file")
	}
}

func TestARegisterIsMadeAndReplacedInItsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), CaveatsFile)
	c, err := ReadCaveats(path)
	if err != nil || len(c.List) != 0 {
		t.Fatal(c, err)
	}
	if c, err = c.Add(Caveat{Family: "late <*>", Why: "always"}); err != nil {
		t.Fatal(err)
	}
	if err := c.Write(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Add(Caveat{Family: "late <*>", Why: "again"}); err == nil {
		t.Error("the same family twice")
	}
	if again, err := ReadCaveats(path); err != nil || len(again.List) != 1 {
		t.Fatal(again, err)
	}
	if names, _ := os.ReadDir(filepath.Dir(path)); len(names) != 1 {
		t.Errorf("%d files are left", len(names))
	}
}

func TestWhatIsWrongInARegisterIsTold(t *testing.T) {
	for text, want := range map[string]string{
		"caveats:\n  - why: x\n":                                           "noon.caveats.yaml:2:5: family is missing",
		"caveats:\n  - family: x\n":                                        "why is missing",
		"caveats:\n  - family: x\n    why: y\n    untill: 2027-01-01\n":    `unknown key "untill" in caveats: did you mean "until"?`,
		"caveats:\n  - { family: x, why: y, until: tomorrow }\n":           `"tomorrow" is not a day`,
		"caveats:\n  - { family: '<*>', why: y }\n":                        "this would be every line",
		"caveats:\n  - { family: x, why: y }\n  - { family: x, why: z }\n": `"x" is there twice: the first is in line 2`,
		"caveats: 3\n":                                       "must be a list of caveats",
		"known:\n  - { family: x, why: y }\n":                `did you mean "caveats"?`,
		"caveats:\n  - family: \"a\\x1b[2Jb\"\n    why: y\n": "no invisible characters",
		"- a\n": "noon.caveats.yaml must be a mapping",
	} {
		if _, err := parseCaveats("noon.caveats.yaml", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q\n got: %v\nwant: %s", text, err, want)
		}
	}
}
