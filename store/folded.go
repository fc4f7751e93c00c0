package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"tollkeeper/core/tenant"
)

// foldedUser is what a user is searched and sorted by. FoldName makes it, so that
// both engines find and sort alike, umlauts too.
func foldedUser(u *tenant.User) []any {
	return []any{FoldName(u.Name()), FoldName(u.Username), FoldName(u.Email)}
}

func foldedNames(names []string) (to []any) {
	for _, name := range names {
		to = append(to, FoldName(name))
	}
	return to
}

// folded are the tables with folded columns, and what they are made from.
var folded = []struct {
	table    string
	from, to []string
	fold     func(from []string) []any
}{
	{"member", []string{"username", "email", "display"}, []string{"name_folded", "username_folded", "email_folded"},
		func(s []string) []any { return foldedUser(&tenant.User{Username: s[0], Email: s[1], Display: s[2]}) }},
	{"team", []string{"name"}, []string{"name_folded"}, foldedNames},
	{"campaign", []string{"code", "name"}, []string{"code_folded", "name_folded"}, foldedNames},
}

// foldAtOnce is how many rows a migration reads before it writes them.
const foldAtOnce = 1000

// foldAll folds the names that were kept before there were such columns.
func foldAll(ctx context.Context, tx *sql.Tx) error {
	for i := range folded {
		f := &folded[i]
		set := make([]string, len(f.to))
		for n, column := range f.to {
			set[n] = column + " = $" + strconv.Itoa(n+3)
		}
		read := `SELECT tenant_id, id, ` + strings.Join(f.from, ", ") + ` FROM ` + f.table + ` WHERE tenant_id > $1 OR tenant_id = $1 AND id > $2 ORDER BY tenant_id, id LIMIT $3`
		write := `UPDATE ` + f.table + ` SET ` + strings.Join(set, ", ") + ` WHERE tenant_id = $1 AND id = $2`
		for after := []any{int64(-1), int64(0)}; ; {
			rows, err := foldBlock(ctx, tx, read, after, len(f.from))
			if err != nil {
				return err
			}
			if len(rows) == 0 {
				break
			}
			for _, r := range rows {
				if _, err := tx.ExecContext(ctx, write, slices.Concat(r.key, f.fold(r.names))...); err != nil {
					return err
				}
			}
			after = rows[len(rows)-1].key
		}
	}
	return nil
}

// foldRow is a row with names that are not folded yet.
type foldRow struct {
	key   []any // tenant and id
	names []string
}

func foldBlock(ctx context.Context, tx *sql.Tx, read string, after []any, names int) (block []foldRow, err error) {
	rs, err := tx.QueryContext(ctx, read, append(slices.Clone(after), foldAtOnce)...)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	for rs.Next() {
		var of, id int64
		r := foldRow{names: make([]string, names)}
		into := []any{&of, &id}
		for i := range r.names {
			into = append(into, &r.names[i])
		}
		if err := rs.Scan(into...); err != nil {
			return nil, err
		}
		r.key = []any{of, id}
		block = append(block, r)
	}
	return block, rs.Err()
}
