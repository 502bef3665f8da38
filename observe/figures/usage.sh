# What the processes that listen on NOON_PORT use, and those that they started:
# "use PID PARENT STATE UTIME STIME CUTIME CSTIME RSS NAME", times in ticks, RSS
# in kB, and "files PID N". The function listeners, which finds who listens, is
# written in front of it.
found=$(listeners)
printf '%s\n' "$found"
[ -r /proc/self/stat ] && [ -r /proc/uptime ] || exit 0
holders=$(printf '%s\n' "$found" | awk '$1 == "process" { printf "%s ", $2 }')
rows=$(cat /proc/[0-9]*/stat 2>/dev/null | awk -v holders="$holders" -v most=300 '
	{
		rest = $0
		sub(/.*\) /, "", rest)
		split(rest, field, " ")
		parent[$1] = field[2]
		used[$1] = field[2] " " field[1] " " field[12] " " field[13] " " field[14] " " field[15]
	}
	END {
		getline up < "/proc/uptime"
		split(up, field, " ")
		print "uptime", field[1]
		n = split(holders, holder, " ")
		for (i = 1; i <= n; i++) if (holder[i] in used) wanted[holder[i]] = 1
		do {
			more = 0
			for (pid in parent)
				if (!(pid in wanted) && parent[pid] != 1 && parent[pid] in wanted) more = wanted[pid] = 1
		} while (more)
		count = 0
		for (pid in wanted) {
			if (++count > most) continue
			rss = name = "-"
			file = "/proc/" pid "/status"
			while ((getline line < file) > 0) {
				split(line, field, " ")
				if (field[1] == "VmRSS:") rss = field[2]
				if (field[1] == "Name:") name = field[2]
			}
			close(file)
			gsub(/[^A-Za-z0-9_.-]/, "_", name)
			print "use", pid, used[pid], rss, name
		}
		print "processes", count
	}')
printf '%s\n' "$rows"
for pid in $(printf '%s\n' "$rows" | awk '$1 == "use" { print $2 }'); do
	[ -r "/proc/$pid/fd" ] || continue
	set -- "/proc/$pid/fd/"*
	[ -L "$1" ] || set --
	echo "files $pid $#"
done
read -r load rest </proc/loadavg && echo "load $load"
echo done
