package app

import (
	"runtime"
	"sync/atomic"
)

// courtesy lets long work step aside for single calls that wait for an answer.
// An import can keep every processor busy; without it each step of a waiting
// request would be put off until the scheduler takes one away, ten milliseconds
// later. The zero courtesy knows of nobody who waits.
type courtesy struct{ waiting atomic.Int64 }

// wait marks that somebody waits until the returned function is called.
func (c *courtesy) wait() (done func()) {
	c.waiting.Add(1)
	return func() { c.waiting.Add(-1) }
}

// giveWay lets others run first, where somebody waits. Loops call it once in a
// fraction of a millisecond's work.
func (c *courtesy) giveWay() {
	if c.waiting.Load() > 0 {
		runtime.Gosched()
	}
}

// courteous is how many records a loop of an import works through before it
// gives way again.
const courteous = 128
