package auth

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

// TestLimiter compares the limiter with a bucket of tokens that is filled by
// hand, second by second.
func TestLimiter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		burst := rapid.IntRange(1, 5).Draw(t, "burst")
		every := rapid.IntRange(1, 7).Draw(t, "every")
		l := newLimiter(burst, when.Instant(every)*when.Second)
		type bucket struct{ tokens, filled int } // filled: seconds towards the next token
		buckets := map[string]*bucket{"a": {burst, 0}, "b": {burst, 0}}
		now := 1000
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			for range rapid.IntRange(0, 4).Draw(t, "seconds") {
				now++
				for _, b := range buckets {
					if b.tokens == burst {
						continue
					}
					if b.filled++; b.filled == every {
						b.tokens, b.filled = b.tokens+1, 0
					}
				}
			}
			who := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "who")
			b, at := buckets[who], when.Instant(now)*when.Second
			if rapid.IntRange(0, 5).Draw(t, "back") == 0 {
				l.giveBack(who, at)
				if b.tokens = min(b.tokens+1, burst); b.tokens == burst {
					b.filled = 0
				}
				continue
			}
			wait := l.take(who, at)
			if b.tokens > 0 {
				b.tokens--
				if wait > 0 {
					t.Fatalf("%s waits %d µs at %d", who, wait, now)
				}
			} else if want := when.Instant(every-b.filled) * when.Second; wait != want {
				t.Fatalf("%s waits %d µs at %d, want %d", who, wait, now, want)
			}
		}
	})
}

func TestLimiterIsBounded(t *testing.T) {
	l := newLimiter(2, when.Second)
	for i := range 3 * mostRemembered {
		l.take(fmt.Sprint(i), 1000+when.Instant(i))
		if len(l.full) > mostRemembered {
			t.Fatalf("%d are remembered", len(l.full))
		}
	}
}

func TestLimiterAndAClockSetBack(t *testing.T) {
	l := newLimiter(2, when.Second)
	const now = 1000 * when.Hour
	l.take("a", now)
	l.take("a", now)
	if wait := l.take("a", now-500*when.Hour); wait <= 0 || wait > when.Second {
		t.Errorf("wait %d µs", wait)
	}
}

func TestLimited(t *testing.T) {
	for wait, want := range map[when.Instant]string{1: "a second", 30 * when.Second: "30 seconds", 90*when.Second + 1: "2 minutes", 10 * when.Minute: "10 minutes"} {
		err := fault.Wrap("sign in", fault.New(fault.Busy, "%w", &Limited{wait}))
		if !strings.Contains(err.Error(), want) || Wait(err) != when.Seconds(0, wait) {
			t.Errorf("%v, %d", err, Wait(err))
		}
	}
	if Wait(errRefused) != 0 || Wait(nil) != 0 {
		t.Error("there is something to wait for")
	}
}

func TestHostOf(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.7:1234": "192.0.2.7", "192.0.2.7": "192.0.2.7", "[::ffff:192.0.2.7]:80": "192.0.2.7",
		"[2001:db8:1:2:3:4:5:6]:443": "2001:db8:1:2::/64", "2001:db8:1:2::9": "2001:db8:1:2::/64", "[fe80::1%eth0]:80": "fe80::/64",
		"": "", "@": "@", "unix": "unix",
	} {
		if got := hostOf(remote); got != want {
			t.Errorf("%q is %q, want %q", remote, got, want)
		}
	}
}

// TestHashingHasAQueue fills it.
func TestHashingHasAQueue(t *testing.T) {
	p := newPasswords(64)
	for range hashQueue {
		p.queue <- struct{}{}
	}
	if _, err := p.match(t.Context(), "x", ""); !fault.Is(err, fault.Busy) {
		t.Error(err)
	}
	<-p.queue
	for range hashAtOnce {
		p.atOnce <- struct{}{}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.hash(gone, "x"); err == nil {
		t.Error("it hashed out of turn")
	}
	if len(p.queue) != hashQueue-1 {
		t.Error("who has left still stands in the queue")
	}
	<-p.atOnce
	hash, err := p.hash(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{"x": true, "y": false} {
		if right, err := p.match(t.Context(), password, hash); err != nil || right != want {
			t.Error(password, right, err)
		}
	}
	if _, err := p.match(t.Context(), "x", "not a hash"); !fault.Is(err, fault.Internal) || err == nil {
		t.Error(err)
	}
}

// BenchmarkPassword is what one sign-in costs.
func BenchmarkPassword(b *testing.B) {
	p := newPasswords(0)
	b.ReportAllocs()
	for b.Loop() {
		if right, err := p.match(b.Context(), "gravel under nine boots", ""); right || err != nil {
			b.Fatal(right, err)
		}
	}
}
