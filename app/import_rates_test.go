package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

const firstDeck = "prefix,destination,rate,increment\n44,United Kingdom,0.01,1\n447,United Kingdom mobile,0.03,6\n1,United States,0.005,1\n"

// center adds the tenant that most of these tests are about.
func center(t *testing.T, s *store.Store) tenant.Tenant {
	t.Helper()
	tn := tenant.Tenant{Name: "acme", Currency: "USD", Zone: "Europe/London", Country: phone.MustCountry("GB")}
	if err := s.AddTenant(context.Background(), &tn); err != nil {
		t.Fatal(err)
	}
	return tn
}

func retail(text string) app.ImportRates {
	return app.ImportRates{
		Path: "rates.csv", Input: strings.NewReader(text), Tenant: "acme", Card: "retail",
		Assign: &app.AssignTo{Scope: rating.Tenant},
	}
}

func importRates(t *testing.T, a *app.App, o app.ImportRates) *app.RatesImported {
	t.Helper()
	r, err := a.ImportRates(context.Background(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func view(t *testing.T, s *store.Store, id tenant.ID, f func(tx *store.Tx) error) {
	t.Helper()
	if err := s.View(context.Background(), id, f); err != nil {
		t.Fatal(err)
	}
}

func assignments(t *testing.T, s *store.Store, id tenant.ID) (as []rating.Assignment) {
	t.Helper()
	view(t, s, id, func(tx *store.Tx) (err error) {
		as, err = tx.Assignments()
		return err
	})
	return as
}

// kinds counts changes: "new 2, increase 1".
func kinds(r *app.RatesImported) string {
	var parts []string
	for k := rating.Unchanged; k <= rating.Discontinued; k++ {
		if n := r.Count(k); n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", k, n))
		}
	}
	return strings.Join(parts, ", ")
}

func TestImportRates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, tn := app.New(s), center(t, s)

		preview := retail(firstDeck)
		preview.Preview = true
		if r := importRates(t, a, preview); r.Published || r.Card.Revision != 1 || kinds(r) != "new 3" || r.Assigned == nil {
			t.Errorf("preview: %+v, %s", r, kinds(r))
		}
		if as := assignments(t, s, tn.ID); len(as) != 0 {
			t.Errorf("a preview assigned %v", as)
		}

		r := importRates(t, a, retail(firstDeck))
		if !r.Published || r.Card.Revision != 1 || r.Card.Rates != 3 || !r.Card.Own || r.Card.Note != "rates.csv" || kinds(r) != "new 3" {
			t.Errorf("first: %+v, %s", r, kinds(r))
		}
		if as := assignments(t, s, tn.ID); len(as) != 1 || as[0].Period != (when.Period{}) || as[0].Scope != rating.Tenant || !as[0].Own {
			t.Errorf("assignments are %v", as)
		}

		if r = importRates(t, a, retail("\xEF\xBB\xBF"+strings.ReplaceAll(firstDeck, "\n", "\r\n"))); r.Published || r.Card.Revision != 1 || !r.Assigned.Already {
			t.Errorf("the same again: %+v", r)
		}

		r = importRates(t, a, retail("prefix,rate\n44,0.02\n33,0.04\n"))
		if !r.Published || r.Card.Revision != 2 || r.Card.Rates != 5 || kinds(r) != "new 1, increase 1, discontinued 2" {
			t.Errorf("re-import: %+v, %s", r, kinds(r))
		}
		for _, c := range r.Changes {
			if c.From != storetest.Now {
				t.Errorf("change %v takes effect at %s", c.Kind, c.From)
			}
		}

		zero := when.Instant(0)
		o := retail("prefix,rate\n49,0.05\n")
		o.Apply, o.Effective, o.Assign = rating.Add, &zero, nil
		if r = importRates(t, a, o); kinds(r) != "new 1" || r.Card.Rates != 6 || r.Changes[0].From != 0 || r.Assigned != nil {
			t.Errorf("add from always: %+v, %s", r, kinds(r))
		}
	})
}

func TestImportRatesTerms(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		a, tn := app.New(s), center(t, s)
		deduct, fee := rating.GraceDeduct, money.MustParse("0.02")
		o := retail("prefix,rate,band\n44,0.01,\n44,0.02,peak\n")
		o.Terms = app.CardTerms{Currency: "EUR", Zone: "Europe/Paris", GraceRule: &deduct, Bands: []rating.Band{{Name: "peak"}}}
		r := importRates(t, a, o)
		if len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0].Reason, "rate of exchange to USD") {
			t.Errorf("warnings are %v", r.Warnings)
		}

		o = retail("prefix,rate,band\n44,0.01,\n44,0.02,peak\n")
		o.Terms.AMDFee = &fee
		if r = importRates(t, a, o); !r.Published || kinds(r) != "unchanged 2" {
			t.Errorf("only a fee: %+v, %s", r, kinds(r))
		}
		view(t, s, tn.ID, func(tx *store.Tx) error {
			rev, err := tx.CardRevision(r.Card.Ref())
			for _, want := range []string{`"currency":"EUR"`, `"time_zone":"Europe/Paris"`, `"grace_rule":"deduct"`, `"amd_fee":"0.020000"`, `"peak"`} {
				if !strings.Contains(rev.Head, want) {
					t.Errorf("the head lacks %s: %s", want, rev.Head)
				}
			}
			return err
		})

		o = retail(firstDeck)
		o.Terms.Currency = "USD"
		if _, err := a.ImportRates(ctx, o, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("another currency gives %v", err)
		}
		o = retail("prefix,rate\n44,0.01\n")
		o.Terms.Bands = []rating.Band{}
		if _, err := a.ImportRates(ctx, o, nil); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "row 2 of the card as it would be") {
			t.Errorf("bands that rows need taken away: %v", err)
		}
	})
}

func TestImportRatesMistakes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		a, tn := app.New(s), center(t, s)
		o := retail("prefix,rate,increment,band\n44,0.01,1,\n4x,0.01,1,\n45,-1,1,\n46,0.02,0,\n47,0.02,1,night\n44,0.03,1,\n")
		o.Terms.Zone = "Mars/Olympus"
		_, err := a.ImportRates(ctx, o, nil)
		var found fault.Inputs
		if !errors.As(err, &found) {
			t.Fatalf("got %v", err)
		}
		var got []string
		for _, m := range found {
			got = append(got, fmt.Sprintf("%s:%d %s", m.File, m.Line, m.Field))
		}
		want := ":0 time_zone rates.csv:3 prefix rates.csv:4 rate rates.csv:5 increment rates.csv:6 band rates.csv:7 prefix"
		if strings.Join(got, " ") != want {
			t.Errorf("mistakes are\n %s, want\n %s\n%v", strings.Join(got, " "), want, err)
		}

		for name, change := range map[string]func(*app.ImportRates){
			"a system card for a tenant's scope": func(o *app.ImportRates) { o.Tenant = "" },
			"a tenant's card for the system":     func(o *app.ImportRates) { o.Assign.Scope = rating.System },
			"no name":                            func(o *app.ImportRates) { o.Card = "" },
			"a deck without rates":               func(o *app.ImportRates) { o.Input = strings.NewReader("prefix,rate\n") },
			"a system card without a currency":   func(o *app.ImportRates) { o.Tenant, o.Assign.Scope = "", rating.System },
		} {
			o := retail(firstDeck)
			change(&o)
			if _, err := a.ImportRates(ctx, o, nil); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		for _, to := range []app.AssignTo{{Scope: rating.Unit, Unit: "north"}, {Scope: rating.Campaign, Campaign: "C9"}} {
			o := retail(firstDeck)
			o.Assign = &to
			if _, err := a.ImportRates(ctx, o, nil); !fault.Is(err, fault.NotFound) {
				t.Errorf("%v: got %v", to, err)
			}
		}
		view(t, s, tn.ID, func(tx *store.Tx) error {
			cards, err := tx.Cards()
			if len(cards) != 0 {
				t.Errorf("mistakes left the cards %v", cards)
			}
			return err
		})
	})
}

// TestImportRatesAtOnce lets many publish one card: each revision is made of
// the one before, so none of their prefixes is lost.
func TestImportRatesAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, tn := app.New(s), center(t, s)
		const publishers = 4
		errs := make([]error, publishers)
		var wg sync.WaitGroup
		for i := range publishers {
			wg.Go(func() {
				o := retail(fmt.Sprintf("prefix,rate\n%d,0.01\n", 40+i))
				o.Apply = rating.Add
				_, errs[i] = a.ImportRates(context.Background(), o, nil)
			})
		}
		wg.Wait()
		for i, err := range errs {
			if err != nil {
				t.Errorf("publisher %d: %v", i, err)
			}
		}
		view(t, s, tn.ID, func(tx *store.Tx) error {
			c, err := tx.FindCard("retail", store.TenantCard)
			if c.Revision != publishers || c.Rates != publishers {
				t.Errorf("the card is %+v", c)
			}
			return err
		})
		if as := assignments(t, s, tn.ID); len(as) != 1 {
			t.Errorf("assignments are %v", as)
		}
	})
}

func TestSystemCard(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		a, tn := app.New(s), center(t, s)
		o := app.ImportRates{Path: "base.csv", Input: strings.NewReader(firstDeck), Card: "base", Terms: app.CardTerms{Currency: "USD"}, Assign: new(app.AssignTo)}
		if r := importRates(t, a, o); r.Card.Own || !r.Published {
			t.Errorf("got %+v", r.Card)
		}
		done, err := a.AssignCard(ctx, app.AssignCard{Tenant: "acme", Card: "base", To: app.AssignTo{Scope: rating.Tenant, Kind: usage.Dialer}, Did: ada})
		if err != nil || done.Own || done.ID == 0 {
			t.Errorf("assign the system's card to a tenant: %+v, %v", done, err)
		}
		if as := assignments(t, s, tn.ID); len(as) != 2 {
			t.Errorf("assignments are %v", as)
		}
	})
}

// TestImportRatesWaiting counts the calls that came before there was a card.
func TestImportRatesWaiting(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, _ := app.New(s), center(t, s)
		call(t, a, "1", "+14155550142")
		if r := importRates(t, a, retail(firstDeck)); r.Waiting != 1 {
			t.Errorf("%d calls wait", r.Waiting)
		}
		if tally, _, _ := call(t, a, "2", "+14155550142"); tally[usage.WasRated] != 1 {
			t.Errorf("the books did not notice the card: %v", tally)
		}
	})
}

// TestImportRatesFromBase publishes what was looked at, or nothing: of several at
// once one succeeds, and the activity tells of that one.
func TestImportRatesFromBase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, tn := app.New(s), center(t, s)
		const tries = 6
		for revision := int32(0); revision < 3; revision++ {
			var wg sync.WaitGroup
			errs := make([]error, tries)
			for i := range tries {
				wg.Go(func() {
					o := retail(fmt.Sprintf("prefix,rate\n44,0.%d%d\n", revision+1, i+1))
					o.Base, o.Did = &revision, &store.Activity{Who: fmt.Sprint("person ", i), What: "card.publish"}
					_, errs[i] = a.ImportRates(t.Context(), o, nil)
				})
			}
			wg.Wait()
			won := 0
			for _, err := range errs {
				var moved *app.CardMoved
				switch {
				case err == nil:
					won++
				case !errors.As(err, &moved) || !fault.Is(err, fault.Conflict) || moved.Now.Revision != revision+1 || moved.Now.Note != "rates.csv":
					t.Errorf("revision %d: %v", revision, err)
				}
			}
			if won != 1 {
				t.Fatalf("revision %d: %d of %d succeed", revision, won, tries)
			}
		}
		o := retail("prefix,rate\n44,0.9\n")
		last := int32(3)
		o.Base, o.Did, o.Preview = &last, &store.Activity{Who: "looker", What: "card.publish"}, true
		importRates(t, a, o)
		view(t, s, tn.ID, func(tx *store.Tx) error {
			rows, err := tx.Activities(store.ActivityFilter{What: "card.publish"})
			if len(rows) != 3 || rows[0].About != "retail, revision 3, of rates.csv" {
				t.Errorf("%+v", rows)
			}
			return err
		})
	})
}
