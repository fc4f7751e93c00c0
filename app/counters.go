package app

import (
	"sync/atomic"

	"tollkeeper/core/usage"
)

// Counts is what an App has done since it was made, for whoever watches it.
type Counts struct {
	Imports int64       // files that were taken in whole
	Failed  int64       // files whose import broke off
	Records usage.Tally // of files and live, as committed
}

// counters count as the work is done.
type counters struct {
	imports, failed atomic.Int64
	records         [len(usage.Tally{})]atomic.Int64
}

func (c *counters) imported(err error) {
	if err != nil {
		c.failed.Add(1)
		return
	}
	c.imports.Add(1)
}

func (c *counters) landed(t *usage.Tally) {
	for i, n := range t {
		c.records[i].Add(n)
	}
}

// Counts reads the counters.
func (a *App) Counts() (n Counts) {
	n.Imports, n.Failed = a.counters.imports.Load(), a.counters.failed.Load()
	for i := range n.Records {
		n.Records[i] = a.counters.records[i].Load()
	}
	return n
}
