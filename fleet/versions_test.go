package fleet_test

import (
	"strings"
	"testing"

	"noon/fleet"
)

func TestVersionsAreNamedOnce(t *testing.T) {
	for text, want := range map[string]string{
		"v2": "v2", "v2,v3": "v2, v3", "v2, v3": "v2, v3", "v2,v3,v2": "named twice", "v2,": "not usable", "v2,v 3": "not usable",
	} {
		got := ""
		versions, err := fleet.ParseVersions(text)
		if got = versions.String(); err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) || (err == nil) != (got == want) {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestVersionsInWords(t *testing.T) {
	all := fleet.Versions{"v2", "v3", "v4"}
	if all.Words() != "v2, v3 and v4" || all[:2].Either() != "v2 or v3" || all[:1].Words() != "v2" || all[:0].Words() != "" {
		t.Errorf("%q, %q, %q", all.Words(), all[:2].Either(), all[:1].Words())
	}
	if !all.Same(fleet.Versions{"v4", "v3", "v2"}) || all.Same(all[:2]) || all.Without("v3").String() != "v2, v4" {
		t.Error("the same in another order, or fewer")
	}
}
