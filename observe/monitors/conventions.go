package monitors

import "regexp"

// How applications name what they measure. Nobody has to configure this: what is
// not named as usual is simply not understood, and "noon doctor" says so. In each
// list the first that matches counts.

// named is a form of names; who writes them so stands beside it.
func named(pattern string) *regexp.Regexp { return regexp.MustCompile("^" + pattern + "$") }

// requestCounters count the requests that a server answered.
var requestCounters = []*regexp.Regexp{
	named(`http_server_requests_seconds_count`),                                                   // Micrometer: Spring Boot, Quarkus, Micronaut
	named(`http_server_request_duration_seconds_count`),                                           // OpenTelemetry; Ruby's rack
	named(`http_server_duration(_[a-z]+)?_count`),                                                 // OpenTelemetry before 2023
	named(`django_http_responses_total_by_status_view_method(_total)?`),                           // django-prometheus
	named(`django_http_responses_total_by_status(_total)?`),                                       // django-prometheus
	named(`(.+_)?http_(server_)?requests?(_received|_handled|_processed|_served)?_(total|count)`), // promhttp, FastAPI, Flask, prometheus-net, Rust's axum
	named(`(.+_)?http_(server_)?responses?(_sent)?_total`),                                        // own names
	named(`(.+_)?http_(server_)?requests?_(duration|latency|time|handling)(_.+)?_count`),          // promhttp, Node's express-prom-bundle
	named(`(.+_)?http_(server_)?responses?_(duration|latency|time)(_.+)?_count`),                  // own names
	named(`grpc_server_handled_total`),                                                            // go-grpc-prometheus, grpc-java
	named(`(.+_)?requests?(_received|_handled|_processed|_served)?_total`),                        // gin, echo, Rails (yabeda), own names
	named(`(.+_)?requests?_(duration|latency|time)(_.+)?_count`),                                  // own names
}

// errorCounters count requests that failed, where the counter of requests does
// not say how they ended.
var errorCounters = []*regexp.Regexp{
	named(`(.+_)?http_(server_)?(requests?_)?(errors|failures|exceptions)_total`), // own names
	named(`(.+_)?requests?_(errors|failures|failed|exceptions)(_total)?`),         // own names
	named(`(.+_)?(errors|failed|failures)_requests?_total`),                       // own names
}

// latencies are histograms of how long answers took.
var latencies = []*regexp.Regexp{
	named(`http_server_requests?(_duration)?(_[a-z]+)?`),                                              // Micrometer, OpenTelemetry
	named(`http_server_duration(_[a-z]+)?`),                                                           // OpenTelemetry before 2023
	named(`django_http_requests_latency_including_middlewares_seconds`),                               // django-prometheus
	named(`django_http_requests_latency_seconds_by_view_method`),                                      // django-prometheus
	named(`(.+_)?http_(server_)?requests?_(duration|latency|time|handling)(_.+)?`),                    // promhttp, FastAPI, Flask, prometheus-net, Node
	named(`(.+_)?http_(server_)?responses?_(duration|latency|time)(_.+)?`),                            // own names
	named(`grpc_server_handling_seconds`),                                                             // go-grpc-prometheus
	named(`(.+_)?(requests?|responses?)_(.+_)?(duration|latency|time|seconds|milliseconds|ms)(_.+)?`), // gin, Rails (yabeda), own names
	named(`(.+_)?latency(_.+)?`),                                                                      // own names
	named(`(.+_)?duration(_.+)?`),                                                                     // own names
}

// notServed are words of names that are not about what customers are answered.
var notServed = regexp.MustCompile(`(^|_)(client|outgoing|outbound|upstream|egress|external|promhttp|scrape|size|bytes|body|gc|db|database|sql|query|redis|kafka|cache|job|task|cron|worker|aws|s3|dns|tls|lock|pause|compaction|rotation|eventloop)(_|$)`)

// statusLabels say how a request ended, as a status of HTTP, its class ("5xx"),
// a code of gRPC or a word.
var statusLabels = []string{
	"http_response_status_code", "http_status_code", "status_code", "statuscode", "http_status", "response_code", "code", "status", "grpc_code", "outcome", "result",
}

// statusForm is a status of HTTP, or a class of them.
var statusForm = regexp.MustCompile(`^[1-5]([0-9][0-9]|xx|XX)$`)

// errorWords and goodWords are how requests end elsewhere. The codes of gRPC are
// those that OpenTelemetry counts as errors of the server.
var (
	errorWords = wordSet("error", "errors", "failure", "failed", "exception", "server_error", "Unknown", "DeadlineExceeded", "Unimplemented", "Internal", "Unavailable", "DataLoss", "UNKNOWN_ERROR", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "SERVER_ERROR")
	goodWords  = wordSet("ok", "success", "successful", "OK", "SUCCESS", "CLIENT_ERROR", "client_error", "Canceled", "InvalidArgument", "NotFound", "AlreadyExists", "PermissionDenied", "Unauthenticated", "ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange")
)

func wordSet(words ...string) map[string]bool {
	set := map[string]bool{}
	for _, w := range words {
		set[w] = true
	}
	return set
}

// endpointLabels say what was asked for; with two names both are needed.
var endpointLabels = [][]string{
	{"endpoint"}, {"http_route"}, {"route"}, {"handler"}, {"uri"}, {"controller", "action"}, {"view"}, {"path"}, {"url"}, {"http_target"}, {"grpc_service", "grpc_method"}, {"grpc_method"},
}

// gaugeConvention is a series that is a gauge of ours. Several series of it, or
// of several names, are summed if they are of one name; the first name counts.
type gaugeConvention struct {
	gauge, name string
	// only, where given, is what a label must say.
	only string
}

// measures are what a process says of itself, more being worse.
var measures = []gaugeConvention{
	{"memory", "process_resident_memory_bytes", ""}, // client libraries of Go, Python, Java, Node, Ruby
	{"memory", "process_working_set_bytes", ""},     // prometheus-net
	{"memory", "dotnet_process_memory_working_set_bytes", ""},
	{"memory", "process_memory_usage_bytes", ""}, // OpenTelemetry
	{"open_files", "process_open_fds", ""},
	{"open_files", "process_files_open_files", ""}, // Micrometer
	{"open_files", "process_open_handles", ""},     // prometheus-net
	{"heap", "jvm_memory_used_bytes", "heap"},      // Micrometer, OpenTelemetry, Java
	{"heap", "jvm_memory_bytes_used", "heap"},      // Java before 2023
	{"heap", "nodejs_heap_size_used_bytes", ""},
	{"heap", "dotnet_total_memory_bytes", ""},
	{"heap", "go_memstats_heap_inuse_bytes", ""},
	{"goroutines", "go_goroutines", ""},
	{"threads", "jvm_threads_live_threads", ""},
	{"threads", "jvm_threads_current", ""},
	{"threads", "jvm_thread_count", ""},
	{"threads", "process_num_threads", ""},
	{"event_loop_lag", "nodejs_eventloop_lag_p99_seconds", ""},
}

// cpuCounters are the CPU time of the process; scale makes seconds of it.
var cpuCounters = []struct {
	name  string
	scale float64
}{
	{"process_cpu_seconds_total", 1},
	{"process_cpu_time_seconds_total", 1},
	{"jvm_cpu_time_seconds_total", 1},
	{"process_cpu_time_ns_total", 1e-9},
}

// startedSeries is when the process started: CPU time of another is not compared.
const startedSeries = "process_start_time_seconds"

// units make seconds of what a histogram's name ends with.
var units = []struct {
	ending *regexp.Regexp
	scale  float64
}{
	{regexp.MustCompile(`_(milliseconds|millis|ms)(_|$)`), 1e-3},
	{regexp.MustCompile(`_(microseconds|micros|us)(_|$)`), 1e-6},
	{regexp.MustCompile(`_(nanoseconds|nanos|ns)(_|$)`), 1e-9},
	{regexp.MustCompile(`_(seconds|second|s)(_|$)`), 1},
}

// millisecondsFrom is a bound that no answer in seconds reaches: a histogram
// without a unit that has it counts milliseconds.
const millisecondsFrom = 1000

// matching returns the place of the first convention that the name is in.
func matching(name string, of []*regexp.Regexp) (rank int, ok bool) {
	if notServed.MatchString(name) {
		return 0, false
	}
	for i, form := range of {
		if form.MatchString(name) {
			return i, true
		}
	}
	return 0, false
}

// failed tells how a request ended; known is whether the value says it at all.
func failed(value string) (failed, known bool) {
	switch {
	case statusForm.MatchString(value):
		return value[0] == '5', true
	case errorWords[value]:
		return true, true
	}
	return false, goodWords[value]
}
