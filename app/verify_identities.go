package app

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// identitiesAtOnce is how many identities are looked at together: eight bytes
// of each, 128 MiB.
const identitiesAtOnce = 1 << 24

// verifyIdentities finds identities that occur twice, whatever their days. It
// sorts the first eight bytes of as many as it may hold, which are as good as
// random: where there are more, they are taken in passes, each over one range
// of values. Only where two agree are the whole identities looked at.
type verifyIdentities struct {
	passes   uint64
	pass     uint64
	prefixes []uint64
	doubtful map[uint64]bool
}

// beginIdentities prepares for the first pass, which goes with the check of
// segments.
func (v *verifying) beginIdentities() {
	total := 0
	for i := range v.segments.parts {
		total += max(0, v.segments.parts[i].Calls)
	}
	v.identities = verifyIdentities{passes: uint64(total/identitiesAtOnce) + 1, doubtful: map[uint64]bool{}}
	v.identities.prefixes = make([]uint64, 0, total/int(v.identities.passes)+total/16)
}

func (v *verifying) noteIdentities(calls []usage.Call) {
	for i := range calls {
		v.identities.note(&calls[i].Identity)
	}
}

func (w *verifyIdentities) note(id *usage.Identity) {
	prefix := binary.BigEndian.Uint64(id[:8])
	if w.passes > 1 {
		if share, _ := bits.Mul64(prefix, w.passes); share != w.pass {
			return
		}
	}
	w.prefixes = append(w.prefixes, prefix)
}

// sort ends a pass.
func (w *verifyIdentities) sort() {
	slices.Sort(w.prefixes)
	for i := 1; i < len(w.prefixes); i++ {
		if w.prefixes[i] == w.prefixes[i-1] {
			w.doubtful[w.prefixes[i]] = true
		}
	}
	w.prefixes = w.prefixes[:0]
	w.pass++
}

// checkIdentities makes the passes that are left, and looks at what they found.
func (v *verifying) checkIdentities() error {
	w := &v.identities
	for w.sort(); w.pass < w.passes; w.sort() {
		if err := v.eachIdentity(func(_ when.Day, id *usage.Identity) { w.note(id) }); err != nil {
			return err
		}
	}
	w.prefixes = nil
	if len(w.doubtful) == 0 {
		return nil
	}
	type seen struct {
		id  usage.Identity
		day when.Day
	}
	var all []seen
	if err := v.eachIdentity(func(day when.Day, id *usage.Identity) {
		if w.doubtful[binary.BigEndian.Uint64(id[:8])] {
			all = append(all, seen{*id, day})
		}
	}); err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b seen) int { return cmp.Or(slices.Compare(a.id[:], b.id[:]), cmp.Compare(a.day, b.day)) })
	for i := 1; i < len(all); i++ {
		if all[i].id == all[i-1].id {
			v.find("identities", "call "+all[i].id.String(), "it is kept twice: started %s and %s", all[i-1].day, all[i].day)
		}
	}
	return nil
}

// eachIdentity gives the identity of every call, reading nothing else.
func (v *verifying) eachIdentity(f func(day when.Day, id *usage.Identity)) error {
	var last when.Day
	for i := range v.segments.parts {
		day := v.segments.parts[i].Day
		if day == last {
			continue
		}
		last = day
		if err := v.tx.Identities(day, func(k store.SegmentKey, start []byte) error {
			ids, err := identitiesOf(start)
			if err != nil { // told where segments are checked
				return nil
			}
			for ; len(ids) > 0; ids = ids[16:] {
				f(day, (*usage.Identity)(ids))
			}
			return v.tx.Context().Err()
		}); err != nil {
			return fmt.Errorf("read identities of %s: %w", day, err)
		}
	}
	return nil
}

// identitiesOf gives the identities, sixteen bytes each, of the beginning of a
// segment of calls.
func identitiesOf(start []byte) ([]byte, error) {
	r, err := segment.OpenHead(start)
	if err != nil {
		return nil, err
	}
	return r.Fixed(segment.CallIdentity.Numbers()[0], len(usage.Identity{}))
}
