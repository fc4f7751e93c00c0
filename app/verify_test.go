package app_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/usage"
	"tollkeeper/format/segment"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// meddler changes the books behind the program's back.
type meddler struct {
	t  *testing.T
	db *sql.DB
}

// meddle opens the database of a place; its drivers are registered by store.
func meddle(t *testing.T, o store.Options) *meddler {
	t.Helper()
	driver, at := "pgx", o.URL
	if o.Dir != "" {
		driver, at = "sqlite", "file:"+filepath.Join(o.Dir, store.FileName)+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return &meddler{t, db}
}

func (m *meddler) exec(q string, args ...any) {
	m.t.Helper()
	if _, err := m.db.ExecContext(m.t.Context(), q, args...); err != nil {
		m.t.Fatalf("%s: %v", q, err)
	}
}

// blob reads the data of the first row of a table that has any, by its key.
func (m *meddler) blob(table, keys string) (where string, args []any, data []byte) {
	m.t.Helper()
	n := strings.Count(keys, ",") + 1
	args = make([]any, n)
	into := make([]any, n+1)
	for i := range args {
		into[i] = new(int64)
	}
	into[n] = &data
	if err := m.db.QueryRowContext(m.t.Context(), "SELECT "+keys+", data FROM "+table+" WHERE tenant_id > 0 ORDER BY "+keys).Scan(into...); err != nil {
		m.t.Fatal(err)
	}
	var conditions []string
	for i, k := range strings.Split(keys, ", ") {
		args[i] = *into[i].(*int64)
		conditions = append(conditions, k+" = $"+string(rune('2'+i)))
	}
	return strings.Join(conditions, " AND "), args, data
}

// tampered is one way of changing books, and the only check that must notice.
type tampered struct {
	name  string
	check string
	do    func(m *meddler) (undo func())
}

// flip changes one byte of a blob, at so many thousandths of it.
func flip(check, table, keys string, at int) tampered {
	return tampered{table + " byte at " + string(rune('0'+at/100)), check, func(m *meddler) func() {
		where, args, data := m.blob(table, keys)
		put := func(b []byte) { m.exec("UPDATE "+table+" SET data = $1 WHERE "+where, append([]any{b}, args...)...) }
		damaged := slices.Clone(data)
		damaged[len(data)*at/1000] ^= 0x10
		put(damaged)
		return func() { put(data) }
	}}
}

// change runs a statement, and another one that takes it back.
func change(check, do, undo string) tampered {
	return tampered{do, check, func(m *meddler) func() {
		m.exec(do)
		return func() { m.exec(undo) }
	}}
}

// remove takes the first row of a segment table away.
func remove(check, table, keys, others string) tampered {
	return tampered{"row of " + table, check, func(m *meddler) func() {
		where, args, data := m.blob(table, keys)
		into := make([]any, strings.Count(others, ",")+1)
		values := make([]any, len(into))
		for i := range into {
			into[i] = &values[i]
		}
		all := append([]any{nil}, args...)
		shifted := strings.NewReplacer("$2", "$1", "$3", "$2", "$4", "$3", "$5", "$4").Replace(where)
		if err := m.db.QueryRowContext(m.t.Context(), "SELECT "+others+" FROM "+table+" WHERE "+shifted, args...).Scan(into...); err != nil {
			m.t.Fatal(err)
		}
		m.exec("DELETE FROM "+table+" WHERE "+shifted, args...)
		return func() {
			all = append(slices.Clone(args), data)
			all = append(all, values...)
			marks := make([]string, len(all))
			for i := range marks {
				marks[i] = "$" + string(rune('1'+i))
			}
			m.exec("INSERT INTO "+table+" ("+keys+", data, "+others+") VALUES ("+strings.Join(marks, ", ")+")", all...)
		}
	}}
}

const (
	segmentKeys = "tenant_id, day, seg"
	chargeKeys  = "tenant_id, day, seg, revision"
	rollupKeys  = "tenant_id, billed_day, period, seg"
	rawKeys     = "tenant_id, seg"
)

func tamperings() []tampered {
	firstEntry := " WHERE tenant_id = 1 AND entry_id = 2 AND line = 0"
	ts := []tampered{
		change("balances", `UPDATE balance SET amount = amount + 1 WHERE tenant_id = 1 AND account = 'revenue:voice'`,
			`UPDATE balance SET amount = amount - 1 WHERE tenant_id = 1 AND account = 'revenue:voice'`),
		change("ledger", `UPDATE entry_line SET amount = amount + 1`+firstEntry, `UPDATE entry_line SET amount = amount - 1`+firstEntry),
		change("ledger", `UPDATE entry SET at = at + 1 WHERE tenant_id = 1 AND id = 1`, `UPDATE entry SET at = at - 1 WHERE tenant_id = 1 AND id = 1`),
		change("ledger", `UPDATE account SET prev_entry = prev_entry + 1 WHERE tenant_id = 1`, `UPDATE account SET prev_entry = prev_entry - 1 WHERE tenant_id = 1`),
		change("segments", `UPDATE call_seg SET version = version + 1000 WHERE tenant_id = 1 AND seg = (SELECT MIN(seg) FROM call_seg WHERE tenant_id = 1)`,
			`UPDATE call_seg SET version = version - 1000 WHERE tenant_id = 1 AND version > 1000`),
	}
	for _, column := range []string{"rated", "zero_rated", "suspended", "conflict"} {
		at := ` WHERE tenant_id = 1 AND day = (SELECT MIN(day) FROM conservation WHERE tenant_id = 1 AND rated > 0)`
		ts = append(ts, change("conservation", `UPDATE conservation SET `+column+` = `+column+` + 1`+at, `UPDATE conservation SET `+column+` = `+column+` - 1`+at))
	}
	for _, at := range []int{0, 300, 700, 999} {
		ts = append(ts, flip("segments", "call_seg", segmentKeys, at), flip("segments", "number_seg", segmentKeys, at),
			flip("segments", "charge_seg", chargeKeys, at), flip("rollups", "usage_seg", rollupKeys, at), flip("raw", "raw_seg", rawKeys, at))
	}
	return append(ts, remove("segments", "call_seg", segmentKeys, "version, calls"), remove("segments", "charge_seg", chargeKeys, "suspended"),
		remove("raw", "raw_seg", rawKeys, "run_id"))
}

// TestVerifyFindsTampering changes one thing at a time, which must be found, and
// nothing else.
func TestVerifyFindsTampering(t *testing.T) {
	c := smallCenter(900)
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			place := storetest.Place(t, engine)
			s := storetest.Open(t, place)
			a := loaded(t, s, c)
			inBatches(t, a, c.Tenants()[0].Name, callsOf(t, c, 0), 150)
			sound(t, a)
			m := meddle(t, place)
			for _, x := range tamperings() {
				undo := x.do(m)
				v, err := a.Verify(t.Context(), nil)
				undo()
				if err != nil {
					t.Fatalf("%s: %v", x.name, err)
				}
				if len(v.Findings) != 1 || v.Findings[0].Check != x.check || v.Findings[0].Tenant != c.Tenants()[0].Name {
					t.Errorf("%s: want one finding of %s, got %v", x.name, x.check, v.Findings)
				}
			}
			sound(t, a)
		})
	}
}

// checksOf are the checks that found something, each once.
func checksOf(v *app.Verified) string {
	var checks []string
	for _, f := range v.Findings {
		if !slices.Contains(checks, f.Check) {
			checks = append(checks, f.Check)
		}
	}
	slices.Sort(checks)
	return strings.Join(checks, " ")
}

// TestVerifyFindsWrongSums writes well-formed segments that say something else.
func TestVerifyFindsWrongSums(t *testing.T) {
	c := smallCenter(600)
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			place := storetest.Place(t, engine)
			s := storetest.Open(t, place)
			a := loaded(t, s, c)
			name := c.Tenants()[0].Name
			imported(t, a, name, callsOf(t, c, 0))
			m := meddle(t, place)
			id := tenantID(t, s, name)

			var one store.CallSegment
			var calls []usage.Call
			var charges []usage.Charge
			view(t, s, id, func(tx *store.Tx) error {
				ss, err := tx.Segments(store.AllDays)
				if err != nil {
					return err
				}
				one = ss[len(ss)/2]
				if err := tx.Load(&one, store.Numbers|store.Charges); err != nil {
					return err
				}
				var d store.Decoder
				return d.Decode(&one, store.All, func(cs []usage.Call, chs []usage.Charge) error {
					calls, charges = append(calls, cs...), append(charges, chs...)
					return nil
				})
			})
			dear := slices.IndexFunc(charges, func(c usage.Charge) bool { return c.Amount > 0 })
			changed := slices.Clone(charges)
			changed[dear].Amount++
			var enc segment.Encoder
			data, err := enc.Charges(nil, changed, calls, segment.Planes)
			if err != nil {
				t.Fatal(err)
			}
			where := ` WHERE tenant_id = $2 AND day = $3 AND seg = $4`
			m.exec(`UPDATE charge_seg SET data = $1`+where, data, int64(id), int64(one.Day), one.Seg)
			v, err := a.VerifyCharges(t.Context(), nil)
			if err != nil || checksOf(v) != "charges revenue rollups" || len(v.Findings) != 3 {
				t.Errorf("an amount: %v %v", err, v)
			}
			m.exec(`UPDATE charge_seg SET data = $1`+where, one.Charges, int64(id), int64(one.Day), one.Seg)
			sound(t, a)

			// The same calls once more, a month later.
			far := fmt.Sprint(int32(one.Day.Add(31)))
			for table, columns := range map[string]string{
				"call_seg": "seg, version, calls, data", "number_seg": "seg, data", "charge_seg": "seg, revision, suspended, data",
			} {
				m.exec("INSERT INTO "+table+" (tenant_id, day, "+columns+") SELECT tenant_id, "+far+", "+columns+" FROM "+table+
					" WHERE tenant_id = $1 AND day = $2 AND seg = $3", int64(id), int64(one.Day), one.Seg)
			}
			v, err = a.Verify(t.Context(), nil)
			if err != nil || !strings.Contains(checksOf(v), "identities") || !strings.Contains(checksOf(v), "rollups") {
				t.Errorf("doubled calls: %v %v", err, v)
			}
		})
	}
}

// TestVerifyOldRevisions keeps to what re-rating leaves behind.
func TestVerifyOldRevisions(t *testing.T) {
	c := smallCenter(600)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := loaded(t, s, c)
		name := c.Tenants()[0].Name
		imported(t, a, name, callsOf(t, c, 0))
		dearer(t, a)
		r, err := a.Rerate(t.Context(), app.Rerate{Tenant: tenantID(t, s, name), Post: true}, nil)
		if err != nil || r.Changed == 0 {
			t.Fatalf("%+v %v", r, err)
		}
		sound(t, a)
		if _, err := a.RerunSuspense(t.Context(), tenantID(t, s, name), store.Activity{}, nil); err != nil {
			t.Fatal(err)
		}
		sound(t, a)
	})
}
