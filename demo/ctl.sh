#!/bin/sh
# Restarts the shop on NOON_SERVER with the release behind "current", or lets
# it end its websockets. noon calls it with the data in its environment.
set -eu
home="$(pwd)/servers/$NOON_SERVER"
pid="$(cat "$home/pid" 2>/dev/null || true)"

# A process that ended stays visible as Z where the machine's first process
# does not collect the dead, as in many containers.
running() {
	if [ -r "/proc/$1/stat" ]; then
		case "$(cut -d ' ' -f 3 "/proc/$1/stat" 2>/dev/null)" in "" | Z | X) return 1 ;; esac
	else
		kill -0 "$1" 2>/dev/null
	fi
}

case "$1" in
restart)
	if [ -n "$pid" ] && kill "$pid" 2>/dev/null; then
		while running "$pid"; do sleep 0.02; done
	fi
	nohup "$home/current/run" >>"$home/log" 2>&1 </dev/null &
	echo $! >"$home/pid"
	;;
drain)
	exec "$(sed -n "s/^exec '\(.*\)' demo shop .*/\1/p" "$home/current/run")" demo drain "$NOON_ADDRESS"
	;;
stop)
	if [ -n "$pid" ]; then kill "$pid" 2>/dev/null || true; fi
	;;
*)
	echo "usage: ctl restart|drain|stop" >&2
	exit 2
	;;
esac
