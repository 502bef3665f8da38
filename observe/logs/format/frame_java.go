package format

import "bytes"

// Java writes "at java.base/java.lang.Thread.run(Thread.java:840)", the
// innermost first.

// javaPlace tells that what is in brackets is a place in Java.
func javaPlace(inside []byte) bool {
	return containsAny(inside, ".java", ".kt", ".scala", ".groovy", ".clj", "Native Method", "Unknown Source", "<generated>", "SourceFile") || len(inside) > 0 && bytes.IndexByte(inside, ' ') < 0 && bytes.IndexByte(inside, ':') > 0
}

// javaLibraries are the language, its frameworks and what stands between them
// and applications.
var javaLibraries = []string{
	"java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.", "groovy.", "clojure.",
	"org.codehaus.groovy.", "android.", "androidx.", "dalvik.", "com.android.",
	"org.springframework.", "org.apache.", "org.eclipse.", "io.netty.", "reactor.", "org.hibernate.", "io.undertow.",
	"com.zaxxer.", "com.fasterxml.", "okhttp3.", "okio.", "org.jboss.", "org.wildfly.", "io.vertx.", "io.micronaut.", "io.quarkus.",
	"io.smallrye.", "org.postgresql.", "com.mysql.", "org.mariadb.", "oracle.", "feign.", "retrofit2.", "com.google.common.",
	"com.google.inject.", "akka.", "play.", "io.grpc.", "io.reactivex.", "rx.", "org.junit.", "redis.clients.", "io.lettuce.",
	"ch.qos.logback.", "org.slf4j.", "com.mongodb.", "org.mongodb.", "com.rabbitmq.", "org.glassfish.", "org.thymeleaf.",
	"io.micrometer.", "io.opentelemetry.", "brave.", "net.bytebuddy.", "org.aspectj.", "com.netflix.", "$Proxy",
}

func javaFrame(call []byte) frame {
	call = bytes.TrimSpace(call)
	lambda := bytes.Index(call, []byte("$$Lambda"))
	if slash := bytes.LastIndexByte(call[:atOrEnd(lambda, call)], '/'); slash >= 0 { // module/class.method
		call = call[slash+1:]
	}
	name := javaName(call)
	return frame{name: name, ours: lambda < 0 && !beginsWith([]byte(name), javaLibraries)}
}

func atOrEnd(at int, b []byte) int {
	if at < 0 {
		return len(b)
	}
	return at
}

// javaName returns class and method without generated numbers: lambda$pay$3 is
// lambda$pay, Cart$1 is Cart$, Cart$$EnhancerBySpringCGLIB$$3f2a is Cart.
func javaName(call []byte) string {
	out := make([]byte, 0, len(call))
	for i := 0; i < len(call); i++ {
		if call[i] != '$' {
			out = append(out, call[i])
			continue
		}
		if i+1 < len(call) && call[i+1] == '$' { // generated: up to the method
			for i+1 < len(call) && call[i+1] != '.' {
				i++
			}
			continue
		}
		end := i + 1
		for end < len(call) && digit(call[end]) {
			end++
		}
		if end > i+1 && (end == len(call) || call[end] == '.' || call[end] == '$') {
			i = end - 1
			continue
		}
		out = append(out, '$')
	}
	return string(out)
}
