package app

import (
	"slices"
	"strings"

	"tollkeeper/core/money"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
)

// CallLeg is one leg of a conversation.
type CallLeg struct {
	Call     string       `json:"call"`
	Day      when.Day     `json:"day"` // UTC day of its start
	This     bool         `json:"this"`
	Started  when.Instant `json:"started_at"`
	Ended    when.Instant `json:"ended_at"`
	Seconds  int32        `json:"seconds"`
	Kind     string       `json:"kind"`
	Calling  string       `json:"calling,omitempty"`
	Called   string       `json:"called"`
	Agent    string       `json:"agent,omitempty"`
	Amount   money.Amount `json:"amount"` // voice and detection together
	Outcome  string       `json:"outcome"`
	Reason   string       `json:"reason,omitempty"`
	Answered when.Instant `json:"-"`
}

// legsWithin is how far from a call the other legs of its conversation are looked
// for; legsShown is how many are told.
const (
	legsWithin = 6 * when.Hour
	legsShown  = 100
)

// legs finds the conversation that the call is a leg of.
//
// A leg holds a hash of the conversation's id. The one that gave it the id, its
// first leg, holds none: its own name is the id. So what the two have in common
// is a word of the record that was read: the one that hashes to it.
func (e *explaining) legs() error {
	conversation := e.call.Conversation
	text := e.rawText
	if conversation == 0 {
		for _, word := range recordWords(text) {
			if slices.Contains(firstLegs(e.names.source, word), e.call.Identity) {
				conversation = hash64([]byte(word))
			}
		}
	}
	if conversation == 0 {
		return nil
	}
	var first []usage.Identity
	for _, word := range recordWords(text) {
		if hash64([]byte(word)) == conversation {
			first = firstLegs(e.names.source, word)
		}
	}
	return e.findLegs(func(c *usage.Call) bool {
		return c.Source == e.call.Source && (c.Conversation == conversation || slices.Contains(first, c.Identity))
	})
}

// recordWords are the words of a record that can be its ids: what stands between
// the marks of its format, and the parts of that between blanks.
func recordWords(text string) []string {
	fields := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;|\t\"{}[]'\r\n", r) })
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	return append(fields, strings.FieldsFunc(strings.Join(fields, " "), func(r rune) bool { return r == ' ' || r == ':' || r == '=' })...)
}

// firstLegs are what the leg can be called that has the conversation's id.
func firstLegs(source, id string) []usage.Identity {
	return []usage.Identity{usage.NewIdentity(source, id, ""), usage.NewIdentity(source, id, "0"), usage.NewIdentity(source, id, "1")}
}

// findLegs finds the calls near this one that belong, and tells them in the order
// of time.
func (e *explaining) findLegs(belongs func(*usage.Call) bool) error {
	near := when.Period{From: e.call.Started - legsWithin, To: e.call.Started + legsWithin}
	days := when.Days{From: near.From.UTCDay(), To: near.To.UTCDay()}
	m, err := newCallMatch(&e.books.tenant, CallFilter{Days: days, Zone: when.UTC})
	if err != nil {
		return err
	}
	m.period = near
	m.calls |= segment.CallConversation | segment.CallSource
	segments, err := e.tx.Segments(days)
	if err != nil {
		return err
	}
	users, err := e.tx.Users()
	if err != nil {
		return err
	}
	agents := names{}
	for i := range users {
		agents.set(int32(users[i].ID), users[i].Username)
	}
	scan := &callScan{m: m, tx: e.tx}
	var legs []CallLeg
	for i := range segments {
		var rows []int32
		if err := scan.find(&segments[i], func(row int32, c *usage.Call) {
			if belongs(c) {
				rows = append(rows, row)
			}
		}); err != nil {
			return err
		}
		if err := scan.read(rows, listed, func(calls []usage.Call, charges []usage.Charge) error {
			for k := range calls {
				legs = append(legs, e.leg(&calls[k], &charges[k], agents))
			}
			return nil
		}); err != nil {
			return err
		}
	}
	if len(legs) < 2 {
		return nil
	}
	slices.SortFunc(legs, func(a, b CallLeg) int {
		return int(min(1, max(-1, a.Started-b.Started)))*2 + strings.Compare(a.Call, b.Call)
	})
	e.out.Legs = legs[:min(len(legs), legsShown)]
	return nil
}

func (e *explaining) leg(c *usage.Call, ch *usage.Charge, agents names) CallLeg {
	l := CallLeg{
		Call: c.Identity.String(), Day: c.Started.UTCDay(), This: c.Identity == e.call.Identity,
		Started: c.Started, Answered: c.Answered, Ended: c.Ended, Seconds: c.Seconds(), Kind: c.Kind.String(),
		Calling: e.disclosure.number(c.Calling), Called: e.disclosure.number(c.Called), Agent: agents.of(int32(c.Agent)),
		Amount: ch.Amount, Outcome: ch.Status.String(), Reason: ch.Reason.String(),
	}
	if sum, err := ch.Amount.Add(ch.AMD); err == nil {
		l.Amount = sum
	}
	return l
}
