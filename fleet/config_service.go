package fleet

// serviceSection is the whole of noon.yaml.
type serviceSection struct {
	to       *Service
	servers  *serversSetting
	balancer *balancerSection
	release  *releaseSection
	asks     *checkSection
	rollout  *rolloutSection
	logs     *logsSetting
	monitors *monitorsSection
}

func newServiceSection(to *Service) *serviceSection {
	return &serviceSection{
		to:       to,
		servers:  &serversSetting{to: &to.Servers},
		balancer: newBalancerSection(&to.Balancer),
		release:  newReleaseSection(&to.Release),
		asks:     &checkSection{to: &to.Check},
		rollout:  &rolloutSection{to: &to.Policy},
		logs:     &logsSetting{to: &to.Logs},
		monitors: newMonitorsSection(&to.Monitors),
	}
}

func (s *serviceSection) fields() []field {
	return []field{
		{key: "service", about: "the name of the service, like webshop", to: text{&s.to.Name, aName}, required: true, also: []string{"name", "app"}},
		{key: "servers", about: "the servers behind the load balancer, in the order in which they are upgraded", to: s.servers, required: true, also: []string{"hosts", "nodes", "fleet", "backends"}},
		{key: "balancer", about: "the load balancer in front of them: haproxy or lb", to: in(s.balancer), required: true, also: []string{"load_balancer", "lb", "haproxy", "proxy"}},
		{key: "release", about: "how a version gets onto a server and is started there", to: in(s.release), required: true, also: []string{"deploy", "upgrade"}},
		{key: "check", about: "how noon sees that a server is well and which version it runs", to: in(s.asks), required: true, also: []string{"health", "healthcheck"}},
		{key: "rollout", about: "how careful a rollout is", to: in(s.rollout), also: []string{"policy", "strategy"}},
		{key: "logs", about: "where the servers' logs are read, to compare the versions", to: s.logs, also: []string{"log", "logging"}},
		{key: "monitors", about: "where it is measured how well a server serves, beside the load balancer's counters and the machine's figures", to: in(s.monitors), also: []string{"monitor", "monitoring", "metrics", "prometheus"}},
		{key: "database", to: notYet{"remove it"}},
		{key: "api", to: notYet{"remove it"}},
	}
}

func (s *serviceSection) check(f found) {
	if !f.has("servers") || s.servers.written == nil {
		return
	}
	s.rollout.checkFleet(f, s.servers)
	s.balancer.checkNames(s.servers)
	s.checkShared()
}
