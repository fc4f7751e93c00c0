package ledger

import (
	"unicode/utf8"

	"tollkeeper/core/fault"
)

// Cause is why an entry was posted: the thing that made it, by kind and number.
type Cause struct {
	Kind CauseKind `json:"kind"`
	Ref  int64     `json:"ref"`            // the import's, invoice's, payment's … number; for a reversal the entry's
	Text string    `json:"text,omitempty"` // a reason for people, where a person gave one
}

// CauseKind is what kind of thing posted an entry. The zero CauseKind is none,
// and no entry may have it.
type CauseKind uint8

// The causes.
const (
	NoCause CauseKind = iota
	Import
	Rerate
	Invoice
	Payment
	Adjustment
	Reversal
	causeEnd
)

var causeNames = [causeEnd]string{"", "import", "rerate", "invoice", "payment", "adjustment", "reversal"}

// ParseCauseKind reads a cause's name.
func ParseCauseKind(s string) (CauseKind, error) {
	for k := Import; k < causeEnd; k++ {
		if causeNames[k] == s {
			return k, nil
		}
	}
	return 0, fault.New(fault.Invalid, "%q is not a cause of an entry: want import, rerate, invoice, payment, adjustment or reversal", fault.Cut(s))
}

// String is the cause's name; none is "".
func (k CauseKind) String() string {
	if k >= causeEnd {
		return ""
	}
	return causeNames[k]
}

// MarshalText is String.
func (k CauseKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what ParseCauseKind reads.
func (k *CauseKind) UnmarshalText(b []byte) error {
	v, err := ParseCauseKind(string(b))
	if err == nil {
		*k = v
	}
	return err
}

// maxText is how many bytes a reason has at most.
const maxText = 1000

// Check refuses a cause without kind or number, and a text that cannot be kept.
func (c Cause) Check() error {
	switch {
	case c.Kind == NoCause || c.Kind >= causeEnd:
		return fault.New(fault.Invalid, "an entry needs a cause")
	case c.Ref <= 0:
		return fault.New(fault.Invalid, "the cause %s needs a number above zero, not %d", c.Kind, c.Ref)
	case len(c.Text) > maxText || !utf8.ValidString(c.Text):
		return fault.New(fault.Invalid, "the text of a cause is at most %d bytes of UTF-8", maxText)
	}
	return nil
}
