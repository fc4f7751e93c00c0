package app

import (
	"context"
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// Search looks for one text in everything that has a name.
type Search struct {
	Tenant *tenant.Tenant // in whom; nil: among tenants and the system's cards
	Text   string
	Among  SearchGroups // what the reader may see
}

// SearchGroups is a set of things that can be found.
type SearchGroups uint8

// The groups.
const (
	SearchTenants SearchGroups = 1 << iota
	SearchPeople               // users, teams, campaigns, and numbers of the center's own
	SearchCalls                // by the call's name or the switch's id
	SearchNumbers              // calls by telephone number
	SearchCards
)

// SearchShown is how many of each group are found at most; SearchLeast is how
// many signs a text needs that is looked for inside of names.
const (
	SearchShown = 10
	SearchLeast = 2
)

// Hits are what was found of one group, the best first.
type Hits[T any] struct {
	List []T
	More int // found, but not listed
}

// Found is what a search found.
type Found struct {
	Tenants   Hits[tenant.Tenant]
	Users     Hits[tenant.User]
	Teams     Hits[tenant.Team]
	Campaigns Hits[tenant.Campaign]
	Numbers   Hits[tenant.Number]
	Cards     Hits[store.Card]
	Named     []FoundCall // calls of that name
	Calls     []ListedCall
	Digits    string    // by which Calls were looked for; empty: the text is no number
	Days      when.Days // in which Calls were looked for
	Since     when.Day  // Named were looked for from this UTC day on; zero: among all
	MoreCalls bool
}

// Any tells whether there is anything.
func (f *Found) Any() bool {
	return len(f.Tenants.List)+len(f.Users.List)+len(f.Teams.List)+len(f.Campaigns.List)+len(f.Numbers.List)+len(f.Cards.List)+len(f.Named)+len(f.Calls) > 0
}

// Search finds what has the text in its name, whatever its case; and calls by
// name or number. It takes a bounded time: calls by number are those of the
// newest month, calls by name are looked for in the newest million and a half.
func (a *App) Search(ctx context.Context, o Search) (*Found, error) {
	f := new(Found)
	text := strings.TrimSpace(o.Text)
	if len([]rune(text)) < SearchLeast {
		return f, nil
	}
	if o.Among&SearchTenants != 0 {
		ts, err := a.store.Tenants(ctx)
		if err != nil {
			return nil, fault.Wrap("search", err)
		}
		f.Tenants = hits(text, ts, func(t *tenant.Tenant) []string { return []string{t.Name} })
	}
	id := tenant.System
	if o.Tenant != nil {
		id = o.Tenant.ID
	}
	err := a.store.View(ctx, id, func(tx *store.Tx) error {
		if o.Among&SearchCards != 0 {
			cards, err := tx.Cards()
			if err != nil {
				return err
			}
			f.Cards = hits(text, cards, func(c *store.Card) []string { return []string{c.Name} })
		}
		if o.Tenant == nil {
			return nil
		}
		if o.Among&SearchPeople != 0 {
			if err := f.people(tx, text); err != nil {
				return err
			}
		}
		if o.Among&SearchCalls != 0 {
			return f.named(tx, text)
		}
		return nil
	})
	if err == nil && o.Tenant != nil && o.Among&SearchNumbers != 0 {
		err = f.byNumber(ctx, a, o.Tenant, text)
	}
	return f, fault.Wrap("search", err)
}

// rank is how well a name fits a text in small letters: 0 is the whole name, then
// its begin, the begin of a word, anywhere; −1 not at all.
func rank(name, text string) int {
	name = strings.ToLower(name)
	i := strings.Index(name, text)
	switch {
	case i < 0:
		return -1
	case name == text:
		return 0
	case i == 0:
		return 1
	case strings.ContainsAny(name[i-1:i], " .-_@/"):
		return 2
	}
	return 3
}

// hits lists those whose names fit, the best first, and as they came where they
// fit alike.
func hits[T any](text string, all []T, names func(*T) []string) (h Hits[T]) {
	text = strings.ToLower(text)
	const ranks = 4
	var byRank [ranks][]int
	for i := range all {
		best := -1
		for _, name := range names(&all[i]) {
			if r := rank(name, text); r >= 0 && (best < 0 || r < best) {
				best = r
			}
		}
		if best >= 0 {
			byRank[best] = append(byRank[best], i)
		}
	}
	order := slices.Concat(byRank[:]...)
	for _, i := range order[:min(len(order), SearchShown)] {
		h.List = append(h.List, all[i])
	}
	h.More = len(order) - len(h.List)
	return h
}

// people looks among users, teams, campaigns and the center's own numbers.
func (f *Found) people(tx *store.Tx, text string) error {
	var n CallNames
	if err := n.Load(tx); err != nil {
		return err
	}
	f.Users = hits(text, n.Users, func(u *tenant.User) []string { return []string{u.Username, u.Display, u.Email, u.Extension} })
	f.Teams = hits(text, n.Teams, func(t *tenant.Team) []string { return []string{t.Name} })
	f.Campaigns = hits(text, n.Campaigns, func(c *tenant.Campaign) []string { return []string{c.Code, c.Name} })
	numbers, err := tx.Numbers()
	if digits := searchedDigits(text); digits != "" {
		f.Numbers = hits(digits, numbers, func(n *tenant.Number) []string { return []string{n.Number.String()} })
	}
	return err
}

// searchedDigits are the digits of a text that can be a telephone number, or a
// part of one; else empty.
func searchedDigits(text string) string {
	const least = 3
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("+-./() ", r) {
			return -1
		}
		return r
	}, text)
	if n := len(digits); n < least || n > phone.MaxDigits || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return digits
}

// namedAmong is among how many of the newest calls a name is looked for.
const namedAmong = 1_500_000

// named looks for calls by their own name or the switch's.
func (f *Found) named(tx *store.Tx, text string) error {
	if strings.ContainsAny(text, " \t") || !strings.ContainsAny(text, "0123456789") {
		return nil // a name of a person or a thing, which no switch gives a call
	}
	wanted, err := meant(tx, text)
	if err != nil {
		return err
	}
	f.Named, f.Since, err = searchCalls(tx, wanted, namedAmong)
	return err
}

// searchedDays is in how many of the newest days calls are looked for by number.
const searchedDays = 31

// byNumber looks for the newest calls whose numbers begin or end so.
func (f *Found) byNumber(ctx context.Context, a *App, t *tenant.Tenant, text string) error {
	if f.Digits = searchedDigits(text); f.Digits == "" {
		return nil
	}
	last, err := a.LastDay(ctx, t.ID)
	if err != nil || last == 0 {
		return err
	}
	f.Days = when.Days{From: last.Add(1 - searchedDays), To: last.Add(1)}
	page, err := a.ListCalls(ctx, ListCalls{
		Tenant: *t, Limit: SearchShown,
		CallFilter: CallFilter{Days: f.Days, Number: NumberPart{Digits: f.Digits}},
	})
	if err != nil {
		return err
	}
	f.Calls, f.MoreCalls = page.Calls, page.Next != ""
	return nil
}

// meant lists the calls that a text can be the name of.
func meant(tx *store.Tx, text string) ([]FoundCall, error) {
	sources, err := tx.Labels(store.SourceLabel)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(sources))
	for _, name := range sources {
		names = append(names, name)
	}
	slices.Sort(names)
	return meanings(text, names), nil
}
