package release

import _ "embed"

// The scripts are for a POSIX shell with the usual small tools; busybox will
// do. All data comes in the environment. They are joined behind the prelude.
var (
	//go:embed prelude.sh
	prelude string
	//go:embed look.sh
	look string
	//go:embed unpack.sh
	unpack string
	//go:embed ready.sh
	ready string
	//go:embed begin.sh
	begin string
	//go:embed putback.sh
	putBack string
	//go:embed switch.sh
	switchLink string
	//go:embed finish.sh
	finish string
	//go:embed kept.sh
	kept string
	//go:embed prune.sh
	prune string
	//go:embed preflight.sh
	preflight string
)
