package rating

import (
	"encoding/binary"
	"math"

	"tollkeeper/core/money"
	"tollkeeper/core/when"
)

// terms is what a row says about seconds and bounds. Rows of a card share a
// few of them, so they stay in the processor's cache.
type terms struct {
	connect, least, most      money.Amount // most: math.MaxInt64 where there is no bound
	initial, increment, grace int32
	firstStep, stepCount      int32 // in Tariff.steps
}

// span is when a row is effective: from inside, to outside.
type span struct{ from, to when.Instant }

// origin is what the calling number's key must be under a mask.
type origin struct{ key, mask uint64 }

// always and anywhere are number 0 of their tables.
var (
	always   = span{math.MinInt64, when.Forever}
	anywhere = origin{}
)

// table gives equal values one number.
type table[T comparable] struct {
	list []T
	at   map[T]uint32
	last uint32 // the number given last: neighbours are often equal
}

func newTable[T comparable](first ...T) table[T] {
	t := table[T]{at: map[T]uint32{}}
	for _, v := range first {
		t.id(v)
	}
	return t
}

func (t *table[T]) id(v T) uint32 {
	if len(t.list) > 0 && t.list[t.last] == v {
		return t.last
	}
	n, ok := t.at[v]
	if !ok {
		n = uint32(len(t.list))
		t.list = append(t.list, v)
		t.at[v] = n
	}
	t.last = n
	return n
}

// interner makes the parts of entries that rows share.
type interner struct {
	terms   table[terms]
	spans   table[span]
	origins table[origin]
	steps   []Step
	stepAt  map[string]int32 // where equal steps begin in steps
	scratch []byte
}

func newInterner() *interner {
	return &interner{
		terms: newTable[terms](), spans: newTable(always), origins: newTable(anywhere),
		stepAt: map[string]int32{},
	}
}

func (n *interner) termsOf(r *Row) uint32 {
	t := terms{
		connect: r.ConnectFee, most: math.MaxInt64,
		initial: r.Initial, increment: r.Increment, grace: r.Grace,
	}
	if r.MinCharge != nil {
		t.least = *r.MinCharge
	}
	if r.MaxCharge != nil {
		t.most = *r.MaxCharge
	}
	if len(r.Steps) > 0 {
		t.firstStep, t.stepCount = n.stepsAt(r.Steps), int32(len(r.Steps))
	}
	return n.terms.id(t)
}

func (n *interner) stepsAt(steps []Step) int32 {
	b := n.scratch[:0]
	for _, s := range steps {
		b = binary.LittleEndian.AppendUint32(b, uint32(s.From))
		b = binary.LittleEndian.AppendUint32(b, uint32(s.Increment))
		b = binary.LittleEndian.AppendUint64(b, uint64(s.Rate))
	}
	n.scratch = b
	at, ok := n.stepAt[string(b)]
	if !ok {
		at = int32(len(n.steps))
		n.steps = append(n.steps, steps...)
		n.stepAt[string(b)] = at
	}
	return at
}

func (n *interner) spanOf(r *Row) uint32 {
	s := always
	if r.From != 0 {
		s.from = r.From
	}
	if r.To != 0 {
		s.to = r.To
	}
	return n.spans.id(s)
}

func (n *interner) originOf(r *Row) uint32 {
	if r.Origin.Len() == 0 {
		return 0
	}
	return n.origins.id(origin{r.Origin.Key(), ^uint64(0) << (64 - 4*uint(r.Origin.Len()))})
}
