package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// taker is one of the imports of tables.
type taker func(context.Context, app.ImportTable) (*app.TableImported, error)

// take imports a text and tells "added/changed/unchanged".
func take(t *testing.T, f taker, text string) string {
	t.Helper()
	return takeFrom(t, f, text, 0)
}

func takeFrom(t *testing.T, f taker, text string, from when.Day) string {
	t.Helper()
	r, err := f(context.Background(), app.ImportTable{Path: "x.csv", Input: strings.NewReader(text), Tenant: "acme", From: from})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d/%d/%d", r.Added, r.Changed, r.Unchanged)
}

// spots are where a text has mistakes: "2:3 role".
func spots(t *testing.T, f taker, text string) string {
	t.Helper()
	_, err := f(context.Background(), app.ImportTable{Path: "x.csv", Input: strings.NewReader(text), Tenant: "acme"})
	var found fault.Inputs
	if !errors.As(err, &found) {
		t.Fatalf("%q: got %v", text, err)
	}
	var got []string
	for _, m := range found {
		if m.File != "x.csv" {
			t.Errorf("a mistake in file %q: %v", m.File, m)
		}
		got = append(got, fmt.Sprintf("%d:%d %s", m.Line, m.Column, m.Field))
	}
	return strings.Join(got, ", ")
}

func users(t *testing.T, s *store.Store, id tenant.ID) map[string]tenant.User {
	t.Helper()
	byName := map[string]tenant.User{}
	view(t, s, id, func(tx *store.Tx) error {
		us, err := tx.Users()
		for _, u := range us {
			byName[u.Username] = u
		}
		return err
	})
	return byName
}

// teamsOf is a user's memberships: "Sales .. Support 2026-07-01..".
func teamsOf(t *testing.T, s *store.Store, id tenant.ID, username string) string {
	t.Helper()
	user := users(t, s, id)[username].ID
	var parts []string
	view(t, s, id, func(tx *store.Tx) error {
		teams, err := tx.Teams()
		if err != nil {
			return err
		}
		all, err := tx.UserTeams()
		for _, m := range all[user] {
			for _, team := range teams {
				if team.ID == m.Team {
					parts = append(parts, fmt.Sprintf("%s %s..%s", team.Name, m.From, m.To))
				}
			}
		}
		return err
	})
	return strings.Join(parts, " ")
}

func TestImportUsers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, tn := app.New(s), center(t, s)
		if err := s.Update(context.Background(), tn.ID, store.Interactive, func(tx *store.Tx) error {
			return tx.PutUser(&tenant.User{Username: "bob", State: tenant.Unconfirmed})
		}); err != nil {
			t.Fatal(err)
		}
		file := "\xEF\xBB\xBFTeams,username,email,display_name,role,extension\r\n" +
			"Sales; Support,ana,ana@example.com,\"Ana \"\"A\"\" Bell\",supervisor,200\r\n\r\n Sales ,bob,,,,\r\n,\"zoë, o'neil\",,,,201\r\n"
		if got := take(t, a.ImportUsers, file); got != "2/1/0" {
			t.Errorf("first: %s", got)
		}
		if got := take(t, a.ImportUsers, file); got != "0/0/3" {
			t.Errorf("again: %s", got)
		}
		all := users(t, s, tn.ID)
		if u := all["ana"]; u.Display != `Ana "A" Bell` || u.Role != tenant.Supervisor || u.Email != "ana@example.com" || u.Extension != "200" {
			t.Errorf("ana is %+v", u)
		}
		if u := all["bob"]; u.State != tenant.Active || u.ID != 1 {
			t.Errorf("bob is %+v", u)
		}
		if got := teamsOf(t, s, tn.ID, "ana"); got != "Sales .. Support .." {
			t.Errorf("ana's teams are %s", got)
		}

		// Extensions change hands; bob leaves and keeps his name; ana moves.
		if got := take(t, a.ImportUsers, "username;extension;teams;state\nana;201;\"Support;Night\";\n\"zoë, o'neil\";200;;\nbob;;Sales;deactivated\n"); got != "0/3/0" {
			t.Errorf("second: %s", got)
		}
		if got := teamsOf(t, s, tn.ID, "ana"); got != "Sales ..2026-06-30 Support .. Night 2026-07-01.." {
			t.Errorf("ana's teams are %s", got)
		}
		if u := users(t, s, tn.ID)["ana"]; u.Role != tenant.Supervisor || u.Display == "" || u.Extension != "201" {
			t.Errorf("ana is %+v", u)
		}
		if u := users(t, s, tn.ID)["bob"]; u.State != tenant.Deactivated {
			t.Errorf("bob is %+v", u)
		}
		if got := take(t, a.ImportUsers, "username\nbob\n"); got != "0/0/1" {
			t.Errorf("bob alone: %s", got)
		}

		// Set back to an earlier day: from then on it is what the file says.
		if got := takeFrom(t, a.ImportUsers, "username,teams\nana,Sales\n", 20260610); got != "0/1/0" {
			t.Errorf("from an earlier day: %s", got)
		}
		if got := teamsOf(t, s, tn.ID, "ana"); got != "Sales .. Support ..2026-06-09" {
			t.Errorf("ana's teams are %s", got)
		}
	})
}

func TestImportUsersMistakes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, tn := app.New(s), center(t, s)
		take(t, a.ImportUsers, "username,extension\nold,300\n")
		for _, c := range []struct{ file, want string }{
			{"", "1:0 "},
			{"PK\x03\x04rubbish", "1:0 "},
			{"username,phone,username\nana,1,x\n", "1:2 heading, 1:3 heading"},
			{"email\nx@example.com\n", "1:0 username"},
			{"username,role,state,email\nana,king,\n,,,\nbo,agent,gone,bo\n,agent,active,b@c\n", "2:2 role, 4:3 state, 4:4 email, 5:1 username"},
			{"username\nana\n\nbob\nana\n", "5:1 username"},
			{"username,extension\nana,200\nbob,200\ncy,300\ndi,x1\n", "3:2 extension, 4:2 extension, 5:2 extension"},
			{"username,display_name\nana,a\"b\nb\xffb,ok\ncy,ok,more\n", "2:0 , 3:1 username, 4:3 "},
			{"username\n\"ana\n", "2:0 "},
			{"username,teams\nana,\"Sales;" + strings.Repeat("x", 201) + "\"\n", "2:2 teams"},
		} {
			if got := spots(t, a.ImportUsers, c.file); got != c.want {
				t.Errorf("%q:\n got %s\nwant %s", c.file, got, c.want)
			}
		}
		if all := users(t, s, tn.ID); len(all) != 1 {
			t.Errorf("mistakes left the users %v", all)
		}
		if _, err := a.ImportUsers(context.Background(), app.ImportTable{Input: strings.NewReader("username\n"), Tenant: "nobody"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("no tenant: %v", err)
		}
	})
}

func TestImportNumbers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, tn := app.New(s), center(t, s)
		if got := take(t, a.ImportCampaigns, "campaign,name,teams\nC1,Spring,Sales\n"); got != "1/0/0" {
			t.Errorf("campaigns: %s", got)
		}
		file := "number,billing_unit,campaign\n020 7946 0000,North,C1\n'+442079460001,North,\n0044 20 7946 0002,,\n"
		if got := take(t, a.ImportNumbers, file); got != "3/0/0" {
			t.Errorf("first: %s", got)
		}
		if got := take(t, a.ImportNumbers, file); got != "0/0/3" {
			t.Errorf("again: %s", got)
		}
		if got := spots(t, a.ImportNumbers, "number,billing_unit,campaign\n+442079460000,South,C1\n+442079460003,,C9\n4.42E+11,,\n02079460003,,\nabc,,\n12,,\n"); got != "2:2 billing_unit, 3:3 campaign, 4:1 number, 5:1 number, 6:1 number, 7:1 number" {
			t.Errorf("mistakes at %s", got)
		}
		_, err := a.ImportNumbers(context.Background(), app.ImportTable{Path: "x.csv", Input: strings.NewReader("number,billing_unit\n+442079460000,South\n"), Tenant: "acme"})
		if err == nil || !strings.Contains(err.Error(), "is in the billing unit North") {
			t.Errorf("a number for a second unit: %v", err)
		}
		// Taken out of its unit first, it may go to another.
		take(t, a.ImportNumbers, "number,billing_unit\n+442079460000,\n")
		if got := take(t, a.ImportNumbers, "number,billing_unit\n+442079460000,South\n"); got != "0/1/0" {
			t.Errorf("to another unit: %s", got)
		}
		view(t, s, tn.ID, func(tx *store.Tx) error {
			ns, err := tx.Numbers()
			want := []tenant.Number{
				{Number: phone.MustParse("442079460000"), Unit: 2, Campaign: 1},
				{Number: phone.MustParse("442079460001"), Unit: 1},
				{Number: phone.MustParse("442079460002")},
			}
			if fmt.Sprint(ns) != fmt.Sprint(want) {
				t.Errorf("numbers are %v, want %v", ns, want)
			}
			return err
		})
	})
}

func TestImportCampaigns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, tn := app.New(s), center(t, s)
		if err := s.Update(context.Background(), tn.ID, store.Interactive, func(tx *store.Tx) error {
			return tx.PutCampaign(&tenant.Campaign{Code: "C2", State: tenant.Unconfirmed})
		}); err != nil {
			t.Fatal(err)
		}
		if got := take(t, a.ImportCampaigns, "campaign,name,teams\nC1,Spring,Sales;Night\nC2,,\n"); got != "1/1/0" {
			t.Errorf("first: %s", got)
		}
		if got := take(t, a.ImportCampaigns, "campaign,teams\nC1,Night\nC2,\n"); got != "0/1/1" {
			t.Errorf("second: %s", got)
		}
		if got := spots(t, a.ImportCampaigns, "name,campaign\nx,C1\ny,C1\nz,\n"); got != "3:2 campaign, 4:2 campaign" {
			t.Errorf("mistakes at %s", got)
		}
		view(t, s, tn.ID, func(tx *store.Tx) error {
			cs, err := tx.Campaigns()
			if len(cs) != 2 || cs[0].Name != "Spring" || cs[1].State != tenant.Active {
				t.Errorf("campaigns are %+v", cs)
			}
			return err
		})
	})
}

func TestImportFX(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := app.New(s)
		file := "from,to,day,rate\nEUR,USD,2026-06-01,1.0845\neur,USD,2026-06-02,1.09\nGBP,USD,2026-06-01,1.27\n"
		if got := take(t, a.ImportFX, file); got != "3/0/0" {
			t.Errorf("first: %s", got)
		}
		if got := take(t, a.ImportFX, file+"EUR,GBP,2026-06-01,0.85\n"); got != "1/0/3" {
			t.Errorf("again: %s", got)
		}
		if got := spots(t, a.ImportFX, "from,to,day,rate\nEUR,USD,2026-06-01,1.1\nEUR,EUR,01/06/2026,0\nEUR,CHF,2026-06-01,0.9\nEUR,CHF,2026-06-01,0.9\n,USD,2026-06-01,1\n"); got != "2:4 rate, 3:2 to, 3:3 day, 3:4 rate, 5:3 day, 6:1 from" {
			t.Errorf("mistakes at %s", got)
		}
		if got := spots(t, a.ImportFX, "\n\nfrom,to\nEUR,USD\n"); got != "3:0 day, 3:0 rate" {
			t.Errorf("mistakes at %s", got)
		}
		for range 2 { // the second time nothing is new
			in := app.ImportTable{Path: "june.csv", Input: strings.NewReader(file + "CHF,GBP,2026-06-01,0.9\n"), Did: ada}
			if _, err := a.ImportFX(context.Background(), in); err != nil {
				t.Fatal(err)
			}
		}
		if rows := acts(t, s, tenant.System, "fx."); len(rows) != 1 || rows[0] != "Ada Admin fx.import: june.csv [] -> [1 added, 3 as before]" {
			t.Errorf("activity %q", rows)
		}
		view(t, s, tenant.System, func(tx *store.Tx) error {
			rs, err := tx.FXRates("USD")
			if len(rs) != 3 || rs[0].Factor != money.One*10845/10000 {
				t.Errorf("rates are %v", rs)
			}
			return err
		})
	})
}
