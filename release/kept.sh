# Is there a way back to the version?
now=$(current)
if [ "$now" = "$NOON_VERSION" ] && [ ! -e "$state/changing" ]; then
	echo yes
elif [ -n "$NOON_ROOT" ] && [ ! -e "$release/.noon-release" ] && [ "$now" != "$NOON_VERSION" ]; then
	echo no
elif [ -z "$NOON_CONFIG" ] || [ -e "$state/$NOON_VERSION" ]; then
	echo yes
elif [ -z "$NOON_ROOT" ] && [ -z "$now" ]; then
	# noon has not installed anything yet: what runs is kept when it leaves.
	echo yes
else
	answer=no
	for one in "$state"/.unnamed "$state"/*; do
		[ "$(cat "$one/before" 2>/dev/null)" != "$now" ] || answer=yes found=$one
	done
	# From now on it is kept under its name: when a third version takes over,
	# nothing else tells whose it is.
	if [ $answer = yes ] && [ ! -e "$state/changing" ]; then
		rm -rf "$state/.naming"
		cp -Rp "$found" "$state/.naming" && durable "$state/.naming" && mv -T "$state/.naming" "$state/$NOON_VERSION" ||
			fail "cannot keep the configuration of $NOON_VERSION in $state"
	fi
	echo $answer
fi
