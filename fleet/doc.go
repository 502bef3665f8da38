// Package fleet holds the nouns of noon: a service, its servers, the versions
// they run, the pool as the load balancer shows it, and what a server says of
// itself. It reads and validates noon.yaml, and does no other I/O. It decides
// nothing and imports none of our packages.
package fleet
