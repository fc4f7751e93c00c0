package web

import (
	"net/http"
	"slices"
	"strconv"

	"tollkeeper/auth"
	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

// keysPage is what keys.html shows: the API keys of a tenant, and the form for
// another.
type keysPage struct {
	form
	Rows   []keyRow
	Scopes []scopeChoice
	Wrong  string // with the choice of scopes
	Secret string // of a key that was just made; it is shown this once
	Made   string // its name
	Good   string
	Zone   *when.Zone
}

// keyRow is a key in the list.
type keyRow struct {
	auth.Key
	Works bool
	State string
	Can   []string // titles of its scopes
}

// scopeChoice is one privilege that a key can have.
type scopeChoice struct {
	Name, Title, Gives string
	Chosen             bool
}

func newKeys() *keysPage {
	return &keysPage{form: form{Fields: []*field{
		{Name: "name", Label: "Name", Required: true, Autocomplete: "off", Help: "Which program has it, such as “switch in Leeds”."},
		{Name: "expires", Label: "Last day it works", Type: "date", Help: "Empty: until it is revoked."},
	}}}
}

func (s *Site) keys(w http.ResponseWriter, v *visit) error {
	p := newKeys()
	p.Good = s.auth.Pop(v.Context(), "keys")
	return s.showKeys(w, v, p, 0)
}

// showKeys shows the page with the scopes that are chosen in its form.
func (s *Site) showKeys(w http.ResponseWriter, v *visit, p *keysPage, chosen access.Set) error {
	all, err := s.auth.Keys(v.Context(), v.person)
	if err != nil {
		return err
	}
	p.Zone = v.zone
	now := s.clock()
	for _, k := range all {
		row := keyRow{Key: k, Works: k.Works(now), State: "works"}
		switch {
		case k.Revoked != 0:
			row.State = "revoked"
		case !row.Works:
			row.State = "expired"
		}
		for _, q := range k.Scopes.List() {
			row.Can = append(row.Can, q.Title())
		}
		p.Rows = append(p.Rows, row)
	}
	for _, q := range access.Scopes() {
		if v.person.May(q) {
			p.Scopes = append(p.Scopes, scopeChoice{q.String(), q.Title(), q.Gives(), chosen.Has(q)})
		}
	}
	status := p.status()
	if p.Wrong != "" {
		status = http.StatusUnprocessableEntity
	}
	s.show(w, v.Request, status, "keys", "API keys", p)
	return nil
}

func (s *Site) addKey(w http.ResponseWriter, v *visit) error {
	p := newKeys()
	p.read(v.Request)
	var wrong fault.Inputs
	var scopes access.Set
	for _, name := range v.PostForm["scope"] {
		q, err := access.Parse(name)
		if err != nil || !v.person.May(q) {
			wrong = append(wrong, fault.Input{Field: "scopes", Value: fault.Cut(name), Reason: "you cannot give this"})
			continue
		}
		scopes = scopes.With(q)
	}
	expires := when.Instant(0)
	if text := p.field("expires").Value; text != "" {
		day, err := when.ParseDay(text)
		if err != nil {
			wrong = append(wrong, fault.Input{Field: "expires", Value: fault.Cut(text), Reason: "not a day such as 2026-12-31"})
		} else {
			expires = v.zone.Start(day.Add(1))
		}
	}
	err := wrong.Err()
	if err == nil {
		name := p.field("name").Value
		if p.Secret, _, err = s.auth.NewKey(v.Context(), v.person, name, scopes, expires); err == nil {
			p.Made = name
			fresh := newKeys()
			p.form = fresh.form
			return s.showKeys(w, v, p, 0)
		}
	}
	if of := inputsOf(err); len(of) > 0 {
		if i := slices.IndexFunc(of, func(in fault.Input) bool { return in.Field == "scopes" }); i >= 0 {
			p.Wrong = capital(of[i].Reason)
			err = slices.DeleteFunc(slices.Clone(of), func(in fault.Input) bool { return in.Field == "scopes" }).Err()
		}
	}
	if err != nil && !p.blame(err) {
		return err
	}
	return s.showKeys(w, v, p, scopes)
}

func (s *Site) revokeKey(w http.ResponseWriter, v *visit) error {
	id, err := strconv.ParseInt(v.PostFormValue("key"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "there is no such API key")
	}
	all, err := s.auth.Keys(v.Context(), v.person)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(k auth.Key) bool { return k.ID == id })
	if i >= 0 && s.asks(w, v, "Revoke the key “"+all[i].Name+"”?", &confirmPage{Lines: []string{"Programs that use it get in no more.", "A key that is revoked never works again."}, Do: "Revoke it", Danger: true, Back: v.at("keys")}) {
		return nil
	}
	if err := s.auth.RevokeKey(v.Context(), v.person, id); err != nil {
		return err
	}
	s.auth.Put(v.Context(), "keys", "The key is revoked: whoever has it gets in no more.")
	http.Redirect(w, v.Request, v.at("keys"), http.StatusSeeOther)
	return nil
}
