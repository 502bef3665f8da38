# The kept configuration of the version comes back. The one that ran before
# noon first installed anything has no name; it is the one before that version.
if [ -e "$state/changing" ] && [ -n "$NOON_CONFIG" ]; then
	from=$state/$NOON_VERSION
	if [ ! -e "$from" ] && [ -e "$state/.unnamed/before" ]; then
		before=$(cat "$state/.unnamed/before")
		[ "$before" = "$NOON_VERSION" ] || from=$state/.unnamed
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
