package main_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// module is this module's path; a package is named by its path below it, the
// root by ".".
const module = "tollkeeper"

// source is one of our Go files, for the tests in this directory that hold
// every file to our rules. They read the files themselves instead of asking the
// go command, so that files for other systems count too, and so that Go's test
// cache sees when one has changed.
type source struct {
	path   string // from the root, with slashes
	pkg    string
	test   bool
	lines  int
	text   []byte
	syntax *ast.File
	set    *token.FileSet
}

// imports returns what the file imports, by path, with the name it goes by in
// the file.
func (s source) imports() map[string]string {
	names := map[string]string{}
	for _, spec := range s.syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic(err) // the parser has accepted it
		}
		names[imported] = path.Base(imported)
		if spec.Name != nil {
			names[imported] = spec.Name.Name
		}
	}
	return names
}

// at names a place in the file, as a compiler would.
func (s source) at(pos token.Pos) string {
	return s.path + ":" + strconv.Itoa(s.set.Position(pos).Line)
}

// sources returns every Go file of the module; the files of a package stand
// together.
func sources(t *testing.T) []source {
	t.Helper()
	all, err := readSources()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var readSources = sync.OnceValues(func() (all []source, err error) {
	set := token.NewFileSet()
	err = filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		switch base := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (base == "testdata" || base == "node_modules" || strings.ContainsAny(base[:1], "._")):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(base, ".go"):
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		slashed := filepath.ToSlash(name)
		all = append(all, source{
			path: slashed, pkg: path.Dir(slashed), test: strings.HasSuffix(slashed, "_test.go"),
			lines: bytes.Count(text, []byte("\n")), text: text, syntax: syntax, set: set,
		})
		return nil
	})
	return all, err
})

// requirements is what go.mod asks for.
type requirements struct {
	all    []string        // module paths
	direct map[string]bool // those that go.mod does not call indirect
	tools  []string        // packages of its tool lines
}

// moduleOf returns the required module that an import comes from, "" if none.
func (r requirements) moduleOf(imported string) string {
	longest := ""
	for _, m := range r.all {
		if (imported == m || strings.HasPrefix(imported, m+"/")) && len(m) > len(longest) {
			longest = m
		}
	}
	return longest
}

// readRequirements reads go.mod line by line, as the go command writes it.
func readRequirements(t *testing.T) requirements {
	t.Helper()
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	r := requirements{direct: map[string]bool{}}
	block := ""
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		switch {
		case words[0] == ")":
			block = ""
			continue
		case len(words) == 2 && words[1] == "(":
			block = words[0]
			continue
		case block != "":
			words = append([]string{block}, words...)
		}
		switch {
		case words[0] == "require":
			r.all = append(r.all, words[1])
			r.direct[words[1]] = !strings.Contains(line, "// indirect")
		case words[0] == "tool":
			r.tools = append(r.tools, words[1])
		}
	}
	return r
}
