package format

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"noon/observe/logs/redact"
)

// planted are secrets, and what of them may never be seen.
var planted = []struct{ text, never string }{
	{"password=hunter2zq ", "hunter2zq"},
	{" api_key: k-hunter2zq ", "hunter2zq"},
	{" Authorization: Bearer hunter2zq ", "hunter2zq"},
	{" postgres://shop:hunter2zq@db/shop ", "hunter2zq"},
	{" eyJhbGciOiJIUzI1NiJ9.hunter2zq.abc ", "hunter2zq"},
	{" 4111 1111 1111 1111 ", "1111 1111"},
	{` \"token\":\"hunter2zq\" `, "hunter2zq"},
	{` pass\u0077ord=hunter2zq `, "hunter2zq"},
}

func TestASecretInAnyPlaceOfAnyFormatIsNeverSeen(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*/*.log")
	if err != nil || len(inputs) == 0 {
		t.Fatal(err)
	}
	step := 1
	if testing.Short() {
		step = 17
	}
	for _, input := range inputs {
		source, err := os.ReadFile(input)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range bytes.Split(source, []byte{'\n'}) {
			for _, p := range planted {
				for at := i % step; at <= len(line); at += step {
					hidden(t, line, at, p.text, p.never)
				}
			}
		}
	}
}

// hidden plants a secret at a place of line, which comes after a line that may
// be continued and before one that continues.
func hidden(t *testing.T, line []byte, at int, secret, never string) {
	t.Helper()
	source := fmt.Sprintf("ERROR before\n%s%s%s\n\tat a.b.C.d(C.java:1)\n", line[:at], secret, line[at:])
	s := New(Options{})
	see := func(e *Entry) {
		l := e.Line()
		seen := l.Text + "\n" + l.Raw + "\n" + l.Episode
		if l.Stack != nil {
			seen += "\n" + l.Stack.Key + "\n" + l.Stack.Text
		}
		if strings.Contains(seen, never) {
			t.Errorf("%q in %q:\n%s", secret, source, seen)
		}
	}
	s.Push([]byte(source), read, see)
	s.Close(see)
}

func TestSecretsInFieldsAreNeverSeen(t *testing.T) {
	for _, line := range []string{
		`{"msg":"x","password":"hunter2zq"}`,
		`{"msg":"x","pass\u0077ord":"hunter2zq"}`,
		`{"msg":"x","error":{"message":"bad","token":"hunter2zq"}}`,
		`{"msg":"x","err":{"stack":"Error: no\n    at f (/a.js:1:2)\n    password=hunter2zq"}}`,
		`{"log":"{\"msg\":\"{\\\"password\\\":\\\"hunter2zq\\\"}\"}\n","stream":"stdout"}`,
		`{"__REALTIME_TIMESTAMP":"1","_PID":"1","MESSAGE":[112,97,115,115,119,111,114,100,61,104,117,110,116,101,114,50,122,113]}`,
		`{"__REALTIME_TIMESTAMP":"1","_PID":"1","MESSAGE":[112,97,115,115,27,91,48,109,119,111,114,100,61,104,117,110,116,101,114,50,122,113]}`,
		`{"msg":"\u001b[1;31mpassword\u001b[0m=\u001b[32mhunter2zq\u001b[0m"}`,
		"pass\x1b[1mword=hunter2zq",
		`level=info msg=x password=hunter2zq`,
		`level=info msg="password: hunter2zq" token="hunter2zq x"`,
		`10.0.0.1 - - [21/Nov/2026:13:00:00 +0000] "GET /x?token=hunter2zq HTTP/1.1" 200 512`,
		`10.0.0.1 - - [21/Nov/2026:13:00:00 +0000] "GET /x/eyJhbGciOiJIUzI1NiJ9.hunter2zq HTTP/1.1" 200 512`,
		"-----BEGIN RSA PRIVATE KEY-----\nhunter2zqAAAAAAAAAAAA\n-----END RSA PRIVATE KEY-----",
		`{"msg":"x","key":"-----BEGIN RSA PRIVATE KEY-----\nhunter2zqAAAAAAAAAAAA\n-----END RSA PRIVATE KEY-----"}`,
		"Nov 21 13:00:00 web1 shop[1]: -----BEGIN PRIVATE KEY-----\nNov 21 13:00:00 web1 shop[1]: hunter2zqAAAAAAAAAAAA",
	} {
		hidden(t, []byte(line), len(line), "", "hunter2zq")
	}
}

func TestEmailsAreHiddenIfAsked(t *testing.T) {
	s := New(Options{Emails: true})
	s.Push([]byte("{\"msg\":\"to bob\\u0040example.com\"}\nto bob@example.com\n"), read, func(e *Entry) {
		if got := string(e.Text); got != "to ***" {
			t.Errorf("text %q", got)
		}
	})
}

// redactedAgain is what an output would be if it were redacted once more.
func redactedAgain(b []byte) bool { return !bytes.Equal(redact.Line(b), b) }
