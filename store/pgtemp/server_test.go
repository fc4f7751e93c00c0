package pgtemp_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tollkeeper/store/pgtemp"
)

// role is set in a copy of the test program that plays the program whose server
// must not outlive it.
const role = "PGTEMP_TEST_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(role) == "owner" {
		os.Exit(ownServer())
	}
	os.Exit(m.Run())
}

func TestStartAndStop(t *testing.T) {
	s := start(t, pgtemp.Options{Durability: pgtemp.Scratch, Connections: 7, Settings: map[string]string{"work_mem": "5MB"}})

	for _, dsn := range []string{s.DSN(""), s.DSN("postgres"), s.SocketDSN("postgres")} {
		for setting, want := range map[string]string{
			"max_connections": "7", "work_mem": "5MB", "fsync": "off", "TimeZone": "UTC",
			"server_encoding": "UTF8", "lc_collate": "C",
		} {
			if got := ask(t, dsn, "SELECT current_setting($1)", setting); got != want {
				t.Errorf("%s: setting %s is %s, want %s", dsn, setting, got, want)
			}
		}
	}

	pid := serverPID(t, s.Dir())
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if alive(pid) {
		t.Errorf("process %d is still there after Stop", pid)
	}
	if exists(s.Dir()) {
		t.Errorf("%s is still there after Stop", s.Dir())
	}
	if err := s.Stop(); err != nil {
		t.Errorf("second Stop: %v", err)
	}
}

func TestPasswordIsAskedForOverTCP(t *testing.T) {
	s := start(t, pgtemp.Options{Durability: pgtemp.Scratch})
	dsn, err := url.Parse(s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	dsn.User = url.UserPassword("postgres", "guess")
	if connection, err := pgx.Connect(t.Context(), dsn.String()); err == nil {
		t.Error("the server let in a client with a wrong password")
		_ = connection.Close(t.Context())
	}
}

func TestDataOutlivesRestartAndCrash(t *testing.T) {
	s := start(t, pgtemp.Options{})
	if got := ask(t, s.DSN(""), "SELECT current_setting('fsync')"); got != "on" {
		t.Errorf("fsync is %s on a durable server", got)
	}
	ask(t, s.DSN(""), "CREATE TABLE kept AS SELECT 'yes'::text AS answer")

	dsn := s.DSN("")
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.DSN("") != dsn {
		t.Errorf("the address changed from %s to %s", dsn, s.DSN(""))
	}
	if got := ask(t, dsn, "SELECT answer FROM kept"); got != "yes" {
		t.Errorf("after Restart: got %q", got)
	}

	if err := s.Crash(); err != nil {
		t.Fatal(err)
	}
	if connection, err := pgx.Connect(t.Context(), dsn); err == nil {
		t.Error("the server answers after Crash")
		_ = connection.Close(t.Context())
	}
	if err := s.Crash(); err != nil {
		t.Errorf("second Crash: %v", err)
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, dsn, "SELECT answer FROM kept"); got != "yes" {
		t.Errorf("after Crash: got %q", got)
	}
}

// A stop must not wait for clients, or a leaked connection would hang a test run.
func TestStopWithClientInTransaction(t *testing.T) {
	s := start(t, pgtemp.Options{Durability: pgtemp.Scratch})
	connection, err := pgx.Connect(t.Context(), s.DSN(""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := connection.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	_ = connection.Close(t.Context()) // the server is gone; only the socket is to be freed
}

func TestRefusedOptions(t *testing.T) {
	tests := []struct {
		name    string
		options pgtemp.Options
		want    string
	}{
		{"durability", pgtemp.Options{Durability: 9}, "no durability 9"},
		{"connections", pgtemp.Options{Connections: -1}, "-1 connections"},
		{"own setting", pgtemp.Options{Settings: map[string]string{"port": "1"}}, "setting port"},
		{"no directory", pgtemp.Options{Dir: "/nonexistent"}, "no such file"},
		{"unknown setting", pgtemp.Options{Settings: map[string]string{"no_such_setting": "1"}}, "no_such_setting"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.options.Dir == "" {
				test.options.Dir = openDir(t)
			}
			s, err := pgtemp.Start(t.Context(), test.options)
			if err == nil {
				_ = s.Stop()
				t.Fatal("the server started")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q does not mention %q", err, test.want)
			}
			left, err := filepath.Glob(filepath.Join(test.options.Dir, "*"))
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %v (%v)", left, err)
			}
		})
	}
}

func TestStartStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := openDir(t)
	if _, err := pgtemp.Start(ctx, pgtemp.Options{Dir: dir}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

// TestServerDiesWithItsOwner kills a program that has started a server. No word
// of goodbye reaches the server, yet it and its directory must go.
func TestServerDiesWithItsOwner(t *testing.T) {
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), role+"=owner")
	owner.Stderr = os.Stderr
	output, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	killed := owner.Process.Kill()
	_ = owner.Wait() // it was killed, and says so
	if err != nil || killed != nil {
		t.Fatalf("owner printed %q: %v, %v", line, err, killed)
	}

	dir := strings.TrimSpace(line)
	pid, err := readPID(dir)
	if err == nil {
		await(t, fmt.Sprintf("process %d to end", pid), func() bool { return !alive(pid) })
	} // else the guard was quicker than we are
	await(t, dir+" to vanish", func() bool { return !exists(dir) })
}

// ownServer is the killed program: it starts a server, says where, and waits
// for its end.
func ownServer() int {
	s, err := pgtemp.Start(context.Background(), pgtemp.Options{Durability: pgtemp.Scratch})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(s.Dir())
	select {}
}

func start(t *testing.T, options pgtemp.Options) *pgtemp.Server {
	t.Helper()
	s, err := pgtemp.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// ask runs one statement and returns the text of its first column, if any.
func ask(t *testing.T, dsn, statement string, arguments ...any) string {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close(t.Context())
	rows, err := connection.Query(t.Context(), statement, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(answers, "\n")
}

// openDir is a directory that an unprivileged server can reach: t.TempDir is
// closed to other users.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgtemp-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func serverPID(t *testing.T, dir string) int {
	t.Helper()
	pid, err := readPID(dir)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func readPID(dir string) (int, error) {
	content, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(content), "\n")
	return strconv.Atoi(first)
}

// alive reports whether a process is there and more than a record waiting for
// its parent, which in a container may never come to fetch it.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(status), ") Z ")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// await waits until done says so; the limit is only there to end a test that
// would hang.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	limit := time.After(time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-limit:
			t.Fatalf("still waiting for %s", what)
		case <-tick.C:
		}
	}
}
