package logs

import "time"

// A server may write as much as it likes; of a flood only so much is read. A
// megabyte is some 10,000 lines.
const (
	budgetBytes = 2 << 20 // a second
	budgetBurst = 8 << 20
)

// budget is how many bytes of a server may be read.
type budget struct {
	left int64
	at   time.Time
}

func newBudget(now time.Time) budget { return budget{left: budgetBurst, at: now} }

// spend returns how many of the bytes may be read now.
func (b *budget) spend(now time.Time, most int64) int64 {
	passed := now.Sub(b.at)
	b.at = now
	b.left = min(budgetBurst, b.left+int64(passed.Seconds()*budgetBytes))
	n := max(0, min(b.left, most))
	b.left -= n
	return n
}
