package main_test

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// rule says what the files of one package may import beside the standard
// library. Lists are separated by spaces; "core/…" stands for every package
// below core.
type rule struct {
	pkg      string
	ours     string // our packages
	modules  string // other people's modules
	tests    string // further modules, for its test files only
	ourTests string // further packages of ours, for its test files only
}

// policy holds every package we have, in the direction of the imports: a line
// may name only packages above it. ARCHITECTURE.md draws the same map and says
// why. It is policy: a build that fails here is a question about the design,
// and the answer is not a wider line.
var policy = []rule{
	// Pure domain.
	{pkg: "core/fault"},
	{pkg: "core/when", ours: "core/fault"},
	{pkg: "core/money", ours: "core/fault"},
	{pkg: "core/table", ours: "core/money core/when core/fault"},
	{pkg: "core/phone", ours: "core/fault", modules: "github.com/nyaruka/phonenumbers"},
	{pkg: "core/tenant", ours: "core/phone core/money core/when core/fault"},
	{pkg: "core/access", ours: "core/tenant core/fault"},
	{pkg: "core/usage", ours: "core/phone core/tenant core/when core/money core/fault"},
	{pkg: "core/rating", ours: basics},
	{pkg: "core/plan", ours: basics + " core/rating"},
	{pkg: "core/meter", ours: basics},
	{pkg: "core/ledger", ours: basics},
	{pkg: "core/tax", ours: basics},
	{pkg: "core/invoice", ours: basics + " core/tax"},
	{pkg: "config", ours: "core/…"},

	// Bytes and core values.
	{pkg: "format/cdr", ours: "core/…", modules: "github.com/klauspost/compress"},
	{pkg: "format/deck", ours: "core/…"},
	{pkg: "format/segment", ours: "core/…", modules: "github.com/klauspost/compress"},
	{pkg: "format/sheet", ours: "core/…"},
	{pkg: "format/pdf", ours: "core/…"},
	{pkg: "format/einvoice", ours: "core/…"},

	// The database, and what is read from it.
	{pkg: "store/schema"},
	{pkg: "store/pgtemp", tests: pgx},
	{pkg: "store/pgtemp/with", ours: "store/pgtemp"},
	{pkg: "store", ours: "core/… config format/segment store/schema",
		modules: "modernc.org/sqlite github.com/pressly/goose/v3 github.com/klauspost/compress " + pgx},
	{pkg: "store/storetest", ours: "core/… config store store/schema store/pgtemp", modules: pgx},
	{pkg: "report", ours: "core/… store", ourTests: "app"},
	{pkg: "sample", ours: "core/… format/cdr format/deck"},

	// What is done with it, and the ways in and out.
	{pkg: "app", ours: "core/… config format/… store report sample", modules: "github.com/klauspost/compress"},
	{pkg: "pay", ours: "core/… config store app"},
	{pkg: "mail", ours: "core/… config store app"},
	{pkg: "intake", ours: "core/… config store app"},
	{pkg: "auth", ours: "core/… config store app",
		modules: "github.com/alexedwards/scs/v2 github.com/alexedwards/argon2id"},
	{pkg: "jobs", ours: "core/… config store app"},
	{pkg: "operate", ours: "core/… store app", modules: "github.com/prometheus/client_golang"},
	{pkg: "api", ours: "core/… config store app pay mail intake auth jobs operate report format/sheet",
		modules: "github.com/danielgtaylor/huma/v2"},
	{pkg: "web", ours: "core/… config store app pay mail intake auth jobs report format/sheet format/cdr",
		tests: "github.com/chromedp/chromedp github.com/chromedp/cdproto"},
	{pkg: "bench", ours: everything},
	{pkg: "cli", ours: everything + " bench", modules: "github.com/alecthomas/kong"},
	{pkg: ".", ours: "cli core/when", ourTests: "app store"},
}

const (
	basics     = "core/fault core/when core/money core/table core/phone core/tenant core/access core/usage"
	everything = "core/… config format/… store store/pgtemp report sample app pay mail intake auth jobs operate api web"
	pgx        = "github.com/jackc/pgx/v5"

	// Any test file may use these too.
	testOurs    = "sample store/storetest store/pgtemp"
	testModules = "pgregory.net/rapid github.com/rogpeppe/go-internal github.com/google/go-cmp"
)

// impure are the packages of the standard library that core and format do
// without: files, network, SQL, logging and chance are other people's business.
var impure = []string{
	"crypto/rand", "database/…", "io/ioutil", "log", "log/…", "math/rand", "math/rand/…",
	"net", "net/http", "net/http/…", "net/rpc", "net/smtp", "os", "os/…", "plugin", "syscall", "testing", "testing/…",
}

func TestImports(t *testing.T) {
	required := readRequirements(t)
	for _, s := range sources(t) {
		r, known := ruleFor(s.pkg)
		if !known {
			t.Errorf("%s: package %s is not in the policy; give it a line there and in ARCHITECTURE.md", s.path, s.pkg)
			continue
		}
		ours, modules := r.ours, r.modules
		if s.test {
			ours += " " + testOurs + " " + r.ourTests
			modules += " " + testModules + " " + r.tests
		}
		for imported, name := range s.imports() {
			below, isOurs := strings.CutPrefix(imported, module+"/")
			switch {
			case name == ".":
				t.Errorf("%s: imports %s with a dot, which hides where names come from", s.path, imported)
			case isOurs && s.test && below == s.pkg:
				// An external test imports what it tests.
			case isOurs:
				if !matches(ours, below) {
					t.Errorf("%s: package %s may not import %s", s.path, s.pkg, below)
				}
			case strings.Contains(strings.Split(imported, "/")[0], "."):
				if m := required.moduleOf(imported); m == "" || !matches(modules, m) {
					t.Errorf("%s: package %s may not import %s (module %q)", s.path, s.pkg, imported, m)
				}
			case !s.test && matches("core/… format/…", s.pkg) && matches(strings.Join(impure, " "), imported):
				t.Errorf("%s: %s stays out of core and format", s.path, imported)
			}
		}
	}
}

// TestPolicyIsInOrder keeps the table readable as a direction: nothing imports
// downwards, no package stands in it twice.
func TestPolicyIsInOrder(t *testing.T) {
	for i, r := range policy {
		for _, later := range policy[i:] {
			if matches(r.ours, later.pkg) {
				t.Errorf("%s may import %s, which stands at or below it", r.pkg, later.pkg)
			}
		}
		for _, earlier := range policy[:i] {
			if earlier.pkg == r.pkg {
				t.Errorf("%s stands in the policy twice", r.pkg)
			}
		}
	}
}

// ruleFor finds a package's line.
func ruleFor(pkg string) (rule, bool) {
	i := slices.IndexFunc(policy, func(r rule) bool { return r.pkg == pkg })
	if i < 0 {
		return rule{}, false
	}
	return policy[i], true
}

// matches reports whether one of the patterns names pkg.
func matches(patterns, pkg string) bool {
	for _, pattern := range strings.Fields(patterns) {
		parent, tree := strings.CutSuffix(pattern, "/…")
		if pattern == pkg || tree && strings.HasPrefix(path.Clean(pkg), parent+"/") {
			return true
		}
	}
	return false
}
