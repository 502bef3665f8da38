package fleet

// Login is what a service that is asked over HTTP wants to know of us; the zero
// value is nothing.
type Login struct {
	// Tenant is sent as X-Scope-OrgID, "" for none.
	Tenant string
	// User logs in with the password that the environment variable Password
	// holds; Token is the variable that holds a bearer token. "" is none.
	User, Password, Token string
}
