// Package sample is a deterministic contact center, of any size: tenants with
// their agents, campaigns and numbers, a month of their calls as CSV files, and
// the operator's rate deck. The demo, the goldens of reports and the benchmarks
// are made of it.
//
// It owns what the center looks like. It does not own the formats (format/cdr
// and format/deck read what it writes) or putting it into a database (app).
// The same Options give the same bytes on every machine.
//
//	c := sample.New(sample.Demo())
//	err := c.Calls(file) // all tenants in time order, a tenant column first
package sample

import (
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// Options say how large a center is. New raises what is too small: a center has
// at least one tenant and one day.
type Options struct {
	Seed     uint64
	Tenants  int
	Calls    int      // good records of all tenants together; mishaps come on top
	First    when.Day // first day of the calls, in each tenant's zone
	Days     int
	DeckRows int  // rows of Deck, up to 1,000,000; the some 350 that cover the world are always there
	Bands    bool // the deck has rows that hold in the bands peak and weekend only
	Clean    bool // without repeated, conflicting, broken and late records, and without agents and campaigns that nobody set up
}

// Demo is the center that `tollkeeper demo` starts with: three tenants in three
// currencies and some 25,000 calls of June 2026.
func Demo() Options {
	return Options{
		Seed: 1, Tenants: 3, Calls: 25_000, First: when.DayOf(2026, 6, 1), Days: 30,
		DeckRows: 20_000, Bands: true,
	}
}

// Center is a contact center as Options describe it. It is immutable: its
// methods may be called in any order, as often as wanted, and at once.
type Center struct {
	options Options
	tenants []Tenant
}

// New makes the center. It takes time and memory by the number of tenants and
// agents, not of calls: those are made when they are written.
func New(o Options) *Center {
	o.Tenants, o.Days, o.Calls = max(1, o.Tenants), max(1, o.Days), max(0, o.Calls)
	if o.First == 0 {
		o.First = Demo().First
	}
	c := &Center{options: o, tenants: make([]Tenant, o.Tenants)}
	numbers := newNumberPool()
	shares := shares(o.Tenants)
	total, before := uint64(0), uint64(0)
	for _, s := range shares {
		total += s
	}
	for i := range c.tenants {
		t := &c.tenants[i]
		calls := part(o.Calls, before+shares[i], total) - part(o.Calls, before, total)
		before += shares[i]
		*t = newTenant(o, tenantSeed{index: i, calls: calls}, numbers)
	}
	return c
}

// Tenants are the tenants, the largest first. The slice is the caller's own.
func (c *Center) Tenants() []Tenant { return append([]Tenant(nil), c.tenants...) }

// Tenant is one of the center's tenants and the files it would bring along.
// Its ID is zero: whoever stores it gives it one.
type Tenant struct {
	tenant.Tenant
	home      *home
	cell      []byte // the name as a CSV field
	options   Options
	index     int
	calls     int
	style     idStyle
	teams     []team
	agents    []agent
	staff     []agent // who does not take calls: supervisors, finance, …
	campaigns []campaign
	lines     []line // every own number
	traffic   traffic
}

// tenantSeed is what sets a tenant apart from the others.
type tenantSeed struct {
	index int
	calls int
}

func newTenant(o Options, s tenantSeed, numbers *numberPool) Tenant {
	h := &homes[s.index%len(homes)]
	t := Tenant{
		Tenant:  tenant.Tenant{Name: tenantName(s.index), Currency: h.currency, Zone: h.zone, Country: h.country()},
		home:    h,
		options: o,
		index:   s.index,
		calls:   s.calls,
		style:   idStyle(s.index % int(idStyles)),
	}
	t.cell = appendField(nil, t.Name)
	d := newDice(o.Seed, streamOf(s.index, forPeople))
	t.hire(&d)
	t.campaigns = newCampaigns(&t, &d)
	t.lines = newLines(&t, s.index%len(homes), numbers)
	t.traffic = newTraffic(o, h.zone)
	return t
}

// shares are the tenants' parts of the traffic, the largest first. Three share
// as 60, 30 and 10; of twenty or more the largest has 17 in 100.
func shares(tenants int) []uint64 {
	if tenants == 3 {
		return []uint64{60, 30, 10}
	}
	out := make([]uint64, tenants)
	rest := uint64(0)
	for i := range out {
		out[i] = 1_000_000 / uint64(i+1)
		if tenants >= 20 {
			out[i] = 1_000_000 / uint64(i+8)
		}
		if i > 0 {
			rest += out[i]
		}
	}
	if tenants >= 20 {
		out[0] = rest * 17 / 83
	}
	return out
}

// part is n · share / total, rounded down.
func part(n int, share, total uint64) int { return int(uint64(n) * share / total) }
