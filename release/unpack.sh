# The artifact has arrived in a directory of its own. Only the last rename
# makes it a release; until then it is nothing.
incoming=$releases/$NOON_INCOMING
trap 'rm -rf "$incoming"' EXIT
arrived=$(sha256sum "$incoming/artifact") || fail "cannot read what was copied to $incoming"
[ "${arrived%% *}" = "$NOON_CHECKSUM" ] || fail "what arrived has the checksum ${arrived%% *}, not $NOON_CHECKSUM; nothing was installed"
mkdir "$incoming/tree"
tar -xzof "$incoming/artifact" -C "$incoming/tree" || fail "the artifact could not be unpacked in $incoming"
printf 'sha256 %s\n' "$NOON_CHECKSUM" > "$incoming/tree/.noon-release" || fail "cannot write into $incoming"
rm "$incoming/artifact"
# The age of a release is that of its arrival, not what the archive says.
touch "$incoming/tree"
durable "$incoming"
if [ -e "$release" ]; then
	[ "$(current)" != "$NOON_VERSION" ] || fail "$release is the one that runs"
	mv -T "$release" "$incoming/replaced"
fi
mv -T "$incoming/tree" "$release"
named "$releases"
cat "$release/.noon-release"
