// Package journal keeps what was done: an append-only record of opaque entries
// per rollout, on etcd. Every append is one transaction on the entry's
// sequence, on the entry before it and, for a controller, on its lease: there
// are no gaps, no two writers of one entry, and a stale controller cannot
// write. A single etcd member runs inside the process by default
// (OpenEmbedded); several controllers share the user's own cluster (Connect).
//
// Keys, all below one prefix:
//
//	rollouts/SERVICE/ROLLOUT/SEQUENCE   an entry; both numbers zero-padded
//	index/SERVICE/ROLLOUT               written with the first entry
//	lease/SERVICE                       the holder, bound to an etcd lease
//
// The value of an entry is a token of its writer, a line end, and the entry.
package journal
