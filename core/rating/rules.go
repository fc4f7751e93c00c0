package rating

import "tollkeeper/core/fault"

// Spanning is which band rates a call that crosses the edge of one. The zero
// Spanning is SpanStart.
type Spanning uint8

// SpanStart lets the band at answer time rate the whole call; SpanSplit rates
// each second in its own band.
const (
	SpanStart Spanning = iota
	SpanSplit
)

// GraceRule is what the grace seconds of a row do. The zero GraceRule is
// GraceThreshold.
type GraceRule uint8

// GraceThreshold frees a call of at most that many seconds and bills a longer
// one whole; GraceDeduct takes the seconds off first.
const (
	GraceThreshold GraceRule = iota
	GraceDeduct
)

// String is start or split.
func (s Spanning) String() string { return [...]string{"start", "split"}[s] }

// MarshalText is String.
func (s Spanning) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads start or split; empty is start.
func (s *Spanning) UnmarshalText(b []byte) error {
	switch string(b) {
	case "", "start":
		*s = SpanStart
	case "split":
		*s = SpanSplit
	default:
		return fault.New(fault.Invalid, "%q is not a rule for calls that cross bands: want start or split", fault.Cut(string(b)))
	}
	return nil
}

// String is threshold or deduct.
func (g GraceRule) String() string { return [...]string{"threshold", "deduct"}[g] }

// MarshalText is String.
func (g GraceRule) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText reads threshold or deduct; empty is threshold.
func (g *GraceRule) UnmarshalText(b []byte) error {
	switch string(b) {
	case "", "threshold":
		*g = GraceThreshold
	case "deduct":
		*g = GraceDeduct
	default:
		return fault.New(fault.Invalid, "%q is not a rule for grace seconds: want threshold or deduct", fault.Cut(string(b)))
	}
	return nil
}
