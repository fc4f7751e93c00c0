package when_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

func Example() {
	london, err := when.LoadZone("Europe/London")
	fmt.Println(london.Day(when.MustParse("2026-06-01T23:30:00Z")), err)
	// Output: 2026-06-02 <nil>
}

func TestParse(t *testing.T) {
	const day = 1780272000 * when.Second // 2026-06-01T00:00:00Z
	for _, c := range []struct {
		in   string
		want when.Instant
	}{
		{"2026-06-01T00:00:00Z", day},
		{"2026-06-01T00:00:00.000001Z", day + 1},
		{"2026-06-01T00:00:00.5Z", day + 500*when.Millisecond},
		{"2026-06-01T00:00:00.500000000000Z", day + 500*when.Millisecond},
		{"2026-06-01T01:00:00+01:00", day},
		{"2026-05-31T14:30:00.25-09:30", day + 250*when.Millisecond},
		{"2026-06-01T14:00:00.25000000+14:00", day + 250*when.Millisecond},
		{"1970-01-01T00:00:00.000001Z", 1},
		{"1970-01-01T00:00:00Z", 0},
		{"1969-12-31T23:00:00-05:00", 4 * when.Hour},
		{"2200-12-31T23:59:59.999999Z", 7289654400*when.Second - 1},
		{"2201-01-01T00:59:59+01:00", 7289654399 * when.Second},
		{"1780272000", day},
		{"1780272000.0", day},
		{"1780272000.000001", day + 1},
		{"1780272000.298", day + 298*when.Millisecond},
		{"1780272000.2980000000", day + 298*when.Millisecond},
		{"0001780272", 1780272 * when.Second},
		{"123456789", 123456789 * when.Second},
		{"7289654399.999999", 7289654400*when.Second - 1},
	} {
		got, err := when.Parse(c.in)
		if err != nil || got != c.want {
			t.Errorf("Parse(%q) = %d, %v; want %d", c.in, got, err, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{
		"", " ", "now", "2026", "20260601", "2026-06-01", "2026-06-01T09:00:00", "2026-06-01 09:00:00Z",
		"2026-06-01T9:00:00Z", "2026-06-01T09:00:00,5Z", "2026-06-01T09:00:00+24:00", "2026-06-01T09:00:00+01:60",
		"2026-06-01T24:00:00Z", "2026-06-01T23:59:60Z", "2026-02-29T09:00:00Z", "2026-06-01T09:00:00.Z", "2026-06-01T09:00:00.5", "2026-06-01T09:00:00z", "2026-06-01t09:00:00Z",
		"2026-06-01T09:00:00+1:000", "2026-06-01T09:00:00+0100", "2026-06-01T09:00:00 01:00", "2026-06-01T9:00:00.5Z",
		"2026-06-01T09:00:00.0000001Z", "2026-06-01T09:00:00.0000000001Z", "2026-06-01T09:00:00.5000000001Z",
		"1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00+00:01", "2201-01-01T00:00:00Z", "2200-12-31T23:00:00-01:00",
		" 1780272000", "1780272000 ", "+1780272000", "-1780272000", "12345678", "1780272000.", ".1780272000",
		"1780272000.0000001", "1780272000.1.2", "1780272000000", "7289654400", "7289654399.9999999", "1.780272e9", "1780272000,5",
	} {
		if got, err := when.Parse(s); !fault.Is(err, fault.Invalid) {
			t.Errorf("Parse(%q) = %v, %v; want it refused", s, got, err)
		}
	}
}

func anInstant() *rapid.Generator[when.Instant] {
	return rapid.Custom(func(t *rapid.T) when.Instant {
		i := when.Instant(rapid.Int64Range(1, int64(7289654400*when.Second)-1).Draw(t, "micros"))
		unit := rapid.SampledFrom([]when.Instant{when.Microsecond, when.Millisecond, when.Second, when.Hour}).Draw(t, "unit")
		return max(1, i/unit*unit)
	})
}

func TestInstantRoundTrip(t *testing.T) {
	tokyo := zone(t, "Asia/Tokyo")
	rapid.Check(t, func(t *rapid.T) {
		i := anInstant().Draw(t, "i")
		for _, s := range []string{i.String(), i.In(tokyo), fmt.Sprintf("%09d.%06d", i/when.Second, i%when.Second)} {
			if got, err := when.Parse(s); err != nil || got != i {
				t.Fatalf("%d is %q, which is read as %d, %v", i, s, got, err)
			}
		}
		if got := when.FromTime(i.Time()); got != i {
			t.Fatalf("%d is the time %v, which is %d", i, i.Time(), got)
		}
		var back when.Instant
		if b, err := i.MarshalText(); err != nil || back.UnmarshalText(b) != nil || back != i {
			t.Fatalf("%d is the text %q, which is %d", i, b, back)
		}
	})
}

func TestNoInstant(t *testing.T) {
	var none when.Instant
	if !none.IsZero() || none.String() != "" || none.In(when.UTC) != "" || !none.Time().IsZero() || when.FromTime(time.Time{}) != none {
		t.Error("the zero Instant is not none everywhere")
	}
	i := when.Instant(5)
	if err := i.UnmarshalText(nil); err != nil || i != none {
		t.Errorf("empty text is %v, %v", i, err)
	}
	if err := i.UnmarshalText([]byte("soon")); err == nil {
		t.Error("UnmarshalText took \"soon\"")
	}
}

func TestSeconds(t *testing.T) {
	for _, c := range []struct {
		length when.Instant
		want   int64
	}{
		{0, 0}, {1, 1}, {when.Second - 1, 1}, {when.Second, 1}, {when.Second + 1, 2}, {when.DayLength, 86400},
		{-1, 0}, {-when.Second + 1, 0}, {-when.Second, -1}, {-when.Second - 1, -1},
	} {
		start := when.MustParse("2026-06-01T09:00:00.123456Z")
		if got := when.Seconds(start, start+c.length); got != c.want {
			t.Errorf("%d µs are %d seconds, want %d", c.length, got, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2026-06-01T09:00:00Z", "2026-06-01T09:00:00.000001-09:30", "1780272000.298", "1780272000.", "2026-06-01", "٣"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		i, err := when.Parse(s)
		if err != nil {
			if i != 0 || !fault.Is(err, fault.Invalid) {
				t.Fatalf("Parse(%q) = %d with the error %v", s, i, err)
			}
			return
		}
		if back, err := when.Parse(i.String()); i != 0 && (err != nil || back != i) {
			t.Fatalf("%q is %d, written %q, read again as %d, %v", s, i, i, back, err)
		}
	})
}
