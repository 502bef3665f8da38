# What the scripts need of the machine. One line a fault: "fatal|WHAT|MEND".
for tool in sha256sum tar gzip readlink df awk mv find; do
	command -v "$tool" > /dev/null || echo "fatal|the machine has no $tool|install it"
done
if ! { mkdir -p "$releases" && probe=$(mktemp -d "$releases/.incoming~probe~XXXXXX"); } 2> /dev/null; then
	echo "fatal|$(id -un) cannot write in $releases|make it and give it to $(id -un): mkdir -p $releases && chown $(id -un) $NOON_ROOT $releases"
	exit 0
fi
trap 'rm -rf "$probe"' EXIT
ln -s a "$probe/link" && mkdir "$probe/a" "$probe/b" && ln -s b "$probe/next"
mv -fT "$probe/next" "$probe/link" 2> /dev/null && [ "$(readlink "$probe/link")" = b ] ||
	echo "fatal|mv on the machine cannot replace a link (mv -T)|install coreutils, or a newer busybox"
if [ -e "$NOON_ROOT/current" ] && [ ! -L "$NOON_ROOT/current" ]; then
	echo "fatal|$NOON_ROOT/current is not a link|move it away: noon keeps releases in $releases and links current to one of them"
fi
free=$(free "$releases")
[ "$free" -ge 102400 ] || echo "note|only $free kB are free in $releases|make room, or keep fewer releases"
