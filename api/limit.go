package api

import (
	"errors"
	"fmt"
	"hash/maphash"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"sync"

	"tollkeeper/auth"
	"tollkeeper/config"
	"tollkeeper/core/when"
)

// Limits are how much may be asked of the API. Behind a proxy all strangers
// come from one address.
type Limits struct {
	Keys      config.Rate // by one API key, or one login of a browser
	Strangers config.Rate // by all without a key that works, from one address
}

// limited is a request too many.
type limited struct{ wait when.Instant }

func (e *limited) Error() string {
	return fmt.Sprintf("too many requests: the next one may come in %d s", ceilSeconds(e.wait))
}

func ceilSeconds(d when.Instant) int64 { return int64((d + when.Second - 1) / when.Second) }

// throttle shares out requests to those who ask. Each has a bucket that holds
// Count requests and fills evenly in a Window. It remembers a bounded number of
// them; a bucket that is full need not be remembered.
type throttle struct {
	name   string // of the policy, quoted
	policy string // as answers tell it
	rate   config.Rate
	most   int

	mu      sync.Mutex
	seed    maphash.Seed
	buckets map[uint64]bucket
	swept   when.Instant
}

// bucket is how much of a bucket is left, at a moment. A request is Window
// units, and Count units flow in a microsecond: whole numbers, whatever the rate,
// which config bounds so that they fit.
type bucket struct {
	left int64
	at   when.Instant
}

// mostBuckets bounds a throttle's memory, to some megabytes.
const mostBuckets = 100_000

func newThrottle(name string, rate config.Rate, most int) *throttle {
	quoted := strconv.Quote(name)
	return &throttle{name: quoted, policy: quoted + ";q=" + itoa(rate.Count) + ";w=" + itoa(ceilSeconds(rate.Window)), rate: rate, most: most, seed: maphash.MakeSeed(), buckets: map[uint64]bucket{}}
}

// grant is what became of one request.
type grant struct {
	left  int64        // more requests that may come at once
	full  when.Instant // until all may
	after when.Instant // above zero: this one was too many, the next may come after that
}

// take asks for one request.
func (t *throttle) take(who string, now when.Instant) (g grant) {
	key := maphash.String(t.seed, who)
	cost, flow := int64(t.rate.Window), t.rate.Count
	t.mu.Lock()
	defer t.mu.Unlock()
	b, known := t.buckets[key]
	if !known {
		t.makeRoom(now)
		b = bucket{cost * flow, now}
	}
	b.fill(&t.rate, now)
	if b.left < cost {
		g.after = when.Instant((cost - b.left + flow - 1) / flow)
	} else {
		b.left -= cost
	}
	t.buckets[key] = b
	g.left, g.full = b.left/cost, when.Instant((cost*flow-b.left+flow-1)/flow)
	return g
}

// fill adds what has flowed in. A clock that was set back adds nothing and takes
// nothing away.
func (b *bucket) fill(r *config.Rate, now when.Instant) {
	passed := now - b.at
	b.at = now
	if passed >= r.Window {
		b.left = int64(r.Window) * r.Count
	} else if passed > 0 {
		b.left = min(b.left+int64(passed)*r.Count, int64(r.Window)*r.Count)
	}
}

// makeRoom forgets full buckets and, if that does not do, some other one.
func (t *throttle) makeRoom(now when.Instant) {
	if len(t.buckets) < t.most {
		return
	}
	if now < t.swept || now-t.swept >= t.rate.Window { // not each time: it takes long
		t.swept = now
		for key, b := range t.buckets {
			if now-b.at >= t.rate.Window {
				delete(t.buckets, key)
			}
		}
	}
	for key := range t.buckets {
		if len(t.buckets) < t.most {
			return
		}
		delete(t.buckets, key)
	}
}

// allow counts a request, gives the answer the fields of
// draft-ietf-httpapi-ratelimit-headers, and refuses one too many.
func (t *throttle) allow(w http.ResponseWriter, who string, now when.Instant) error {
	if t.rate.Count <= 0 {
		return nil
	}
	g := t.take(who, now)
	h := w.Header()
	h.Set("RateLimit-Policy", t.policy)
	h.Set("RateLimit", t.name+";r="+itoa(g.left)+";t="+itoa(ceilSeconds(g.full)))
	if g.after > 0 {
		return &limited{g.after}
	}
	return nil
}

// allow counts a request of p, or of somebody unknown (nil), before anything is
// done for it.
func (s *server) allow(w http.ResponseWriter, r *http.Request, p *auth.Person) error {
	if p != nil {
		return s.keys.allow(w, whoIs(p), s.Clock())
	}
	return s.strangers.allow(w, network(r.RemoteAddr), s.Clock())
}

// open answers what anybody may ask, to a limit.
func (s *server) open(f http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := s.allow(w, r, nil); err != nil {
			s.refuse(w, r, err)
			return
		}
		f(w, r)
	}
}

// network is where a request comes from: an address, or of IPv6 the part of it
// that one customer of a network has to himself.
func network(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return remote
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if ip = ip.Unmap(); ip.Is6() {
		if net, err := ip.WithZone("").Prefix(64); err == nil {
			return net.String()
		}
	}
	return ip.String()
}

// waitOf is how many seconds an error asks to wait, at least 1.
func waitOf(err error) int64 {
	var l *limited
	if errors.As(err, &l) {
		return max(ceilSeconds(l.wait), 1)
	}
	return max(auth.Wait(err), 1)
}
