package app

import (
	"sync/atomic"
	"time"
)

// courtesy lets long work step aside for single calls that wait for an answer.
// An import can keep every processor busy; without it each step of a waiting
// request would be put off until the scheduler takes one away, ten milliseconds
// later, and a request has many steps. The zero courtesy knows of nobody who
// waits; a nil one is for work that is itself waited for.
type courtesy struct{ waiting atomic.Int64 }

// wait marks that somebody waits until the returned function is called.
func (c *courtesy) wait() (done func()) {
	c.waiting.Add(1)
	return func() { c.waiting.Add(-1) }
}

// courteous is how many records a loop of an import works through before it
// gives way again: some tenths of a millisecond's work. aside is for how long it
// does, so that an import keeps most of its speed however many single calls come.
const (
	courteous = 128
	aside     = 100 * time.Microsecond
)

// giveWay lets others work for a moment, where somebody waits. Whoever holds a
// lock may not call it: those who wait could be waiting for that.
func (c *courtesy) giveWay() {
	if c != nil && c.waiting.Load() > 0 {
		time.Sleep(aside)
	}
}
