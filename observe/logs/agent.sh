# Runs on a server while noon follows its logs. Its input is lines of sh that
# call these functions; it ends with its input. Its output is frames, one a
# line: a letter, a tag, the rest. Nothing is written to the server's disk.
#
#   c TAG SECONDS ZONE        the clock
#   f TAG DEV:INO SIZE MTIME NAME    a file; u TAG NAME one that may not be read
#   l TAG MATCHES ODD         the end of a list
#   b TAG BASE64, x TAG HEX   bytes
#   n TAG LINES               lines counted
#   m TAG LINES               lines of a command that were counted, not sent
#   e TAG BASE64              a command has ended: its last words, its status
#   h -                       a sign of life
LC_ALL=C
newline='
'

# One writer at a time: who has the token, the byte in pipe 9.
echo >&9
put() { read -r token <&9; printf '%s\n' "$1"; echo >&9; }

letter=b
if [ "$(printf a | base64 -w0 2>/dev/null)" = YQ== ]; then encoded() { base64 -w0; }
elif [ "$(printf a | base64 2>/dev/null)" = YQ== ]; then encoded() { base64 | tr -d '\n'; }
else letter=x; encoded() { od -An -v -tx1 | tr -d ' \n'; }
fi

clock() { put "c $1 $(date +%s.%N) $(date +%z)"; }

# list TAG PATTERN [FILE...]
list() {
	tag=$1 pattern=$2
	shift 2
	IFS=
	# shellcheck disable=SC2086 # the pattern is to be expanded, not split
	set -- "$@" $pattern
	unset IFS
	matches=$# odd=0
	[ "$matches" -le "$FILES_MOST" ] || set --
	for file do
		shift
		case $file in
		*"$newline"*) odd=$((odd + 1)) ;;
		*.gz | *.bz2 | *.xz | *.zst | *.zip) ;;
		*) if [ -f "$file" ]; then
			if [ -r "$file" ]; then set -- "$@" "$file"; else put "u $tag $file"; fi
		fi ;;
		esac
	done
	read -r token <&9
	[ $# -eq 0 ] || look "$@"
	printf 'l %s %s %s\n' "$tag" "$matches" "$odd"
	echo >&9
}

if stat -L -c %i / >/dev/null 2>&1; then look() { stat -L -c "f $tag %d:%i %s %Y %n" -- "$@" 2>/dev/null; }
else look() { stat -L -f "f $tag %d:%i %z %m %N" -- "$@" 2>/dev/null; }
fi

# fetch TAG FILE BLOCK BLOCKS, of 4096 bytes
fetch() { put "$letter $1 $(dd if="$2" bs=4096 skip="$3" count="$4" 2>/dev/null | encoded)"; }

# count TAG FILE BLOCK BLOCKS, of 65536 bytes: how many lines end there
count() { put "n $1 $(dd if="$2" bs=65536 skip="$3" count="$4" 2>/dev/null | wc -l)"; }

# follow TAG LINE sends what a command prints. Its own standard output is
# elsewhere: 6 is ours.
follow() {
	tag=$1
	words=$({ { sh -c "$2" </dev/null 6>&- 7>&- 9>&-; echo "status $?" >&2; } 2>&7 | pump >&6; } 7>&1 | tail -c 2000 | encoded)
	put "e $tag $words" >&6
}

# pump sends what there is, four times a second, or without a pause while there
# is much. Of a flood most is counted only.
pump() {
	full=0
	while piece=$(dd bs=65536 count=1 2>/dev/null | encoded) && [ -n "$piece" ]; do
		put "$letter $tag $piece"
		if [ ${#piece} -lt 43000 ]; then
			full=0
			sleep 0.25 2>/dev/null || sleep 1
			continue
		fi
		full=$((full + 1))
		if [ "$full" -gt "$FULL_MOST" ]; then
			pass
		fi
	done
}

# pass counts some of what there is, up to the first piece that is not full: a
# read of a pipe waits for the next line.
pass() {
	lines=0 pieces=0
	while [ "$pieces" -lt 64 ]; do
		# shellcheck disable=SC2046 # two numbers
		set -- $(dd bs=65536 count=1 2>/dev/null | wc -lc)
		lines=$((lines + $1)) pieces=$((pieces + 1))
		if [ "$2" -lt 32768 ]; then
			full=0
			break
		fi
	done
	put "m $tag $lines"
}

# Where the network is gone, nothing tells so but that nobody takes what is sent.
while sleep 30; do put "h -"; done &
