# Keep the configuration of the version that leaves. While "changing" is
# there, somebody was interrupted between here and finish.sh: what the
# configuration files hold then belongs to no version, and what was kept
# before is right.
mkdir -p "$state" || fail "cannot make $state"
leaving=$(current)
resumed=
replaced=$leaving
if [ -e "$state/changing" ]; then
	resumed=yes
	{ read -r target && read -r replaced; } < "$state/changing" || :
	# An install that was given up leaves, not the version before it.
	[ "$target" = "$NOON_VERSION" ] || replaced=$target
fi

keep() {
	keeping=$state/.keeping
	rm -rf "$keeping"
	mkdir -p "$keeping/files" "$keeping/absent"
	chmod 700 "$keeping"
	printf %s "$NOON_CONFIG" | while IFS= read -r path; do
		if [ -d "$path" ]; then
			fail "configuration file $path is a directory: name the files in it"
		elif [ -e "$path" ]; then
			mkdir -p "$keeping/files${path%/*}"
			cp -p "$path" "$keeping/files$path" || fail "cannot keep $path"
		else
			mkdir -p "$keeping/absent${path%/*}"
			: > "$keeping/absent$path"
		fi
	done || exit 1
	printf '%s\n' "$NOON_VERSION" > "$keeping/before"
	durable "$keeping"
	rm -rf "$state/.replaced"
	[ ! -e "$state/$1" ] || mv -T "$state/$1" "$state/.replaced"
	mv -T "$keeping" "$state/$1"
	rm -rf "$state/.replaced"
}

if [ -z "$resumed" ] && [ "$leaving" != "$NOON_VERSION" ]; then
	keep "${leaving:-.unnamed}"
fi
if [ -n "$resumed" ] || [ "$leaving" != "$NOON_VERSION" ]; then
	printf '%s\n' "$NOON_VERSION" "$replaced" > "$state/.changing"
	mv -f "$state/.changing" "$state/changing"
	named "$state/changing" "$state"
fi
