package sample

import (
	"fmt"
	"strings"
)

// campaign is a run of calls to one or two countries.
type campaign struct {
	code     string
	name     string
	team     int
	targets  [2]int // indexes of destinations; most calls go to the first
	from, to int    // minutes of the local day between which it dials
	weekends bool
	answer   uint32 // calls in 100 that are answered
	amd      bool   // asks whether a machine answered
	carrier  int
	lines    [2]int // indexes of its own numbers
	listed   bool   // in the file of campaigns
}

// carriers are those of every tenant.
var carriers = [...]string{"alder", "birch", "cedar", "dogwood"}

var themes = [...]string{"Spring offer", "Renewal", "Welcome call", "Open invoices", "Survey", "Win back", "Upgrade"}

// newCampaigns makes one campaign for every fifteen agents, at least five. The
// last one is missing in the file of campaigns, unless the center is clean.
func newCampaigns(t *Tenant, d *dice) []campaign {
	n := min(5+len(t.agents)/15, 400)
	out := make([]campaign, n)
	for i := range out {
		k := &out[i]
		k.team = i % len(t.teams)
		if k.team%len(teamKinds) == nightDesk {
			k.team -= nightDesk // nobody is dialled at night
		}
		k.targets[0] = destinationOf(t.home.iso)
		if i%3 > 0 {
			k.targets[0] = int(min(d.below(uint32(len(destinations))), d.below(uint32(len(destinations)))))
		}
		k.targets[1] = k.targets[0]
		if i%2 > 0 {
			k.targets[1] = int(d.below(uint32(len(destinations))))
		}
		theme := themes[i%len(themes)]
		iso := destinations[k.targets[0]].iso
		k.code = fmt.Sprintf("%s-%s-%02d", strings.ToLower(strings.Fields(theme)[0]), strings.ToLower(iso), i+1)
		k.name = fmt.Sprintf("%s %s (%s)", theme, iso, t.teams[k.team].name)
		k.from, k.to = 60*int(d.between(8, 10)), 60*int(d.between(17, 21))
		k.weekends = i%2 == 0
		k.answer = d.between(15, 45)
		k.amd = i%4 < 3
		k.carrier = int(d.below(uint32(len(carriers))))
		k.listed = t.options.Clean || i < n-1
	}
	return out
}

// dials tells whether the campaign runs at a minute of a day.
func (k *campaign) dials(weekday, minute int) bool {
	return minute >= k.from && minute < k.to && (weekday < 5 || k.weekends)
}

// Campaigns is the file of campaigns: campaign,name,teams.
func (t *Tenant) Campaigns() []byte {
	b := []byte("campaign,name,teams\n")
	for i := range t.campaigns {
		k := &t.campaigns[i]
		if !k.listed {
			continue
		}
		b = append(append(b, k.code...), ',')
		b = append(appendField(b, k.name), ',')
		b = append(append(b, t.teams[k.team].name...), '\n')
	}
	return b
}
