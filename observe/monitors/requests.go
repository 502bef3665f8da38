package monitors

// partsMost is how many endpoints of one answer are counted apart before those
// with the most traffic are chosen.
const partsMost = 2000

// part is what a server counts of one endpoint.
type part struct{ requests, errors float64 }

// requests is a family that may count the requests that the server answered,
// summed over its labels.
type requests struct {
	family, name string
	rank         int
	all          part
	// status tells that the series say how requests ended; parts that they say
	// for which endpoint.
	status, apart bool
	parts         map[string]*part
	rest          part
	// broken is a value that cannot be.
	broken bool
}

func (r *requests) take(s sample, known map[string]bool) {
	if !possible(s.value) {
		r.broken = true
		return
	}
	errors := 0.0
	if bad, said := endOf(s); said {
		r.status = true
		if bad {
			errors = s.value
		}
	}
	r.all.add(s.value, errors)
	if endpoint := bare(endpointOf(s)); endpoint != "" {
		r.apart = true
		r.partOf(endpoint, known).add(s.value, errors)
	}
}

// endOf tells how the requests of a series ended, by the first label that says it.
func endOf(s sample) (bad, said bool) {
	for _, name := range statusLabels {
		if value := s.label(name); value != "" {
			if bad, said = failed(value); said {
				return bad, true
			}
		}
	}
	return false, false
}

func (p *part) add(requests, errors float64) {
	p.requests += requests
	p.errors += errors
}

func (r *requests) partOf(endpoint string, known map[string]bool) *part {
	if p, ok := r.parts[endpoint]; ok {
		return p
	}
	if !presentable(endpoint) || len(r.parts) >= partsMost && !known[endpoint] {
		return &r.rest
	}
	p := &part{}
	r.parts[endpoint] = p
	return p
}

// better tells which of two families says more of the requests.
func (r *requests) better(than *requests) bool {
	switch {
	case than == nil:
		return true
	case r.status != than.status:
		return r.status
	case r.apart != than.apart:
		return r.apart
	case r.rank != than.rank:
		return r.rank < than.rank
	}
	return r.name < than.name
}
