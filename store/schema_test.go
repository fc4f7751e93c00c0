package store_test

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/schema"
	"tollkeeper/store/storetest"
)

// global are the tables that belong to no tenant.
var global = map[string]string{
	"tenant":           "the list of tenants itself",
	"goose_db_version": "the migrations that were run; goose makes it",
	"login":            "who signs in is found before the tenant is known",
	"session":          "whose a browser's token is, is found by it alone",
	"one_time_link":    "whoever follows one is not signed in",
	"api_key":          "a program brings nothing but its key",
}

// columnTypes are the words a column may have behind its name.
var columnTypes = []string{"BIGINT NOT NULL", "INTEGER NOT NULL", "{{text}} NOT NULL", "{{bytes}} NOT NULL"}

// TestSchemaText reads every migration: the tables of tenants can be spread by
// tenant_id, and both engines understand every word.
func TestSchemaText(t *testing.T) {
	tables := regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\);`)
	indexes := regexp.MustCompile(`CREATE (?:UNIQUE )?INDEX \w+ ON (\w+) \((.*?)\)`)
	keys := regexp.MustCompile(`^(?:PRIMARY KEY|UNIQUE|FOREIGN KEY) \((.*?)\)(?: REFERENCES (\w+) \((.*?)\))?,?$`)
	for name, text := range schemaTexts(t) {
		if strings.Contains(text, "ON DELETE") || strings.Contains(text, "ON UPDATE") || strings.Contains(text, "TRIGGER") {
			t.Errorf("%s: nothing changes behind a writer's back", name)
		}
		found := tables.FindAllStringSubmatch(text, -1)
		if n := strings.Count(text, "CREATE TABLE"); n != len(found) {
			t.Errorf("%s: %d tables, but %d are understood", name, n, len(found))
		}
		for _, table := range found {
			_, isGlobal := global[table[1]]
			for i, line := range strings.Split(strings.TrimSpace(table[2]), "\n") {
				line = strings.Join(strings.Fields(line), " ")
				key := keys.FindStringSubmatch(line)
				switch {
				case i == 0 && !isGlobal && strings.TrimSuffix(strings.TrimSuffix(line, ","), " PRIMARY KEY") != "tenant_id BIGINT NOT NULL":
					t.Errorf("%s: %s begins with %q", name, table[1], line)
				case key == nil && !goodColumn(line):
					t.Errorf("%s: %s: %q is no column of ours: want one of %q", name, table[1], line, columnTypes)
				case key != nil && !isGlobal && (!first(key[1]) || key[2] != "" && !first(key[3])):
					t.Errorf("%s: %s: %q does not begin with tenant_id", name, table[1], line)
				}
			}
			if !strings.Contains(table[2], "PRIMARY KEY") {
				t.Errorf("%s: %s has no key", name, table[1])
			}
		}
		for _, index := range indexes.FindAllStringSubmatch(text, -1) {
			if _, isGlobal := global[index[1]]; !isGlobal && !first(index[2]) {
				t.Errorf("%s: an index of %s is on (%s)", name, index[1], index[2])
			}
		}
	}
}

// goodColumn is a name and a type; a single column may say of itself that it is
// the key.
func goodColumn(line string) bool {
	_, rest, _ := strings.Cut(strings.TrimSuffix(line, ","), " ")
	rest = strings.TrimSuffix(strings.TrimSuffix(rest, " PRIMARY KEY"), " UNIQUE")
	return slices.Contains(columnTypes, rest)
}

func first(columns string) bool {
	return columns == "tenant_id" || strings.HasPrefix(columns, "tenant_id, ")
}

// schemaTexts are the migrations without comments.
func schemaTexts(t *testing.T) map[string]string {
	t.Helper()
	names, err := fs.Glob(schema.Files, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	texts := map[string]string{}
	for _, name := range names {
		b, err := fs.ReadFile(schema.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = regexp.MustCompile(`(?m)^\s*--.*\n`).ReplaceAllString(string(b), "")
	}
	return texts
}

// catalog are the queries by which each engine tells of itself: its tables, and
// for each its columns and its indexes' first columns.
var catalog = map[string]struct{ tables, columns, indexes string }{
	"sqlite": {
		`SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sqlite_sequence'`,
		`SELECT name || ' ' || type || CASE WHEN "notnull" = 1 THEN ' NOT NULL' ELSE '' END FROM pragma_table_info($1) ORDER BY cid`,
		`SELECT i.name FROM pragma_index_list($1) l JOIN pragma_index_info(l.name) i WHERE i.seqno = 0`,
	},
	"postgres": {
		`SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()`,
		`SELECT column_name || ' ' || upper(data_type) || CASE WHEN is_nullable = 'NO' THEN ' NOT NULL' ELSE '' END
			FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position`,
		`SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
			WHERE i.indrelid = $1::text::regclass`,
	},
}

// TestSchemaInPlace asks the databases themselves for what TestSchemaText read.
func TestSchemaInPlace(t *testing.T) {
	eachPlace(t, func(t *testing.T, o store.Options) {
		s := storetest.Open(t, o)
		of := catalog["sqlite"]
		if o.URL != "" {
			of = catalog["postgres"]
		}
		view(t, s, tenant.System, func(tx *store.Tx) error {
			tables, err := tx.AskAll(of.tables)
			if len(tables) < 20 {
				t.Errorf("only the tables %q are found", tables)
			}
			for _, table := range tables {
				if _, isGlobal := global[table]; isGlobal {
					continue
				}
				columns, err := tx.AskAll(of.columns, table)
				if err != nil || len(columns) == 0 || columns[0] != "tenant_id BIGINT NOT NULL" {
					t.Errorf("%s begins with %q; %v", table, columns, err)
				}
				for _, c := range columns {
					if !strings.HasSuffix(c, " NOT NULL") {
						t.Errorf("%s: %s may be null", table, c)
					}
				}
				firsts, err := tx.AskAll(of.indexes, table)
				if slices.ContainsFunc(firsts, func(c string) bool { return c != "tenant_id" }) || err != nil {
					t.Errorf("%s has indexes that begin with %q; %v", table, firsts, err)
				}
			}
			return err
		})
	})
}

// TestTextIsOrderedByBytes looks at every text column of PostgreSQL: whatever
// the database's own order is, ours is that of bytes.
func TestTextIsOrderedByBytes(t *testing.T) {
	s := storetest.Open(t, storetest.Place(t, "postgres"))
	view(t, s, tenant.System, func(tx *store.Tx) error {
		others, err := tx.AskAll(`SELECT table_name || '.' || column_name FROM information_schema.columns
			WHERE table_schema = current_schema() AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'`)
		if len(others) > 0 {
			t.Errorf("not ordered by bytes: %q", others)
		}
		return err
	})
}
