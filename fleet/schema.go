package fleet

import (
	"encoding/json"
	"fmt"

	"github.com/invopop/jsonschema"
)

// Schema returns the JSON Schema of noon.yaml, with which editors complete
// and explain its keys. It is made from the same lists of keys with which
// Parse reads the file; what is wrong between keys only Parse tells.
func Schema() ([]byte, error) {
	service := defaultService()
	s := in(newServiceSection(&service)).schema()
	s.Version = jsonschema.Version
	s.Title = "noon.yaml"
	s.Description = "A service: its servers behind a load balancer, how a version gets onto them, and how careful to be."
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the schema of noon.yaml: %w", err)
	}
	return append(text, '\n'), nil
}
