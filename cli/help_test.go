package cli_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestHelp compares the help of the program and of every command it names with
// testdata/help.txt.
func TestHelp(t *testing.T) {
	t.Setenv("COLUMNS", "100")
	code, root, stderr := run(t, "--help")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	var all strings.Builder
	all.WriteString(root)
	settings := regexp.MustCompile(`(?m)^\nSettings \(also.*\n(  .*\n)+`)
	command := regexp.MustCompile(`(?m)^  ([a-z][a-z ]*?[a-z])  +[A-Z]`)
	for _, m := range command.FindAllStringSubmatch(root, -1) {
		code, help, stderr := run(t, append(strings.Fields(m[1]), "--help")...)
		if code != 0 {
			t.Errorf("%s: exit code %d: %s", m[1], code, stderr)
		}
		help = settings.ReplaceAllString(help, "") // the same everywhere
		fmt.Fprintf(&all, "\n──────── %s\n\n%s", m[1], help)
	}
	const golden = "testdata/help.txt"
	if *update {
		writeFile(t, golden, []byte(all.String()))
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if all.String() != string(want) {
		t.Errorf("the help differs from %s; -update writes it anew\n%s", golden, all.String())
	}
}
