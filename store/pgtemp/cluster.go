package pgtemp

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
)

// The names in a server's directory.
const (
	dataName     = "data"
	logName      = "log"
	passwordName = "password"
)

// initialise makes an empty cluster in dir and returns the superuser's
// password. Text sorts by bytes (locale C) and is UTF-8, as everywhere in
// Tollkeeper. Whoever reaches the socket is trusted, because the directory is
// closed to others; over TCP the password is asked for, because any user of the
// machine can reach the loopback.
func initialise(ctx context.Context, b Binaries, dir string, o owner) (password string, err error) {
	password = rand.Text()
	file := filepath.Join(dir, passwordName)
	if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
		return "", err
	}
	if err := o.give(file); err != nil {
		return "", err
	}
	// --no-sync even for a durable server: what is not on the disk yet after
	// initdb gets there with the first checkpoint.
	output, err := finish(ctx, o.command(dir, b.Initdb,
		"--pgdata", filepath.Join(dir, dataName), "--username", superuser, "--pwfile", file,
		"--auth-local", "trust", "--auth-host", "scram-sha-256",
		"--encoding", "UTF8", "--locale", "C", "--no-sync"))
	if err != nil {
		return "", fmt.Errorf("initdb: %w\n%s", err, output)
	}
	return password, os.Remove(file)
}
