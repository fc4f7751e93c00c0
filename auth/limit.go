package auth

import (
	"errors"
	"fmt"
	"hash/maphash"
	"net/netip"
	"sync"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

// limiter lets something happen so often and no oftener, by whoever it is: a
// number of times at once, then once in a while. It remembers a bounded number
// of those who have tried of late.
type limiter struct {
	burst when.Instant // how many at once
	every when.Instant // one more

	mu    sync.Mutex
	seed  maphash.Seed
	full  map[uint64]when.Instant // when each may again do all that it may do at once
	swept when.Instant
}

// mostRemembered bounds a limiter's memory, to some megabytes.
const mostRemembered = 100_000

func newLimiter(burst int, every when.Instant) *limiter {
	return &limiter{burst: when.Instant(burst), every: every, seed: maphash.MakeSeed(), full: map[uint64]when.Instant{}}
}

// take counts one try at now. A wait above zero is how long until the next one
// may be: this one may not, and is not counted.
func (l *limiter) take(who string, now when.Instant) (wait when.Instant) {
	key := maphash.String(l.seed, who)
	l.mu.Lock()
	defer l.mu.Unlock()
	full, known := l.full[key]
	// A clock that was set back must not shut anybody out for longer than a
	// limit does.
	full = min(max(full, now), now+l.burst*l.every)
	if wait := full - now - (l.burst-1)*l.every; wait > 0 {
		return wait
	}
	if !known {
		l.makeRoom(now)
	}
	l.full[key] = full + l.every
	return 0
}

// giveBack undoes a take.
func (l *limiter) giveBack(who string, now when.Instant) {
	key := maphash.String(l.seed, who)
	l.mu.Lock()
	defer l.mu.Unlock()
	if full := l.full[key] - l.every; full > now {
		l.full[key] = full
	} else {
		delete(l.full, key)
	}
}

// makeRoom forgets those who have waited long enough and, if that does not do,
// somebody.
func (l *limiter) makeRoom(now when.Instant) {
	if len(l.full) < mostRemembered {
		return
	}
	if now < l.swept || now-l.swept >= l.every { // not each time: it takes long
		l.swept = now
		for key, full := range l.full {
			if full <= now {
				delete(l.full, key)
			}
		}
	}
	for key := range l.full {
		if len(l.full) < mostRemembered {
			return
		}
		delete(l.full, key)
	}
}

// limits are those on trying passwords: by one address at one login, so that
// nobody guesses; at one login from anywhere, wide enough that its owner is not
// easily shut out; and by one address at any login, wide enough for an office.
type limits struct {
	pair, login, address *limiter
}

func newLimits() limits {
	return limits{
		pair:    newLimiter(10, 30*when.Second),
		login:   newLimiter(100, 5*when.Second),
		address: newLimiter(60, 3*when.Second),
	}
}

// Limited is what trying too often comes to; it stands in an error of kind Busy.
type Limited struct {
	Wait when.Instant // until the next try may be, above zero
}

func (e *Limited) Error() string {
	s := when.Seconds(0, e.Wait)
	switch {
	case s > 90:
		return fmt.Sprintf("too many attempts: try again in %d minutes", (s+59)/60)
	case s == 1:
		return "too many attempts: try again in a second"
	}
	return fmt.Sprintf("too many attempts: try again in %d seconds", s)
}

// Wait is how many seconds an error asks to wait; zero: it does not say.
func Wait(err error) (seconds int64) {
	var e *Limited
	if errors.As(err, &e) {
		return when.Seconds(0, e.Wait)
	}
	return 0
}

// take counts one try at a login from an address, or says that it is one too
// many.
func (l *limits) take(login, address string, now when.Instant) error {
	tried := []struct {
		l   *limiter
		who string
	}{{l.pair, login + "\x00" + address}, {l.login, login}, {l.address, address}}
	for i, one := range tried {
		wait := one.l.take(one.who, now)
		if wait <= 0 {
			continue
		}
		for _, before := range tried[:i] {
			before.l.giveBack(before.who, now)
		}
		return fault.New(fault.Busy, "%w", &Limited{wait})
	}
	return nil
}

// giveBack undoes a try that was right.
func (l *limits) giveBack(login, address string, now when.Instant) {
	l.pair.giveBack(login+"\x00"+address, now)
	l.login.giveBack(login, now)
	l.address.giveBack(address, now)
}

// hostOf is the address of a request without its port. Of IPv6 it is the
// network of 64 bits, all of which one customer has.
func hostOf(remote string) string {
	address, err := netip.ParseAddr(remote)
	if ap, aperr := netip.ParseAddrPort(remote); aperr == nil {
		address, err = ap.Addr(), nil
	}
	if err != nil {
		return fault.Cut(remote)
	}
	address = address.Unmap().WithZone("")
	if address.Is4() {
		return address.String()
	}
	network, err := address.Prefix(64)
	if err != nil {
		return address.String()
	}
	return network.String()
}
