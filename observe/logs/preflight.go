package logs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"noon/fleet"
	"noon/host"
)

// Preflight looks whether the server's sources can be read. What may come
// later, a file that matches nothing yet, is not fatal.
func (f *Follower) Preflight(ctx context.Context, s fleet.Server) []fleet.Problem {
	var all []fleet.Problem
	for _, source := range f.options.Sources {
		for _, p := range f.problems(ctx, source, s) {
			p.What = s.Name + ": logs: " + called(source, s) + ": " + p.What
			all = append(all, p)
		}
	}
	return all
}

func (f *Follower) problems(ctx context.Context, source fleet.LogSource, s fleet.Server) []fleet.Problem {
	if source.Loki != nil {
		return lokiProblems(ctx, source, s)
	}
	h, err := f.options.Reach(s)
	if err != nil {
		return []fleet.Problem{{Fatal: true, What: err.Error(), Mend: "correct noon.yaml"}}
	}
	result, err := h.Run(ctx, looking(source, s))
	if err != nil {
		return []fleet.Problem{{Fatal: true, What: err.Error(), Mend: `make "ssh ` + h.Name() + `" work from this machine`}}
	}
	return found(source, result)
}

// tools are what the agent is made of.
const tools = `for tool in cat dd stat wc tail sleep date; do command -v "$tool" >/dev/null || echo "tool $tool"; done
command -v base64 >/dev/null || command -v od >/dev/null || echo "tool base64"
`

// looking is a look at a source: words it prints are explained by found.
func looking(source fleet.LogSource, s fleet.Server) host.Command {
	env := map[string]string{"NOON_SERVER": s.Name, "NOON_ADDRESS": s.Address, "NOON_HOST": ofServer("{host}", s, plainly)}
	line := ""
	switch {
	case source.File != "":
		env["NOON_FILE"] = ofServer(source.File, s, inPattern)
		line = `IFS=
set -- $NOON_FILE
files=0
for file do
	[ -f "$file" ] || continue
	files=$((files + 1))
	[ -r "$file" ] || echo "unreadable $file"
done
[ $files -gt 0 ] || echo none
[ $files -le ` + fmt.Sprint(filesMost) + ` ] || echo "many $files"`
	case source.Journald != "":
		env["NOON_UNIT"] = ofServer(source.Journald, s, plainly)
		line = `command -v journalctl >/dev/null || { echo "missing journalctl"; exit; }
[ "$(systemctl show -p LoadState "$NOON_UNIT" 2>/dev/null)" != LoadState=not-found ] || echo unknown
journalctl -u "$NOON_UNIT" -n 1 -o cat --no-pager 2>&1 >/dev/null | sed 's/^/said /'
[ -n "$(journalctl -q -u "$NOON_UNIT" -n 1 -o cat --no-pager 2>/dev/null)" ] || echo none`
	case source.Docker != "":
		env["NOON_CONTAINER"] = ofServer(source.Docker, s, plainly)
		line = `program=docker
command -v docker >/dev/null || program=podman
command -v "$program" >/dev/null || { echo "missing docker"; exit; }
"$program" logs --tail 1 "$NOON_CONTAINER" 2>&1 >/dev/null </dev/null | sed 's/^/said /'`
	default:
		env["NOON_LINE"] = (&own{text: source.Command}).line()
		line = `sh -n -c "$NOON_LINE" 2>&1 | sed 's/^/said /'`
	}
	return host.Command{Line: tools + line, Env: env}
}

// found explains what a look printed.
func found(source fleet.LogSource, result host.Result) []fleet.Problem {
	var all []fleet.Problem
	for line := range strings.Lines(string(result.Stdout)) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if p := explain(source, word, rest); p.What != "" {
			all = append(all, p)
		}
	}
	return all
}

func explain(source fleet.LogSource, word, rest string) fleet.Problem {
	switch word {
	case "tool":
		return fleet.Problem{Fatal: true, What: "there is no " + fleet.Quoted(rest) + ", which noon reads logs with", Mend: "install it there (coreutils or busybox have it)"}
	case "unreadable":
		return fleet.Problem{Fatal: true, What: "the user whom noon logs in as may not read " + fleet.Quoted(rest), Mend: "let the user's group read it, like: chgrp adm FILE && chmod g+r FILE"}
	case "many":
		return fleet.Problem{Fatal: true, What: "it matches " + rest + " files, and at most " + fmt.Sprint(filesMost) + " are read", Mend: "name fewer in logs: file:"}
	case "none":
		return nothingYet(source)
	case "missing":
		return fleet.Problem{Fatal: true, What: "there is no " + rest, Mend: "install it there, or name another source in logs:"}
	case "unknown":
		return fleet.Problem{What: "systemd knows no such unit there", Mend: `see "systemctl list-units" there; it may be that the release brings it`}
	case "said":
		return saidProblem(source, rest)
	}
	return fleet.Problem{}
}

func nothingYet(source fleet.LogSource) fleet.Problem {
	if source.Journald != "" {
		return fleet.Problem{What: "the journal has no line of it that this user may read", Mend: "if the service has written some: " + journaldMend}
	}
	return fleet.Problem{What: "no file matches yet", Mend: "see logs: in noon.yaml; once there is one, it is read"}
}

// saidProblem explains what journalctl or docker say on their standard error;
// a container's own standard error is no problem.
func saidProblem(source fleet.LogSource, said string) fleet.Problem {
	var k kind = &own{}
	switch {
	case source.Journald != "":
		if strings.Contains(said, "not seeing messages from other users") {
			return fleet.Problem{Fatal: true, What: "the user whom noon logs in as may not read all of the journal", Mend: journaldMend}
		}
		k = &journald{}
	case source.Docker != "":
		k = &docker{}
	default:
		return fleet.Problem{Fatal: true, What: "the shell there does not understand it: " + quotedSafely(said), Mend: "correct logs: command:"}
	}
	if what := k.meaning(said); what != "" {
		return fleet.Problem{Fatal: !strings.Contains(what, "no container"), What: what, Mend: "mend it there, or name another source in logs:"}
	}
	return fleet.Problem{}
}

// lokiProblems asks Loki once.
func lokiProblems(ctx context.Context, source fleet.LogSource, s fleet.Server) []fleet.Problem {
	api, err := newLokiAPI(source.Loki, s)
	if err == nil {
		var lines []lokiLine
		now := time.Now()
		lines, err = api.lines(ctx, now.Add(-max(source.History, time.Minute)), now)
		if err == nil && len(lines) == 0 {
			return []fleet.Problem{{What: "the query finds no line of the last " + source.History.String(), Mend: "see logs: loki: query: in noon.yaml"}}
		}
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		return []fleet.Problem{{Fatal: true, What: err.Error(), Mend: "see logs: loki: in noon.yaml"}}
	}
	return nil
}
