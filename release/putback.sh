# The kept configuration of the version comes back. Where noon did not know
# what ran (its first install, or somebody changed the version by hand), it is
# kept under another name: the one that was replaced by what leaves now.
if [ -e "$state/changing" ] && [ -n "$NOON_CONFIG" ]; then
	from=$state/$NOON_VERSION
	if [ ! -e "$from" ]; then
		{ read -r target && read -r replaced; } < "$state/changing" || :
		for one in "$state"/.unnamed "$state"/*; do
			[ "$(cat "$one/before" 2>/dev/null)" != "$replaced" ] || from=$one
		done
	fi
	[ -e "$from" ] || fail "the configuration of $NOON_VERSION is not kept in $state: put it in place by hand, then install $NOON_VERSION"
	printf %s "$NOON_CONFIG" | while IFS= read -r path; do
		if [ -e "$from/files$path" ]; then
			mkdir -p "${path%/*}"
			cp -p "$from/files$path" "$path" || fail "cannot put $path back; it is kept as $from/files$path"
		elif [ -e "$from/absent$path" ]; then
			rm -f "$path"
		fi
	done || exit 1
fi
