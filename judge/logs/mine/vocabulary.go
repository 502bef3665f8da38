package mine

import "strings"

// kind is what the vocabulary says of a word, a bit each.
type kind uint8

const (
	// value words vary wherever they stand.
	value kind = 1 << iota
	// unit words vary beside a number.
	unit
	// calendar words vary in dates.
	calendar
	// level words at the head of a line are told elsewhere.
	level
	// method words begin a request as web servers log it.
	method
	// domain words end names of hosts that have one dot only.
	domain
	// naming words stand before the name of something.
	naming
	// saying words are keys of prose.
	saying
)

// kindOf looks a word up.
func kindOf(w []byte) kind {
	if len(w) == 0 || len(w) > 15 || lengths[w[0]]>>len(w)&1 == 0 {
		return 0
	}
	return vocabulary[string(w)]
}

var vocabulary = func() map[string]kind {
	m := map[string]kind{}
	for k, list := range map[kind]string{
		value: "true false True False TRUE FALSE null nil NULL undefined NaN localhost",
		unit: `B b byte bytes Bytes KB kB kb MB mb GB gb TB tb KiB MiB GiB TiB K M G k m s S h d
			ns us µs ms msec msecs usec nanoseconds microseconds milliseconds millis sec secs second seconds min mins minute minutes hr hrs hour hours day days
			Hz kHz KHz MHz GHz bps kbps Mbps Gbps AM PM am pm UTC GMT CET CEST EST EDT CST CDT MST MDT PST PDT Z`,
		calendar: `Mon Tue Wed Thu Fri Sat Sun Monday Tuesday Wednesday Thursday Friday Saturday Sunday
			Jan Feb Mar Apr May Jun Jul Aug Sep Sept Oct Nov Dec
			January February March April June July August September October November December`,
		level:  "TRACE DEBUG INFO NOTICE WARN WARNING ERROR FATAL CRITICAL SEVERE",
		method: "GET HEAD POST PUT PATCH DELETE OPTIONS CONNECT TRACE",
		domain: "com net org edu gov mil info biz local internal localdomain lan",
		saying: "msg message err error reason cause event title detail details text description exception",
		naming: "user User username host Host hostname node Node server Server device file File queue topic table service Service client session",
	} {
		for _, w := range strings.Fields(list) {
			m[w] |= k
		}
	}
	return m
}()

// lengths has for every byte the lengths of the words of the vocabulary that
// begin with it: most words are not in it and need not be looked up.
var lengths = func() (t [256]uint16) {
	for w := range vocabulary {
		t[w[0]] |= 1 << len(w)
	}
	return t
}()

// faults end the names of exceptions.
var faults = [][]byte{[]byte("Exception"), []byte("Error"), []byte("Fault"), []byte("Failure"), []byte("Interrupt"), []byte("Warning")}

var ellipsis = []byte("..")
