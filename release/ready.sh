# Nothing is begun that cannot be ended.
if [ -e "$NOON_ROOT/current" ] && [ ! -L "$NOON_ROOT/current" ]; then
	fail "$NOON_ROOT/current is not a link: move it away, noon keeps releases in $releases and links current to one of them"
fi
if [ ! -e "$release/.noon-release" ] && [ "$(current)" != "$NOON_VERSION" ]; then
	fail "there is no complete release $NOON_VERSION in $releases"
fi
