package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// Entry is one posting. NewEntry and Reverse make it, Seal gives it its place;
// after that nothing about it changes, ever. Fields are open so that the store
// can read one back; Check tells whether what came back is what was sealed.
type Entry struct {
	ID    int64        `json:"id"`  // counts from 1 per tenant, without gaps; zero: not sealed yet
	At    when.Instant `json:"at"`  // when it was posted
	Day   when.Day     `json:"day"` // accounting date, in the account's zone
	Cause Cause        `json:"cause"`
	Lines []Line       `json:"lines"` // by account and currency, each pair once
	Prev  Hash         `json:"prev"`  // hash of the entry before
	Hash  Hash         `json:"hash"`  // over everything above
}

// Hash is a SHA-256 sum.
type Hash [sha256.Size]byte

// String is 64 hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText is String.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what String writes.
func (h *Hash) UnmarshalText(b []byte) error {
	v, err := hex.DecodeString(string(b))
	if err != nil || len(v) != len(h) {
		return fault.New(fault.Invalid, "%q is not a hash: want %d hexadecimal digits", fault.Cut(string(b)), 2*len(h))
	}
	*h = Hash(v)
	return nil
}

// Head is where a chain stands: the number and hash of its last entry.
type Head struct {
	ID   int64
	Hash Hash
}

// Genesis is the head of the chain that has no entry yet. It differs from
// tenant to tenant, so that one tenant's entries do not pass as another's.
func Genesis(t tenant.ID) Head {
	b := appendText(nil, "tollkeeper ledger 1")
	return Head{Hash: sha256.Sum256(binary.BigEndian.AppendUint64(b, uint64(t)))}
}

// NewEntry makes an entry of lines, which it copies, merges by account and
// currency, and puts in order. It fails unless they are two or more, none is
// zero, and they add up to zero in every currency without overflow; and unless
// instant, day and cause are there. The entry is not sealed yet.
func NewEntry(at when.Instant, day when.Day, cause Cause, lines []Line) (Entry, error) {
	merged, err := canonical(lines)
	if err != nil {
		return Entry{}, err
	}
	e := Entry{At: at, Day: day, Cause: cause, Lines: merged}
	if err := e.check(); err != nil {
		return Entry{}, err
	}
	return e, nil
}

// Reverse is the entry that undoes e, which must be sealed: the same lines with
// the other sign, caused by e.
func (e *Entry) Reverse(at when.Instant, day when.Day, text string) (Entry, error) {
	lines := slices.Clone(e.Lines)
	for i := range lines {
		lines[i].Amount = -lines[i].Amount
	}
	return NewEntry(at, day, Cause{Kind: Reversal, Ref: e.ID, Text: text}, lines)
}

// Seal is e as the entry after head.
func (e Entry) Seal(head Head) Entry {
	e.ID, e.Prev = head.ID+1, head.Hash
	e.Hash = e.sum()
	return e
}

// Head is the head of a chain whose last entry is e.
func (e *Entry) Head() Head { return Head{e.ID, e.Hash} }

// Check tells what is wrong with e as the entry after head: a gap in the
// numbers, another predecessor, a changed field, or lines that do not balance.
// What it finds is of kind Internal: such an entry was never posted.
func (e *Entry) Check(head Head) error {
	switch {
	case e.ID != head.ID+1:
		return fault.New(fault.Internal, "entry %d follows entry %d", e.ID, head.ID)
	case e.Prev != head.Hash:
		return fault.New(fault.Internal, "entry %d names %s as the hash before it, which is %s", e.ID, e.Prev, head.Hash)
	}
	if sum := e.sum(); e.Hash != sum {
		return fault.New(fault.Internal, "entry %d was changed: its hash is %s, its content gives %s", e.ID, e.Hash, sum)
	}
	if err := e.check(); err != nil {
		return fault.New(fault.Internal, "entry %d: %s", e.ID, err.Error())
	}
	return nil
}

// check insists on what holds for every entry, sealed or not.
func (e *Entry) check() error {
	if e.At <= 0 || e.Day <= 0 || when.DayOf(e.Day.Date()) != e.Day {
		return fault.New(fault.Invalid, "an entry needs an instant and an accounting date")
	}
	if err := e.Cause.Check(); err != nil {
		return err
	}
	return checkLines(e.Lines)
}

// sum is the SHA-256 over e but its Hash: texts behind their length, numbers in
// eight bytes, the greatest first. It is stored: never change it.
func (e *Entry) sum() Hash {
	b := make([]byte, 0, 256)
	b = appendText(b, "tollkeeper entry 1")
	b = append(b, e.Prev[:]...)
	b = appendNumbers(b, e.ID, int64(e.At), int64(e.Day))
	b = appendText(b, e.Cause.Kind.String())
	b = appendNumbers(b, e.Cause.Ref)
	b = appendText(b, e.Cause.Text)
	b = appendNumbers(b, int64(len(e.Lines)))
	for _, l := range e.Lines {
		b = appendText(b, l.Account.String())
		b = appendText(b, string(l.Currency))
		b = appendNumbers(b, int64(l.Amount))
	}
	return sha256.Sum256(b)
}

func appendText(b []byte, s string) []byte {
	return append(appendNumbers(b, int64(len(s))), s...)
}

func appendNumbers(b []byte, ns ...int64) []byte {
	for _, n := range ns {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	return b
}
