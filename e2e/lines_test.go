package e2e

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// doLines writes a log: lines FILE N [fault]. It is the same for the same name.
func (w *webshop) doLines(ts *script, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	random := rand.New(rand.NewPCG(uint64(len(args[0])), uint64(n)))
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	var b strings.Builder
	for range n {
		at = at.Add(time.Duration(20+random.IntN(300)) * time.Millisecond)
		fmt.Fprintf(&b, "%s %s\n", at.Format("2006-01-02T15:04:05.000Z07:00"), lineOfShop(random, slices.Contains(args, "fault")))
	}
	w.t.Helper()
	w.write(args[0], b.String(), 0o644)
}

func lineOfShop(random *rand.Rand, fault bool) string {
	request := random.Uint64()
	switch share := random.IntN(100); {
	case fault && share < 3:
		return fmt.Sprintf("ERROR request=%x cannot compute the discount of customer %d", request, random.IntN(10_000))
	case share < 6:
		return fmt.Sprintf("WARN request=%x exchange rates are stale, %dh old", request, random.IntN(40))
	case share < 7:
		return fmt.Sprintf("INFO request=%x login of user%d password=hunter2", request, random.IntN(10_000))
	case share < 20:
		return fmt.Sprintf("INFO request=%x cache miss for key user:%d", request, random.IntN(100_000))
	}
	return fmt.Sprintf("INFO request=%x served GET /cart/%d in %dms", request, random.IntN(1000), random.IntN(90))
}
