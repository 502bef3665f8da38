package fleet

import (
	"fmt"
	"regexp"
)

// Version names one release of the service, as its application reports it:
// "v1.9.0", "2026-11-20.3". It is used in paths and commands, so ParseVersion
// is the only way in from outside.
type Version string

// A version starts with a letter or digit, and then holds only what is safe
// in a path, a URL and a shell word.
var versionForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$`)

// ParseVersion returns the version that text names, or an error that says
// what a version may look like.
func ParseVersion(text string) (Version, error) {
	if !versionForm.MatchString(text) {
		return "", fmt.Errorf("version %s is not usable: a version is 1 to 128 letters, digits and . _ + -, and starts with a letter or digit", Quoted(text))
	}
	return Version(text), nil
}
