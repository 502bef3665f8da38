package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/term"
)

// screen prints lines; in a terminal it keeps a status line below them and
// reads keys.
type screen struct {
	out  io.Writer
	live bool
	keys chan byte

	mu      sync.Mutex
	shown   string
	restore *term.State
}

// openScreen uses the terminal where there is one on both sides.
func openScreen(a *app) *screen {
	s := &screen{out: a.out}
	if a.json() || !term.IsTerminal(int(os.Stdout.Fd())) || os.Getenv("TERM") == "dumb" {
		return s
	}
	s.live = true
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return s
	}
	state, err := term.MakeRaw(int(os.Stdin.Fd()))
	if err != nil {
		return s
	}
	s.restore, s.keys = state, make(chan byte)
	go s.read()
	return s
}

// read sends keys until the program ends: a read from a terminal cannot be
// interrupted.
func (s *screen) read() {
	var key [1]byte
	for {
		if n, err := os.Stdin.Read(key[:]); err != nil || n == 0 {
			return
		}
		s.keys <- key[0]
	}
}

// interactive tells whether somebody can press keys.
func (s *screen) interactive() bool { return s.restore != nil }

// print prints lines above the status line.
func (s *screen) print(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	if s.restore != nil {
		text = strings.ReplaceAll(text, "\n", "\r\n")
		fmt.Fprint(s.out, text+"\r\n")
	} else {
		fmt.Fprintln(s.out, text)
	}
	s.draw()
}

// status sets the status line.
func (s *screen) status(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.live || text == s.shown {
		return
	}
	s.clear()
	s.shown = text
	s.draw()
}

func (s *screen) clear() {
	if s.live && s.shown != "" {
		fmt.Fprint(s.out, "\r\x1b[K")
	}
}

// draw draws the status line, cut to the terminal's width so that it stays one.
func (s *screen) draw() {
	if !s.live || s.shown == "" {
		return
	}
	width, _, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil || width < 20 {
		width = 80
	}
	text := s.shown
	for utf8.RuneCountInString(text) > width-1 {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	fmt.Fprint(s.out, text)
}

// close gives the terminal back as it was.
func (s *screen) close() {
	s.status("")
	if s.restore != nil {
		_ = term.Restore(int(os.Stdin.Fd()), s.restore) // nothing else can be done about it
	}
}
