package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/alexedwards/scs/v2"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// visit is one request's view of the session it came with.
type visit struct {
	address string
	agent   string
	session store.Session // as kept; ID zero: not kept
	login   store.Login
	person  *Person
	// rotating: the token is about to change, and the session to stay.
	rotating bool
	// also is done in the transaction that next keeps or ends the session.
	also func(*store.Tx) error
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	return v
}

var errNoVisit = fault.New(fault.Internal, "a session outside of auth's Handler")

// The cookie's name; browsers hold the secure one to https, this host and no
// other.
const (
	cookieName       = "tollkeeper"
	secureCookieName = "__Host-tollkeeper"
)

// newSessions makes the manager of tokens and cookies. When a session ends is
// decided here and in the store, by our clock; the manager's own is left with
// nothing to say.
func newSessions(a *Auth, secure bool) *scs.SessionManager {
	m := scs.New()
	m.Store = sessionStore{a}
	m.Codec = sessionCodec{}
	m.HashTokenInStore = true
	m.ErrorFunc = a.fail
	m.Cookie.Name = cookieName
	if secure {
		m.Cookie.Name = secureCookieName
	}
	m.Cookie.Secure = secure
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Persist = false // gone with the browser; how long it holds is not the browser's business
	return m
}

// Handler finds out who asks, for From, before it calls next. Within another
// Handler it does nothing of its own.
func (a *Auth) Handler(next http.Handler) http.Handler {
	found := a.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.enter(r.Context()); err != nil {
			a.fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if visitOf(r.Context()) != nil {
			next.ServeHTTP(w, r)
			return
		}
		v := &visit{address: hostOf(r.RemoteAddr), agent: r.UserAgent()}
		found.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
	})
}

// enter makes the session that was found a person, notes that it was used, and
// gives it another token where the person's privileges have changed.
func (a *Auth) enter(ctx context.Context) error {
	v := visitOf(ctx)
	if v.session.ID == 0 {
		return nil
	}
	v.identify()
	if now := a.clock(); now-v.session.Seen >= when.Minute {
		err := a.store.Update(ctx, tenant.System, store.Interactive, func(tx *store.Tx) error {
			if err := tx.TouchSession(v.session.ID, now); err != nil {
				return err
			}
			return tx.SweepSessions(now) // somebody has to, and this is seldom enough
		})
		if err != nil && !fault.Is(err, fault.Busy) { // if busy, the next request notes it
			return err
		}
		v.session.Seen = now
	}
	if a.sessions.GetString(ctx, canField) != v.can() {
		return a.rotate(ctx)
	}
	return nil
}

// identify makes the person of the login and session at hand.
func (v *visit) identify() {
	v.person = personOf(&v.login)
	v.person.Session, v.person.Address = v.session.ID, v.address
	if v.person.Operator {
		v.person.ActingIn = v.session.Acting
	}
}

// can is the person's privileges as the session remembers them.
func (v *visit) can() string { return strconv.FormatUint(uint64(v.person.Can), 10) }

// What the session's data holds beside what Put puts there.
const (
	canField = "can"
	putField = "put:"
)

// rotate gives the session another token. It is kept with the answer.
func (a *Auth) rotate(ctx context.Context) error {
	v := visitOf(ctx)
	v.rotating = true
	err := a.sessions.RenewToken(ctx)
	v.rotating = false
	if err != nil {
		return err
	}
	a.sessions.Put(ctx, canField, v.can())
	return nil
}

// Known tells whether a request bears the cookie of a session, whether or not
// that session goes on.
func Known(r *http.Request) bool {
	for _, name := range []string{cookieName, secureCookieName} {
		if _, err := r.Cookie(name); err == nil {
			return true
		}
	}
	return false
}

// Still tells whether whoever asked when the request began is still signed in:
// for answers that go on for long. Nobody is not.
func (a *Auth) Still(ctx context.Context) (still bool, err error) {
	v := visitOf(ctx)
	if v == nil || v.person == nil {
		return false, nil
	}
	err = a.store.View(ctx, tenant.System, func(tx *store.Tx) error {
		s, l, found, err := tx.FindSession(v.session.Hash)
		still = found && l.Open() && !over(&s, &l, a.clock())
		return err
	})
	return still, err
}

// Put keeps a text with the session, such as a message for the next page.
// Nobody's session keeps nothing.
func (a *Auth) Put(ctx context.Context, name, text string) {
	if From(ctx) != nil {
		a.sessions.Put(ctx, putField+name, text)
	}
}

// Pop gives what Put kept, once; "" is nothing.
func (a *Auth) Pop(ctx context.Context, name string) string {
	if From(ctx) == nil {
		return ""
	}
	return a.sessions.PopString(ctx, putField+name)
}

// idle and lifetime are how long a session of a login lasts.
func idle(l *store.Login) when.Instant {
	if l.Tenant == tenant.System {
		return OperatorIdle
	}
	return UserIdle
}

func lifetime(l *store.Login) when.Instant {
	if l.Tenant == tenant.System {
		return OperatorLifetime
	}
	return UserLifetime
}

// over tells whether a session has ended at now.
func over(s *store.Session, l *store.Login, now when.Instant) bool {
	return now >= s.Expires || now-s.Seen >= idle(l)
}

// sessionStore keeps the manager's sessions in the books. What it finds it
// leaves in the request's visit, and what it keeps it takes from there.
type sessionStore struct{ a *Auth }

// FindCtx looks for a session that is not over, of a login that is open.
func (st sessionStore) FindCtx(ctx context.Context, hash string) (data []byte, found bool, err error) {
	v := visitOf(ctx)
	if v == nil {
		return nil, false, errNoVisit
	}
	err = st.a.store.View(ctx, tenant.System, func(tx *store.Tx) error {
		v.session, v.login, found, err = tx.FindSession(hash)
		return err
	})
	if err != nil || !found {
		return nil, false, err
	}
	if !v.login.Open() || over(&v.session, &v.login, st.a.clock()) {
		err = st.a.store.Update(ctx, tenant.System, store.Interactive, func(tx *store.Tx) error { return tx.DropSession(v.session.ID) })
		if fault.Is(err, fault.Busy) { // it is over, whether or not it is gone
			err = nil
		}
		v.session, v.login = store.Session{}, store.Login{}
		return nil, false, err
	}
	return v.session.Data, true, nil
}

// CommitCtx keeps the visit's session under a hash. What has not changed is not
// written. The expiry is the manager's and not heeded.
func (st sessionStore) CommitCtx(ctx context.Context, hash string, data []byte, _ time.Time) error {
	v := visitOf(ctx)
	if v == nil {
		return errNoVisit
	}
	if v.person == nil || v.also == nil && v.session.Hash == hash && bytes.Equal(v.session.Data, data) {
		return nil
	}
	kept := v.session
	kept.Hash, kept.Data = hash, data
	err := st.a.store.Update(ctx, v.login.Tenant, store.Interactive, func(tx *store.Tx) error {
		if err := v.do(tx); err != nil {
			return err
		}
		return tx.PutSession(&kept)
	})
	if err == nil {
		v.session, v.also = kept, nil
	}
	return err
}

// DeleteCtx ends the visit's session, unless only its token changes.
func (st sessionStore) DeleteCtx(ctx context.Context, _ string) error {
	v := visitOf(ctx)
	if v == nil {
		return errNoVisit
	}
	if v.rotating || v.session.ID == 0 {
		return nil
	}
	err := st.a.store.Update(ctx, v.login.Tenant, store.Interactive, func(tx *store.Tx) error {
		if err := v.do(tx); err != nil {
			return err
		}
		_, err := tx.EndSession(v.session.Login, v.session.ID)
		return err
	})
	if err == nil {
		v.session, v.login, v.person, v.also = store.Session{}, store.Login{}, nil, nil
	}
	return err
}

// do does what is to be done also.
func (v *visit) do(tx *store.Tx) error {
	if v.also == nil {
		return nil
	}
	return v.also(tx)
}

// The manager asks for these; it calls those with a context where there are any.
func (st sessionStore) Find(string) ([]byte, bool, error)      { return nil, false, errNoVisit }
func (st sessionStore) Commit(string, []byte, time.Time) error { return errNoVisit }
func (st sessionStore) Delete(string) error                    { return errNoVisit }

// sessionCodec writes a session's values, which are texts, as JSON. The manager's
// deadline is not kept: the store's row has ours.
type sessionCodec struct{}

func (sessionCodec) Encode(_ time.Time, values map[string]any) ([]byte, error) {
	return json.Marshal(values)
}

func (sessionCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	texts := map[string]string{}
	err := json.Unmarshal(b, &texts)
	values := make(map[string]any, len(texts))
	for name, text := range texts {
		values[name] = text
	}
	return when.Forever.Time(), values, err
}
