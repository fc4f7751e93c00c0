package app

import (
	"slices"
	"strconv"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/store"
)

// CallNames are the names by which people and programs ask for calls.
type CallNames struct {
	Users     []tenant.User
	Teams     []tenant.Team
	Campaigns []tenant.Campaign
}

// Load reads the names of the transaction's tenant.
func (n *CallNames) Load(tx *store.Tx) (err error) {
	if n.Users, err = tx.Users(); err != nil {
		return err
	}
	if n.Teams, err = tx.Teams(); err != nil {
		return err
	}
	n.Campaigns, err = tx.Campaigns()
	return err
}

// CallParameters are the names that ReadFilter reads.
func CallParameters() []string {
	return []string{"agent", "team", "campaign", "country", "kind", "direction", "status", "reason", "disposition", "number", "number_at",
		"amount_from", "amount_to", "length_from", "length_to", "time_from", "time_to"}
}

// ReadFilter makes a filter of the parameters of an address, for the site, the
// API and commands alike; it does not read the days. Users are named by username,
// teams by name, campaigns by code, countries by two letters or name. Empty
// values are none. All that is wrong comes at once, each by its parameter; what
// is right is read all the same.
func (n *CallNames) ReadFilter(q map[string][]string) (f CallFilter, wrong fault.Inputs) {
	r := &filterReader{q: q}
	f.Agents = read(r, "agent", n.agent)
	f.Teams = read(r, "team", n.team)
	f.Campaigns = read(r, "campaign", n.campaign)
	f.Countries = read(r, "country", readCountry)
	f.Kinds = read(r, "kind", word(usage.ParseKind))
	f.Directions = read(r, "direction", word(usage.ParseDirection))
	f.Statuses = read(r, "status", readStatus)
	f.Reasons = read(r, "reason", word(usage.ParseReason))
	f.Dispositions = read(r, "disposition", word(usage.ParseDisposition))
	f.Number = r.number()
	f.Amount = readSpan(r, "amount", readAmount)
	f.Length = readSpan(r, "length", readLength)
	f.Hours = r.hours()
	return f, r.wrong
}

type filterReader struct {
	q     map[string][]string
	wrong fault.Inputs
}

// mistake is why a value cannot be, and what to write instead.
type mistake struct{ reason, advice string }

func (r *filterReader) blame(field, value string, m mistake) {
	r.wrong = append(r.wrong, fault.Input{Field: field, Value: fault.Cut(value), Reason: m.reason, Advice: m.advice})
}

// one is the only value of a parameter, or empty.
func (r *filterReader) one(field string) string {
	if vs := r.q[field]; len(vs) > 0 {
		return strings.TrimSpace(vs[0])
	}
	return ""
}

// read reads every value of a parameter that is not empty, each once.
func read[T comparable](r *filterReader, field string, parse func(string) (T, *mistake)) (all []T) {
	for _, text := range r.q[field] {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		v, m := parse(text)
		if m != nil {
			r.blame(field, text, *m)
		} else if !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}

// word is for parsers of our own words, whose errors say which there are.
func word[T any](parse func(string) (T, error)) func(string) (T, *mistake) {
	return func(text string) (T, *mistake) {
		v, err := parse(text)
		if err != nil {
			return v, &mistake{reason: err.Error()}
		}
		return v, nil
	}
}

func (n *CallNames) agent(text string) (tenant.UserID, *mistake) {
	for i := range n.Users {
		if n.Users[i].Username == text {
			return n.Users[i].ID, nil
		}
	}
	m := &mistake{reason: "no user has this username"}
	for i := range n.Users {
		if u := &n.Users[i]; strings.EqualFold(u.Username, text) || strings.EqualFold(u.Display, text) || strings.EqualFold(u.Email, text) {
			m.advice = "did you mean " + strconv.Quote(u.Username) + "?"
			break
		}
	}
	return 0, m
}

func (n *CallNames) team(text string) (tenant.TeamID, *mistake) {
	for i := range n.Teams {
		if n.Teams[i].Name == text {
			return n.Teams[i].ID, nil
		}
	}
	return 0, &mistake{reason: "no team has this name"}
}

func (n *CallNames) campaign(text string) (tenant.CampaignID, *mistake) {
	for i := range n.Campaigns {
		if n.Campaigns[i].Code == text {
			return n.Campaigns[i].ID, nil
		}
	}
	return 0, &mistake{reason: "no campaign has this code"}
}

func readCountry(text string) (phone.Country, *mistake) {
	if c, err := phone.ParseCountry(strings.ToUpper(text)); err == nil {
		return c, nil
	}
	for _, c := range phone.Countries() {
		if strings.EqualFold(c.Name(), text) {
			return c, nil
		}
	}
	return 0, &mistake{"not a country", "write its name or its two letters, such as GB"}
}

func readStatus(text string) (usage.Status, *mistake) {
	for _, s := range []usage.Status{usage.ZeroRated, usage.Rated, usage.Suspended} {
		if s.String() == text {
			return s, nil
		}
	}
	return 0, &mistake{"not a status of a call", "there is rated, zero_rated and suspended"}
}

// number reads digits as people write them, and where they are to stand.
func (r *filterReader) number() (p NumberPart) {
	text := r.one("number")
	p.Digits = strings.Map(func(c rune) rune {
		if strings.ContainsRune("+-./() ", c) {
			return -1
		}
		return c
	}, text)
	switch {
	case strings.Trim(p.Digits, "0123456789") != "":
		r.blame("number", text, mistake{"not digits of a number", ""})
		p.Digits = ""
	case text != "" && (p.Digits == "" || len(p.Digits) > phone.MaxDigits):
		r.blame("number", text, mistake{"a number has 1 to 15 digits", ""})
		p.Digits = ""
	}
	switch at := r.one("number_at"); at {
	case "":
	case "begin":
		p.Where = AtBegin
	case "end":
		p.Where = AtEnd
	default:
		r.blame("number_at", at, mistake{"digits stand at the begin or the end", "write begin, end, or nothing for both"})
	}
	return p
}

func readAmount(text string) (money.Amount, *mistake) {
	a, err := money.ParseAmount(text)
	if err != nil {
		return 0, &mistake{"not an amount", "write it with a dot, such as 0.25"}
	}
	return a, nil
}

// readLength reads 90, 1:30 and 1:02:03 as seconds.
func readLength(text string) (int32, *mistake) {
	seconds := 0
	parts := strings.Split(text, ":")
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || i > 0 && (n > 59 || len(part) != 2) || len(parts) > 3 || n > 1<<24 {
			return 0, &mistake{"not a length", "write seconds, or minutes and seconds as 1:30"}
		}
		seconds = seconds*60 + n
	}
	return int32(min(seconds, 1<<30)), nil
}

// readSpan reads FIELD_from and FIELD_to.
func readSpan[T interface{ ~int32 | ~int64 }](r *filterReader, field string, parse func(string) (T, *mistake)) (s Span[T]) {
	for _, end := range []struct {
		name string
		into **T
	}{{field + "_from", &s.From}, {field + "_to", &s.To}} {
		text := r.one(end.name)
		if text == "" {
			continue
		}
		v, m := parse(text)
		if m != nil {
			r.blame(end.name, text, *m)
			continue
		}
		*end.into = &v
	}
	if s.From != nil && s.To != nil && *s.To < *s.From {
		r.blame(field+"_to", r.one(field+"_to"), mistake{"less than where it begins", ""})
	}
	return s
}

// hours reads time_from and time_to, HH:MM on the account's clock.
func (r *filterReader) hours() (h Hours) {
	from, to := r.one("time_from"), r.one("time_to")
	if from == "" && to == "" {
		return h
	}
	h.To = minutesOfDay
	for _, end := range []struct {
		field, text string
		into        *int
	}{{"time_from", from, &h.From}, {"time_to", to, &h.To}} {
		if end.text == "" {
			continue
		}
		hour, minute, both := strings.Cut(end.text, ":")
		hh, err := strconv.Atoi(hour)
		mm, merr := strconv.Atoi(minute)
		if !both || err != nil || merr != nil || hh < 0 || mm < 0 || mm > 59 || hh*60+mm > minutesOfDay {
			r.blame(end.field, end.text, mistake{"not a time of day", "write it as 09:30"})
			continue
		}
		*end.into = hh*60 + mm
	}
	if h.From == h.To {
		r.blame("time_to", to, mistake{"no time lies between", "leave both empty for the whole day"})
		return Hours{}
	}
	if h.From == 0 && h.To == minutesOfDay {
		return Hours{}
	}
	return h
}
