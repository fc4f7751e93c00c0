package rating_test

import (
	"testing"
	"time"

	"tollkeeper/core/rating"
	"tollkeeper/core/when"
)

// clockChanges are the changes of clocks in a zone from 1990 to 2100, found by
// halving; at each the new offset holds.
func clockChanges(loc *time.Location) (changes []when.Instant) {
	offset := func(at when.Instant) int { _, n := at.Time().In(loc).Zone(); return n }
	const step = 12 * when.Hour
	for at := when.MustParse("1990-01-01T00:00:00Z"); at < when.MustParse("2100-12-31T00:00:00Z"); at += step {
		if offset(at) == offset(at+step) {
			continue
		}
		same, other := at, at+step
		for other-same > 1 {
			if m := (same + other) / 2; offset(m) == offset(at) {
				same = m
			} else {
				other = m
			}
		}
		changes = append(changes, other)
	}
	return changes
}

// TestCalendar compares bands with the twin around every change of clocks, of
// which every third is on a holiday, and at the turns of 2040, where package
// time's bounds stand still, and of 2011, where Apia skipped a day; and a band
// must hold until the instant it is said to.
func TestCalendar(t *testing.T) {
	for _, zone := range oddZones {
		t.Run(zone, func(t *testing.T) {
			loc, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			changes := clockChanges(loc)
			card := rating.NewCard()
			card.Currency, card.Zone = "USD", zone
			holidays := []when.Day{20401231, 20111231}
			for i, at := range changes {
				if i%3 == 0 {
					y, m, d := time.UnixMicro(int64(at - 1)).In(loc).Date()
					holidays = append(holidays, when.DayOf(y, int(m), d))
				}
			}
			card.Bands = []rating.Band{
				{Name: "day", Windows: []when.Window{{Days: when.EveryDay &^ when.Sunday, From: 480, To: 1080}}},
				{Name: "night", Windows: []when.Window{{Days: when.EveryDay, From: 1320, To: 150}}},
				{Name: "hour", Windows: []when.Window{{Days: when.Sunday, From: 150, To: 180}}, Holidays: holidays},
			}
			tariff, twin := mustCompile(t, &card), newSlow(&card)
			for _, change := range changes {
				for _, minutes := range []int{-1440, -180, -121, -61, -31, -1, 0, 1, 29, 59, 60, 61, 90, 150, 180, 1380} {
					at := change + when.Instant(minutes)*when.Minute
					checkBand(t, tariff, twin, at-1)
					checkBand(t, tariff, twin, at)
				}
			}
			for _, start := range []string{"2040-12-29T00:00:00Z", "2011-12-28T00:00:00Z"} {
				for n := range 6 * 48 {
					checkBand(t, tariff, twin, when.MustParse(start)+when.Instant(n)*30*when.Minute)
				}
			}
		})
	}
}

func checkBand(t *testing.T, tariff *rating.Tariff, twin slow, at when.Instant) {
	t.Helper()
	want, got := twin.band(at), tariff.BandAt(at)
	if got == nil {
		if want != "" {
			t.Fatalf("%s: no band, want %s", at, want)
		}
		return
	}
	if got.Name != want {
		t.Fatalf("%s: %s, want %q", at, got.Name, want)
	}
	if got.Until <= at || twin.band(got.Until-1) != want {
		t.Fatalf("%s: %s until %s", at, got.Name, got.Until)
	}
	if (got.Holiday == 0) == (got.Window.Days == 0) {
		t.Fatalf("%s: want either a window or a holiday: %+v", at, got)
	}
}
