package proxy

import (
	"encoding/json"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/caddyserver/caddy/v2/modules/caddytls"
	// Certificates from ACME are kept in files.
	_ "github.com/caddyserver/caddy/v2/modules/filestorage"
)

// object is a JSON object of Caddy's config.
type object = map[string]any

// triesMost is how many servers a request may be offered to.
const triesMost = 16

// caddyConfig is the config under which Caddy runs from its start to its end:
// all that changes is in the pool.
func caddyConfig(c Config) *caddy.Config {
	keep := false
	return &caddy.Config{
		Admin:      &caddy.AdminConfig{Disabled: true, Config: &caddy.ConfigSettings{Persist: &keep}},
		Logging:    &caddy.Logging{Logs: map[string]*caddy.CustomLog{"default": {BaseLog: caddy.BaseLog{Level: "ERROR"}}}},
		StorageRaw: raw(object{"module": "file_system", "root": storage(c.TLS)}),
		AppsRaw:    caddy.ModuleMap{"http": raw(httpApp(c)), "tls": raw(tlsApp(c.TLS))},
	}
}

func httpApp(c Config) *caddyhttp.App {
	server := &caddyhttp.Server{
		Listen:    c.Listen,
		Routes:    caddyhttp.RouteList{route(c.TLS)},
		Protocols: []string{"h1"},
		AutoHTTPS: &caddyhttp.AutoHTTPSConfig{Disabled: true},
	}
	if c.TLS != nil {
		server.Protocols = []string{"h1", "h2", "h3"}
		server.TLSConnPolicies = caddytls.ConnectionPolicies{{}}
		server.AutoHTTPS.Disabled = len(c.TLS.Domains) == 0
	}
	return &caddyhttp.App{
		GracePeriod: caddy.Duration(c.Grace),
		Servers:     map[string]*caddyhttp.Server{"customers": server},
	}
}

// route is gate, then reverse_proxy. Caddy gets certificates for the domains
// that routes match.
func route(t *TLS) caddyhttp.Route {
	way := caddyhttp.Route{HandlersRaw: []json.RawMessage{
		raw(object{"handler": "noon"}),
		raw(object{
			"handler":   "reverse_proxy",
			"transport": object{"protocol": "noon"},
			"load_balancing": object{
				"selection_policy": object{"policy": "noon"},
				"retries":          triesMost,
				"retry_match":      []object{{"noon_repeatable": object{}}},
			},
		}),
	}}
	if t != nil && len(t.Domains) > 0 {
		way.MatcherSetsRaw = caddyhttp.RawMatcherSets{{"host": raw(t.Domains)}}
	}
	return way
}

// raw returns the JSON of values that always have one.
func raw(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}

// storage is Caddy's folder for certificates. Without ACME nothing is kept,
// and nothing is asked of the folder.
func storage(t *TLS) string {
	if t == nil {
		return ""
	}
	return t.Storage
}

func tlsApp(t *TLS) object {
	app := object{"disable_ocsp_stapling": t == nil}
	switch {
	case t == nil || len(t.Domains) == 0:
		app["disable_storage_check"], app["disable_storage_clean"] = true, true
		if t != nil {
			app["certificates"] = object{"load_files": []object{{"certificate": t.Cert, "key": t.Key}}}
		}
	default:
		app["automation"] = object{"policies": []object{{"subjects": t.Domains, "issuers": []object{issuer(t)}}}}
	}
	return app
}

func issuer(t *TLS) object {
	acme := object{"module": "acme"}
	if t.Email != "" {
		acme["email"] = t.Email
	}
	if t.CA != "" {
		acme["ca"] = t.CA
	}
	if len(t.Roots) > 0 {
		acme["trusted_roots_pem_files"] = t.Roots
	}
	return acme
}
