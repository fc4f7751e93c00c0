package segment

import (
	"math"
	"math/bits"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestPlanesAgainstBits takes the layout apart bit by bit.
func TestPlanesAgainstBits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := bitsOf(rapid.Uint64().Draw(t, "span") >> rapid.IntRange(0, 63).Draw(t, "shift"))
		values := rapid.SliceOfN(rapid.Uint64(), 1, 70).Draw(t, "values")
		for i := range values {
			values[i] &= math.MaxUint64 >> (64 - width)
		}
		planes := appendPlanes([]byte("before"), values, width)[6:]
		if len(planes) != planesSize(width, len(values)) {
			t.Fatalf("%d bytes, not %d", len(planes), planesSize(width, len(values)))
		}
		for i, v := range values {
			if got := slowUnit(planes, int(width), len(values), i); got != v {
				t.Fatalf("row %d: %d, want %d", i, got, v)
			}
		}
		row := rapid.IntRange(0, len(values)-1).Draw(t, "row")
		got := make([]int64, rapid.IntRange(0, len(values)-row).Draw(t, "count"))
		readPlanes(got, planes, width, len(values), row)
		for i, v := range got {
			if uint64(v) != values[row+i] {
				t.Fatalf("row %d: %d, want %d", row+i, v, values[row+i])
			}
		}
	})
}

// slowUnit reads one value as the comment on planes says.
func slowUnit(planes []byte, width, rows, row int) (v uint64) {
	for bit := range width {
		each := 8 // bits of a row in this bit's plane
		if bit/8 == width/8 {
			each = width % 8
		}
		place := bit/8*rows*8 + row*each + bit%8
		v |= uint64(planes[place/8]>>(place%8)&1) << bit
	}
	return v
}

func TestBitsOf(t *testing.T) {
	for n := range 65 {
		span := uint64(math.MaxUint64)
		if n < 64 {
			span = 1<<n - 1
		}
		if got := bitsOf(span); int(got) < n || int(got) > n+3 || !wholePlanes(got) {
			t.Errorf("%d bits are laid out in %d", n, got)
		}
	}
}

func TestDivisorAgainstDivision(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Min(1).Draw(t, "number") >> rapid.IntRange(0, 40).Draw(t, "shift")
		n = max(n, 1)
		d := newDivisor(n)
		u := rapid.Uint64().Draw(t, "dividend")
		if u%n == 0 != (d.quotient(u) <= d.limit) {
			t.Fatalf("%d divides %d: %v", n, u, u%n == 0)
		}
		if u -= u % n; d.quotient(u) != u/n {
			t.Fatalf("%d / %d = %d, not %d", u, n, u/n, d.quotient(u))
		}
	})
}

// TestCommonDivisor compares with the greatest common divisor by the book.
func TestCommonDivisor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		step := rapid.Int64Range(1, 1<<30).Draw(t, "step")
		base := rapid.Int64().Draw(t, "base")
		vs := rapid.SliceOfN(rapid.Int64Range(0, 1<<32), 2, 30).Draw(t, "units")
		for i := range vs {
			vs[i] = base + vs[i]*step // may wrap
		}
		lowest, highest := slices.Min(vs), slices.Max(vs)
		span := uint64(highest) - uint64(lowest)
		slow := uint64(0)
		for _, v := range vs {
			for a, b := slow, uint64(v)-uint64(lowest); ; a, b = b, a%b {
				if slow = a; b == 0 {
					break
				}
			}
		}
		fast := commonDivisor(vs, lowest, span).number
		if fast != max(slow, 1) && (fast != 1 || bits.Len64(span) > 1 && bitsOf(span/slow) != bitsOf(span)) {
			t.Fatalf("%d, by the book %d", fast, slow)
		}
	})
}

func TestBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vs := rapid.SliceOfN(rapid.Int64(), 1, 40).Draw(t, "values")
		if lowest, highest := bounds(vs); lowest != slices.Min(vs) || highest != slices.Max(vs) {
			t.Fatalf("%d to %d of %v", lowest, highest, vs)
		}
	})
}

func TestCodebook(t *testing.T) {
	var b codebook
	vs := make([]int64, maxDictionary+1)
	for i := range vs {
		vs[i] = int64(i) * math.MaxInt32
	}
	codes := make([]uint64, len(vs))
	if b.fill(codes, vs) {
		t.Error("more values than a dictionary holds")
	}
	vs[7] = vs[3]
	if !b.fill(codes, vs) || codes[7] != codes[3] || b.count != maxDictionary {
		t.Error("as many values as a dictionary holds were refused", b.count)
	}
	for i, v := range vs {
		if b.values[codes[i]] != v {
			t.Fatalf("row %d: %d, want %d", i, b.values[codes[i]], v)
		}
	}
}
