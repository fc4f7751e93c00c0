package when_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

// zones are every kind of trouble: rules that go on for ever and rules that
// stopped, changes of half an hour, at midnight and in the middle of Ramadan,
// skipped days, and offsets at both ends of the world.
var zones = []string{
	"UTC", "Europe/London", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia",
	"Africa/Casablanca", "Pacific/Kiritimati", "Asia/Beirut", "Africa/Cairo", "Asia/Kolkata", "Asia/Kathmandu",
	"America/St_Johns", "Europe/Dublin", "Asia/Gaza", "Africa/Monrovia", "Asia/Tehran", "Pacific/Chatham",
	"America/Caracas", "Pacific/Kwajalein", "Antarctica/Troll", "Europe/Moscow", "America/Nuuk", "Etc/GMT+12",
}

func zone(t testing.TB, name string) *when.Zone {
	t.Helper()
	z, err := when.LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// clock is the slow twin of Zone: package time.
type clock struct{ loc *time.Location }

func twin(t testing.TB, name string) clock {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return clock{loc}
}

func (c clock) shift(i when.Instant) when.Instant {
	_, off := time.UnixMicro(int64(i)).In(c.loc).Zone()
	return when.Instant(off) * when.Second
}

// change is the instant in (a, b] at which the offset of a ends; there is one.
func (c clock) change(a, b when.Instant) when.Instant {
	before := c.shift(a)
	for b-a > 1 {
		if m := a + (b-a)/2; c.shift(m) == before {
			a = m
		} else {
			b = m
		}
	}
	return b
}

// changes are all changes of offset from a to b, found by asking every step.
func (c clock) changes(a, b, step when.Instant) []when.Instant {
	var at []when.Instant
	for last := c.shift(a); a < b; a += step {
		if next := c.shift(a + step); next != last {
			at, last = append(at, c.change(a, a+step)), next
		}
	}
	return at
}

func TestLoadZone(t *testing.T) {
	for _, name := range zones {
		if z := zone(t, name); z.Name() != name || z.String() != name {
			t.Errorf("%s is called %s", name, z)
		}
	}
	for _, name := range []string{"", "Local", "localtime", "posixrules", "right/Europe/London", "posix/UTC", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe/London "} {
		if _, err := when.LoadZone(name); !fault.Is(err, fault.Invalid) {
			t.Errorf("LoadZone(%q): %v; want it refused", name, err)
		}
	}
}

// The table holds exactly the changes that package time shows, from 1970 to
// 2100: no more, no fewer, none misplaced (as the walk over ZoneBounds could,
// whose end does not advance on the last day of a leap year after 2037).
func TestOffsetChanges(t *testing.T) {
	from, to := when.Instant(1), when.MustParse("2100-12-31T23:00:00Z")
	for _, name := range zones {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z, slow := zone(t, name), twin(t, name)
			var got []when.Instant
			for i := from; ; {
				shift, until := z.Offset(i)
				if want := slow.shift(i); shift != want {
					t.Fatalf("the offset at %s is %d, want %d", i, shift, want)
				}
				if until > to {
					break
				}
				if before, same := z.Offset(until - 1); before != shift || same != until {
					t.Fatalf("the offset before %s is %d until %s", until, before, same)
				}
				got, i = append(got, until), until
			}
			if want := slow.changes(from, to, 2*when.Hour); !slices.Equal(got, want) {
				t.Errorf("changes are\n%v, want\n%v", got, want)
			}
		})
	}
}

func TestOffsetRandom(t *testing.T) {
	end := int64(when.MustParse("2101-01-01T00:00:00Z"))
	random := rand.New(rand.NewPCG(1, 2))
	for _, name := range zones {
		z, slow := zone(t, name), twin(t, name)
		for range 5000 {
			i := when.Instant(random.Int64N(end))
			if got, until := z.Offset(i); got != slow.shift(i) || until <= i {
				t.Fatalf("%s: the offset at %s is %d until %s, want %d", name, i, got, until, slow.shift(i))
			}
			y, m, d := time.UnixMicro(int64(i)).In(slow.loc).Date()
			if got, want := z.Day(i), when.DayOf(y, int(m), d); i > when.DayLength && got != want {
				t.Fatalf("%s: %s is on the day %s, want %s", name, i, got, want)
			}
		}
	}
}

func TestOffsetOutsideTable(t *testing.T) {
	z := zone(t, "Europe/London")
	if got, _ := z.Offset(-when.Forever); got != when.Hour {
		t.Errorf("before 1970 the offset is %d, want that of 1970", got)
	}
	if got, until := z.Offset(when.Forever - 1); got != 0 || until != when.Forever {
		t.Errorf("after 2101 the offset is %d until %d", got, until)
	}
	if got, until := when.UTC.Offset(1); got != 0 || until != when.Forever {
		t.Errorf("UTC has the offset %d until %d", got, until)
	}
}

func TestZoneStart(t *testing.T) {
	for _, c := range []struct{ zone, day, want string }{
		{"UTC", "2026-06-01", "2026-06-01T00:00:00Z"},
		{"Europe/London", "2026-03-29", "2026-03-29T00:00:00Z"},
		{"Europe/London", "2026-03-30", "2026-03-29T23:00:00Z"},
		{"Europe/London", "2026-10-26", "2026-10-26T00:00:00Z"},
		{"America/Sao_Paulo", "2017-10-15", "2017-10-15T03:00:00Z"}, // 00:00 to 01:00 skipped
		{"America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z"}, // 23:00 to 00:00 of the 17th repeated
		{"Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z"},       // midnight skipped
		{"Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"},      // midnight skipped
		{"Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z"},
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"}, // no such day
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
		{"America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z"}, // 00:01 back to 23:01: the first midnight
		{"Pacific/Kiritimati", "2026-01-01", "2025-12-31T10:00:00Z"},
		{"Etc/GMT+12", "2200-12-31", "2200-12-31T12:00:00Z"},
	} {
		if got := zone(t, c.zone).Start(when.MustParseDay(c.day)); got != when.MustParse(c.want) {
			t.Errorf("%s starts in %s at %s, want %s", c.day, c.zone, got, c.want)
		}
	}
}

// Every day of 1971 to 2100: Start is the first instant that package time gives
// that date, or where there is none, the first of a later date.
func TestZoneStartTwin(t *testing.T) {
	for _, name := range zones {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z, slow := zone(t, name), twin(t, name)
			local := func(i when.Instant) when.Instant { return i + slow.shift(i) }
			for d, end := when.Day(19710102), when.Day(21001230); d < end; d = d.Add(1) {
				midnight := when.Instant(d.Ordinal()) * when.DayLength
				got := z.Start(d)
				if local(got) < midnight || local(got-1) >= midnight {
					t.Fatalf("%s starts at %s, which shows %s after %s", d, got, local(got), local(got-1))
				}
				if got > midnight+12*when.Hour || local(got-when.Hour) >= midnight {
					t.Fatalf("%s starts at %s, but there is an earlier such instant", d, got)
				}
				if p := z.Period(when.Days{From: d, To: d}); p.From < p.To && z.Day(got) != d {
					t.Fatalf("%s starts at %s, which is on %s", d, got, z.Day(got))
				}
			}
		})
	}
}

func TestZonePeriod(t *testing.T) {
	sp := zone(t, "America/Sao_Paulo")
	for _, c := range []struct {
		from, to when.Day
		want     when.Instant
	}{
		{20171014, 20171014, 24 * when.Hour}, {20171015, 20171015, 23 * when.Hour}, {20180217, 20180217, 25 * when.Hour},
		{20171001, 20171031, 31*when.DayLength - when.Hour}, {0, 0, 0},
	} {
		p := sp.Period(when.Days{From: c.from, To: c.to})
		if p.To-p.From != c.want {
			t.Errorf("%s to %s is %v, of %d h", c.from, c.to, p, (p.To-p.From)/when.Hour)
		}
	}
	apia := zone(t, "Pacific/Apia")
	if p := apia.Period(when.Days{From: 20111230, To: 20111230}); p.Contains(p.From) {
		t.Errorf("the skipped day is %v", p)
	}
}

func TestZoneLocal(t *testing.T) {
	for _, c := range []struct {
		zone, wall, first, second string
		want                      when.Wall
	}{
		{"UTC", "2026-06-01T09:00:00Z", "2026-06-01T09:00:00Z", "2026-06-01T09:00:00Z", when.Unique},
		{"Europe/London", "2026-06-01T09:00:00Z", "2026-06-01T08:00:00Z", "2026-06-01T08:00:00Z", when.Unique},
		{"Europe/London", "2026-03-29T00:59:59Z", "2026-03-29T00:59:59Z", "2026-03-29T00:59:59Z", when.Unique},
		{"Europe/London", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z", when.Skipped},
		{"Europe/London", "2026-03-29T01:59:59Z", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z", when.Skipped},
		{"Europe/London", "2026-03-29T02:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z", when.Unique},
		{"Europe/London", "2026-10-25T01:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", when.Repeated},
		{"Europe/London", "2026-10-25T02:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T02:00:00Z", when.Unique},
		{"Australia/Lord_Howe", "2026-04-05T01:45:00Z", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z", when.Repeated},
		{"Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z", when.Skipped},
	} {
		first, second, got := zone(t, c.zone).Local(when.MustParse(c.wall))
		if first != when.MustParse(c.first) || second != when.MustParse(c.second) || got != c.want {
			t.Errorf("%s in %s is %s, %s, %d; want %s, %s, %d", c.wall, c.zone, first, second, got, c.first, c.second, c.want)
		}
	}
}

// Local against a search through every offset of two days, for wall times at
// and around each change, and at random.
func TestZoneLocalTwin(t *testing.T) {
	from, to := when.MustParse("1971-01-03T00:00:00Z"), when.MustParse("2100-12-30T00:00:00Z")
	for _, name := range zones {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z, slow, random := zone(t, name), twin(t, name), rand.New(rand.NewPCG(3, 4))
			walls := make([]when.Instant, 0, 4096)
			for range 100 {
				walls = append(walls, from+when.Instant(random.Int64N(int64(to-from))))
			}
			for _, until := range slow.changes(from, to, 6*when.Hour) {
				for _, shift := range []when.Instant{slow.shift(until - 1), slow.shift(until)} {
					edge := until + shift
					walls = append(walls, edge-1, edge, edge+1, edge-13*when.Minute, edge+13*when.Minute, edge+5*when.Hour)
				}
			}
			for _, wall := range walls {
				first, second, got := z.Local(wall)
				wantFirst, wantSecond, want := slow.local(wall)
				if first != wantFirst || second != wantSecond || got != want {
					t.Fatalf("%s is %s, %s, %d; want %s, %s, %d", wall, first, second, got, wantFirst, wantSecond, want)
				}
			}
		})
	}
}

// local is the slow twin of Zone.Local: it tries every offset of the days around.
func (c clock) local(wall when.Instant) (first, second when.Instant, w when.Wall) {
	var shown []when.Instant
	for i := wall - 26*when.Hour; i <= wall+26*when.Hour; i += when.Hour {
		at := wall - c.shift(i)
		if at+c.shift(at) == wall && !slices.Contains(shown, at) {
			shown = append(shown, at)
		}
	}
	switch len(shown) {
	case 1:
		return shown[0], shown[0], when.Unique
	case 2:
		return min(shown[0], shown[1]), max(shown[0], shown[1]), when.Repeated
	}
	for i := wall - 26*when.Hour; ; i += when.Hour {
		if next := i + when.Hour; i+c.shift(i) < wall && next+c.shift(next) > wall {
			at := c.change(i, next)
			return at, at, when.Skipped
		}
	}
}

func BenchmarkOffset(b *testing.B) {
	z := zone(b, "Europe/London")
	start := when.MustParse("2026-01-01T00:00:00Z")
	i := start
	for b.Loop() {
		shift, _ := z.Offset(i)
		i = start + (i-start+7919*when.Second+shift)%(365*when.DayLength)
	}
}

func BenchmarkDay(b *testing.B) {
	z := zone(b, "Europe/London")
	start := when.MustParse("2026-01-01T00:00:00Z")
	i := start
	for b.Loop() {
		d := z.Day(i)
		i = start + (i-start+7919*when.Second+when.Instant(d&1))%(365*when.DayLength)
	}
}

func BenchmarkLoadZone(b *testing.B) {
	for b.Loop() {
		zone(b, "Europe/London")
	}
}
