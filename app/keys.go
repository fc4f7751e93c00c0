package app

import (
	"encoding/binary"
	"sync/atomic"

	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// found is what a set of keys knows of a call.
type found uint8

const (
	absent  found = iota
	same          // the identity with the same content: a duplicate
	differs       // the identity with other content: a conflict
)

// keySet is identities and content hashes in open addressing, 24 bytes a slot.
// The zero keySet is empty.
type keySet struct {
	slots []keySlot
	count int
}

type keySlot struct{ a, b, content uint64 }

const keySlotBytes = 24

func slotOf(id *usage.Identity, content uint64) keySlot {
	return keySlot{binary.LittleEndian.Uint64(id[:8]), binary.LittleEndian.Uint64(id[8:]), content}
}

func (k *keySlot) empty() bool { return k.a|k.b == 0 }

func (s *keySet) find(k *keySlot) found {
	if len(s.slots) == 0 {
		return absent
	}
	mask := uint64(len(s.slots) - 1)
	for i := k.a & mask; !s.slots[i].empty(); i = (i + 1) & mask {
		if t := &s.slots[i]; t.a == k.a && t.b == k.b {
			if t.content == k.content {
				return same
			}
			return differs
		}
	}
	return absent
}

// add puts k in unless its identity is there, and says what it found.
func (s *keySet) add(k *keySlot) found {
	if s.count*3 >= len(s.slots)*2 {
		s.grow()
	}
	mask := uint64(len(s.slots) - 1)
	i := k.a & mask
	for ; !s.slots[i].empty(); i = (i + 1) & mask {
		if t := &s.slots[i]; t.a == k.a && t.b == k.b {
			if t.content == k.content {
				return same
			}
			return differs
		}
	}
	s.slots[i] = *k
	s.count++
	return absent
}

func (s *keySet) grow() {
	old := s.slots
	s.slots = make([]keySlot, max(64, 2*len(old)))
	s.count = 0
	for i := range old {
		if !old[i].empty() {
			s.add(&old[i])
		}
	}
}

func (s *keySet) clear() {
	clear(s.slots)
	s.count = 0
}

// keys are the known calls of one tenant, by UTC day of their start. Days are
// read from the books when they are first asked for; days that have no segment
// need no reading.
type keys struct {
	days    map[when.Day]*dayKeys
	stored  map[when.Day]bool // days that have segments in the books
	reader  segment.CallReader
	segment []segment.Key
	bytes   int64
}

type dayKeys struct {
	keySet
	used int64 // tick of the last use
}

func newKeys(tx *store.Tx) (*keys, error) {
	days, err := tx.NewDays(-1)
	if err != nil {
		return nil, err
	}
	k := &keys{days: map[when.Day]*dayKeys{}, stored: map[when.Day]bool{}}
	for _, d := range days {
		k.stored[d] = true
	}
	return k, nil
}

// missing lists those of a day and its neighbours that must be read first.
func (k *keys) missing(day when.Day, into map[when.Day]bool) {
	for n := -1; n <= 1; n++ {
		if d := day.Add(n); k.stored[d] && k.days[d] == nil {
			into[d] = true
		}
	}
}

// read fills in a day from the books.
func (k *keys) read(tx *store.Tx, d when.Day, tick int64) error {
	set := &dayKeys{used: tick}
	if err := k.addStored(tx, set, d, -1); err != nil {
		return err
	}
	k.days[d] = set
	k.bytes += int64(len(set.slots)) * keySlotBytes
	return nil
}

func (k *keys) addStored(tx *store.Tx, set *dayKeys, d when.Day, after int64) error {
	return tx.CallData(d, after, func(_ int64, data []byte) error {
		r, err := segment.Open(data)
		if err != nil {
			return err
		}
		if err := k.reader.Reset(r, nil, segment.CallIdentity|segment.CallContent); err != nil {
			return err
		}
		if k.segment, err = k.reader.Keys(k.segment[:0]); err != nil {
			return err
		}
		for i := range k.segment {
			s := slotOf(&k.segment[i].Identity, k.segment[i].Content)
			set.add(&s)
		}
		return nil
	})
}

// catchUp adds what others have written since version after.
func (k *keys) catchUp(tx *store.Tx, after int64) error {
	days, err := tx.NewDays(after)
	if err != nil {
		return err
	}
	for _, d := range days {
		k.stored[d] = true
		if set := k.days[d]; set != nil {
			before := len(set.slots)
			if err := k.addStored(tx, set, d, after); err != nil {
				return err
			}
			k.bytes += int64(len(set.slots)-before) * keySlotBytes
		}
	}
	return nil
}

// near are the sets of a day and its neighbours, in which an identity counts.
type near [3]*dayKeys

func (k *keys) near(day when.Day, tick int64) (n near) {
	for i := range n {
		if set := k.days[day.Add(i-1)]; set != nil {
			set.used = tick
			n[i] = set
		}
	}
	return n
}

func (n *near) find(k *keySlot) found {
	for _, set := range n {
		if set == nil {
			continue
		}
		if f := set.find(k); f != absent {
			return f
		}
	}
	return absent
}

// commit adds the keys of those calls that are durably in the books now.
func (k *keys) commit(calls []usage.Call, which []int32, tick int64) {
	var set *dayKeys
	var day when.Day
	for _, i := range which {
		c := &calls[i]
		if d := c.Started.UTCDay(); d != day || set == nil {
			day, set = d, k.days[d]
			if set == nil {
				if k.stored[d] {
					continue // evicted meanwhile: it will be read again
				}
				set = &dayKeys{}
				k.days[d] = set
			}
			set.used = tick
		}
		before := len(set.slots)
		s := slotOf(&c.Identity, c.Content)
		set.add(&s)
		k.bytes += int64(len(set.slots)-before) * keySlotBytes
	}
	for _, i := range which {
		if d := calls[i].Started.UTCDay(); d != day || !k.stored[d] {
			day, k.stored[d] = d, true
		}
	}
}

// batchKeys are the keys of one part on its way to be committed.
type batchKeys struct{ keySet }

// keyBytes bounds the memory of all key sets.
const keyBytes = 96 << 20

// keyBudget keeps key sets within their bound: the days used longest ago leave.
type keyBudget struct {
	limit int64
	tick  atomic.Int64
}

// next is the time as key sets count it.
func (g *keyBudget) next() int64 { return g.tick.Add(1) }

// evict drops days until all sets fit, from the books of every tenant. A day is
// only dropped where it is in the books, from which it can be read again.
func (g *keyBudget) evict(all []*books) {
	for {
		var total, oldest int64
		var in *books
		var day when.Day
		for _, b := range all {
			b.mu.Lock()
			total += b.keys.bytes
			for d, set := range b.keys.days {
				if (oldest == 0 || set.used < oldest) && b.keys.stored[d] {
					oldest, in, day = set.used, b, d
				}
			}
			b.mu.Unlock()
		}
		if total <= g.limit || in == nil {
			return
		}
		in.mu.Lock()
		if set := in.keys.days[day]; set != nil {
			in.keys.bytes -= int64(len(set.slots)) * keySlotBytes
			delete(in.keys.days, day)
		}
		in.mu.Unlock()
	}
}
