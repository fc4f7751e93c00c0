package main_test

import (
	"bytes"
	"go/ast"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What is too little for a package comment, and too much for a file or a function.
const (
	leastDoc       = 3   // lines
	mostInFile     = 600 // lines
	mostInFunction = 70  // lines of a function, its comment not counted
)

// TestPackageComments insists that every package says in one place what it is
// for: "Package money …", a command "Command with …", the program itself
// "Command tollkeeper …".
func TestPackageComments(t *testing.T) {
	comments := map[string][]string{} // package to its comments
	commands := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		docs := comments[s.pkg]
		if s.syntax.Doc != nil {
			docs = append(docs, s.syntax.Doc.Text())
		}
		comments[s.pkg] = docs // without one too: the package is to be missed
		commands[s.pkg] = s.syntax.Name.Name == "main"
	}
	for pkg, docs := range comments {
		want := "Package " + path.Base(pkg) + " "
		switch {
		case pkg == ".":
			want = "Command " + module + " "
		case commands[pkg]:
			want = "Command " + path.Base(pkg) + " "
		}
		switch {
		case len(docs) != 1:
			t.Errorf("%s has %d package comments, want one", pkg, len(docs))
		case !strings.HasPrefix(docs[0], want):
			t.Errorf("%s: the package comment does not begin with %q", pkg, want)
		case strings.Count(docs[0], "\n") < leastDoc:
			t.Errorf("%s: the package comment is too short to say what the package owns and does not own", pkg)
		}
	}
}

var (
	long      = regexp.MustCompile(`(?m)^// Long: .{10,}`)
	generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)
)

// TestLengths keeps files and functions to what a reader can hold in mind. A
// file that has a reason to be longer gives it on a line "// Long: …".
func TestLengths(t *testing.T) {
	for _, s := range sources(t) {
		if long.Match(s.text) || generated.Match(s.text) {
			continue
		}
		if s.lines > mostInFile {
			t.Errorf("%s has %d lines, more than %d; divide it, or say why not in a line // Long: …", s.path, s.lines, mostInFile)
		}
		for _, d := range s.syntax.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || s.test {
				continue
			}
			if n := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line + 1; n > mostInFunction {
				t.Errorf("%s: %s has %d lines, more than %d", s.at(f.Pos()), f.Name.Name, n, mostInFunction)
			}
		}
	}
}

const decisions = "doc/decisions"

// row is a line of the table of dependencies: | `module` | saves | leaving |
var row = regexp.MustCompile("(?m)^\\| `([^`]+)` \\|([^|]*[^| ][^|]*)\\|([^|]*[^| ][^|]*)\\|$")

// TestEveryDependencyIsADecision compares go.mod with the table of dependencies
// in doc/decisions, both ways.
func TestEveryDependencyIsADecision(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(decisions, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var decided []string
	for _, match := range row.FindAllSubmatch(text, -1) {
		decided = append(decided, string(match[1]))
	}

	required := readRequirements(t)
	for _, m := range directModules(t, required) {
		if !slices.Contains(decided, m) {
			t.Errorf("%s is in go.mod and has no line in %s: what does it save, how do we leave it?", m, decisions)
		}
	}
	for _, m := range decided {
		if !slices.Contains(required.all, m) {
			t.Errorf("%s has a line in %s and is not in go.mod", m, decisions)
		}
	}
}

// directModules are those that go.mod calls direct, and those that our files
// import or our tools come from, whatever go.mod calls them.
func directModules(t *testing.T, required requirements) []string {
	t.Helper()
	direct := maps.Clone(required.direct)
	imported := slices.Clone(required.tools)
	for _, s := range sources(t) {
		for name := range s.imports() {
			imported = append(imported, name)
		}
	}
	for _, name := range imported {
		if m := required.moduleOf(name); m != "" {
			direct[m] = true
		}
	}
	var modules []string
	for m, is := range direct {
		if is {
			modules = append(modules, m)
		}
	}
	slices.Sort(modules)
	return modules
}

// TestDecisionsAreListed keeps the list of pages complete.
func TestDecisionsAreListed(t *testing.T) {
	list, err := os.ReadFile(filepath.Join(decisions, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(decisions, "[0-9]*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if !bytes.Contains(list, []byte("("+filepath.Base(page)+")")) {
			t.Errorf("%s is not in the list of %s", page, decisions)
		}
	}
	for _, link := range regexp.MustCompile(`\]\(([^):]+)\)`).FindAllSubmatch(list, -1) {
		if _, err := os.Stat(filepath.Join(decisions, string(link[1]))); err != nil {
			t.Errorf("the list of %s points nowhere: %v", decisions, err)
		}
	}
}
