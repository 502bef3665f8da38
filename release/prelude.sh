# What every script needs: where things are, and which version is there.
set -e
umask 022
fail() { printf '%s\n' "$*" >&2; exit 1; }

if [ -n "$NOON_ROOT" ]; then
	releases=$NOON_ROOT/releases
	state=$NOON_ROOT/kept
	release=$releases/$NOON_VERSION
else
	state=${HOME:?the user has no home directory}/.noon/kept/$NOON_KEY
fi

# A link into another place is a release of nobody we know: no name.
current() {
	if [ -z "$NOON_ROOT" ]; then
		cat "$state/current" 2>/dev/null || :
		return
	fi
	target=$(readlink "$NOON_ROOT/current") || return 0
	case ${target%/} in
	releases/*/* | "$releases"/*/*) ;;
	releases/* | "$releases"/*) basename "$target" ;;
	esac
}

free() {
	df -Pk "$1" | awk 'END { for (i = 2; i <= NF; i++) if ($i ~ /^[0-9]+%$/) { print $(i-1); exit } }'
}

# All that was written below; for a few names in one directory, named is less
# of a burden for a busy disk.
durable() { sync -f "$1" 2>/dev/null || sync; }
named() { sync "$@" 2>/dev/null || sync; }
