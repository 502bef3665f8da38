package output

import (
	"bytes"
	"testing"

	"noon/host"
)

func TestShortOutputIsKeptWhole(t *testing.T) {
	var k Kept
	k.Write([]byte("a\n"))
	k.Write([]byte("b\n"))
	if got := string(k.Bytes()); got != "a\nb\n" {
		t.Errorf("kept %q", got)
	}
}

func TestOfLongOutputTheBeginningAndTheEndAreKept(t *testing.T) {
	var k Kept
	k.Write([]byte("first\n"))
	for range 1000 {
		k.Write(bytes.Repeat([]byte("x"), 1000))
	}
	k.Write([]byte("\nlast"))
	got := k.Bytes()
	if len(got) > host.OutputMost {
		t.Errorf("%d bytes are kept, more than %d", len(got), host.OutputMost)
	}
	if !bytes.HasPrefix(got, []byte("first\n")) || !bytes.HasSuffix(got, []byte("\nlast")) || !bytes.Contains(got, []byte("bytes left out]")) {
		t.Errorf("beginning, end or the note of what is missing is not there")
	}
}

func TestOutputOfExactlyTheLimitOfItsHalvesLosesNothing(t *testing.T) {
	var k Kept
	all := bytes.Repeat([]byte("0123456789"), half)[:2*half]
	k.Write(all)
	if !bytes.Equal(k.Bytes(), all) {
		t.Error("output that fits was cut")
	}
}
