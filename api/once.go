package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"hash"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// Bounds of what is kept of a request that names itself.
const (
	onceLifetime = 30 * when.DayLength // how long its answer can be had again
	onceAnswer   = 1 << 20             // bytes of an answer that is kept
	onceName     = 255                 // bytes of the name
	// onceHold is for how long a claim counts that nobody renews. It is renewed
	// while the body comes, of which something comes every minute; what a handler
	// does after that takes less. So a claim that nobody holds is that of a
	// program which has ended, and the next request of the name is answered.
	onceHold = 3 * when.Minute
)

// keptAnswers is how much is remembered of a tenant's requests that name
// themselves. A program that names one every half minute stays below it. What is
// reached is reached for up to 30 days: so the bodies, which are most of it, go
// early, and beyond the rest a request is taken without being remembered.
var keptAnswers = store.AnswerBounds{OfSender: 100_000, OfTenant: 500_000, Bytes: 256 << 20}

const onceHeader = "Idempotency-Key"

const onceAbout = "A name of your choice for this request, up to 255 characters. The same request under the same name within 30 days gets the first answer again " +
	"(with Idempotency-Replayed: true), another one gets 409, and so does one that comes while the first is being answered. " +
	"Only answers that tell of success are kept: after a problem the same name can be used again. " +
	"A sender has at most 100,000 such names within 30 days, a tenant 500,000: another one is taken as if it had none, which its answer " +
	"tells with Idempotency-Remembered: false. Call records know themselves: sent again, they are duplicates. Of more than 256 MiB of answers the oldest are forgotten: their requests get 409 and are not done again."

// onceParameter describes the header, which every POST may bear.
func onceParameter() *huma.Param {
	most := onceName
	return &huma.Param{Name: onceHeader, In: "header", Description: onceAbout, Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &most}}
}

var (
	errInProgress = fault.New(fault.Conflict, "a request of this Idempotency-Key is being answered: ask again in a moment")
	errOther      = fault.New(fault.Conflict, "this Idempotency-Key was used for another request: give each request a name of its own")
	errNotKept    = fault.New(fault.Conflict, "this request was done before, but its answer is not kept: it was too long, or there were many after it")
)

// once answers a request that bears an Idempotency-Key once, and repeats of it
// with the first answer. One without goes by untouched.
//
// The effect and the kept answer are two transactions, and a crash can come
// between them. For POST /v1/usage that does no harm: a record is known by its
// identity, so that the repeat finds duplicates and charges nothing twice; it
// only gets an answer that says so. So a request is also taken that cannot be
// remembered, since too many are. A handler whose effect is not so has to keep
// a mark of the request in the transaction of the effect, and refuse such a one.
func (s *server) once(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	name := r.Header.Get(onceHeader)
	if name == "" {
		next(ctx)
		return
	}
	p := asking(ctx.Context())
	now := s.Clock()
	o := &onceRequest{server: s, tenant: p.In(), answer: store.Answer{Who: whoIs(p), Name: name, Held: now + onceHold, Expires: now + onceLifetime}}
	there, claimed, err := o.claim(r.Context())
	switch {
	case errors.Is(err, store.ErrFull):
		w.Header().Set("Idempotency-Remembered", "false")
		next(ctx)
	case err != nil:
		s.refuse(w, r, err)
	case claimed:
		o.run(ctx, r, w, next)
	case there.Status == 0:
		s.refuse(w, r, errInProgress)
	default:
		o.repeat(r, w, &there)
	}
}

// whoIs tells apart those who choose names, so that they need not know of each
// other's.
func whoIs(p *auth.Person) string {
	if p.Key != 0 {
		return "key " + itoa(p.Key)
	}
	return "login " + itoa(p.Login)
}

// onceRequest is a request with a name.
type onceRequest struct {
	server *server
	tenant tenant.ID
	answer store.Answer
}

func (o *onceRequest) update(ctx context.Context, f func(*store.Tx) error) error {
	return o.server.App.Store().Update(ctx, o.tenant, store.Interactive, f)
}

func (o *onceRequest) claim(ctx context.Context) (there store.Answer, claimed bool, err error) {
	if n := o.answer.Name; len(n) > onceName || strings.ContainsFunc(n, func(r rune) bool { return r < ' ' || r > '~' }) {
		return there, false, fault.Inputs{{Field: onceHeader, Value: fault.Cut(n), Reason: "not 1 to 255 printable ASCII characters"}}
	}
	err = o.update(ctx, func(tx *store.Tx) error {
		there, claimed, err = tx.ClaimAnswer(&o.answer, o.server.Kept)
		return err
	})
	return there, claimed, err
}

// run answers the request and keeps the answer before it is sent.
func (o *onceRequest) run(ctx huma.Context, r *http.Request, w http.ResponseWriter, next func(huma.Context)) {
	body := &hashed{ReadCloser: r.Body, sum: requestHash(r), once: o, ctx: r.Context(), held: o.server.Clock()}
	out := &heldAnswer{ResponseWriter: w}
	inner := r.WithContext(ctx.Context())
	inner.Body = body
	finished := false
	defer func() { o.finish(r.Context(), body, out, finished) }()
	next(humago.NewContext(ctx.Operation(), inner, out))
	finished = true
}

// finishWithin is how long keeping an answer may take, whoever has gone.
const finishWithin = 10 * time.Second

// finish keeps the answer, or gives the name free, and sends the answer. One that
// cannot be kept is sent all the same: what it tells of is done.
func (o *onceRequest) finish(ctx context.Context, body *hashed, out *heldAnswer, finished bool) {
	kept := context.WithoutCancel(ctx)
	kept, cancel := context.WithTimeout(kept, finishWithin)
	defer cancel()
	end := func(tx *store.Tx) error { return tx.DropAnswer(&o.answer) }
	if finished && out.status/100 == 2 && body.whole() {
		o.answer.Hash, o.answer.Status, o.answer.Kind = body.sum.Sum(nil), out.status, out.Header().Get("Content-Type")
		if !out.passed {
			o.answer.Body = out.body.Bytes()
		}
		end = func(tx *store.Tx) error { return tx.KeepAnswer(&o.answer, o.server.Kept) }
	}
	if err := o.update(kept, end); err != nil {
		o.server.Log.WarnContext(ctx, "an answer was not kept for repeats of its request", "error", err)
	}
	if finished {
		out.send()
	}
}

// repeat gives the first answer again, if the request is the first one again.
func (o *onceRequest) repeat(r *http.Request, w http.ResponseWriter, first *store.Answer) {
	sum := requestHash(r)
	if r.Body != nil {
		if _, err := io.Copy(sum, http.MaxBytesReader(w, r.Body, maxUsageBody)); err != nil {
			o.server.refuse(w, r, err)
			return
		}
	}
	switch {
	case subtle.ConstantTimeCompare(sum.Sum(nil), first.Hash) != 1:
		o.server.refuse(w, r, errOther)
	case len(first.Body) == 0 && first.Kind != "":
		o.server.refuse(w, r, errNotKept)
	default:
		if first.Kind != "" {
			w.Header().Set("Content-Type", first.Kind)
		}
		w.Header().Set("Idempotency-Replayed", "true")
		w.WriteHeader(first.Status)
		_, _ = w.Write(first.Body) // whoever asked is gone, or has it
	}
}

// requestHash begins the hash over all that decides what a request means; the
// body comes behind it.
func requestHash(r *http.Request) hash.Hash {
	sum := sha256.New()
	for _, part := range []string{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Get("Content-Type"), r.Header.Get("Content-Encoding")} {
		io.WriteString(sum, part+"\x00") // a hash takes anything
	}
	return sum
}

// hashed is a body that is hashed as it is read. While it comes, the claim is
// held.
type hashed struct {
	io.ReadCloser
	sum   hash.Hash
	ended bool
	once  *onceRequest
	ctx   context.Context
	held  when.Instant
}

func (b *hashed) Read(p []byte) (int, error) {
	if now := b.once.server.Clock(); now-b.held > onceHold/6 {
		b.held, b.once.answer.Held = now, now+onceHold
		err := b.once.update(b.ctx, func(tx *store.Tx) error { return tx.HoldAnswer(&b.once.answer) })
		if err != nil && !fault.Is(err, fault.Busy) { // if busy, one of the next does it
			return 0, err
		}
	}
	n, err := b.ReadCloser.Read(p)
	b.sum.Write(p[:n])
	b.ended = b.ended || errors.Is(err, io.EOF)
	return n, err
}

// whole tells whether all of the body was read. Handlers leave its very end
// alone at times.
func (b *hashed) whole() bool {
	const rest = 64 << 10
	if !b.ended {
		_, _ = io.CopyN(io.Discard, b, rest) // ended tells
	}
	return b.ended
}

// heldAnswer holds an answer back until it is kept, unless it becomes too long
// for that.
type heldAnswer struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
	passed bool // what there was has been sent, the rest goes by
}

func (a *heldAnswer) WriteHeader(status int) {
	if status < http.StatusOK {
		a.ResponseWriter.WriteHeader(status)
	} else if a.status == 0 {
		a.status = status
	}
}

func (a *heldAnswer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if !a.passed && a.body.Len()+len(p) > onceAnswer {
		a.send()
		a.passed = true
	}
	if a.passed {
		return a.ResponseWriter.Write(p)
	}
	return a.body.Write(p)
}

func (a *heldAnswer) send() {
	if a.passed || a.status == 0 {
		return
	}
	a.ResponseWriter.WriteHeader(a.status)
	_, _ = a.ResponseWriter.Write(a.body.Bytes()) // whoever asked is gone, or has it
}

// Unwrap lets http.ResponseController reach what is underneath.
func (a *heldAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
