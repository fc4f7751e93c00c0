package phone_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
)

var digitText = rapid.StringMatching(`[0-9]{1,15}`)

func TestParseDigits(t *testing.T) {
	for _, tt := range []struct {
		text, want string
		ok         bool
	}{
		{"442079460123", "442079460123", true},
		{"+442079460123", "442079460123", true},
		{"0800", "0800", true},
		{"000", "000", true},
		{"0", "0", true},
		{"999999999999999", "999999999999999", true},
		{"", "", false},
		{"+", "", false},
		{"++1", "", false},
		{"1+", "", false},
		{"1 2", "", false},
		{"1234567890123456", "", false},
		{"12a", "", false},
		{"1/2:3", "", false},
		{"١٢", "", false},
	} {
		n, ok := phone.ParseDigits(tt.text)
		fromBytes, okBytes := phone.ParseDigits([]byte(tt.text))
		if n.String() != tt.want || ok != tt.ok || n != fromBytes || ok != okBytes {
			t.Errorf("ParseDigits(%q) = %q, %v; as bytes %q, %v", tt.text, n, ok, fromBytes, okBytes)
		}
		if _, err := phone.Parse(tt.text); (err == nil) != tt.ok || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("Parse(%q): %v", tt.text, err)
		}
	}
}

func TestNumberRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := digitText.Draw(t, "digits")
		n := phone.MustParse(text)
		if n.String() != text || n.Len() != len(text) || string(n.AppendDigits([]byte("x"))) != "x"+text {
			t.Fatalf("%q becomes %q of %d digits", text, n, n.Len())
		}
		packed := n.Packed()
		if back, err := phone.Unpack(packed); err != nil || back != n || packed <= 0 || packed >= 1<<51 {
			t.Fatalf("%q is packed as %d and comes back as %q, %v", n, packed, back, err)
		}
		encoded, err := n.MarshalText()
		var back phone.Number
		if err != nil || back.UnmarshalText(encoded) != nil || back != n {
			t.Fatalf("%q is the text %q and comes back as %q", n, encoded, back)
		}
	})
}

func TestUnpack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Int64().Draw(t, "packed")
		if n, err := phone.Unpack(v); err == nil && n.Packed() != v {
			t.Fatalf("%d unpacks to %q, which is packed as %d", v, n, n.Packed())
		}
	})
	for _, wrong := range []int64{-1, 1, 2, 9, 20, 99, -10, 1 << 62, 2_000_000_000_000_000, 10_000_000_000_000_000} {
		if n, err := phone.Unpack(wrong); !fault.Is(err, fault.Invalid) || n != 0 {
			t.Errorf("Unpack(%d) = %q, %v", wrong, n, err)
		}
	}
	for v, want := range map[int64]string{0: "", 10: "0", 1_0800: "0800", 1_442079460123: "442079460123"} {
		if n, err := phone.Unpack(v); err != nil || n.String() != want {
			t.Errorf("Unpack(%d) = %q, %v; want %q", v, n, err, want)
		}
	}
}

// TestKeyOrder compares numbers, keys and prefixes with what strings say.
func TestKeyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Few different digits, so that texts often share a start.
		text := rapid.StringMatching(`[019]{1,15}`)
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		cut := rapid.IntRange(0, len(a)).Draw(t, "cut")
		m, n := phone.MustParse(a), phone.MustParse(b)
		if (m < n) != (a < b) || (m.Key() < n.Key()) != (a < b) {
			t.Fatalf("%q and %q compare as %d and %d", a, b, m, n)
		}
		p := phone.MustPrefix(a[:cut])
		if m.Prefix(cut) != p || p.String() != a[:cut] || p.Len() != cut {
			t.Fatalf("the first %d digits of %q are %q, not %q", cut, a, m.Prefix(cut), p)
		}
		if n.HasPrefix(p) != strings.HasPrefix(b, a[:cut]) || phone.MustPrefix(b).HasPrefix(p) != strings.HasPrefix(b, a[:cut]) {
			t.Fatalf("%q starts with %q: %v", b, p, n.HasPrefix(p))
		}
		first, last := p.Bounds()
		if within := first <= n.Key() && n.Key() <= last; within != n.HasPrefix(p) {
			t.Fatalf("the key of %q lies within %q: %v", b, p, within)
		}
		if got, want := p.Parent().String(), a[:max(cut-1, 0)]; got != want {
			t.Fatalf("the parent of %q is %q", p, got)
		}
	})
}

func TestZeroValues(t *testing.T) {
	var n phone.Number
	var p phone.Prefix
	text, err := n.MarshalText()
	if n.String() != "" || n.Len() != 0 || n.Packed() != 0 || len(text) != 0 || err != nil {
		t.Errorf("none is %q of %d digits, packed %d, text %q", n, n.Len(), n.Packed(), text)
	}
	if p.String() != "" || p.Len() != 0 || !n.HasPrefix(p) || n.HasPrefix(phone.MustPrefix("1")) {
		t.Errorf("the empty prefix is %q", p)
	}
	first, last := p.Bounds()
	if first != 0 || last < phone.MustParse("999999999999999").Key() {
		t.Errorf("the empty prefix is from %x to %x", first, last)
	}
	n, p = 1, 1
	if n.UnmarshalText(nil) != nil || n != 0 || p.UnmarshalText(nil) != nil || p != 0 {
		t.Errorf("empty texts are %q and %q", n, p)
	}
	if n.UnmarshalText([]byte("4x")) == nil || p.UnmarshalText([]byte("4x")) == nil {
		t.Error("4x is taken for digits")
	}
}

func TestParsePrefix(t *testing.T) {
	for text, want := range map[string]string{"": "", "44": "44", "+44": "44", "00": "00", "123456789012345": "123456789012345"} {
		if p, err := phone.ParsePrefix(text); err != nil || p.String() != want {
			t.Errorf("ParsePrefix(%q) = %q, %v", text, p, err)
		}
	}
	for _, wrong := range []string{"+", "4 4", "44-", "x", "1234567890123456"} {
		if p, err := phone.ParsePrefix(wrong); !fault.Is(err, fault.Invalid) || p != 0 {
			t.Errorf("ParsePrefix(%q) = %q, %v", wrong, p, err)
		}
	}
}

func FuzzParseDigits(f *testing.F) {
	for _, s := range []string{"442079460123", "+1", "0800", "", "+", "1234567890123456", "12a", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := phone.ParseDigits(s)
		if !ok {
			if n != 0 {
				t.Errorf("%q is refused and yet %q", s, n)
			}
			return
		}
		if n.String() != strings.TrimPrefix(s, "+") {
			t.Errorf("%q becomes %q", s, n)
		}
		if back, err := phone.Unpack(n.Packed()); err != nil || back != n {
			t.Errorf("%q comes back as %q, %v", n, back, err)
		}
	})
}

func BenchmarkParseDigits(b *testing.B) {
	raw := []byte("442079460123")
	b.ReportAllocs()
	for b.Loop() {
		phone.ParseDigits(raw)
	}
}
