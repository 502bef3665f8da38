package mine

import "strings"

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// Words without digits that vary wherever they stand, or beside a number.
var (
	values = set("true false True False TRUE FALSE null nil NULL undefined NaN localhost")

	units = set(`B b byte bytes Bytes KB kB kb MB mb GB gb TB tb KiB MiB GiB TiB K M G k m s S h d
		ns us µs ms msec msecs usec sec secs second seconds min mins minute minutes hr hrs hour hours day days
		Hz kHz KHz MHz GHz bps kbps Mbps Gbps AM PM am pm UTC GMT CET CEST EST EDT CST CDT MST MDT PST PDT Z`)

	calendar = set(`Mon Tue Wed Thu Fri Sat Sun Monday Tuesday Wednesday Thursday Friday Saturday Sunday
		Jan Feb Mar Apr May Jun Jul Aug Sep Sept Oct Nov Dec
		January February March April June July August September October November December`)

	// levels at the head of a line are told elsewhere.
	levels = set("TRACE DEBUG INFO NOTICE WARN WARNING ERROR FATAL CRITICAL SEVERE")

	methods = set("GET HEAD POST PUT PATCH DELETE OPTIONS CONNECT TRACE")

	// domains end names of hosts that have one dot only.
	domains = set("com net org edu gov mil info biz local internal localdomain lan")

	// naming words stand before the name of something.
	naming = set("user User username host Host hostname node Node server Server device file File queue topic table service Service client session")

	// faults end the names of exceptions.
	faults = [][]byte{[]byte("Exception"), []byte("Error"), []byte("Fault"), []byte("Failure"), []byte("Interrupt"), []byte("Warning")}

	ellipsis = []byte("..")
)
