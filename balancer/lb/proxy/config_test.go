package proxy

import (
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"

	"noon/fleet"
)

func good() Config {
	return Config{
		Listen: []string{":8080"}, Admin: "/run/noon/admin", State: "/var/lib/noon/state",
		Servers: []fleet.Server{{Name: "web1", Address: "10.0.0.1:80"}, {Name: "web2", Address: "10.0.0.2:80"}},
	}
}

func TestAConfigThatCannotBeMeantIsRefused(t *testing.T) {
	if err := good().withDefaults().valid(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*Config){
		"no address to listen":  func(c *Config) { c.Listen = nil },
		"is not host:port":      func(c *Config) { c.Listen = []string{"8080"} },
		"admin socket":          func(c *Config) { c.Admin = strings.Repeat("x", 101) },
		"no state file":         func(c *Config) { c.State = "" },
		"must start with /":     func(c *Config) { c.Health.Path = "healthz" },
		"negative":              func(c *Config) { c.Health.Interval = -1 },
		"empty or used twice":   func(c *Config) { c.Servers[1].Name = "web1" },
		"address of web2":       func(c *Config) { c.Servers[1].Address = "10.0.0.2" },
		"have the same address": func(c *Config) { c.Servers[1].Address = "10.0.0.1:80" },
		"certificate and its":   func(c *Config) { c.TLS = &TLS{Cert: "a"} },
		"leave one out":         func(c *Config) { c.TLS = &TLS{Cert: "a", Key: "b", Domains: []string{"c"}} },
		"needs a folder":        func(c *Config) { c.TLS = &TLS{Domains: []string{"shop.example"}} },
	} {
		c := good()
		spoil(&c)
		if err := c.withDefaults().valid(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
}

// What Caddy does with ACME needs an authority; that it takes our config for
// it does not.
func TestCaddyTakesTheConfigForACME(t *testing.T) {
	if err := register(&pool{}, newFronts()); err != nil {
		t.Fatal(err)
	}
	c := good()
	c.Listen = []string{":443"}
	c.TLS = &TLS{Domains: []string{"shop.example", "www.shop.example"}, Email: "ana@shop.example", CA: "https://acme.example/directory", Storage: t.TempDir()}
	if err := caddy.Validate(caddyConfig(c.withDefaults())); err != nil {
		t.Error(err)
	}
}

func TestServersOfTheConfigMeetWhatIsRemembered(t *testing.T) {
	known := []place{
		{Name: "web1", Address: "10.0.0.9:80", Rotation: fleet.Draining, Weight: 50, Note: "by ana"},
		{Name: "web3", Address: "10.0.0.3:80", Rotation: fleet.In, Weight: 100},
	}
	got := merge(good().Servers, known)
	want := []place{
		{Name: "web1", Address: "10.0.0.1:80", Rotation: fleet.Draining, Weight: 50, Note: "by ana"},
		{Name: "web2", Address: "10.0.0.2:80", Rotation: fleet.In, Weight: 100},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%+v", got)
	}
}
