package format

import (
	"strings"
	"testing"
)

// keyOf returns the key of the one stack trace in source.
func keyOf(t *testing.T, source string) string {
	t.Helper()
	keys := []string{}
	s := New(Options{})
	see := func(e *Entry) {
		if e.Stack != nil {
			keys = append(keys, e.Stack.Key)
		}
	}
	s.Push([]byte(source), read, see)
	s.Close(see)
	if len(keys) != 1 {
		t.Fatalf("%d stack traces in\n%s", len(keys), source)
	}
	return keys[0]
}

func TestOneFaultHasOneKeyOnEveryServerAndInEveryBuild(t *testing.T) {
	for name, c := range map[string]struct{ one, other string }{
		"go": {
			"panic: runtime error: index out of range [5] with length 3\n\ngoroutine 34 [running]:\nmain.(*Cart).Pay.func1(0xc000012345)\n\t/srv/shop/cart.go:12 +0x1d\nmain.main()\n\t/srv/shop/main.go:5 +0x25\n",
			"panic: runtime error: index out of range [7] with length 7\n\ngoroutine 9 [running]:\nmain.(*Cart).Pay.func2(0xc000999999)\n\t/srv/shop/cart.go:19 +0x2d\nmain.main()\n\t/srv/shop/main.go:8 +0x25\n",
		},
		"java": {
			"java.lang.IllegalStateException: order 1\n\tat c.e.Cart.pay(Cart.java:12)\n\tat c.e.Cart$$Lambda$14/0x0000000800c8.run(Unknown Source)\n\tat c.e.Cart.lambda$run$3(Cart.java:9)\n\tat java.base/java.lang.Thread.run(Thread.java:840)\n",
			"java.lang.IllegalStateException: order 2\n\tat c.e.Cart.pay(Cart.java:15)\n\tat c.e.Cart$$Lambda$99/0x0000000800f1.run(Unknown Source)\n\tat c.e.Cart.lambda$run$7(Cart.java:11)\n\tat java.base/java.lang.Thread.run(Thread.java:840)\n",
		},
		"python": {
			"Traceback (most recent call last):\n  File \"/srv/releases/20261120/cart.py\", line 5, in run.<locals>.pay\n    x()\nKeyError: 'a'\n",
			"Traceback (most recent call last):\n  File \"/srv/releases/20261121/cart.py\", line 9, in run.<locals>.pay\n    x(1)\nKeyError: 'b'\n",
		},
		"node": {
			"TypeError: a is undefined\n    at Cart.pay (/srv/main.3f2a1bc9.js:1:22)\n    at node:internal/x:1:2\n",
			"TypeError: b is undefined\n    at async Cart.pay (/srv/main.9c8d7e6f.js:1:33)\n    at node:internal/x:1:9\n",
		},
		"ruby": {
			"/srv/cart.rb:12:in `pay': no stock of 1 (NoStock)\n\tfrom /srv/app.rb:5:in `block in serve'\n",
			"/srv/cart.rb:14:in `pay': no stock of 2 (NoStock)\n\tfrom /srv/app.rb:6:in `block (2 levels) in serve'\n",
		},
		"php": {
			"PHP Fatal error:  Uncaught NoStock: 1 in /srv/cart.php:12\nStack trace:\n#0 /srv/index.php(5): Cart->pay('1')\n#1 {main}\n  thrown in /srv/cart.php on line 12\n",
			"PHP Fatal error:  Uncaught NoStock: 2 in /srv/cart.php:13\nStack trace:\n#0 /srv/index.php(6): Cart->pay('2')\n#1 {main}\n  thrown in /srv/cart.php on line 13\n",
		},
		"dotnet": {
			"System.NullReferenceException: x\n   at Shop.Cart.<PayAsync>d__5.MoveNext() in /src/Cart.cs:line 12\n",
			"System.NullReferenceException: y\n   at Shop.Cart.<PayAsync>d__7.MoveNext() in /src/Cart.cs:line 14\n",
		},
	} {
		one, other := keyOf(t, c.one), keyOf(t, c.other)
		if one != other || len(one) < 10 {
			t.Errorf("%s: %q and %q", name, one, other)
		}
		inJSON := keyOf(t, `{"level":"error","msg":"x","stack":`+quoted(c.one)+"}\n")
		if inJSON != one {
			t.Errorf("%s: in JSON %q, as text %q", name, inJSON, one)
		}
	}
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(s) + `"`
}

func TestOtherPlacesAndTypesHaveOtherKeys(t *testing.T) {
	seen := map[string]string{}
	for _, trace := range []string{
		"panic: boom\n\ngoroutine 1 [running]:\nmain.a()\n\t/srv/a.go:1 +0x1\n",
		"panic: boom\n\ngoroutine 1 [running]:\nmain.b()\n\t/srv/a.go:1 +0x1\n",
		"fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [running]:\nmain.a()\n\t/srv/a.go:1 +0x1\n",
		"panic: runtime error: integer divide by zero\n\ngoroutine 1 [running]:\nmain.a()\n\t/srv/a.go:1 +0x1\n",
		"a.b.XException: x\n\tat a.b.C.d(C.java:1)\n",
		"a.b.XException: x\n\tat a.b.C.e(C.java:1)\n",
		"a.b.YException: x\n\tat a.b.C.d(C.java:1)\n",
		"a.b.YException: x\n\tat a.b.C.d(C.java:1)\nCaused by: a.b.XException: x\n\tat a.b.C.f(C.java:2)\n\t... 1 more\n",
		"TypeError: x\n    at f (/srv/a.js:1:2)\n",
		"TypeError: x\n    at f (/srv/b.js:1:2)\n",
		"Traceback (most recent call last):\n  File \"/srv/a.py\", line 1, in f\nValueError: x\n",
		"Traceback (most recent call last):\n  File \"/srv/a.py\", line 1, in f\nKeyError: x\n",
	} {
		key := keyOf(t, trace)
		if before, ok := seen[key]; ok {
			t.Errorf("%q is the key of\n%s\nand\n%s", key, before, trace)
		}
		seen[key] = trace
	}
}
