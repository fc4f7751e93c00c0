package when

import (
	"strings"
	"time"
	_ "time/tzdata" // the same zones on every machine that has none of its own

	"tollkeeper/core/fault"
)

// Zone is an IANA time zone whose offsets between 1970 and 2101 are kept as a
// table: looking one up allocates nothing and takes no lock. Before and after
// the table its first and last offset hold. LoadZone makes it; the zero Zone is
// of no use.
type Zone struct {
	name  string
	loc   *time.Location
	at    []Instant // when offset i begins; at[0] is the beginning of time
	shift []Instant // local time minus UTC from at[i] on
}

// UTC is the zone of storage.
var UTC = mustZone("UTC")

// LoadZone is the zone of an IANA name such as Europe/London. "Local", "" and
// the like are refused: what they mean would depend on the machine.
func LoadZone(name string) (*Zone, error) {
	if machineOwn(name) {
		return nil, fault.New(fault.Invalid, "%q is not a time zone: name one of the IANA database, such as Europe/London", fault.Cut(name))
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%q is not a time zone of the IANA database, such as Europe/London", fault.Cut(name))
	}
	z := &Zone{name: name, loc: loc}
	z.fill()
	return z, nil
}

// machineOwn tells whether a name means what the machine is set to, or one of
// its doubles of the database: right/ counts leap seconds, posix/ is the same
// again under another name.
func machineOwn(name string) bool {
	switch name {
	case "", "Local", "localtime", "posixrules":
		return true
	}
	return strings.HasPrefix(name, "posix/") || strings.HasPrefix(name, "right/")
}

func mustZone(name string) *Zone {
	z, err := LoadZone(name)
	if err != nil {
		panic(err)
	}
	return z
}

// fill walks the transitions. ZoneBounds can return an end that does not
// advance (London all through 2040-12-31, the last day of a leap year), so the
// walk steps past such an end by an hour and merges stretches of equal offset.
func (z *Zone) fill() {
	end := time.Date(2101, 1, 1, 0, 0, 0, 0, time.UTC)
	for t := time.Unix(0, 0); t.Before(end); {
		lt := t.In(z.loc)
		_, off := lt.Zone()
		shift := Instant(off) * Second
		if n := len(z.shift); n == 0 || z.shift[n-1] != shift {
			start := FromTime(t)
			if n == 0 {
				start = -Forever
			}
			z.at, z.shift = append(z.at, start), append(z.shift, shift)
		}
		_, next := lt.ZoneBounds()
		if next.IsZero() {
			break
		}
		if !next.After(t) {
			next = t.Add(time.Hour)
		}
		t = next
	}
}

// Name is the IANA name.
func (z *Zone) Name() string { return z.name }

// String is Name.
func (z *Zone) String() string { return z.name }

// Offset is local time minus UTC at i, and the instant until which it holds
// (Forever after the last transition).
func (z *Zone) Offset(i Instant) (shift, until Instant) {
	k := z.stretch(i)
	if k+1 < len(z.at) {
		return z.shift[k], z.at[k+1]
	}
	return z.shift[k], Forever
}

// Day is the local date of i.
func (z *Zone) Day(i Instant) Day {
	shift, _ := z.Offset(i)
	return (i + shift).UTCDay()
}

// Start is the first instant of the local day d. Where a zone skips midnight,
// it is the instant of the skip, and where it skips the whole day, d is empty:
// it starts when the next day does. Where clocks go back over midnight, midnight
// comes twice, and Start is the first of them, though Day gives the day before
// for what lies between.
func (z *Zone) Start(d Day) Instant {
	wall := Instant(d.Ordinal()) * DayLength
	k := z.stretch(wall - DayLength) // offsets are shorter than a day
	for k+1 < len(z.at) && z.at[k+1]+z.shift[k] <= wall {
		k++ // this stretch ends before it shows midnight
	}
	return max(wall-z.shift[k], z.at[k]) // at[k] where midnight fell into the gap before
}

// Period is the stretch of time of the local days ds, half open.
func (z *Zone) Period(ds Days) Period { return Period{z.Start(ds.From), z.Start(ds.To.Add(1))} }

// Wall is what a local time can mean.
type Wall uint8

// Unique, Repeated and Skipped are what Local can find.
const (
	Unique   Wall = iota // one instant
	Repeated             // clocks went back over it: two instants
	Skipped              // clocks went forward over it: none
)

// Local finds the instants that show wall, a local time counted in
// microseconds as if it were UTC. Repeated gives the earlier and the later;
// otherwise both are the same. Skipped gives the instant of the change.
func (z *Zone) Local(wall Instant) (first, second Instant, w Wall) {
	found := 0
	// Offsets are shorter than a day, so no other stretch can show wall.
	for k, last := z.stretch(wall-DayLength), z.stretch(wall+DayLength); k <= last; k++ {
		if k > 0 && z.at[k]+z.shift[k-1] <= wall && wall < z.at[k]+z.shift[k] {
			return z.at[k], z.at[k], Skipped
		}
		i := wall - z.shift[k]
		if i < z.at[k] || k+1 < len(z.at) && i >= z.at[k+1] {
			continue
		}
		if found++; found == 1 {
			first = i
		}
		second = i
	}
	if found > 1 {
		return first, second, Repeated
	}
	return first, second, Unique
}

// stretch is which offset holds at i.
func (z *Zone) stretch(i Instant) int {
	lo, hi := 0, len(z.at)
	for hi-lo > 1 {
		if m := int(uint(lo+hi) >> 1); z.at[m] <= i {
			lo = m
		} else {
			hi = m
		}
	}
	return lo
}
