# Who listens on the TCP port NOON_PORT (four hexadecimal digits), and since
# when. The clock is read between the starts of two processes of our own.
[ -r /proc/self/stat ] && [ -r /proc/net/tcp ] || exit 0
start() { stat=$(cat "$1") || return 1; set -- ${stat##*) }; echo "${20}"; }

inodes=' '
sockets=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
	awk -v port="$NOON_PORT" '$4 == "0A" && substr($2, index($2, ":") + 1) == port { print "listen", $2, $10 }')
if [ -n "$sockets" ]; then
	printf '%s\n' "$sockets"
	inodes=" $(printf '%s\n' "$sockets" | awk '{ printf "%s ", $3 }')"
	ls -ln /proc/[0-9]*/fd 2>/dev/null | awk -v wanted="$inodes" '
		/^\/proc\// { split($0, part, "/"); pid = part[3]; next }
		{
			at = index($0, "socket:[")
			if (!at) next
			inode = substr($0, at + 8)
			sub(/\].*/, "", inode)
			if (index(wanted, " " inode " ")) print pid, inode
		}' | sort -u | while read -r pid inode; do
		since=$(start "/proc/$pid/stat" 2>/dev/null) && echo "process $pid $inode $since"
	done
fi

echo "boot $(cat /proc/sys/kernel/random/boot_id)"
echo "hz $(getconf CLK_TCK 2>/dev/null || echo 100)"
before=$(start /proc/self/stat)
now=$(date +%s.%N)
after=$(start /proc/self/stat)
echo "before $before"
echo "now $now"
echo "after $after"
