package web

import (
	"fmt"
	"net/http"
	"os"
	"strings"

	"noon/fleet"
)

// API is a client for a service that is asked from here. It follows no
// redirection: the password would go there too.
func API() *http.Client {
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Head is what noon says of itself in every question: who asks, and the login.
// An error names the environment variable that is not set.
func Head(l fleet.Login) (http.Header, error) {
	asks := &http.Request{Header: http.Header{"User-Agent": {"noon"}}}
	if l.Tenant != "" {
		asks.Header.Set("X-Scope-OrgID", l.Tenant)
	}
	if l.Token != "" {
		token, err := secret(l.Token)
		if err != nil {
			return nil, err
		}
		asks.Header.Set("Authorization", "Bearer "+token)
	}
	if l.User != "" {
		password, err := secret(l.Password)
		if err != nil {
			return nil, err
		}
		asks.SetBasicAuth(l.User, password)
	}
	return asks.Header, nil
}

func secret(variable string) (string, error) {
	value := strings.TrimSpace(os.Getenv(variable))
	if value == "" {
		return "", fmt.Errorf("the environment variable %s is not set: run noon with it", variable)
	}
	return value, nil
}
