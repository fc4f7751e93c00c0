package config

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"tollkeeper/core/fault"
)

// maxLine bounds a line of a file of settings, in bytes.
const maxLine = 64 << 10

// readFile reads lines "name = value". Blank lines and those that begin with #
// say nothing; a value may stand in double quotes.
func readFile(r io.Reader, name string, mistakes *fault.Inputs) (map[string]given, error) {
	known := Settings()
	found := map[string]given{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := int64(1); lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(text, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		in := fault.Input{File: name, Line: n, Field: fault.Cut(key)}
		switch i := slices.IndexFunc(known, func(s Setting) bool { return s.Name == key }); {
		case !ok: // without the text: it may hold a password
			in.Field, in.Reason = "", `not a line "name = value"`
		case i < 0:
			in.Reason, in.Advice = "no setting has this name", "they are "+names(known)
		case found[key].origin != "":
			in.Reason = "set before, at " + found[key].origin
		default:
			found[key] = given{unquote(value), fmt.Sprintf("%s:%d", name, n), byFile}
			continue
		}
		*mistakes = append(*mistakes, in)
	}
	if err := lines.Err(); err != nil {
		return nil, fault.Wrap("read the settings in "+name, err)
	}
	return found, nil
}

func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

func names(settings []Setting) string {
	var all []string
	for _, s := range settings {
		all = append(all, s.Name)
	}
	return strings.Join(all, ", ")
}
