package cli_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestReadme runs the README's commands, in their order, beside the demo that
// it lets the reader make first.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(readme), "```sh\n")
	block, _, ended := strings.Cut(block, "```")
	if !found || !ended {
		t.Fatal("the README has no block of commands")
	}
	t.Chdir(t.TempDir())
	if code, _, stderr := run(t, "demo", "--no-serve"); code != 0 {
		t.Fatal(stderr)
	}
	word := regexp.MustCompile(`"[^"]*"|\S+`)
	ran := 0
	for line := range strings.Lines(block) {
		args := word.FindAllString(strings.TrimSpace(line), -1)
		if len(args) == 0 || args[0] != "tollkeeper" {
			continue
		}
		ran++
		for i := range args {
			args[i] = strings.Trim(args[i], `"`)
		}
		want := 0
		if args[1] == "import" && args[2] == "calls" {
			want = 1 // as the README says
		}
		code, out, stderr := run(t, append(args[1:], "--data", "books")...)
		if code != want || out == "" {
			t.Errorf("%s: exit code %d, want %d: %s%s", strings.TrimSpace(line), code, want, out, stderr)
		}
	}
	if ran < 10 {
		t.Errorf("%d commands, want at least 10", ran)
	}
}

// TestReadmeNamesEveryCommand keeps its list of commands complete.
func TestReadmeNamesEveryCommand(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("COLUMNS", "100")
	_, help, _ := run(t, "--help")
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+) ?([a-z]*)  +[A-Z]`).FindAllStringSubmatch(help, -1) {
		for _, name := range m[1:] {
			if name != "" && !regexp.MustCompile(`(?m)^\| .*\b`+name+`\b`).Match(readme) {
				t.Errorf("the README's table of commands lacks %s %s", m[1], m[2])
			}
		}
	}
}
