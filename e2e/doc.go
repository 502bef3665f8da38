// Package e2e holds the tests of noon as a user runs it: the program itself,
// real servers over real SSH, a real load balancer, customers who count every
// request that fails. Each script in testdata is one piece of bad input or bad
// luck, and what becomes of it; the commands that scripts have beyond
// testscript's own are in commands_test.go.
package e2e
