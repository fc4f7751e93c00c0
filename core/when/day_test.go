package when_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

// Every day from 1970 to 2200, against package time.
func TestDayOrdinal(t *testing.T) {
	n := int32(0)
	for at := time.Unix(0, 0).UTC(); at.Year() <= 2200; at = at.AddDate(0, 0, 1) {
		d := when.DayOf(at.Year(), int(at.Month()), at.Day())
		y, m, dd := d.Date()
		if y != at.Year() || m != int(at.Month()) || dd != at.Day() || d.Month() != int32(y*100+m) {
			t.Fatalf("%v is the day %d of %d-%d-%d", at, d, y, m, dd)
		}
		if got := d.Ordinal(); got != n {
			t.Fatalf("%s has ordinal %d, want %d", d, got, n)
		}
		if got := when.DayOfOrdinal(n); got != d {
			t.Fatalf("ordinal %d is %d, want %d", n, got, d)
		}
		if got, want := d.String(), at.Format(time.DateOnly); got != want {
			t.Fatalf("%d is %q, want %q", d, got, want)
		}
		if got := when.FromTime(at).UTCDay(); got != d {
			t.Fatalf("%v is on the day %s", at, got)
		}
		if got := (when.FromTime(at) - 1).UTCDay(); got != d.Add(-1) {
			t.Fatalf("the microsecond before %v is on the day %s", at, got)
		}
		n++
	}
}

func TestDayOf(t *testing.T) {
	for _, c := range []struct {
		y, m, d int
		want    when.Day
	}{
		{2026, 6, 1, 20260601}, {2026, 13, 1, 20270101}, {2026, 3, 0, 20260228},
		{2028, 3, 0, 20280229}, {2026, 0, 31, 20251231}, {2100, 2, 29, 21000301},
	} {
		if got := when.DayOf(c.y, c.m, c.d); got != c.want {
			t.Errorf("DayOf(%d, %d, %d) = %d, want %d", c.y, c.m, c.d, got, c.want)
		}
	}
}

func TestDayAdd(t *testing.T) {
	for _, c := range []struct {
		d    when.Day
		n    int
		want when.Day
	}{
		{20260601, 0, 20260601}, {20260601, -1, 20260531}, {20260601, 30, 20260701}, {20240228, 1, 20240229},
		{19700101, 1, 19700102}, {19700101, -1, 0}, {0, 1, 0}, {0, 800_000, 0},
	} {
		if got := c.d.Add(c.n); got != c.want {
			t.Errorf("%d.Add(%d) = %d, want %d", c.d, c.n, got, c.want)
		}
	}
}

func TestParseDay(t *testing.T) {
	for _, s := range []string{"1970-01-01", "2026-06-01", "2024-02-29", "2200-12-31"} {
		d := when.MustParseDay(s)
		if d.String() != s {
			t.Errorf("%q is read as %d, written %q", s, d, d)
		}
		var back when.Day
		if b, err := d.MarshalText(); err != nil || back.UnmarshalText(b) != nil || back != d {
			t.Errorf("%s is the text %q, which is %d", s, b, back)
		}
	}
	for _, s := range []string{"", "2026-6-1", "2026-06-1", "26-06-01", "20260601", "2026-02-29", "2026-13-01", "2026-00-10", "2026-06-00",
		"1969-12-31", "2201-01-01", " 2026-06-01", "2026-06-01 ", "2026-06-01T00:00:00Z", "01/06/2026"} {
		if d, err := when.ParseDay(s); d != 0 || !fault.Is(err, fault.Invalid) {
			t.Errorf("ParseDay(%q) = %v, %v; want it refused", s, d, err)
		}
	}
	d := when.Day(20260601)
	if err := d.UnmarshalText(nil); err != nil || d != 0 || d.String() != "" {
		t.Errorf("empty text is %d, %v", d, err)
	}
	if err := d.UnmarshalText([]byte("today")); err == nil {
		t.Error("UnmarshalText took \"today\"")
	}
}

func TestDays(t *testing.T) {
	june, err := when.ParseDays("2026-06-01", "2026-06-30")
	if err != nil || june != (when.Days{From: 20260601, To: 20260630}) || june.Count() != 30 {
		t.Fatalf("June is %v of %d days, %v", june, june.Count(), err)
	}
	for d, want := range map[when.Day]bool{0: false, 20260531: false, 20260601: true, 20260630: true, 20260701: false} {
		if got := june.Contains(d); got != want {
			t.Errorf("June contains %s: %v", d, got)
		}
	}
	for _, empty := range []when.Days{{}, {From: 20260602, To: 20260601}, {To: 20260601}} {
		if empty.Count() != 0 || empty.Contains(0) || empty.Contains(20260601) {
			t.Errorf("%v is not empty", empty)
		}
	}
	for _, c := range [][2]string{{"", "2026-06-01"}, {"2026-06-01", "x"}, {"2026-06-02", "2026-06-01"}} {
		if ds, err := when.ParseDays(c[0], c[1]); !fault.Is(err, fault.Invalid) {
			t.Errorf("ParseDays(%q, %q) = %v, %v", c[0], c[1], ds, err)
		}
	}
}

// Periods of small numbers, against asking every instant.
func TestPeriod(t *testing.T) {
	const last = 12 // no end drawn lies later
	rapid.Check(t, func(t *rapid.T) {
		edge := rapid.Map(rapid.Int64Range(0, last), func(n int64) when.Instant { return when.Instant(n) })
		p := when.Period{From: edge.Draw(t, "p.From"), To: edge.Draw(t, "p.To")}
		q := when.Period{From: edge.Draw(t, "q.From"), To: edge.Draw(t, "q.To")}
		shared := false
		for i := when.Instant(0); i <= last+1; i++ {
			if got, want := p.Contains(i), i >= p.From && (i < p.To || p.To == 0); got != want {
				t.Fatalf("%v contains %d: %v", p, i, got)
			}
			shared = shared || p.Contains(i) && q.Contains(i)
		}
		if p.Overlaps(q) != shared || q.Overlaps(p) != shared {
			t.Fatalf("%v overlaps %v: %v, %v; want %v", p, q, p.Overlaps(q), q.Overlaps(p), shared)
		}
	})
}
