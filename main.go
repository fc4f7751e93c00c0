// Command tollkeeper is a billing system for contact centers: it takes the call
// records that a switch writes, rates them, keeps double-entry books, and
// answers for every amount.
//
// This file owns what only the start of a process knows: its arguments, streams,
// environment, clock and signals. Everything else is package cli's.
//
//	tollkeeper demo
//	tollkeeper import calls march.csv --tenant acme
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"tollkeeper/cli"
	"tollkeeper/core/when"
)

// version is set by the build (see the Makefile).
var version = "dev"

// garbagePercent lets the heap grow by a quarter between collections, not
// double: an import holds a few hundred megabytes of plain numbers and text,
// which cost nothing to collect and much to hold twice.
const garbagePercent = 25

func main() {
	debug.SetGCPercent(garbagePercent)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	code := cli.Main(ctx, cli.Process{
		Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv,
		Clock: func() when.Instant { return when.FromTime(time.Now()) }, Version: version,
	})
	stop()
	os.Exit(code)
}
