package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tollkeeper/store/pgtemp"
)

// role makes a copy of the test program be the command itself.
const role = "WITH_TEST_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(role) == "with" {
		main()
	}
	os.Exit(m.Run())
}

func TestExitStatus(t *testing.T) {
	tests := []struct {
		name      string
		arguments []string
		want      int
	}{
		{"success", []string{"true"}, 0},
		{"command's own", []string{"--", "sh", "-c", "exit 7"}, 7},
		{"command killed", []string{"sh", "-c", "kill -KILL $$"}, 137},
		{"no such command", []string{"/nonexistent/command"}, 126},
		{"no command", nil, 2},
		{"unknown flag", []string{"-what", "true"}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv(pgtemp.Variable, "postgres://somewhere/else") // no server needed
			var complaints strings.Builder
			if got := run(test.arguments, &complaints); got != test.want {
				t.Errorf("status %d, want %d; it says %q", got, test.want, &complaints)
			}
		})
	}
}

func TestServerInEnvironmentIsUsed(t *testing.T) {
	t.Setenv(pgtemp.Variable, "postgres://somewhere/else")
	if got := run([]string{"sh", "-c", `test "$TEST_POSTGRES" = postgres://somewhere/else`}, os.Stderr); got != 0 {
		t.Errorf("status %d", got)
	}
}

// The command asks for a signal, which must come back to it through us, and
// finishes what it has to do with the server still there.
func TestSignalIsPassedOn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "seen")
	cmd := exec.Command(os.Args[0], "sh", "-c",
		`trap 'echo "$TEST_POSTGRES" >"$0"; exit 3' TERM; kill -TERM $PPID; while :; do sleep 0.1; done`, dir)
	cmd.Env = append(os.Environ(), role+"=with", pgtemp.Variable+"=")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	// Only how it ended counts, and that is asked of the state.
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); status.ExitStatus() != 3 {
		t.Errorf("ended with %v, want exit status 3", cmd.ProcessState)
	}
	seen, err := os.ReadFile(dir)
	if err != nil || !strings.HasPrefix(string(seen), "postgres://postgres:") {
		t.Errorf("the command saw %q, %v", seen, err)
	}
}
