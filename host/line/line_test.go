package line

import (
	"os/exec"
	"strings"
	"testing"
)

func TestPlaceholdersBecomeDataInEveryKindOfQuotes(t *testing.T) {
	value := `$(touch x) 'a' "b" \ *`
	for text, want := range map[string]string{
		`printf %s {version}`:                  value,
		`printf %s "to {version}"`:             "to " + value,
		`printf %s 'to {version}'`:             "to " + value,
		`printf %s a{version}b`:                "a" + value + "b",
		`printf %s \"{version}\"`:              `"` + value + `"`,
		`printf %s "\"{version}"`:              `"` + value,
		`printf %s 'it'"'"'s {version}'`:       "it's " + value,
		`printf %s '{"version": "{version}"}'`: `{"version": "` + value + `"}`,
		`printf %s {other} $NOON_VERSION`:      "",
	} {
		cmd := exec.Command("sh", "-c", WithData(text))
		cmd.Env = append(cmd.Environ(), "NOON_VERSION="+value)
		cmd.Dir = t.TempDir()
		out, err := cmd.Output()
		if err != nil || want != "" && string(out) != want {
			t.Errorf("%s became %s and printed %q, not %q (%v)", text, WithData(text), out, want, err)
		}
		if want == "" && !strings.HasPrefix(string(out), "{other}") {
			t.Errorf("%s printed %q", text, out)
		}
	}
}
