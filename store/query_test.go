package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// acrossTenants are the queries that are not about the transaction's tenant
// alone, by a part of their text, with the reason.
var acrossTenants = map[string]string{
	"FROM tenant WHERE id > $1 ORDER BY name":              "the list of tenants is the system's",
	"FROM tenant t LEFT JOIN (SELECT tenant_id, COUNT(*)":  "what the list of tenants tells beside their terms",
	"FROM tenant WHERE id > 0 AND":                         "a tenant is looked for in that list",
	"MAX(id), 0) + 1 FROM tenant":                          "and gets a number there",
	"UPDATE tenant SET name = $2":                          "and is named by its number, which is the transaction's",
	"INSERT INTO tenant (":                                 "the list of tenants again",
	"card_version + 1 WHERE tenant_id <> $1":               "a system card changes the prices of all others",
	"COUNT(*) FROM account WHERE epoch = 0":                "epochs are drawn for all, by the system",
	"SET epoch = $2 WHERE epoch = 0 AND tenant_id >= $1":   "epochs are drawn for all, by the system",
	"UPDATE account SET epoch = $2 WHERE tenant_id >= $1":  "so they are when a backup is restored",
	"FROM raw_seg WHERE tenant_id >= $1":                   "the size of all raw text, for the operator",
	"FROM fx_rate WHERE tenant_id = 0 AND quote = $1":      "rates of exchange are the system's",
	"FROM pg_class c":                                      "the size of the database, for the operator",
	"SELECT pg_advisory_lock(":                             "the lock around migrations",
	"SELECT pg_advisory_unlock(":                           "the lock around migrations",
	"INSERT INTO account (tenant_id, writes, epoch":        "a new tenant's account is opened by the system",
	"SELECT head, data FROM card_revision WHERE tenant_id": "a card is the tenant's or the system's: ownerOf says whose",
	"l.tenant_id >= $1 AND l.email = $2":                   "who signs in is asked before the tenant is known",
	"l.tenant_id >= $1 AND l.username = $2":                "so it is of those who have no address",
	"l.tenant_id >= $1 AND l.id = $2":                      "whose login a reset link or an operator names, is not known before",
	"FROM login WHERE tenant_id >= $1 AND email = $2":      "an address signs in to one login among all tenants'; whose is not told",
	"s.tenant_id >= $1 AND s.hash = $2":                    "whose session a token is, is not known before",
	"UPDATE session SET seen_at = $3 WHERE tenant_id >=":   "the system notes it, and waits for no tenant's writers",
	"DELETE FROM session WHERE tenant_id >= $1 AND id":     "a session that was found by its token is over",
	"FROM session WHERE tenant_id >= $1 AND expires_at":    "the system sweeps all sessions that are over",
	"FROM one_time_link WHERE tenant_id >= $1 AND hash":    "whose link a token is, is not known before",
	"FROM one_time_link WHERE tenant_id >= $1 AND expire":  "the system sweeps all links that are over",
	"FROM api_key WHERE tenant_id >= $1 AND prefix = $2":   "whose key it is, is not known before",
	"WHERE tenant_id > $1 OR tenant_id = $1 AND id > $2":   "a migration folds the names of all tenants",
	"UPDATE … SET … WHERE tenant_id = $1 AND id = $2":      "and writes each where it was read",
	"UPDATE api_key SET used_at = $3 WHERE tenant_id >=":   "the system notes it, and waits for no tenant's writers",
}

// query is one SQL text of the package.
type query struct {
	at    string // file and line
	text  string // with … for what is not a literal
	first string // the first argument that goes with it; empty where there is none
}

var (
	ofOneTenant = regexp.MustCompile(`\b(\w\.)?tenant_id (= \$1\b|IN \(\$1, 0\))`)
	forbidden   = regexp.MustCompile(`(?i)\b(LIKE|ILIKE|ROUND|AVG|NOW|CURRENT_\w+|DATE|STRFTIME|DATE_TRUNC|JSON\w*|RANDOM|CAST|TOTAL|REAL|NUMERIC|FLOAT\w*)\b\s*\(?|\|\||->|::`)
	addsAmounts = regexp.MustCompile(`(?i)\b(amount|cost|price)\b\s*\+|\+\s*(\w+\.)?(amount|cost|price)\b`)
	statement   = regexp.MustCompile(`^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\b`)
)

// TestQueriesNameTheTenant reads the SQL in this package's sources: $1 is the
// transaction's tenant, and what the engines do not do alike is not used.
func TestQueriesNameTheTenant(t *testing.T) {
	used := map[string]bool{}
	qs := queries(t)
	if len(qs) < 60 {
		t.Fatalf("only %d queries are found: the test does not know how they are written", len(qs))
	}
	for _, q := range qs {
		if exception(q.text, used) {
			continue
		}
		switch {
		case strings.HasPrefix(q.text, "INSERT INTO"):
			if !regexp.MustCompile(`^INSERT INTO [\w…]+ \((tenant_id,|…)`).MatchString(q.text) {
				t.Errorf("%s: the first column is not tenant_id: %s", q.at, q.text)
			}
		case !ofOneTenant.MatchString(q.text):
			t.Errorf("%s: tenant_id = $1 is missing: %s", q.at, q.text)
		}
		if !strings.HasPrefix(q.first, "tx.id()") && !strings.HasPrefix(q.first, "append([]any{tx.id()}") && q.first != "" {
			t.Errorf("%s: $1 is %s, not tx.id(): %s", q.at, q.first, q.text)
		}
		if f := forbidden.FindString(q.text); f != "" {
			t.Errorf("%s: %s is not alike on both engines: %s", q.at, f, q.text)
		}
		if f := addsAmounts.FindString(q.text); f != "" {
			t.Errorf("%s: amounts are added in Go, not by %q: %s", q.at, f, q.text)
		}
		if regexp.MustCompile(`(?i)SET\s+([^W]*,\s*)?tenant_id\s*=`).MatchString(q.text) {
			t.Errorf("%s: a row never changes its tenant: %s", q.at, q.text)
		}
	}
	for part, why := range acrossTenants {
		if !used[part] {
			t.Errorf("no query has %q any more (%s)", part, why)
		}
	}
}

func exception(text string, used map[string]bool) (found bool) {
	for part := range acrossTenants {
		if strings.Contains(text, part) {
			used[part], found = true, true
		}
	}
	return found
}

// queries finds every SQL text in the package's own files.
func queries(t *testing.T) (qs []query) {
	t.Helper()
	es, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range es {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, file.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		after := map[ast.Expr]ast.Expr{} // the argument behind an argument
		ast.Inspect(f, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				for i := range call.Args[:max(0, len(call.Args)-1)] {
					after[call.Args[i]] = call.Args[i+1]
				}
			}
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			text, ok := literal(e)
			if !ok || !statement.MatchString(text) {
				return true
			}
			q := query{at: set.Position(e.Pos()).String(), text: squeeze(text)}
			if next := after[e]; next != nil {
				q.first = source(t, file.Name(), set, next)
			}
			qs = append(qs, q)
			return false
		})
	}
	return qs
}

// literal is a string expression with … for its parts that are no literals.
func literal(e ast.Expr) (text string, ok bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		left, lok := literal(e.X)
		right, rok := literal(e.Y)
		if e.Op != token.ADD || !lok && !rok {
			return "", false
		}
		if !lok {
			left = "…"
		}
		if !rok {
			right = "…"
		}
		return left + right, true
	}
	return "", false
}

func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }

// source is an expression as it stands in its file.
func source(t *testing.T, file string, set *token.FileSet, e ast.Expr) string {
	t.Helper()
	b := read(t, file)
	return string(b[set.Position(e.Pos()).Offset:set.Position(e.End()).Offset])
}
