package monitors

import "testing"

func TestAnEndpointIsKeptWithoutSecrets(t *testing.T) {
	for label, want := range map[string]string{
		"/cart":                             "/cart",
		"/cart?token=abcdefgh12345678":      "/cart",
		"/hook/password=hunter2hunter2/end": "/hook/password=***",
	} {
		if got := bare(label); got != want {
			t.Errorf("%q is kept as %q, not %q", label, got, want)
		}
	}
}
