// Command with runs a command beside a private PostgreSQL server, so that the
// tests of many packages share one server instead of starting one each:
//
//	with [-durable] command [argument…]
//
// It sets TEST_POSTGRES to the server's URL for the command, passes signals on
// to it, and ends with its exit status (128 and the signal's number if a signal
// ended it; 125 if the server could not be started or stopped; 126 if the
// command could not be run; 2 if it was called wrongly). Where TEST_POSTGRES is
// set already, the command gets that server and none is started.
//
// It does not own the server's making, which is package pgtemp.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"tollkeeper/store/pgtemp"
)

// Exit statuses of its own, beside those of the command.
const (
	statusUsage   = 2
	statusServer  = 125
	statusCommand = 126
	statusSignal  = 128 // plus the signal's number
)

func main() {
	os.Exit(run(os.Args[1:], os.Stderr))
}

// run is main with its arguments, and the place for its own complaints.
func run(arguments []string, complaints io.Writer) int {
	flags := flag.NewFlagSet("with", flag.ContinueOnError)
	flags.SetOutput(complaints)
	durable := flags.Bool("durable", false, "write every commit through to the disk, as benchmarks need")
	if err := flags.Parse(arguments); err != nil {
		return statusUsage
	}
	if flags.NArg() == 0 {
		fmt.Fprintln(complaints, "with: which command? with [-durable] command [argument…]")
		return statusUsage
	}
	// Packages are tested side by side, and each of their stores wants a dozen.
	options := pgtemp.Options{Durability: pgtemp.Scratch, Connections: 400}
	if *durable {
		options.Durability = pgtemp.Durable
	}

	// From here on a signal is the command's business; the server must not be
	// left without the one who stops it.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)

	status, err := beside(options, flags.Args(), signals)
	if err != nil {
		fmt.Fprintln(complaints, "with:", err)
	}
	return status
}

// beside starts the server unless there is one, runs the command, and stops
// what it started.
func beside(options pgtemp.Options, command []string, signals <-chan os.Signal) (status int, err error) {
	dsn, found := pgtemp.FromEnvironment()
	if found {
		return execute(dsn, command, signals)
	}
	server, err := pgtemp.Start(context.Background(), options)
	if err != nil {
		return statusServer, err
	}
	status, err = execute(server.DSN(""), command, signals)
	if stopped := server.Stop(); stopped != nil {
		err = errors.Join(err, stopped)
		if status == 0 {
			status = statusServer
		}
	}
	return status, err
}

// execute runs the command to its end, handing signals on, and returns its exit
// status.
func execute(dsn string, command []string, signals <-chan os.Signal) (status int, err error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), pgtemp.Variable+"="+dsn)
	if err := cmd.Start(); err != nil {
		return statusCommand, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			// A command that has just ended cannot be signalled; that is
			// what we learn next.
			if err := cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
				return statusCommand, err
			}
		case err := <-ended:
			return exitStatus(cmd.ProcessState, err)
		}
	}
}

// exitStatus translates how the command ended into a status of ours.
func exitStatus(state *os.ProcessState, err error) (int, error) {
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return statusCommand, err
	}
	if wait, ok := state.Sys().(syscall.WaitStatus); ok && wait.Signaled() {
		return statusSignal + int(wait.Signal()), nil
	}
	return state.ExitCode(), nil
}
