package redact

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
)

func TestSecretsAreTakenOut(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		// key=value, key: value
		{`login password=hunter2 user=bob`, `login password=*** user=bob`},
		{`passwd=a,b;c) next`, `passwd=***) next`},
		{`pwd = 'two words' x`, `pwd = '***' x`},
		{`PASSWORD: correct`, `PASSWORD: ***`},
		{`db_password="a\"b" x=1`, `db_password="***" x=1`},
		{`password_hash=abc`, `password_hash=***`},
		{`token=abc&x=1`, `token=***&x=1`},
		{`api-key: k-1`, `api-key: ***`},
		{`X-API-Key: k1, Accept: x`, `X-API-Key: ***, Accept: x`},
		{`apiKey=k1 accessKey=k2 secretKey=k3`, `apiKey=*** accessKey=*** secretKey=***`},
		{`client_secret=s private_key=p`, `client_secret=*** private_key=***`},
		{`session=abc sessionid=def JSESSIONID=ghi`, `session=*** sessionid=*** JSESSIONID=***`},
		{`credential: x`, `credential: ***`},
		{`user[password]=x`, `user[password]=***`},
		{`user%5Bpassword%5D=x&y=1`, `user%5Bpassword%5D=***&y=1`},
		{`:password=>"hunter2", :user=>"bob"`, `:password=>"***", :user=>"bob"`},
		{`map[password:hunter2 user:bob]`, `map[password:*** user:bob]`},
		{`{User:bob Password:hunter2}`, `{User:bob Password:***}`},
		{`exec mysql --password hunter2 --user bob`, `exec mysql --password *** --user bob`},
		{`exec mysql --password=hunter2`, `exec mysql --password=***`},
		{`login of bob with password 'hunter2' failed`, `login of bob with password '***' failed`},
		{`IDENTIFIED BY PASSWORD "a b"`, `IDENTIFIED BY PASSWORD "***"`},
		{`<password>hunter2</password>`, `<password>***</password>`},
		{`spring.datasource.password=hunter2`, `spring.datasource.password=***`},
		{`API key: k-1, session ID: abc`, `API key: ***, session ID: ***`},
		{`Server=db;User Id=sa;Password=hunter2;Encrypt=True`, `Server=db;User Id=sa;Password=***;Encrypt=True`},
		{`PGPASSWORD=x AccountKey=abc== sig=q%3D`, `PGPASSWORD=*** AccountKey=*** sig=***`},
		{`curl -H "X-Auth-Token: abc" -H "Authorization: Bearer abc"`, `curl -H "X-Auth-Token: ***" -H "Authorization: Bearer ***"`},
		// JSON
		{`{"password":"hunter2","x":1}`, `{"password":"***","x":1}`},
		{`{"token": 12345, "x":1}`, `{"token": ***, "x":1}`},
		{`{"accessToken" : "a\"b"}`, `{"accessToken" : "***"}`},
		{`{"body":"{\"password\":\"hunter2\",\"x\":1}"}`, `{"body":"{\"password\":\"***\",\"x\":1}"}`},
		{`{"body":"{\"a\":\"{\\\"token\\\":\\\"abc\\\"}\"}"}`, `{"body":"{\"a\":\"{\\\"token\\\":\\\"***\\\"}\"}"}`},
		{`{"credentials":{"user":"u","value":"v"},"x":1}`, `{"credentials":{***},"x":1}`},
		{`{"tokens":["a","b"],"x":1}`, `{"tokens":[***],"x":1}`},
		{`{"q":"password\u003dhunter2\u0026x\u003d1"}`, `{"q":"password\u003d***\u0026x\u003d1"}`},
		{`{"msg":"password=hunter2\nnext"}`, `{"msg":"password=***\nnext"}`},
		{`{'password': 'hunter2', 'x': 1}`, `{'password': '***', 'x': 1}`},
		{`{"pass\u0077ord":"hunter2","msg":"\u0070wd=x y"}`, `{"pass\u0077ord":"***","msg":"\u0070wd=*** y"}`},
		// Headers
		{`Authorization: Bearer abc.def-1`, `Authorization: Bearer ***`},
		{`authorization=Basic dXNlcjpwdw== next`, `authorization=Basic *** next`},
		{`"Authorization":"Bearer abc","x":1`, `"Authorization":"Bearer ***","x":1`},
		{`map[Authorization:[Bearer abc] Accept:[*/*]]`, `map[Authorization:[Bearer ***] Accept:[*/*]]`},
		{`"Authorization":["Bearer abc"]`, `"Authorization":["Bearer ***"]`},
		{`Authorization: Digest username="u", response="r"`, `Authorization: Digest ***`},
		{`Authorization: abcdef next`, `Authorization: *** next`},
		{`"authorization":"AWS4-HMAC-SHA256 Credential=a/b, Signature=c","x":1`, `"authorization":"AWS4-HMAC-SHA256 ***","x":1`},
		{`Proxy-Authorization: Basic abc`, `Proxy-Authorization: Basic ***`},
		{`Authorization: abcdef`, `Authorization: ***`},
		{`called with Bearer abc123def`, `called with Bearer ***`},
		{`Cookie: sid=abc; theme=dark host=x`, `Cookie: *** host=x`},
		{`Set-Cookie: sid=abc; Path=/; HttpOnly`, `Set-Cookie: ***`},
		{`"Cookie":["sid=abc"],"x":1`, `"Cookie":[***],"x":1`},
		// Addresses
		{`postgres://shop:hunter2@db:5432/shop`, `postgres://shop:***@db:5432/shop`},
		{`redis://:hunter2@cache`, `redis://:***@cache`},
		{`postgres://shop:p@ss@db/shop`, `postgres://shop:***@db/shop`},
		{`GET /x?token=abc&y=1 HTTP/1.1`, `GET /x?token=***&y=1 HTTP/1.1`},
		{`GET /x?y=1&access_token=abc HTTP/1.1`, `GET /x?y=1&access_token=*** HTTP/1.1`},
		{`GET /x?next=%2Fy%3Ftoken%3Dabc%26z HTTP`, `GET /x?next=%2Fy%3Ftoken%3D*** HTTP`},
		// Shapes
		{`jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_-1 end`, `jwt *** end`},
		{`key AKIAIOSFODNN7EXAMPLE end`, `key *** end`},
		{`ghp_abcdefghijklmnopqrstuvwxyz0123456789`, `***`},
		{`github_pat_11ABCDEFG0abcdefghijklmnopqrstuvwxyz`, `***`},
		{`xoxb-1234567890-abcdef`, `***`},
		{`sk_live_abcdefghijklmnop`, `***`},
		{`AIzaSyA1234567890abcdefghijklmnopqrstuv`, `***`},
		{`ya29.a0AfH6SMBabcdefghijklmnop-_1 SG.abcdefghijklmnopqrstuv.abc`, `ya29.*** SG.***`},
		{`npm_abcdefghijklmnopqrstuvwxyz0123456789`, `***`},
		{`glpat-abcdefghij1234567890`, `***`},
		{`-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\n-----END RSA PRIVATE KEY-----`, `-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----`},
		// Cards
		{`card 4111111111111111 ok`, `card *** ok`},
		{`card 4111 1111 1111 1111 ok`, `card *** ok`},
		{`card 4111-1111-1111-1111 ok`, `card *** ok`},
		{`card 378282246310005.`, `card ***.`},
		{`card 3782 822463 10005 ok`, `card *** ok`},
		{`card=5555555555554444`, `card=***`},
		{`id-4111111111111111`, `id-***`},
	} {
		if got := string(Line([]byte(c.in))); got != c.want {
			t.Errorf("Line(%s)\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestOrdinaryLinesStay(t *testing.T) {
	for _, line := range []string{
		``, ` `, `=`, `:`, `password`, `password=`, `password: `, `password="" x`, `token: null`, `"secret":false`,
		`2026-11-21 13:00:00,123 ERROR payment failed for order 4711`,
		`Failed password for root from 10.0.0.1 port 22 ssh2`,
		`pam_unix(sshd:session): session opened for user root`,
		`invalid token: unexpected end of input`,
		`tokens used`, `obsession: x`, `max_tokens_used=5`, `keyboard=us`, `monkey: x`,
		`order 1795266000123456 at 1795266000123456789`,
		`id 4111111111111112 and 1234567890123456`,
		`0.4111111111111111`, `4111111111111111.5`, `a4111111111111111`,
		`6d3a1c9e-1f2b-4c3d-8e4f-5a6b7c8d9e0f`,
		`http://shop/cart?x=1 user@host mailto:bob@example.com`,
		`Basic authentication is off`, `Bearer of news`, `bearer authentication`,
		`key: x`, `id: 5`, `user id: 5`, `primary key: 5`, `foreign key: x`, `a.bcdefghijklmnopqrstuvwxyz`, `std::token::parse`, `AKIA`, `eyJ`,
		`password=*** token=****`, `Authorization: Bearer ***`,
	} {
		in := []byte(line)
		if got := Line(in); string(got) != line || len(in) > 0 && &got[0] != &in[0] {
			t.Errorf("Line(%s) = %s", line, got)
		}
	}
}

func TestEmailsAreAnOption(t *testing.T) {
	in := []byte(`mail from bob.b+x@mail.example.com. to <al@x.org>, not @ or a@b`)
	if got := Line(in); !bytes.Equal(got, in) {
		t.Errorf("%s", got)
	}
	if got, want := string(LineAndEmails(in)), `mail from ***. to <***>, not @ or a@b`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPrivateKeysOverSeveralLinesAreTakenOut(t *testing.T) {
	var k Block
	var got []string
	for _, line := range []string{
		"loaded -----BEGIN RSA PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED", "", "MIIEpAIBAAKCAQEA1234567890+/==", "abcd",
		"-----END RSA PRIVATE KEY-----", "MIIEpAIBAAKCAQEA1234567890", "-----BEGIN CERTIFICATE-----", "MIIEpAIBAAKCAQEA1234567890",
		"-----BEGIN PRIVATE KEY-----", "MIIEpAIBAAKCAQEA1234567890", "a line of another kind, and no end",
	} {
		got = append(got, string(k.Line([]byte(line))))
	}
	want := "loaded -----BEGIN RSA PRIVATE KEY-----\n***\n***\n***\n***\n-----END RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA1234567890\n-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA1234567890\n-----BEGIN PRIVATE KEY-----\n***\na line of another kind, and no end"
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

func TestTimeIsLinear(t *testing.T) {
	for _, part := range []string{
		"password=", "a:", "\\", "{", `"`, "://", "Bearer ", "4111 ", "-----BEGIN", "%3D", "@", "=", "cookie=a; ", `password="\`, "--token ",
		"<secret>", "eyJ.", "password ", "password={", "Authorization: *** ", `Authorization: "*** `, "token: a ", "token=[ ", `token="*`, "*",
		"token: token: ", "cookie: *** ", "http://a:*@", `\u0070`, "<secret>*", "Digest ", "4-", "-----BEGIN PRIVATE KEY ",
	} {
		// Eight times as long may take some eight times as long; 64 were quadratic.
		short, long := fastest(part, 32<<10), fastest(part, 256<<10)
		if long > 32*max(short, time.Millisecond) {
			t.Errorf("%q over and over: %v, and %v for eight times as much", part, short, long)
		}
	}
}

// fastest is how long a line of a part over and over takes at the least.
func fastest(part string, size int) time.Duration {
	line := []byte(strings.Repeat(part, size/len(part)))
	least := time.Duration(math.MaxInt64)
	for range 3 {
		begun := time.Now()
		LineAndEmails(line)
		least = min(least, time.Since(begun))
	}
	return least
}

func FuzzLine(f *testing.F) {
	for _, seed := range []string{
		`password=hunter2 token: abc`, `{"a":"{\"password\":\"x\"}"}`, `Authorization: Digest a="b"`, `x://a:b@c`,
		`4111 1111 1111 1111`, `-----BEGIN RSA PRIVATE KEY-----\nabc`, `Cookie: a=b; c=d`, `<password>x</password>`, `a%5Bpwd%5D%3Dx`,
		`Bearer abcdefgh1`, `pwd:[x`, `secret={"a":1`, `--pin 1234`, `sig=\u0022x`, `bob@example.com`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		once := LineAndEmails(b)
		if !bytes.Equal(b, before) {
			t.Fatal("the line was changed")
		}
		if twice := LineAndEmails(once); !bytes.Equal(once, twice) {
			t.Fatalf("%q once %q twice %q", b, once, twice)
		}
	})
}

var ordinary = []byte(strings.Repeat(`2026-11-21 13:00:00,123 INFO  [exec-7] c.e.shop.Cart - item 4711 added to cart of user 17 in 12.5 ms, total=3.50 key=abc status: ok`+"\n", 1000))

func BenchmarkLine(b *testing.B) {
	lines := bytes.Split(ordinary, []byte{'\n'})
	b.SetBytes(int64(len(ordinary)))
	b.ReportAllocs()
	for b.Loop() {
		for _, line := range lines {
			Line(line)
		}
	}
}

func BenchmarkJSONLine(b *testing.B) {
	line := []byte(`{"time":"2026-11-21T13:00:00.123456Z","level":"ERROR","msg":"payment failed","err":"timeout","order_id":4711,"amount":3.5,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}`)
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		Line(line)
	}
}

func BenchmarkByteSum(b *testing.B) {
	b.SetBytes(int64(len(ordinary)))
	sum := 0
	for b.Loop() {
		for _, c := range ordinary {
			sum += int(c)
		}
	}
	if sum == 1 {
		b.Fatal()
	}
}
