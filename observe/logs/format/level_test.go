package format

import (
	"testing"

	"noon/judge/logs"
)

func TestLevelsOfEveryLibrary(t *testing.T) {
	for line, want := range map[string]logs.Level{
		`{"level":"TRACE"}`: logs.Trace, `{"level":"debug"}`: logs.Debug, `{"level":"Information"}`: logs.Info,
		`{"level":"WARN+2"}`: logs.Warning, `{"level":"ERROR-1"}`: logs.Error, `{"level":"dpanic"}`: logs.Fatal,
		`{"level":10}`: logs.Trace, `{"level":20}`: logs.Debug, `{"level":30}`: logs.Info, `{"level":40}`: logs.Warning,
		`{"level":50}`: logs.Error, `{"level":60}`: logs.Fatal, `{"level":35}`: logs.Info, `{"short_message":"x","level":3}`: logs.Error,
		`{"short_message":"x","level":7}`: logs.Debug, `{"level":3}`: logs.Unsaid, `{"level":"info","priority":1}`: logs.Info,
		`{"level":"info","priority":"critical"}`: logs.Info, `{"priority":"err"}`: logs.Error, `{"level":"info","code":500}`: logs.Info,
		`{"err":"<nil>"}`: logs.Unsaid, `{"error":null}`: logs.Unsaid, `{"s":"W"}`: logs.Warning, `{"levelno":40}`: logs.Error, `{"levelno":30}`: logs.Warning, `{"level_value":40000}`: logs.Error,
		`{"SeverityNumber":9}`: logs.Info, `{"SeverityNumber":17}`: logs.Error, `{"SeverityNumber":21}`: logs.Fatal,
		`{"severity":"ALERT"}`: logs.Fatal, `{"severity":500}`: logs.Error, `{"severity":"NOTICE"}`: logs.Info, `{"severity":4}`: logs.Warning,
		`{"level":"E"}`: logs.Error, `{"level":"nonsense"}`: logs.Unsaid, `{"level":99999999999}`: logs.Unsaid, `{"level":null}`: logs.Unsaid,
		`{"status":503}`: logs.Error, `{"status":404}`: logs.Warning, `{"level":"info","status":503}`: logs.Info, `{"err":"x"}`: logs.Error,
		`ERROR x`: logs.Error, `[warn] x`: logs.Warning, `error: x`: logs.Error, `x ERROR y`: logs.Error, `x error y`: logs.Unsaid,
		`TERROR x`: logs.Unsaid, `MY_ERROR x`: logs.Unsaid, `ERRORS 5`: logs.Error, `SEVERE: x`: logs.Error, `crit: x`: logs.Fatal,
		`Error handling of x`: logs.Unsaid, `INFORMATION is power`: logs.Info, `level=warn a=b`: logs.Warning,
		`<31>Nov 21 13:00:00 a b: c`: logs.Debug, `<0>Nov 21 13:00:00 a b: c`: logs.Fatal,
	} {
		if got := NewParser(Options{}).Parse([]byte(line), read).Level; got != want {
			t.Errorf("%s is %q, want %q", line, got, want)
		}
	}
}
