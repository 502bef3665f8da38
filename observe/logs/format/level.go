package format

import (
	"noon/judge/logs"
)

// levelMost is the length of the longest word for a level: "informational".
const levelMost = 13

// levelOf returns the level that a word means, Unsaid if it is none. Upper and
// lower case are the same.
func levelOf(word []byte) logs.Level {
	if len(word) == 0 || len(word) > levelMost {
		return logs.Unsaid
	}
	var room [levelMost]byte
	for i, c := range word {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		room[i] = c
	}
	return levelOfLower(room[:len(word)])
}

// levelOfLower knows the words of syslog, slog, zap, logrus, log4j, Python,
// winston, Rails, .NET, Serilog and GCP.
func levelOfLower(word []byte) logs.Level {
	switch string(word) {
	case "trace", "trc", "trce", "verbose", "finest", "finer", "silly", "vrb", "vrbse":
		return logs.Trace
	case "debug", "dbg", "dbug", "debg", "fine", "config", "debug1", "debug2", "debug3", "debug4", "debug5":
		return logs.Debug
	case "info", "inf", "information", "informational", "notice", "note", "log", "success", "default":
		return logs.Info
	case "warn", "warning", "wrn", "wrng":
		return logs.Warning
	case "error", "err", "eror", "erro", "errors", "fail", "severe", "failure":
		return logs.Error
	case "fatal", "ftl", "crit", "critical", "panic", "dpanic", "emerg", "emergency", "alert", "crt":
		return logs.Fatal
	}
	return logs.Unsaid
}

// levelOfLetter returns the level of the one letter that glog, Ruby's Logger and
// Android write.
func levelOfLetter(c byte) logs.Level {
	switch c {
	case 'V', 'T':
		return logs.Trace
	case 'D':
		return logs.Debug
	case 'I':
		return logs.Info
	case 'W':
		return logs.Warning
	case 'E':
		return logs.Error
	case 'F', 'C':
		return logs.Fatal
	}
	return logs.Unsaid
}

// levelOfSyslog returns the level of a severity of RFC 5424: 0 is the worst.
func levelOfSyslog(severity int) logs.Level {
	switch {
	case severity < 0 || severity > 7:
		return logs.Unsaid
	case severity <= 2:
		return logs.Fatal
	case severity == 3:
		return logs.Error
	case severity == 4:
		return logs.Warning
	case severity <= 6:
		return logs.Info
	}
	return logs.Debug
}

// levelOfStatus returns the level of a status of HTTP.
func levelOfStatus(status int) logs.Level {
	switch {
	case status >= 500 && status <= 599:
		return logs.Error
	case status >= 400 && status <= 499:
		return logs.Warning
	case status >= 100 && status <= 399:
		return logs.Info
	}
	return logs.Unsaid
}

// levelOfPino returns the level of the numbers of pino and bunyan, in which 30
// is information and 60 fatal.
func levelOfPino(n int) logs.Level {
	switch {
	case n < 10 || n >= 100:
		return logs.Unsaid
	case n < 20:
		return logs.Trace
	case n < 30:
		return logs.Debug
	case n < 40:
		return logs.Info
	case n < 50:
		return logs.Warning
	case n < 60:
		return logs.Error
	}
	return logs.Fatal
}

// levelOfPython returns the level of the numbers of Python (40 is an error) and,
// times 1000, of logback (level_value).
func levelOfPython(n int) logs.Level {
	if n >= 1000 {
		n /= 1000
	}
	switch {
	case n <= 0 || n > 90:
		return logs.Unsaid
	case n < 10:
		return logs.Trace
	case n < 20:
		return logs.Debug
	case n < 30:
		return logs.Info
	case n < 40:
		return logs.Warning
	case n < 50:
		return logs.Error
	}
	return logs.Fatal
}

// levelOfOTel returns the level of OpenTelemetry's severity numbers 1 to 24.
func levelOfOTel(n int) logs.Level {
	if n < 1 || n > 24 {
		return logs.Unsaid
	}
	return logs.Trace + logs.Level((n-1)/4)
}

// levelOfGCP returns the level of Google's severities: 500 is an error.
func levelOfGCP(n int) logs.Level {
	switch {
	case n < 100:
		return levelOfPino(n)
	case n < 200:
		return logs.Debug
	case n < 400:
		return logs.Info
	case n < 500:
		return logs.Warning
	case n < 600:
		return logs.Error
	}
	return logs.Fatal
}

// levelOfRedis returns the level of the sign that Redis writes.
func levelOfRedis(c byte) logs.Level {
	switch c {
	case '.':
		return logs.Debug
	case '-', '*':
		return logs.Info
	case '#':
		return logs.Warning
	}
	return logs.Unsaid
}

// levelOfPHP returns the level of what PHP calls its errors: "Fatal error: ".
func levelOfPHP(b []byte) logs.Level {
	for _, l := range []struct {
		name  string
		level logs.Level
	}{
		{"Fatal error:", logs.Error}, {"Parse error:", logs.Error}, {"Recoverable fatal error:", logs.Error},
		{"Warning:", logs.Warning}, {"Deprecated:", logs.Warning}, {"Notice:", logs.Info},
	} {
		if len(b) >= len(l.name) && string(b[:len(l.name)]) == l.name {
			return l.level
		}
	}
	return logs.Unsaid
}
