package check

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"noon/fleet"
	"noon/host"
	"noon/host/web"
)

// health asks the URL and the command; both must be good where both are
// configured. Without either, the server must accept a connection.
func (l *look) health(ctx context.Context) (bool, string, error) {
	questions := []func(context.Context) (bool, string, error){}
	if l.cfg.URL != "" {
		questions = append(questions, l.healthByURL)
	}
	if l.cfg.Command != "" {
		questions = append(questions, l.healthByCommand)
	}
	if len(questions) == 0 {
		questions = append(questions, l.healthByConnection)
	}
	var words []string
	for _, ask := range questions {
		good, text, err := ask(ctx)
		words = append(words, text)
		if err != nil || !good {
			return false, strings.Join(words, ", "), err
		}
	}
	return true, strings.Join(words, ", "), nil
}

func (l *look) healthByURL(ctx context.Context) (bool, string, error) {
	a, err := l.ask(ctx, l.cfg.URL)
	return a.good(), a.String(), err
}

func (l *look) healthByCommand(ctx context.Context) (bool, string, error) {
	result, trouble, err := l.command(ctx, l.cfg.Command)
	if trouble != "" || err != nil {
		return false, "check command: " + trouble, err
	}
	return true, fmt.Sprintf("check command: status %d", result.Status), nil
}

func (l *look) healthByConnection(ctx context.Context) (bool, string, error) {
	limited, cancel := context.WithTimeout(ctx, l.cfg.Timeout)
	defer cancel()
	conn, err := web.Dial(limited, l.host, "tcp", l.server.Address)
	if err != nil {
		trouble, err := l.unanswered(ctx, err)
		return false, "connect to " + l.server.Address + ": " + trouble, err
	}
	conn.Close()
	return true, "connect to " + l.server.Address + ": accepted", nil
}

// said is the last line of what a command said.
func said(result host.Result) string {
	text := strings.TrimSpace(string(result.Stderr))
	if text == "" {
		text = strings.TrimSpace(string(result.Stdout))
	}
	if text == "" {
		return "it said nothing"
	}
	return fmt.Sprintf("%.200q", text[strings.LastIndex(text, "\n")+1:])
}

// filled replaces the placeholders of a URL.
func (l *look) filled(pattern string) (*url.URL, error) {
	text := strings.NewReplacer("{address}", l.server.Address, "{server}", url.PathEscape(l.server.Name)).Replace(pattern)
	u, err := url.Parse(text)
	if err == nil && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		err = fmt.Errorf("it does not begin with http:// or https://")
	}
	if err != nil {
		return nil, fmt.Errorf("check URL %s: %w", fleet.Quoted(text), err)
	}
	return u, nil
}
