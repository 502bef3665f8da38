# What is there before a release is brought, and what an earlier try left.
mkdir -p "$releases" || fail "cannot make $releases"
rm -rf "$releases/.incoming~$NOON_VERSION~"*
echo "current $(current)"
echo "free $(free "$releases")"
if [ -e "$release/.noon-release" ]; then
	echo "there $(cat "$release/.noon-release")"
elif [ -e "$release" ]; then
	echo "there unknown"
fi
