package app_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// jsonRecords is a file of our own layout as JSON lines.
func jsonRecords(t testing.TB, data []byte) (lines []string) {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, cell := range row {
			if i < len(rows[0]) && (cell != "" || rows[0][i] == "answered_at") {
				m[rows[0][i]] = cell
			}
		}
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(b))
	}
	return lines
}

// goneLive is a live intake that ends with the test.
func goneLive(t *testing.T, a *app.App) *app.Live {
	t.Helper()
	l := a.GoLive(nil)
	t.Cleanup(func() {
		if err := l.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return l
}

// takeLive takes a body in and gives what became of its records.
func takeLive(t *testing.T, l *app.Live, id tenant.ID, body string) (all []app.Taken) {
	t.Helper()
	tally, err := l.Take(t.Context(), app.LiveInput{Tenant: id, Body: strings.NewReader(body), Source: "pbx"}, func(x *app.Taken) error {
		all = append(all, *x)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if int(tally.Received()) != len(all) {
		t.Errorf("%d records counted, %d told of", tally.Received(), len(all))
	}
	return all
}

// TestLiveEqualsImport sends every call of a center alone, many at a time, and
// then all of them again: the books are those of an import of the file.
func TestLiveEqualsImport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const center = 2
		c := smallCenter(3000)
		a := loaded(t, s, c)
		l := goneLive(t, a)
		name := c.Tenants()[center].Name
		id := tenantID(t, s, name)
		records := jsonRecords(t, callsOf(t, c, center))
		send := func() (total usage.Tally) {
			var wg sync.WaitGroup
			var mu sync.Mutex
			for k := range 16 {
				wg.Go(func() {
					for i := k; i < len(records); i += 16 {
						tally, err := l.Take(t.Context(), app.LiveInput{Tenant: id, Body: strings.NewReader(records[i]), Source: "pbx"}, func(*app.Taken) error { return nil })
						if err != nil {
							t.Error(err)
						}
						mu.Lock()
						total.Add(&tally)
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			return total
		}
		first, second := send(), send()
		if n := int(first.Received()); n != len(records) || second[usage.WasDuplicate]+second[usage.WasRejected] != second.Received() {
			t.Errorf("first %v, again %v, of %d", first, second, len(records))
		}
		sound(t, a)

		o := storetest.Open(t, storetest.Place(t, "sqlite"))
		imported(t, loaded(t, o, c), name, []byte(strings.Join(records, "\n")))
		if got, want := booksOf(t, s, name), booksOf(t, o, name); got != want {
			t.Errorf("the books are not those of an import:\n%s\nwant\n%s", got, want)
		}
	})
}

// TestLiveTidies sends records one after the other, each a batch of its own: the
// segments they leave are merged on the way.
func TestLiveTidies(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const sent = 300
		a := app.New(s)
		tn := center(t, s)
		importRates(t, a, retail(firstDeck))
		l := a.GoLive(nil)
		for i := range sent {
			takeLive(t, l, tn.ID, header+good(strconv.Itoa(i)))
		}
		if err := l.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		view(t, s, tn.ID, func(tx *store.Tx) error {
			ss, err := tx.Segments(store.AllDays)
			if len(ss) > sent-100 {
				t.Errorf("%d segments are left", len(ss))
			}
			return err
		})
		sound(t, a)
	})
}

func TestLiveOutcomes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := app.New(s)
		tn := center(t, s)
		importRates(t, a, retail(firstDeck))
		l := goneLive(t, a)
		const call = `{"call_id":"1","called":"+442079460123","started_at":"2026-06-01T10:00:00Z","answered_at":"2026-06-01T10:00:05Z","ended_at":"2026-06-01T10:01:05Z","kind":"manual"}`
		alter := func(old, new string) string { return strings.Replace(call, old, new, 1) }
		for _, c := range []struct {
			name, body string
			want       []string // line, outcome, reason
		}{
			{"a call", call, []string{"1 rated "}},
			{"again, and blank lines", "\n" + call + "\n\n", []string{"2 duplicate "}},
			{"with other content", alter("10:01:05", "10:01:06"), []string{"1 conflict conflict"}},
			{"the conflict again", alter("10:01:05", "10:01:06"), []string{"1 duplicate conflict"}},
			{"one of everything", strings.Join([]string{
				alter(`"1"`, `"2"`), alter(`"1"`, `"2"`), `{"call_id":"3"}`, `{"call_id":`, alter(`"1"`, `"4"`) + "x",
				alter(`"1","called":"+44`, `"5","called":"+99`), alter(`"1"`, `"6","tenant":"other"`), alter(`"1"`, `"7","agent":"nobody yet"`),
			}, "\n"), []string{"1 rated ", "2 duplicate ", "3 suspended bad_time", "4 rejected ", "5 rejected ", "6 suspended no_rate", "7 rejected ", "8 rated "}},
			{"CSV", header + good("8") + good("8") + "9,,\n", []string{"2 rated ", "3 duplicate ", "4 rejected "}},
			{"nothing", "", nil},
		} {
			var got []string
			for _, x := range takeLive(t, l, tn.ID, c.body) {
				got = append(got, strings.TrimRight(fmt.Sprintf("%d %s %s", x.Line, x.Outcome, x.Reason), "\n"))
				if rejected := x.Outcome == usage.WasRejected; rejected != (x.Call == usage.Identity{}) || rejected && x.Mistake == nil {
					t.Errorf("%s: %+v", c.name, x)
				}
				if x.Mistake != nil && x.Mistake.Line != x.Line {
					t.Errorf("%s: %+v", c.name, x.Mistake)
				}
			}
			if !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
				t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
			}
		}
		if x := takeLive(t, l, tn.ID, alter(`"1"`, `"10"`))[0]; x.Amount == 0 || x.Currency != "USD" || x.Day != 20260601 {
			t.Errorf("%+v", x)
		} else if e, err := a.Explain(t.Context(), tn.ID, x.Day, x.Call); err != nil || e.Amount != x.Amount {
			t.Errorf("%v %v", e, err)
		}
		for _, in := range []app.LiveInput{
			{Body: strings.NewReader(call)},
			{Tenant: tn.ID, Body: strings.NewReader("what is this")},
			{Tenant: tn.ID, Body: strings.NewReader(call), Format: "none"},
		} {
			if _, err := l.Take(t.Context(), in, func(*app.Taken) error { return nil }); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", in, err)
			}
		}
		if _, err := l.Take(t.Context(), app.LiveInput{Tenant: 77, Body: strings.NewReader(call)}, func(*app.Taken) error { return nil }); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		sound(t, a)
		view(t, s, tn.ID, func(tx *store.Tx) error {
			rs, err := tx.Runs()
			if len(rs) != 3 { // the rates are none; JSON lines of two names of source, CSV
				for _, r := range rs {
					t.Logf("%d %s %s %s", r.ID, r.File, r.Format, r.Source)
				}
			}
			return err
		})
	})
}

// TestLiveFollowsChanges has names, numbers and prices change while records come
// in: the next record is read with them.
func TestLiveFollowsChanges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := app.New(s)
		tn := center(t, s)
		l := goneLive(t, a)
		record := func(id string) string {
			return `{"call_id":"` + id + `","called":"02079460123","started_at":"2026-06-01T10:00:00Z","ended_at":"2026-06-01T10:01:00Z","kind":"manual"}`
		}
		if x := takeLive(t, l, tn.ID, record("1"))[0]; x.Reason != usage.NoCard {
			t.Errorf("%+v", x)
		}
		importRates(t, a, retail(firstDeck))
		if x := takeLive(t, l, tn.ID, record("2"))[0]; x.Outcome != usage.WasRated {
			t.Errorf("with a card: %+v", x)
		}
		changed, err := s.FindTenant(t.Context(), tn.Name)
		if err != nil {
			t.Fatal(err)
		}
		changed.Country = 0
		if err := a.SetTenant(t.Context(), &changed); err != nil {
			t.Fatal(err)
		}
		if x := takeLive(t, l, tn.ID, record("3"))[0]; x.Reason != usage.BadNumber {
			t.Errorf("without a country: %+v", x)
		}
		sound(t, a)
	})
}

// TestLiveBesideImports has two imports of overlapping files and the live intake
// work on one tenant at once, in one process: every call counts once.
func TestLiveBesideImports(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := smallCenter(4000)
		a := loaded(t, s, c)
		l := goneLive(t, a)
		name := c.Tenants()[0].Name
		id := tenantID(t, s, name)
		records := jsonRecords(t, callsOf(t, c, 0))
		slices.Reverse(records)
		var wg sync.WaitGroup
		var mu sync.Mutex
		var total usage.Tally
		add := func(x usage.Tally) {
			mu.Lock()
			defer mu.Unlock()
			total.Add(&x)
		}
		for range 2 {
			wg.Go(func() {
				r, err := a.ImportCalls(t.Context(), app.ImportCalls{Path: "x", Input: strings.NewReader(strings.Join(records, "\n")), Tenant: name, Source: "pbx", Batch: 100}, nil)
				if err != nil {
					t.Error(err)
					return
				}
				add(r.Tally())
			})
		}
		for k := range 4 {
			wg.Go(func() {
				for i := k; i < len(records); i += 4 {
					x, err := l.Take(t.Context(), app.LiveInput{Tenant: id, Body: strings.NewReader(records[i]), Source: "pbx"}, func(*app.Taken) error { return nil })
					if err != nil {
						t.Error(err)
					}
					add(x)
				}
			})
		}
		wg.Wait()
		sound(t, a)
		if int(total.Received()) != 3*len(records) {
			t.Errorf("%v of %d", total, 3*len(records))
		}
		var calls int
		view(t, s, id, func(tx *store.Tx) error {
			return tx.Calls(store.AllDays, store.All, func(cs []usage.Call, _ []usage.Charge) error {
				calls += len(cs)
				return nil
			})
		})
		if once := int(total[usage.WasRated] + total[usage.WasZeroRated]); once > calls || calls > len(records) {
			t.Errorf("%d calls in the books, %d were taken for new, of %d", calls, once, len(records))
		}
	})
}

// TestLiveBulk streams a compressed body of many records.
func TestLiveBulk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := smallCenter(12_000)
		a := loaded(t, s, c)
		l := goneLive(t, a)
		name := c.Tenants()[0].Name
		data := callsOf(t, c, 0)
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		last := int64(0)
		got, err := l.Take(t.Context(), app.LiveInput{Tenant: tenantID(t, s, name), Body: &z, Source: "pbx"}, func(x *app.Taken) error {
			if x.Line <= last {
				t.Errorf("line %d after %d", x.Line, last)
			}
			last = x.Line
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		o := storetest.Open(t, storetest.Place(t, "sqlite"))
		if want := imported(t, loaded(t, o, c), name, data); got != want {
			t.Errorf("%v, an import gives %v", got, want)
		}
		sound(t, a)
		if got, want := booksOf(t, s, name), booksOf(t, o, name); got != want {
			t.Error("the books are not those of an import")
		}
	})
}

func TestLiveClose(t *testing.T) {
	s := storetest.Open(t, storetest.Place(t, "sqlite"))
	a := app.New(s)
	tn := center(t, s)
	l := a.GoLive(nil)
	takeLive(t, l, tn.ID, header+good("1"))
	if err := l.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Take(t.Context(), app.LiveInput{Tenant: tn.ID, Body: strings.NewReader(header + good("2"))}, func(*app.Taken) error { return nil }); !fault.Is(err, fault.Busy) {
		t.Error(err)
	}
	view(t, s, tn.ID, func(tx *store.Tx) error {
		rs, err := tx.Runs()
		if len(rs) != 1 || rs[0].Finished == 0 || rs[0].File != "live "+storetest.Now.UTCDay().String() {
			t.Errorf("%+v", rs)
		}
		return err
	})
}
