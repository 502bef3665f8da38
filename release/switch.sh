# The link moves in one step. A release that noon did not bring is marked as
# one, so that there is a way back to it.
now=$(current)
if [ "$now" != "$NOON_VERSION" ]; then
	if [ -n "$now" ] && [ -d "$releases/$now" ] && [ ! -e "$releases/$now/.noon-release" ]; then
		echo "adopted" > "$releases/$now/.noon-release" || fail "cannot mark $releases/$now as kept"
	fi
	rm -f "$NOON_ROOT"/.current~*
	ln -s "releases/$NOON_VERSION" "$NOON_ROOT/.current~$$"
	mv -fT "$NOON_ROOT/.current~$$" "$NOON_ROOT/current"
	named "$NOON_ROOT"
fi
[ "$(current)" = "$NOON_VERSION" ] || fail "$NOON_ROOT/current does not lead to $NOON_VERSION"
