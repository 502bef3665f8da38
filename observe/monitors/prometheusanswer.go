package monitors

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"noon/fleet"
)

// resultsMost is how many series one query may find.
const resultsMost = 5000

// result is a series that a query finds, with its number now.
type result struct {
	labels map[string]string
	value  float64
}

// answer is what Prometheus writes, as far as it is needed.
type answer struct {
	Status string `json:"status"`
	Error  string `json:"error"`
	Data   struct {
		Type   string          `json:"resultType"`
		Result json.RawMessage `json:"result"`
	} `json:"data"`
}

func unpack(body []byte, status int) ([]result, error) {
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		if status != http.StatusOK {
			return nil, fmt.Errorf("it answers with status %d", status)
		}
		return nil, errors.New("the answer is not JSON as Prometheus writes it: is the URL that of Prometheus?")
	}
	switch {
	case status == http.StatusBadRequest || status == http.StatusUnprocessableEntity:
		return nil, fmt.Errorf("it does not understand the query: %s", brief(a.Error))
	case status != http.StatusOK || a.Status != "success":
		return nil, fmt.Errorf("it answers with status %d: %s", status, brief(a.Error))
	case a.Data.Type == "scalar":
		return scalar(a.Data.Result)
	case a.Data.Type != "vector":
		return nil, fmt.Errorf("the query finds %s, not numbers of this moment: see what it asks for", fleet.Quoted(a.Data.Type))
	}
	return vector(a.Data.Result)
}

// brief is what Prometheus says of a query, which the query is a part of.
func brief(said string) string {
	const most = 300
	if len(said) > most {
		return strings.ToValidUTF8(said[:most], "") + "..."
	}
	return said
}

func scalar(raw json.RawMessage) ([]result, error) {
	var pair []json.RawMessage
	if err := json.Unmarshal(raw, &pair); err != nil {
		return nil, errors.New("the answer is not JSON as Prometheus writes it")
	}
	value, err := valueIn(pair)
	if err != nil {
		return nil, err
	}
	return []result{{value: value}}, nil
}

func vector(raw json.RawMessage) ([]result, error) {
	var all []struct {
		Metric    map[string]string `json:"metric"`
		Value     []json.RawMessage `json:"value"`
		Histogram json.RawMessage   `json:"histogram"`
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, errors.New("the answer is not JSON as Prometheus writes it")
	}
	if len(all) > resultsMost {
		return nil, fmt.Errorf("the query finds %d series, of which at most %d are read: write one that finds less, like sum(...)", len(all), resultsMost)
	}
	found := make([]result, 0, len(all))
	for _, one := range all {
		if one.Value == nil && one.Histogram != nil {
			return nil, errors.New("the query finds a native histogram: ask for a number of it, like histogram_count(...)")
		}
		value, err := valueIn(one.Value)
		if err != nil {
			return nil, err
		}
		found = append(found, result{labels: one.Metric, value: value})
	}
	return found, nil
}

// valueIn reads [time, "number"].
func valueIn(pair []json.RawMessage) (float64, error) {
	var written string
	if len(pair) != 2 || json.Unmarshal(pair[1], &written) != nil {
		return 0, errors.New("the answer is not JSON as Prometheus writes it")
	}
	value, err := strconv.ParseFloat(written, 64)
	if err != nil {
		return 0, fmt.Errorf("it answers %s, which is no number", fleet.Quoted(written))
	}
	return value, nil
}
