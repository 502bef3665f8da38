package fleet

// Server is one machine (or process) that serves requests behind the load
// balancer.
type Server struct {
	// Name is what people, the plan and the load balancer call it: "web1".
	Name string `json:"name"`
	// Host is how noon reaches it to upgrade it: "deploy@10.0.0.11", an alias
	// from ~/.ssh/config, or "" (also "local") for this machine.
	Host string `json:"host,omitempty"`
	// Address is where it answers requests: "10.0.0.11:8080".
	Address string `json:"address"`
}

// Local tells whether the server is reached without SSH.
func (s Server) Local() bool { return s.Host == "" || s.Host == "local" }
