package journal

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// logMost is how large the member's log may be when it is opened, in bytes;
// a larger one begins anew.
const logMost = 1 << 20

// memberLog is where etcd writes its warnings: "etcd.log" in the state folder.
//
// What etcd cannot go on after, such as a full disk, it logs as fatal, and its
// logger then ends the process. noon must not vanish without a word, so here
// that ends only etcd's goroutine: nothing more is acknowledged, and every
// request says why.
type memberLog struct {
	file *os.File
	died context.CancelCauseFunc
	dead chan struct{}

	mu  sync.Mutex
	why error
}

func openLog(dir string, died context.CancelCauseFunc) (*memberLog, error) {
	path := filepath.Join(dir, "etcd.log")
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if info, err := os.Stat(path); err == nil && info.Size() > logMost {
		flags |= os.O_TRUNC
	}
	file, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open etcd's log: %w", err)
	}
	return &memberLog{file: file, died: died, dead: make(chan struct{})}, nil
}

func (l *memberLog) logger() *zap.Logger {
	encoder := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	core := zapcore.NewCore(encoder, zapcore.Lock(l.file), zap.WarnLevel)
	return zap.New(core, zap.WithFatalHook(l), zap.WithPanicHook(l), zap.ErrorOutput(zapcore.Lock(l.file)))
}

// OnWrite is called when etcd cannot go on, after the entry was logged. It
// ends the goroutine that called it.
func (l *memberLog) OnWrite(entry *zapcore.CheckedEntry, fields []zapcore.Field) {
	l.mu.Lock()
	if l.why == nil {
		l.why = fmt.Errorf("etcd in this process has ended: %s%s; what was acknowledged is on the disk, mend that and run noon again", entry.Message, cause(fields))
		l.died(l.why)
		close(l.dead)
	}
	l.mu.Unlock()
	runtime.Goexit()
}

// cause returns the error among the fields of an entry.
func cause(fields []zapcore.Field) string {
	for _, f := range fields {
		if err, ok := f.Interface.(error); ok {
			return ": " + err.Error()
		}
	}
	return ""
}

// fatal returns why etcd has ended, nil if it has not.
func (l *memberLog) fatal() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why
}

func (l *memberLog) close() error { return l.file.Close() }
