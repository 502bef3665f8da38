package api_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"noon/api"
)

// Two types of one name make the description of the API impossible, and no
// command can start.
func TestTheAPIDescribesItself(t *testing.T) {
	answer := httptest.NewRecorder()
	api.New(nil, nil, api.Controller{}).ServeHTTP(answer, httptest.NewRequest("GET", "/openapi.json", nil))
	if answer.Code != 200 || !strings.Contains(answer.Body.String(), "MonitorsReport") {
		t.Errorf("%d: %.200s", answer.Code, answer.Body)
	}
}
