package monitors

import judgemonitors "noon/judge/monitors"

// understand makes the numbers of an observation of what was collected.
func (c *collector) understand(e *endpoints, o *judgemonitors.Observation) understood {
	u := understood{summaries: c.summaries, unread: c.unread, trouble: c.trouble}
	served := best(c.served, (*requests).better, &u.trouble)
	if served != nil {
		u.requests, u.endpoints = served.name, served.report(e, o)
		if served.status {
			u.errors = served.name
		}
	}
	if u.errors == "" {
		u.errors = c.reportFailures(o, &u.trouble)
	}
	u.latency = c.reportLatency(served, o, &u.trouble)
	c.reportBusiness(o, &u)
	c.reportGauges(o, &u)
	u.process = c.process(&u.trouble)
	if u.String() == nothing && len(u.trouble) == 0 {
		u.trouble.add("it answers, but nothing in it is named as noon knows it")
	}
	return u
}

// best is the family that says most; those with numbers that cannot be say
// nothing.
func best(of map[string]*requests, better func(a, b *requests) bool, t *trouble) *requests {
	var found *requests
	for _, r := range of {
		if better(r, found) {
			found = r
		}
	}
	if found != nil && found.broken {
		t.add("%s has a number that no counter has (not a number, infinite or negative): it is not used", found.name)
		return nil
	}
	return found
}

// report writes the counters, in all and of each endpoint, and returns how many
// endpoints are told apart.
func (r *requests) report(e *endpoints, o *judgemonitors.Observation) int {
	put := func(key func(string) string, p part) {
		o.Counters[key("requests")] += p.requests
		if r.status {
			o.Counters[key("errors")] += p.errors
		}
	}
	put(func(name string) string { return name }, r.all)
	chosen := e.choose(r.parts)
	rest, joined, apart := r.rest, r.rest.requests > 0, 0
	for endpoint, p := range r.parts {
		if !chosen[endpoint] {
			rest.add(p.requests, p.errors)
			joined = true
			continue
		}
		apart++
		put(func(name string) string { return series(name, endpoint) }, *p)
	}
	if joined {
		put(func(name string) string { return series(name, otherEndpoints) }, rest)
	}
	return apart
}

// reportFailures writes the errors where the requests do not say how they ended.
func (c *collector) reportFailures(o *judgemonitors.Observation, t *trouble) string {
	r := best(c.failures, (*requests).better, t)
	if r == nil {
		return ""
	}
	o.Counters["errors"] = r.all.requests
	return r.name
}

func (c *collector) reportLatency(served *requests, o *judgemonitors.Observation, t *trouble) string {
	family := ""
	if served != nil {
		family = served.family
	}
	var found *latency
	for _, l := range c.latencies {
		if l.better(found, family) {
			found = l
		}
	}
	if found == nil {
		return ""
	}
	h, ok := found.histogram()
	if !ok {
		t.add("%s is no histogram that can be read (its buckets have no edges in common, do not end with +Inf, or fall): it is not used", found.family)
		return ""
	}
	o.Histograms["latency_seconds"] = h
	return found.family
}

func (c *collector) reportBusiness(o *judgemonitors.Observation, u *understood) {
	for _, name := range c.monitors.Business {
		switch m := c.business[name]; {
		case m == nil:
			u.trouble.add("there is no business counter %s", name)
		case m.kind == gauge:
			u.trouble.add("business counter %s is a gauge, which may fall: name a counter", name)
		case m.broken:
			u.trouble.add("business counter %s is not a number, infinite or negative", name)
		default:
			o.Counters[name] = m.value
			u.business = append(u.business, name)
		}
	}
}

func (c *collector) reportGauges(o *judgemonitors.Observation, u *understood) {
	for _, convention := range measures {
		m := c.measured[convention.name]
		if _, twice := o.Gauges[convention.gauge]; m == nil || twice {
			continue
		}
		if m.broken {
			u.trouble.add("%s is not a number, infinite or negative", convention.name)
			continue
		}
		o.Gauges[convention.gauge] = m.value
		u.gauges = append(u.gauges, convention.gauge)
	}
}

// process is what the process says of its time.
func (c *collector) process(t *trouble) process {
	var p process
	for _, counter := range cpuCounters {
		m := c.measured[counter.name]
		if m == nil || p.known {
			continue
		}
		if m.broken {
			t.add("%s is not a number, infinite or negative", counter.name)
			continue
		}
		p.busy, p.known = m.value*counter.scale, true
	}
	if m := c.measured[startedSeries]; m != nil && !m.broken {
		p.started, p.dated = m.value, true
	}
	return p
}
