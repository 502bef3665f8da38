# The version has taken over.
if [ -z "$NOON_ROOT" ]; then
	printf '%s\n' "$NOON_VERSION" > "$state/.current"
	named "$state/.current"
	mv -f "$state/.current" "$state/current"
fi
rm -f "$state/changing"
named "$state"
