package rating

// index finds the longest prefix of a number. The prefixes cut the line of all
// numbers into stretches, and in each the same prefix is the longest: a bound
// says where a stretch begins and which entry comes first there. Binary search
// among the bounds is helped by a table over the first digits.
type index struct {
	bounds []bound
	first  []int32 // by the number of the first digits: where their bounds begin
	digits int     // how many digits that is: 2, 4, 5 or 6
}

// bound is the beginning of a stretch.
type bound struct {
	key   uint64
	entry int32 // −1: no prefix
}

// find gives the first entry to be looked at for a number, or −1.
func (x *index) find(key uint64) int32 {
	n := bucket(key, x.digits)
	lo, hi := x.first[n], x.first[n+1]
	for lo < hi {
		if m := int32(uint32(lo+hi) >> 1); x.bounds[m].key <= key {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return x.bounds[lo-1].entry // the bound before may belong to an earlier number of first digits
}

// bucket is the first digits of a key as a number of base 11, since a nibble
// is 0 (no digit) to 10. The end of a stretch can have a nibble of 11, which
// carries; so bucket(key) never falls as keys rise.
func bucket(key uint64, digits int) int {
	x := key >> 40
	x -= 5 * (x >> 4 & 0x0f0f0f) // three pairs of digits, each 11·a + b in a byte
	a, b, c := int(x>>16), int(x>>8&255), int(x&255)
	switch digits {
	case 6:
		return (a*121+b)*121 + c
	case 5:
		return (a*121+b)*11 + int(key>>44&15)
	case 4:
		return a*121 + b
	}
	return a
}

// indexDigits chooses the size of the table: a few buckets for each bound.
func indexDigits(bounds int) (digits, buckets int) {
	switch {
	case bounds > 60_000:
		return 6, 11 * 11 * 11 * 11 * 11 * 11
	case bounds > 6_000:
		return 5, 11 * 11 * 11 * 11 * 11
	case bounds > 300:
		return 4, 11 * 11 * 11 * 11
	}
	return 2, 11 * 11
}

// newIndex makes the index over sorted places, whose first is entry number
// base of entries, and links each group of entries to the next shorter prefix.
func newIndex(places []place, base int32, entries []entry) index {
	count := stretches{}
	count.walk(places, base, entries)
	fill := stretches{bounds: make([]bound, 0, count.n)}
	fill.walk(places, base, entries)
	x := index{bounds: fill.bounds}
	var buckets int
	x.digits, buckets = indexDigits(len(x.bounds))
	x.first = make([]int32, buckets+2)
	next := 0
	for i, b := range x.bounds {
		for n := bucket(b.key, x.digits); next <= n; next++ {
			x.first[next] = int32(i)
		}
	}
	for ; next < len(x.first); next++ {
		x.first[next] = int32(len(x.bounds))
	}
	return x
}

// stretches finds the bounds. Without room for them it only counts, so that
// they can be made in one piece.
type stretches struct {
	bounds []bound
	n      int
	last   uint64
	open   []openPrefix // prefixes that the walk is inside of, the longest last
}

type openPrefix struct {
	end   uint64 // the first key after it; 0: no key is
	entry int32
}

func (s *stretches) walk(places []place, base int32, entries []entry) {
	s.emit(0, -1)
	at := base
	for same := range groups(places) {
		key := same[0].key
		for len(s.open) > 0 && s.open[len(s.open)-1].end != 0 && s.open[len(s.open)-1].end <= key {
			s.close()
		}
		for i := range same {
			entries[at+int32(i)].next = at + int32(i) + 1
		}
		entries[at+int32(len(same))-1].next = s.inside()
		s.emit(key, at)
		s.open = append(s.open, openPrefix{afterPrefix(key), at})
		at += int32(len(same))
	}
	for len(s.open) > 0 {
		s.close()
	}
}

// inside is the entry of the longest open prefix, or −1.
func (s *stretches) inside() int32 {
	if len(s.open) == 0 {
		return -1
	}
	return s.open[len(s.open)-1].entry
}

func (s *stretches) close() {
	end := s.open[len(s.open)-1].end
	s.open = s.open[:len(s.open)-1]
	if end != 0 {
		s.emit(end, s.inside())
	}
}

func (s *stretches) emit(key uint64, entry int32) {
	if s.n == 0 || key != s.last {
		s.n++
		s.last = key
		if s.bounds != nil {
			s.bounds = append(s.bounds, bound{key, entry})
		}
	} else if s.bounds != nil {
		s.bounds[len(s.bounds)-1].entry = entry
	}
}

// afterPrefix is the first key above all numbers under a prefix: its last digit
// raised by one, which no nibble is too large for. Above the empty prefix there
// is none: 0.
func afterPrefix(key uint64) uint64 {
	if key == 0 {
		return 0
	}
	step := uint64(1) << 4
	for key&(step*15) == 0 {
		step <<= 4
	}
	return key + step
}
