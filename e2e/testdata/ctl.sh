#!/bin/sh
# Starts and ends the shop on NOON_SERVER.
set -eu
cd "$(dirname "$0")"
home="$PWD/servers/$NOON_SERVER"
pid="$(cat "$home/pid" 2>/dev/null || true)"

running() { # a dead process that nobody collected does not run
	case "$(cut -d ' ' -f 3 "/proc/$1/stat" 2>/dev/null)" in "" | Z | X) return 1 ;; esac
}
end() {
	if [ -n "$pid" ] && kill "-$1" "$pid" 2>/dev/null; then
		while running "$pid"; do sleep 0.02; done
	fi
}

case "$1" in
restart)
	end TERM
	nohup "$home/current/run" >>"$home/log" 2>&1 </dev/null &
	echo $! >"$home/pid"
	;;
kill) end KILL ;;
drain) exec "$(sed -n "s/^exec '\(.*\)' demo shop .*/\1/p" "$home/current/run")" demo drain "$NOON_ADDRESS" ;;
esac
