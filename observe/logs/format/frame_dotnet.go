package format

import "bytes"

// .NET writes "at Shop.Cart.Add(Item item) in /src/Cart.cs:line 12", the
// innermost first.

var dotnetLibraries = []string{
	"System.", "Microsoft.", "Npgsql.", "Newtonsoft.", "MediatR.", "Grpc.", "Polly.", "Dapper.", "MySql.", "MongoDB.",
	"StackExchange.", "Serilog.", "AutoMapper.", "Castle.", "NHibernate.", "Amazon.", "Azure.", "RabbitMQ.", "MassTransit.",
	"Hangfire.", "FluentValidation.", "Swashbuckle.", "lambda_method",
}

func dotnetFrame(call []byte) frame {
	name := dotnetName(bytes.TrimSpace(call))
	return frame{name: name, ours: !beginsWith([]byte(name), dotnetLibraries)}
}

// dotnetName returns type and method as they were written, without what the
// compiler made of them: Cart.<Add>d__5.MoveNext is Cart.Add, and so are
// Cart.<>c__DisplayClass3_0.<Add>b__0 and Cart.<Add>g__Local|3_0.
func dotnetName(call []byte) string {
	call = bytes.TrimSuffix(call, []byte(".MoveNext"))
	out := make([]byte, 0, len(call))
	for _, part := range bytes.FieldsFunc(call, func(r rune) bool { return r == '.' || r == '+' }) {
		if bytes.HasPrefix(part, []byte("<>")) {
			continue
		}
		if part[0] == '<' {
			if end := bytes.IndexByte(part, '>'); end > 1 {
				part = part[1:end]
			}
		}
		if n := bytes.IndexAny(part, "`["); n > 0 {
			part = part[:n]
		}
		if len(out) > 0 {
			out = append(out, '.')
		}
		out = append(out, part...)
	}
	return string(out)
}
