package pgtemp

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
)

// Durability says what a commit on the server is worth.
type Durability int

const (
	// Durable is PostgreSQL's own promise: a commit is on the disk. Benchmarks
	// use it, and tests that crash the server.
	Durable Durability = iota
	// Scratch writes nothing through to the disk. A test's statements behave
	// the same and take a fraction of the time; after Crash the data may be
	// damaged.
	Scratch
)

// Options say what kind of server to start. The zero value is a durable server
// in the system's temporary directory.
type Options struct {
	Durability Durability

	// Dir is where the server's directory is made; empty means os.TempDir.
	// Where that is memory, a benchmark names a directory on a disk. The user
	// the server runs as must be able to reach it, and its path should stay
	// below 70 bytes, because a socket's path is limited to about 100.
	Dir string

	// Connections is how many clients may be connected at once, from 1 to
	// 1,000; 0 means 100.
	Connections int

	// Settings are configuration parameters that override the ones chosen here,
	// such as {"wal_level": "logical"}. Port, addresses and directories are not
	// theirs to change.
	Settings map[string]string
}

// fixed are the settings that Server itself relies on.
var fixed = []string{"port", "listen_addresses", "unix_socket_directories", "data_directory", "logging_collector"}

func (o Options) check() error {
	if o.Durability != Durable && o.Durability != Scratch {
		return fmt.Errorf("no durability %d", o.Durability)
	}
	if o.Connections < 0 || o.Connections > 1000 {
		return fmt.Errorf("%d connections, want 1 to 1000, or 0 for 100", o.Connections)
	}
	for _, name := range fixed {
		if _, set := o.Settings[name]; set {
			return fmt.Errorf("the setting %s is pgtemp's own", name)
		}
	}
	return nil
}

// arguments returns the server's command line. Settings go there rather than
// into a file, so that the process list shows what a server was started with.
func (o Options) arguments(dir string, port int) []string {
	settings := o.chosen()
	maps.Copy(settings, o.Settings)
	settings["port"] = strconv.Itoa(port)
	settings["listen_addresses"] = "127.0.0.1"
	settings["unix_socket_directories"] = dir
	settings["logging_collector"] = "off"

	arguments := []string{"-D", filepath.Join(dir, dataName)}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		arguments = append(arguments, "-c", name+"="+settings[name])
	}
	return arguments
}

// chosen returns our defaults for what PostgreSQL's are made for larger or
// longer-lived servers.
func (o Options) chosen() map[string]string {
	connections := o.Connections
	if connections == 0 {
		connections = 100
	}
	settings := map[string]string{
		"max_connections": strconv.Itoa(connections),
		// A test drops and makes a whole schema in one transaction.
		"max_locks_per_transaction": "256",
		"timezone":                  "UTC",
		"log_timezone":              "UTC",
		"jit":                       "off",
	}
	switch o.Durability {
	case Durable:
		// The sizes a careful operator would choose on a small machine; every
		// promise stays on.
		settings["shared_buffers"] = "256MB"
		settings["max_wal_size"] = "4GB"
		settings["checkpoint_timeout"] = "15min"
		settings["wal_compression"] = "on"
	case Scratch:
		settings["shared_buffers"] = "64MB"
		settings["fsync"] = "off"
		settings["synchronous_commit"] = "off"
		settings["full_page_writes"] = "off"
	}
	return settings
}
