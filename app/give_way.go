package app

import (
	"sync"
	"time"
)

// courtesy lets long work step aside for single calls that wait for an answer.
// An import can keep every processor busy; without it each step of a waiting
// request would be put off until the scheduler takes one away, ten milliseconds
// later, and a request has many steps. The zero courtesy knows of nobody who
// waits; a nil one is for work that is itself waited for.
type courtesy struct {
	mu      sync.Mutex
	waiting int
	over    chan struct{} // closed when nobody waits any more; nil before somebody did
}

// wait marks that somebody waits until the returned function is called.
func (c *courtesy) wait() (done func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting == 0 {
		c.over = make(chan struct{})
	}
	c.waiting++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.waiting--; c.waiting == 0 {
			close(c.over)
		}
	}
}

// courteous is how many records a loop of an import works through before it
// gives way again: some tenths of a millisecond's work. aside is for how long it
// does at the most, so that an import keeps much of its speed however many
// single calls come.
const (
	courteous = 128
	aside     = 100 * time.Microsecond
)

// giveWay returns when nobody waits, or after a moment. Whoever holds a lock may
// not call it: those who wait could be waiting for that.
func (c *courtesy) giveWay() {
	if c == nil {
		return
	}
	c.mu.Lock()
	waiting, over := c.waiting, c.over
	c.mu.Unlock()
	if waiting == 0 {
		return
	}
	moment := time.NewTimer(aside)
	defer moment.Stop()
	select {
	case <-over:
	case <-moment.C:
	}
}
