package fleet

import (
	"net"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

var (
	nameForm     = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)
	hostnameForm = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?$`)
	userForm     = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.+-]*$`)
	proxyForm    = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,128}$`)
)

// aName is the form of names of services and servers, which become parts of
// paths and keys.
func aName(value string) string {
	if nameForm.MatchString(value) {
		return ""
	}
	return "must be 1 to 63 of a-z, 0-9 and . _ -, and start with a letter or digit"
}

// aProxyName is the form of names inside HAProxy. Whatever else they could
// hold would be a second command on its socket.
func aProxyName(value string) string {
	if proxyForm.MatchString(value) {
		return ""
	}
	return "must be a name as HAProxy has it: letters, digits and . _ : -"
}

// anAddress is the form host:port.
func anAddress(value string) string {
	host, port, err := net.SplitHostPort(value)
	if err != nil {
		return "must be host:port, like 10.0.0.11:8080"
	}
	if !aPort(port) {
		return "must end in a port from 1 to 65535"
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		return "must be where the server is reached, not where it listens: name one address"
	} else if err != nil && !hostnameForm.MatchString(host) {
		return "must have a host name or an IP address before the port"
	}
	return ""
}

func aPort(port string) bool {
	n, err := strconv.Atoi(port)
	return err == nil && n >= 1 && n <= 65535 && strconv.Itoa(n) == port
}

// sameAddress is the address in the one spelling that can be compared.
func sameAddress(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.Unmap().String()
	}
	return net.JoinHostPort(strings.ToLower(host), port)
}

// aHost is the form of the machine that is reached over SSH.
func aHost(value string) string {
	const mend = "must be user@host, host, host:port, an alias of ~/.ssh/config, or local"
	rest := strings.TrimPrefix(value, "ssh://")
	if user, host, ok := strings.Cut(rest, "@"); ok {
		if !userForm.MatchString(user) {
			return mend
		}
		rest = host
	}
	if host, port, err := net.SplitHostPort(rest); err == nil {
		if !aPort(port) {
			return mend
		}
		rest = host
	}
	rest = strings.TrimSuffix(strings.TrimPrefix(rest, "["), "]")
	if _, err := netip.ParseAddr(rest); err != nil && !hostnameForm.MatchString(rest) {
		return mend
	}
	return ""
}

// aCommand is a line (or several) for the shell.
func aCommand(value string) string {
	if strings.TrimSpace(value) == "" {
		return "must be a command, and is empty"
	}
	return printable(value, "\n\t")
}

// printable refuses what a person could not see.
func printable(value, besides string) string {
	for _, r := range value {
		if !unicode.IsPrint(r) && !strings.ContainsRune(besides, r) {
			return "must have no invisible characters"
		}
	}
	return ""
}

// aServerPath is a path on a server, in which {server} stands for its name.
func aServerPath(value string) string {
	if what := placeholders(value, "server"); what != "" {
		return what
	}
	switch {
	case !strings.HasPrefix(value, "/"):
		return "must be an absolute path, like /srv/webshop"
	case path.Clean(value) != value:
		return "must be written plainly: " + Quoted(path.Clean(value))
	case value == "/":
		return "must not be the root of the file system"
	}
	return printable(value, "")
}

// anArtifact is a path on this machine in which {version} stands for one.
func anArtifact(value string) string {
	if what := placeholders(value, "version"); what != "" {
		return what
	}
	if !strings.Contains(value, "{version}") {
		return "must have {version} in it: otherwise every version would be the same file"
	}
	if strings.HasSuffix(value, "/..") || strings.TrimSpace(value) != value {
		return "must be a file or a folder"
	}
	return printable(value, "")
}

// aURL is a URL that noon asks of each server.
func aURL(value string) string {
	if what := placeholders(value, "address", "server"); what != "" {
		return what
	}
	u, err := url.Parse(strings.NewReplacer("{address}", "10.0.0.11:8080", "{server}", "web1").Replace(value))
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return "must be a URL that begins with http:// or https://, like http://{address}/healthz"
	case u.User != nil:
		return "must have no user or password in it: secrets come from a command or the environment"
	case u.Port() != "" && !aPort(u.Port()):
		return "must have a port from 1 to 65535"
	case !named(value) && !onItself(u):
		return "asks all servers at the same place: write {address} (or {server}) in it, like http://{address}/healthz"
	}
	return printable(value, "")
}

var placeholderForm = regexp.MustCompile(`\{[^{}]*\}`)

// placeholders refuses those that noon would not replace.
func placeholders(value string, known ...string) string {
	for _, p := range placeholderForm.FindAllString(value, -1) {
		word := strings.Trim(p, "{}")
		if slices.Contains(known, word) {
			continue
		}
		if meant, ok := nearest(known, word); ok {
			return "has " + Quoted(p) + ": did you mean {" + meant + "}?"
		}
		return "has " + Quoted(p) + ": known are {" + strings.Join(known, "} and {") + "}"
	}
	if strings.ContainsAny(placeholderForm.ReplaceAllString(value, ""), "{}") {
		return "has a brace without its other half"
	}
	return ""
}

// unixPathMost is how long the kernel lets a socket's path be.
const unixPathMost = 107

// aProxySocket is a runtime API of HAProxy: a path here, host:port, or
// host:/path.
func aProxySocket(value string) string {
	const forms = "must be a path (/run/haproxy/admin.sock), host:/path over SSH, or host:port"
	if host, file, ok := strings.Cut(value, ":/"); ok && !strings.HasPrefix(value, "/") {
		return firstOf(aHost(host), aSocketPath("/"+file))
	}
	if strings.HasPrefix(value, "/") {
		return aSocketPath(value)
	}
	if strings.ContainsAny(value, "@/") || anAddress(value) != "" {
		return forms
	}
	return ""
}

// anLBSocket is the admin socket of noon lb: a path here (from the folder of
// noon.yaml on), or host:/path.
func anLBSocket(value string) string {
	if host, file, ok := strings.Cut(value, ":/"); ok && !strings.HasPrefix(value, "/") && !strings.HasPrefix(value, ".") {
		return firstOf(aHost(host), aSocketPath("/"+file))
	}
	if anAddress(value) == "" {
		return "must be a path, or host:/path over SSH: the admin socket of noon lb is not on TCP"
	}
	return aSocketPath(value)
}

func aSocketPath(value string) string {
	switch {
	case value == "" || strings.HasSuffix(value, "/"):
		return "must be the path of a socket"
	case len(value) > unixPathMost:
		return "is too long: the kernel takes at most 107 characters for a socket's path"
	case path.Clean(value) != strings.TrimPrefix(value, "./"):
		return "must be written plainly: " + Quoted(path.Clean(value))
	}
	return printable(value, "")
}

func firstOf(whats ...string) string {
	for _, what := range whats {
		if what != "" {
			return what
		}
	}
	return ""
}
