# Keep the newest releases, what runs and what is protected. A release gets
# out of the way by a rename first: a half removed one is never taken for
# whole.
[ -d "$releases" ] || exit 0
now=$(current)
rm -rf "$releases"/.removed~*
find "$releases" -maxdepth 1 -name '.incoming~*' -mtime +1 -exec rm -rf {} +
count=0
ls -t "$releases" | while IFS= read -r name; do
	[ -e "$releases/$name/.noon-release" ] || continue
	count=$((count + 1))
	[ "$count" -gt "$NOON_KEEP" ] || continue
	[ "$name" != "$now" ] || continue
	case " $NOON_PROTECT " in *" $name "*) continue ;; esac
	mv -T "$releases/$name" "$releases/.removed~$name"
	rm -rf "$releases/.removed~$name" "$state/$name"
	printf '%s\n' "$name"
done
