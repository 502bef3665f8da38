package monitors

import "fmt"

// Standing is how much there is for the opinion, in words: "evidence against it
// 31:1, 200:1 needed; 1,395 requests".
func (r Report) Standing() string {
	requests := plural(r.Requests, "request")
	if r.Needed <= 0 {
		return requests
	}
	return fmt.Sprintf("evidence against it %s, %s needed; %s", odds(r.Evidence), odds(r.Needed), requests)
}

// Counts tells whether a finding counts against the version, or is only shown.
func (r Report) Counts(f Finding) bool {
	return r.Opinion == Worse && f.Evidence >= r.Needed
}
