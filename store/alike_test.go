package store_test

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// alike are questions whose answers our queries rely on: a number, a text or
// bytes. A new habit of SQL gets a line here before it is used. The tenant has
// the teams 1 "é", 2 "a", 3 "B" and 10 "b b", nobody in them, a run with a header of
// bytes and no name, and counts as large as there are.
var alike = []struct {
	name, query string
	want        any
}{
	{"MAX of nothing is null", `SELECT COALESCE(MAX(id), -7) FROM team WHERE tenant_id = $1 AND id > 100`, int64(-7)},
	{"SUM of nothing is null", `SELECT COALESCE(SUM(rated), -7) FROM conservation WHERE tenant_id = $1 AND day = 1`, int64(-7)},
	{"COUNT of nothing is 0", `SELECT COUNT(*) FROM team WHERE tenant_id = $1 AND id > 100`, int64(0)},
	{"SUM is exact", `SELECT SUM(rated) FROM conservation WHERE tenant_id = $1`, int64(math.MaxInt64)},
	{"the largest number", `SELECT MAX(rated) FROM conservation WHERE tenant_id = $1`, int64(math.MaxInt64 - 1)},
	{"the smallest number", `SELECT MIN(conflict) FROM conservation WHERE tenant_id = $1`, int64(math.MinInt64)},
	{"numbers compare as numbers", `SELECT COUNT(*) FROM team WHERE tenant_id = $1 AND id > 9`, int64(1)},
	{"division cuts towards zero", `SELECT 20260731 / 100 + (-7) / 2 FROM account WHERE tenant_id = $1`, int64(202604)},
	{"BETWEEN includes both ends", `SELECT COUNT(*) FROM team WHERE tenant_id = $1 AND id BETWEEN 1 AND 3`, int64(3)},
	{"IN", `SELECT COUNT(*) FROM account WHERE tenant_id IN ($1, 0)`, int64(2)},
	{"DISTINCT", `SELECT COUNT(*) FROM (SELECT DISTINCT day FROM conservation WHERE tenant_id = $1) d`, int64(1)},
	{"GROUP BY", `SELECT COUNT(*) FROM (SELECT run_id FROM conservation WHERE tenant_id = $1 GROUP BY run_id) g`, int64(2)},
	{"LEFT JOIN keeps what has no other side",
		`SELECT COUNT(*) FROM team t LEFT JOIN team_member m ON m.tenant_id = t.tenant_id AND m.team_id = t.id WHERE t.tenant_id = $1`, int64(4)},
	{"and gives nulls there",
		`SELECT COALESCE(SUM(m.member_id), 5) FROM team t LEFT JOIN team_member m ON m.tenant_id = t.tenant_id AND m.team_id = t.id WHERE t.tenant_id = $1`, int64(5)},
	{"a subquery knows the row outside",
		`SELECT COUNT(*) FROM team t WHERE t.tenant_id = $1 AND t.id = (SELECT MAX(m.id) FROM team m WHERE m.tenant_id = t.tenant_id)`, int64(1)},
	{"CASE", `SELECT CASE WHEN COUNT(*) > 3 THEN 'many' ELSE 'few' END FROM team WHERE tenant_id = $1`, "many"},
	{"text is ordered by bytes", `SELECT name FROM team WHERE tenant_id = $1 ORDER BY name LIMIT 1`, "B"},
	{"up to the end", `SELECT name FROM team WHERE tenant_id = $1 ORDER BY name DESC LIMIT 1`, "é"},
	{"in MIN too", `SELECT MIN(name) FROM team WHERE tenant_id = $1`, "B"},
	{"text is told by case", `SELECT COUNT(*) FROM team WHERE tenant_id = $1 AND name = 'A'`, int64(0)},
	{"and by blanks", `SELECT COUNT(*) FROM team WHERE tenant_id = $1 AND name = 'a '`, int64(0)},
	{"empty text is not null", `SELECT COUNT(*) FROM run WHERE tenant_id = $1 AND file = ''`, int64(1)},
	{"REPLACE tells whether a text is in another", `SELECT COUNT(*) FROM team WHERE tenant_id = $1 AND REPLACE(name, 'b', '') <> name`, int64(1)},
	{"letter by letter", `SELECT COUNT(*) FROM team WHERE tenant_id = $1 AND REPLACE(name, '_', '') <> name`, int64(0)},
	{"and of nothing changes nothing", `SELECT REPLACE(name, '', 'x') FROM team WHERE tenant_id = $1 AND id = 3`, "B"},
	{"STRING_AGG joins in order", `SELECT STRING_AGG(name, ', ' ORDER BY name) FROM team WHERE tenant_id = $1`, "B, a, b b, é"},
	{"OFFSET", `SELECT name FROM team WHERE tenant_id = $1 ORDER BY name LIMIT 1 OFFSET 2`, "b b"},
	{"LENGTH of bytes", `SELECT LENGTH(header) FROM run WHERE tenant_id = $1`, int64(5)},
	{"SUBSTR of bytes counts from 1", `SELECT SUBSTR(header, 2, 3) FROM run WHERE tenant_id = $1`, []byte{0, 0xff, 'b'}},
	{"and ends where they end", `SELECT SUBSTR(header, 4, 100) FROM run WHERE tenant_id = $1`, []byte("bc")},
}

func TestAlike(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		acme := add(t, s, "acme")
		update(t, s, acme, func(tx *store.Tx) error {
			for _, team := range []tenant.Team{{ID: 1, Name: "é"}, {ID: 2, Name: "a"}, {ID: 3, Name: "B"}, {ID: 10, Name: "b b"}} {
				if err := tx.PutTeam(&team); err != nil {
					return err
				}
			}
			if err := tx.PutRun(&store.Run{ID: 1, Header: []byte("a\x00\xffbc")}); err != nil {
				return err
			}
			if err := tx.Count(1, today, &usage.Tally{usage.WasRated: math.MaxInt64 - 1, usage.WasConflict: math.MinInt64}); err != nil {
				return err
			}
			return tx.Count(2, today, &usage.Tally{usage.WasRated: 1})
		})
		for _, c := range alike {
			t.Run(c.name, func(t *testing.T) { ask(t, s, acme, c.query, c.want) })
		}
	})
}

// ask compares the only row of a query with a number, a text or bytes.
func ask(t *testing.T, s *store.Store, id tenant.ID, query string, want any) {
	t.Helper()
	view(t, s, id, func(tx *store.Tx) error {
		var err error
		var n int64
		var text string
		var raw []byte
		ok := false
		switch want := want.(type) {
		case int64:
			err = tx.Ask(&n, query, int64(id))
			ok = n == want
		case string:
			err = tx.Ask(&text, query, int64(id))
			ok = text == want
		case []byte:
			err = tx.Ask(&raw, query, int64(id))
			ok = bytes.Equal(raw, want)
		}
		if err != nil || !ok {
			t.Errorf("%s: %d %q %q, want %v; %v", query, n, text, raw, want, err)
		}
		return nil
	})
}

// TestAlikeWrites does the same for statements that change rows.
func TestAlikeWrites(t *testing.T) {
	const put = `INSERT INTO team (tenant_id, id, name) VALUES ($1, 1, 'one'), ($1, 2, 'two'), ($1, 3, 'three')`
	for _, c := range []struct {
		name, query string
		returned    []string // what RETURNING gives, in order
		after       []string // the teams, by number
		want        fault.Kind
	}{
		{"RETURNING gives the new row", `UPDATE team SET name = 'new' WHERE tenant_id = $1 AND id = 2 RETURNING name`,
			[]string{"new"}, []string{"one", "new", "three"}, 0},
		{"DO NOTHING returns what was put in alone, once",
			`INSERT INTO team (tenant_id, id, name) VALUES ($1, 2, 'x'), ($1, 4, 'four'), ($1, 4, 'y') ON CONFLICT (tenant_id, id) DO NOTHING RETURNING name`,
			[]string{"four"}, []string{"one", "two", "three", "four"}, 0},
		{"DO UPDATE knows the old row and the new",
			`INSERT INTO team (tenant_id, id, name) VALUES ($1, 2, 'x') ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name RETURNING name`,
			[]string{"x"}, []string{"one", "x", "three"}, 0},
		{"another key is a conflict still",
			`INSERT INTO team (tenant_id, id, name) VALUES ($1, 9, 'two') ON CONFLICT (tenant_id, id) DO NOTHING RETURNING name`, nil, nil, fault.Conflict},
		{"a key twice is a conflict", `INSERT INTO team (tenant_id, id, name) VALUES ($1, 2, 'x') RETURNING name`, nil, nil, fault.Conflict},
		{"a null is refused", `UPDATE team SET name = NULL WHERE tenant_id = $1 RETURNING name`, nil, nil, fault.Internal},
		{"a row without its parent is refused",
			`INSERT INTO team_member (tenant_id, member_id, team_id, from_day, to_day) VALUES ($1, 1, 1, 0, 0) RETURNING 'x'`, nil, nil, fault.Internal},
		{"DELETE", `DELETE FROM team WHERE tenant_id = $1 AND id = 2 RETURNING name`, []string{"two"}, []string{"one", "three"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				acme := add(t, s, "acme")
				update(t, s, acme, func(tx *store.Tx) error { return tx.Tell(put, int64(acme)) })
				var returned, after []string
				err := s.Update(t.Context(), acme, store.Interactive, func(tx *store.Tx) (err error) {
					if returned, err = tx.AskAll(c.query, int64(acme)); err != nil {
						return err
					}
					after, err = tx.AskAll(`SELECT name FROM team WHERE tenant_id = $1 ORDER BY id`, int64(acme))
					return err
				})
				if fails := c.after == nil; fails != (err != nil) || fails && !fault.Is(err, c.want) {
					t.Errorf("the error is %v (%s)", err, fault.KindOf(err))
				}
				if !slices.Equal(returned, c.returned) || !slices.Equal(after, c.after) {
					t.Errorf("it returns %q, then there are %q", returned, after)
				}
			})
		})
	}
}
