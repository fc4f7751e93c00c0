package api

import (
	"bytes"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/config"
	"tollkeeper/core/when"
)

// slowBucket is the same bucket with fractions: what is in it grows by Count in
// a Window up to Count, and a request takes one.
type slowBucket struct {
	level *big.Rat
	at    when.Instant
}

func (b *slowBucket) take(r config.Rate, now when.Instant) bool {
	if now > b.at {
		b.level.Add(b.level, new(big.Rat).SetFrac(big.NewInt(int64(now-b.at)*r.Count), big.NewInt(int64(r.Window))))
	}
	b.at = now
	if full := new(big.Rat).SetInt64(r.Count); b.level.Cmp(full) > 0 {
		b.level = full
	}
	one := big.NewRat(1, 1)
	if b.level.Cmp(one) < 0 {
		return false
	}
	b.level.Sub(b.level, one)
	return true
}

// TestThrottle compares with the slow bucket under a clock that runs, stands and
// is set back; and whoever is refused comes through after the wait, no sooner.
func TestThrottle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := config.Rate{Count: rapid.Int64Range(1, 50).Draw(t, "count"), Window: when.Instant(rapid.Int64Range(1, 5000).Draw(t, "window"))}
		th := newThrottle("key", r, 100)
		now := when.Instant(1_000_000)
		slow := map[string]*slowBucket{}
		for range rapid.IntRange(1, 300).Draw(t, "tries") {
			now += when.Instant(rapid.Int64Range(-100, 400).Draw(t, "step"))
			who := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "who")
			if slow[who] == nil {
				slow[who] = &slowBucket{new(big.Rat).SetInt64(r.Count), now}
			}
			take := func() grant {
				g := th.take(who, now)
				if want := slow[who].take(r, now); want != (g.after == 0) {
					t.Fatalf("%v at %d: %+v, want %v", r, now, g, want)
				}
				if left := new(big.Int).Quo(slow[who].level.Num(), slow[who].level.Denom()).Int64(); left != g.left {
					t.Fatalf("%d left, want %d", g.left, left)
				}
				return g
			}
			if g := take(); g.after > 0 {
				if now += g.after - 1; take().after != 1 {
					t.Fatalf("a wait of %d is too long", g.after)
				}
				if now++; take().after != 0 {
					t.Fatalf("a wait of %d does not do", g.after)
				}
			}
		}
	})
}

// TestThrottleForgets keeps memory within bounds, and of those it knows the ones
// that have used up something.
func TestThrottleForgets(t *testing.T) {
	th := newThrottle("key", config.Rate{Count: 2, Window: when.Second}, 100)
	now := when.Instant(when.Hour)
	for i := range 10_000 {
		th.take(fmt.Sprint(i), now)
		if now += when.Millisecond; len(th.buckets) > 100 {
			t.Fatalf("%d buckets after %d", len(th.buckets), i)
		}
	}
	now += when.Hour
	th.take("busy", now)
	th.take("busy", now)
	for i := range 99 {
		th.take(fmt.Sprint(i), now)
	}
	if th.take("busy", now).after == 0 {
		t.Error("a bucket that is empty was forgotten for those that had long been full")
	}
}

// TestThrottleLetsBusyKeysThrough: 8,000 calls a second by one key are far below what a bucket
// of 20,000 a second gives.
func TestThrottleLetsBusyKeysThrough(t *testing.T) {
	th := newThrottle("key", config.Rate{Count: 20_000, Window: when.Second}, 100)
	now := when.Instant(when.Hour)
	for i := range 80_000 {
		if g := th.take("busy", now); g.after > 0 {
			t.Fatalf("call %d waits", i)
		}
		now += 125
	}
}

func TestNetwork(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.7:4711": "192.0.2.7", "[2001:db8:1:2:3:4:5:6]:80": "2001:db8:1:2::/64", "[::ffff:192.0.2.7]:80": "192.0.2.7",
		"[fe80::1%eth0]:80": "fe80::/64", "pipe": "pipe",
	} {
		if got := network(remote); got != want {
			t.Errorf("%s: %s, want %s", remote, got, want)
		}
	}
}

// TestHeldAnswer: an answer that is too long to be kept goes by, whole.
func TestHeldAnswer(t *testing.T) {
	for _, size := range []int{0, 10, onceAnswer, onceAnswer + 1, 3 * onceAnswer} {
		w := httptest.NewRecorder()
		a := &heldAnswer{ResponseWriter: w}
		want := bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size]
		a.WriteHeader(http.StatusCreated)
		for part := want; len(part) > 0; part = part[min(len(part), 7000):] {
			if _, err := a.Write(part[:min(len(part), 7000)]); err != nil {
				t.Fatal(err)
			}
		}
		a.send()
		if w.Code != http.StatusCreated || !bytes.Equal(w.Body.Bytes(), want) || a.passed != (size > onceAnswer) {
			t.Errorf("%d bytes: %d, %d bytes, passed %v", size, w.Code, w.Body.Len(), a.passed)
		}
	}
}
