package main_test

import (
	"bytes"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

// forbidden are the functions that only a few places may use, because a value
// that comes in as an argument can be chosen by a test and seen by a reader.
var forbidden = []struct {
	names   string   // package path and function, separated by spaces
	allowed []string // files, and directories ending in a slash
	instead string
}{
	{
		names:   "time.Now time.Since time.Until",
		allowed: []string{"main.go", "bench/", "store/pgtemp/"},
		instead: "take the time as an argument, or a when.Clock",
	},
	{
		names:   "os.Getenv os.LookupEnv os.Environ os.ExpandEnv syscall.Getenv syscall.Environ",
		allowed: []string{"main.go", "config/", "store/pgtemp/"},
		instead: "take it from config",
	},
	{
		names:   "os.Setenv os.Unsetenv os.Clearenv",
		instead: "give a child process its environment, and a function its argument",
	},
	{
		names:   "time.Sleep",
		instead: "wait for what you are waiting for, with a limit",
	},
}

func TestForbiddenCalls(t *testing.T) {
	for _, s := range sources(t) {
		imports := s.imports()
		_, bubble := imports["testing/synctest"]
		if s.test && bubble {
			continue // time is simulated there, and sleeping free
		}
		for _, f := range forbidden {
			// A test may look at the clock and the environment; that it does
			// not sleep is asked of it too.
			if s.test && f.names != "time.Sleep" || in(s.path, f.allowed) {
				continue
			}
			for name := range strings.FieldsSeq(f.names) {
				for _, pos := range uses(s, imports, name) {
					t.Errorf("%s: %s; %s", s.at(pos), name, f.instead)
				}
			}
		}
	}
}

// registries are the packages whose files enter themselves into a list at
// start, each by one call of register, so that a new file is the whole change.
var registries = []string{"report/", "format/cdr/", "core/tax/"}

func TestInitOnlyRegisters(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, d := range s.syntax.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || f.Name.Name != "init" {
				continue
			}
			if !in(s.path, registries) {
				t.Errorf("%s: init; only %q have any", s.at(f.Pos()), registries)
			}
			for _, statement := range f.Body.List {
				if !isRegistration(statement) {
					t.Errorf("%s: init does more than call register", s.at(statement.Pos()))
				}
			}
		}
	}
}

// exact are the packages where a binary fraction would in the end be somebody's
// money or time.
var exact = "core/rating core/money core/ledger core/usage core/when"

func TestNoFloats(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || !matches(exact, s.pkg) {
			continue
		}
		imports := s.imports()
		for _, name := range []string{"strconv.ParseFloat", "strconv.FormatFloat", "strconv.AppendFloat"} {
			for _, pos := range uses(s, imports, name) {
				t.Errorf("%s: %s in %s", s.at(pos), name, s.pkg)
			}
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if slices.Contains([]string{"float32", "float64", "complex64", "complex128"}, n.Name) {
					t.Errorf("%s: %s in %s", s.at(n.Pos()), n.Name, s.pkg)
				}
			case *ast.BasicLit:
				if n.Kind == token.FLOAT || n.Kind == token.IMAG {
					t.Errorf("%s: the number %s in %s; write a whole number", s.at(n.Pos()), n.Value, s.pkg)
				}
			}
			return true
		})
	}
}

// uses finds where a file names a function of another package, given as
// "package/path.Function". A local variable of the package's name would fool
// it; nobody needs one.
func uses(s source, imports map[string]string, function string) []token.Pos {
	dot := strings.LastIndexByte(function, '.')
	local, imported := imports[function[:dot]]
	if !imported || !bytes.Contains(s.text, []byte(function[dot+1:])) {
		return nil
	}
	var found []token.Pos
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok && selector.Sel.Name == function[dot+1:] {
			if x, ok := selector.X.(*ast.Ident); ok && x.Name == local {
				found = append(found, selector.Pos())
			}
		}
		return true
	})
	return found
}

// in reports whether a file is one of the places, or below one that ends in a
// slash.
func in(file string, places []string) bool {
	return slices.ContainsFunc(places, func(place string) bool {
		return file == place || strings.HasSuffix(place, "/") && strings.HasPrefix(path.Clean(file), place)
	})
}

// isRegistration reports whether a statement is register(…) or registerNoun(…).
func isRegistration(statement ast.Stmt) bool {
	expression, ok := statement.(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := expression.X.(*ast.CallExpr)
	if !ok {
		return false
	}
	function, ok := call.Fun.(*ast.Ident)
	return ok && strings.HasPrefix(function.Name, "register")
}
