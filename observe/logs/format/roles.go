package format

// role is what a field is for, by its name.
type role uint8

const (
	// aValue: only its name is mined.
	aValue role = iota
	// furniture: every line has it, or it differs between servers; not even its
	// name is mined.
	furniture
	theTime
	theLevel
	maybeLevel // where there is no other
	theMessage
	maybeMessage // where there is no other
	theError     // a text, or an object with the fields below
	theErrorType // the class of the exception
	theStack
	theStatus // of HTTP
	theMethod
	theTarget
	theTrace // an episode, the best kind
	theRequest
	maybeRequest // if the value looks like an id
	// wrapping of docker and journald
	theLog
)

// roles by the path of a field: names joined with dots, in lower case, without
// "_", "-" and "@". Names of slog, zap, zerolog, logrus, log4j, logback, pino,
// bunyan, winston, python-json-logger, structlog, Serilog, Bunyan, GELF, ECS,
// OpenTelemetry, GCP, Monolog, lograge, Caddy.
var roles = map[string]role{
	"time": theTime, "ts": theTime, "timestamp": theTime, "t": theTime, "datetime": theTime, "date": theTime,
	"eventtime": theTime, "asctime": theTime, "logtime": theTime, "timemillis": theTime, "created": theTime,
	"timeunixnano": theTime, "observedtimestamp": furniture, "timegenerated": theTime, "syslogtimestamp": theTime,
	"t.$date": theTime, "time.timestamp": theTime, "instant.epochsecond": theTime,
	"realtimetimestamp": theTime, "sourcerealtimetimestamp": furniture,

	"level": theLevel, "lvl": theLevel, "severity": theLevel, "loglevel": theLevel, "levelname": theLevel,
	"log.level": theLevel, "severitytext": theLevel, "severitynumber": maybeLevel, "levelno": maybeLevel,
	"levelvalue": maybeLevel, "priority": maybeLevel, "l": maybeLevel, "sev": maybeLevel, "leveltext": theLevel, "s": maybeLevel,
	"level.name": theLevel,

	"msg": theMessage, "message": theMessage, "shortmessage": theMessage, "textpayload": theMessage, "logmessage": theMessage,
	"messagetemplate": theMessage, "mt": theMessage, "m": maybeMessage, "text": maybeMessage, "event": maybeMessage,
	"body": maybeMessage, "description": maybeMessage, "title": maybeMessage, "renderedmessage": furniture, "fullmessage": furniture,

	"err": theError, "error": theError, "exception": theError, "errormessage": theError, "errmsg": theError,
	"exc": theError, "error.message": theError, "error.msg": theError, "err.message": theError, "err.msg": theError,
	"exception.message": theError, "exception.msg": theError, "thrown": theError, "thrown.message": theError,
	"thrown.localizedmessage": furniture, "exceptionmessage": theError, "error.error": theError,

	"error.type": theErrorType, "error.name": theErrorType, "err.type": theErrorType, "err.name": theErrorType,
	"exception.type": theErrorType, "exception.class": theErrorType, "exception.name": theErrorType,
	"exception.exceptionclass": theErrorType, "thrown.name": theErrorType, "errorclass": theErrorType,
	"errortype": theErrorType, "exceptiontype": theErrorType, "exceptionclass": theErrorType, "error.class": theErrorType,
	"error.kind": theErrorType, "exception.exceptionmessage": theError,

	"stack": theStack, "stacktrace": theStack, "error.stack": theStack, "err.stack": theStack, "error.stacktrace": theStack,
	"err.stacktrace": theStack, "exception.stacktrace": theStack, "exception.stack": theStack, "excinfo": theStack,
	"traceback": theStack, "backtrace": theStack, "errorverbose": theStack, "x": theStack, "exctext": theStack,
	"error.backtrace": theStack, "error.traceback": theStack, "thrown.extendedstacktrace": theStack, "stackinfo": theStack,
	"exception.trace": theStack, "trace": theStack, "errorstack": theStack,

	"status": theStatus, "statuscode": theStatus, "httpstatus": theStatus, "http.status": theStatus,
	"http.statuscode": theStatus, "http.response.statuscode": theStatus, "response.status": theStatus,
	"res.statuscode": theStatus, "response.statuscode": theStatus, "httpresponsestatuscode": theStatus,
	"httprequest.status": theStatus, "respstatus": theStatus, "httpstatuscode": theStatus,

	"method": theMethod, "httpmethod": theMethod, "http.method": theMethod, "request.method": theMethod, "req.method": theMethod,
	"http.request.method": theMethod, "requestmethod": theMethod, "verb": theMethod, "httprequest.requestmethod": theMethod,
	"path": theTarget, "uri": theTarget, "url": theTarget, "request.uri": theTarget, "request.path": theTarget, "req.url": theTarget,
	"http.target": theTarget, "url.path": theTarget, "requesturi": theTarget, "requestpath": theTarget, "http.url": theTarget,
	"http.path": theTarget, "httprequest.requesturl": theTarget, "request.url": theTarget,

	"traceid": theTrace, "trace.id": theTrace, "dd.traceid": theTrace, "tid": furniture, "xb3traceid": theTrace,
	"oteltraceid": theTrace, "transaction.id": theTrace, "xtraceid": theTrace,
	"logging.googleapis.com/trace": theTrace,
	"requestid":                    theRequest, "reqid": theRequest, "rid": theRequest, "req.id": theRequest, "request.id": theRequest,
	"correlationid": theRequest, "xrequestid": theRequest, "http.request.id": theRequest, "transactionid": theRequest,
	"xcorrelationid": theRequest, "operationid": theRequest, "amznrequestid": theRequest, "awsrequestid": theRequest,
	"correlation.id": theRequest, "requestuuid": theRequest, "request": maybeRequest, "req": maybeRequest,

	"name": furniture, "channel": furniture, "category": furniture,
	"spanid": furniture, "span.id": furniture, "pid": furniture, "hostname": furniture, "host": furniture, "v": furniture,
	"version": furniture, "caller": furniture, "logger": furniture, "loggername": furniture, "threadname": furniture,
	"thread": furniture, "threadid": furniture, "source": furniture, "process": furniture, "processname": furniture,
	"filename": furniture, "lineno": furniture, "line": furniture, "pathname": furniture, "module": furniture,
	"funcname": furniture, "msecs": furniture, "relativecreated": furniture, "threadpriority": furniture,
	"ecs.version": furniture, "ecs": furniture, "log": theLog, "traceflags": furniture, "tracesampled": furniture,
	"host.name": furniture, "process.pid": furniture, "process.thread.name": furniture, "log.logger": furniture,
	"instant": furniture, "endofbatch": furniture, "loggerfqcn": furniture, "logging.googleapis.com/spanid": furniture,
}

// containers are objects whose fields are those of the line.
var containers = map[string]bool{
	"fields": true, "data": true, "context": true, "extra": true, "mdc": true, "contextmap": true, "properties": true,
	"record": true, "attributes": true, "labels": true, "jsonpayload": true, "ctx": true, "meta": true, "metadata": true,
	"resource": true, "span": true, "scope": true, "state": true, "tags": true, "payload": true, "log": true,
	"logging.googleapis.com/labels": true,
}

// pathMost bounds the length of a path that has a role.
const pathMost = 48

// roleOf returns what the field at index i is for.
func (o *object) roleOf(i int) role {
	f := &o.fields[i]
	var room [pathMost]byte
	name := appendPlain(room[:0], f.name)
	if f.parent < 0 {
		return roles[string(name)]
	}
	var whole [2 * pathMost]byte
	path := appendPath(whole[:0], o, i)
	if r, ok := roles[string(path)]; ok {
		return r
	}
	r := roles[string(name)]
	if o.inContainer(f.parent) || r == theTrace || r == theRequest {
		return r
	}
	return aValue
}

// inContainer tells that the object at index i, and all around it, only hold
// fields of the line.
func (o *object) inContainer(i int) bool {
	for ; i >= 0; i = o.fields[i].parent {
		var room [pathMost]byte
		if !containers[string(appendPlain(room[:0], o.fields[i].name))] {
			return false
		}
	}
	return true
}

// appendPath appends the path of the field at index i, without containers at
// its head.
func appendPath(out []byte, o *object, i int) []byte {
	f := &o.fields[i]
	if f.parent >= 0 && !o.inContainer(f.parent) {
		out = append(appendPath(out, o, f.parent), '.')
	}
	if len(out)+len(f.name) > 2*pathMost {
		return append(out, '.')
	}
	return appendPlain(out, f.name)
}

// appendPlain appends a name as roles has it.
func appendPlain(out, name []byte) []byte {
	if len(name) > pathMost {
		return out
	}
	for _, c := range name {
		switch {
		case c == '_' || c == '-' || c == '@':
		case c >= 'A' && c <= 'Z':
			out = append(out, c|0x20)
		default:
			out = append(out, c)
		}
	}
	return out
}
