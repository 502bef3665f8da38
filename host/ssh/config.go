package ssh

import (
	"fmt"
	"os"
	"strings"

	"github.com/kevinburke/ssh_config"
)

// configs are the parsed ssh_config files, the first has precedence.
type configs []*ssh_config.Config

// readConfigs parses the files. Match is understood by the library only as
// "all" and "host"; another criterion could mean anything, so it is an error
// rather than a guess.
func readConfigs(files []string) (configs, error) {
	var all configs
	for _, name := range files {
		content, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read SSH's configuration: %w", err)
		}
		parsed, err := ssh_config.DecodeBytes(content)
		if err != nil && strings.Contains(err.Error(), "Match") {
			return nil, fmt.Errorf("%s: noon understands of \"Match\" only \"Match all\" and \"Match host\": write what the servers need as \"Host\" blocks in a file of its own, or name user, host and port in noon.yaml: %w", name, err)
		}
		if err != nil {
			return nil, fmt.Errorf("%s is not understood: %w", name, err)
		}
		all = append(all, parsed)
	}
	return all, nil
}

// first returns the first value of the keyword for the alias, "" if none.
func (c configs) first(alias, keyword string) (string, error) {
	for _, file := range c {
		value, err := file.Get(alias, keyword)
		if err != nil {
			return "", fmt.Errorf("read %s of %s in SSH's configuration: %w", keyword, alias, err)
		}
		if value != "" {
			return unquoted(value), nil
		}
	}
	return "", nil
}

// all returns every value of the keyword for the alias, in order.
func (c configs) all(alias, keyword string) ([]string, error) {
	var values []string
	for _, file := range c {
		found, err := file.GetAll(alias, keyword)
		if err != nil {
			return nil, fmt.Errorf("read %s of %s in SSH's configuration: %w", keyword, alias, err)
		}
		for _, value := range found {
			values = append(values, unquoted(value))
		}
	}
	return values, nil
}

func unquoted(value string) string {
	value = strings.TrimSpace(value)
	if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
		return value[1 : len(value)-1]
	}
	return value
}
