package mine

// cache remembers the shapes of glances. It forgets: what it lost is read
// again, which gives the same shape.
type cache struct {
	slots []slot
}

type slot struct {
	glance uint64
	shape  ID // + 1; 0 is free
}

// cacheBits is the size of the cache: 1 MB, more than the shapes of a service.
const cacheBits = 16

func newCache() cache { return cache{make([]slot, 1<<cacheBits)} }

func (c *cache) get(h uint64) (ID, bool) {
	s := &c.slots[h>>(64-cacheBits)&(1<<cacheBits-1)]
	if s.glance == h && s.shape != 0 {
		return s.shape - 1, true
	}
	s = &c.slots[(h>>(64-cacheBits)^1)&(1<<cacheBits-1)]
	return s.shape - 1, s.glance == h && s.shape != 0
}

// put remembers, and forgets the oldest of the two that share a place.
func (c *cache) put(h uint64, id ID) {
	at := h >> (64 - cacheBits)
	c.slots[at^1] = c.slots[at]
	c.slots[at] = slot{h, id + 1}
}
