package store

import (
	"context"
	"sync"
)

// lanes let one writer in at a time, interactive ones before bulk ones, first
// come first served within a lane.
type lanes struct {
	mu      sync.Mutex
	busy    bool
	waiting [2][]chan struct{} // by Lane
}

// enter waits for its turn; it fails only when ctx ends first.
func (l *lanes) enter(ctx context.Context, lane Lane) error {
	l.mu.Lock()
	if !l.busy {
		l.busy = true
		l.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	l.waiting[lane] = append(l.waiting[lane], turn)
	l.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		l.mu.Lock()
		defer l.mu.Unlock()
		for i, w := range l.waiting[lane] {
			if w == turn {
				l.waiting[lane] = append(l.waiting[lane][:i], l.waiting[lane][i+1:]...)
				return ctx.Err()
			}
		}
		l.next() // the turn came while we were leaving: pass it on
		return ctx.Err()
	}
}

// leave ends a turn.
func (l *lanes) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next()
}

func (l *lanes) next() {
	for lane := range l.waiting {
		if q := l.waiting[lane]; len(q) > 0 {
			l.waiting[lane] = q[1:]
			close(q[0])
			return
		}
	}
	l.busy = false
}

// pressed tells whether somebody waits in the interactive lane.
func (l *lanes) pressed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting[Interactive]) > 0
}
