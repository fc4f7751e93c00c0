// Package auth is how people and programs get in: passwords, sessions, one-time
// links, API keys, and the limits on trying.
//
// It owns who somebody is at each request, read anew from the books each time,
// so that what is taken away is gone at once; and it writes one row of activity
// for every way in, refusal, way out, key and link. It does not own what
// somebody may do (core/access), nor the pages and answers that ask it (web,
// api).
//
//	a := auth.New(s, auth.Options{Clock: clock, Secure: true})
//	handler = a.Handler(handler)
//	person := auth.From(r.Context()) // nil: nobody
//	person.May(access.ViewReports)
package auth

import (
	"net/http"

	"github.com/alexedwards/scs/v2"

	"tollkeeper/core/when"
	"tollkeeper/store"
)

// Options say how people get in.
type Options struct {
	Clock when.Clock // required
	// Secure is whether browsers come by https: the cookie is sent by no other
	// way then. Only plain http on loopback goes without.
	Secure bool
	// Fail answers a request whose session cannot be read or written; nil
	// answers with a line of text.
	Fail func(http.ResponseWriter, *http.Request, error)
	// Memory is what hashing one password takes, in KiB; zero is 19,456, which
	// with three passes takes some 30 ms. Tests take less.
	Memory uint32
}

// How long a session lasts: without a request, and at all.
const (
	OperatorIdle     = 30 * when.Minute
	OperatorLifetime = 12 * when.Hour
	UserIdle         = 12 * when.Hour
	UserLifetime     = 7 * when.DayLength
)

// LinkLifetime is how long a one-time link can be used.
const LinkLifetime = when.DayLength

// Auth lets people in. It is safe for concurrent use.
type Auth struct {
	store     *store.Store
	clock     when.Clock
	sessions  *scs.SessionManager
	passwords passwords
	limits    limits
	keys      keyCache
	keyLog    *limiter // of refused keys' rows
	fail      func(http.ResponseWriter, *http.Request, error)
}

// New makes a way in to the books of s.
func New(s *store.Store, o Options) *Auth {
	a := &Auth{store: s, clock: o.Clock, passwords: newPasswords(o.Memory), limits: newLimits(), fail: o.Fail,
		keyLog: newLimiter(5, 10*when.Minute)}
	if a.fail == nil {
		a.fail = func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, "the session cannot be read just now: try again", http.StatusServiceUnavailable)
		}
	}
	a.sessions = newSessions(a, o.Secure)
	return a
}
