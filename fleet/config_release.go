package fleet

// releaseSection is how a version gets onto a server and is started there.
type releaseSection struct {
	to          *Release
	directories *directoriesSection
}

func newReleaseSection(to *Release) *releaseSection {
	d := defaultDirectories()
	return &releaseSection{to: to, directories: &directoriesSection{to: &d}}
}

func (s *releaseSection) fields() []field {
	return []field{
		{key: "directories", about: "noon copies the version to the server: ROOT/releases/VERSION, and ROOT/current is a link to the one that runs", to: in(s.directories), also: []string{"directory", "folders", "files"}},
		{key: "upgrade", about: "your command that brings the version to the server; it finds them in NOON_VERSION and NOON_SERVER", to: text{&s.to.Upgrade, aCommand}, also: []string{"command", "install", "deploy"}},
		{key: "rollback", about: "your command that brings the previous version back; upgrade with that version if not given", to: text{&s.to.RollBack, aCommand}, also: []string{"roll_back", "downgrade", "undo"}},
		{key: "run", about: "where the commands of release run: on the server, or here, on the controller's machine", to: flag{&s.to.Here, "server", "here"}, also: []string{"on", "where"}},
		{key: "stop", about: "the command that ends the old process", to: text{&s.to.Stop, aCommand}},
		{key: "start", about: "the command that starts the new process", to: text{&s.to.Start, aCommand}},
		{key: "restart", about: "the command that ends the old process and starts the new one, like sudo systemctl restart webshop", to: text{&s.to.Restart, aCommand}, also: []string{"reload"}},
		{key: "config", about: "files on the server that belong to a version: kept beside it, and back when it is back", to: texts{&s.to.Config, aServerPath}, also: []string{"configs", "configuration", "keep"}},
	}
}

func (s *releaseSection) check(f found) {
	switch {
	case f.has("directories") && f.has("upgrade"):
		f.place("upgrade").wrongKey("release has both directories and upgrade: keep directories if noon copies the version, upgrade if your command does")
	case f.has("directories"):
		s.checkDirectories(f)
	case f.has("upgrade"):
	default:
		f.at.wrongKey("release needs directories (noon copies the version) or upgrade (your command does)")
	}
	if f.has("restart") && (f.has("start") || f.has("stop")) {
		f.place("restart").wrongKey("release has restart beside stop or start: keep restart, or stop and start")
	}
	if f.has("directories") {
		s.to.Directories = s.directories.to
	}
}

func (s *releaseSection) checkDirectories(f found) {
	if !f.has("restart") && !f.has("start") {
		f.at.wrongKey("release needs restart (or stop and start): with directories noon copies the version, and somebody must start it, like restart: sudo systemctl restart webshop")
	}
	if f.has("rollback") {
		f.place("rollback").wrongKey("rollback goes with upgrade: with directories noon itself puts the link back to the previous version")
	}
}

// directoriesSection is where the versions lie on a server.
type directoriesSection struct {
	to *Directories
	in found
}

func (s *directoriesSection) fields() []field {
	return []field{
		{key: "root", about: "the service's own directory on the server, like /srv/webshop; {server} in it is its name, for several on one machine", to: text{&s.to.Root, aServerPath}, required: true, also: []string{"path", "dir", "directory"}},
		{key: "artifact", about: "the version on this machine, a .tar.gz, a directory or a file, like dist/webshop-{version}.tar.gz", to: text{&s.to.Artifact, anArtifact}, required: true, also: []string{"file", "package", "source"}},
		{key: "keep", about: "how many versions stay on the server, the one that runs and the one before at the least", to: whole[int]{&s.to.Keep, 2, 1000}, also: []string{"keep_releases", "releases"}},
	}
}

func (s *directoriesSection) check(f found) { s.in = f }
