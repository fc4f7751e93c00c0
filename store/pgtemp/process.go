package pgtemp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// How long an orderly stop, then an abrupt one, may take before stronger means
// are used; and how often a starting server is looked at.
const (
	orderlyLimit = 30 * time.Second
	abruptLimit  = 10 * time.Second
	readyPoll    = 10 * time.Millisecond
)

// stopping is how a server is asked to end. The values are PostgreSQL's
// signals for a fast and for an immediate shutdown.
type stopping syscall.Signal

const (
	orderly = stopping(syscall.SIGINT)
	abrupt  = stopping(syscall.SIGQUIT)
)

// process is one running server. A goroutine waits for it and closes ended.
type process struct {
	cmd   *exec.Cmd
	dir   string
	ended chan struct{}
	err   error // why it ended; read it after ended is closed
}

// run starts the server without waiting for it to accept connections.
func run(program string, arguments []string, dir string, o owner) (*process, error) {
	log, err := os.OpenFile(filepath.Join(dir, logName), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	cmd := o.command(dir, program, arguments...)
	cmd.Stdout, cmd.Stderr = log, log
	err = errors.Join(cmd.Start(), log.Close())
	if err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, dir: dir, ended: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// ready returns nil as soon as the server accepts connections, and an error
// with the end of its log if it ends before that or ctx does.
func (p *process) ready(ctx context.Context) error {
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		select {
		case <-p.ended:
			return fmt.Errorf("the server ended while starting (%v):\n%s", p.err, p.logTail())
		case <-ctx.Done():
			return fmt.Errorf("the server was not ready in time: %w\n%s", ctx.Err(), p.logTail())
		case <-tick.C:
			if p.saysReady() {
				return nil
			}
		}
	}
}

// saysReady reads the state that the server keeps for pg_ctl in the eighth line
// of postmaster.pid. The first line is the process: a file left by a crashed
// predecessor does not count.
func (p *process) saysReady() bool {
	content, err := os.ReadFile(filepath.Join(p.dir, dataName, "postmaster.pid"))
	if err != nil {
		return false
	}
	lines := strings.Split(string(content), "\n")
	return len(lines) >= 8 && lines[0] == strconv.Itoa(p.cmd.Process.Pid) &&
		strings.TrimSpace(lines[7]) == "ready"
}

// end stops the process and waits for it, first as asked, then by stronger
// means: an immediate shutdown, and in the end the kernel's kill.
func (p *process) end(how stopping) error {
	steps := []struct {
		signal stopping
		limit  time.Duration
	}{{orderly, orderlyLimit}, {abrupt, abruptLimit}, {stopping(syscall.SIGKILL), abruptLimit}}
	for _, step := range steps {
		if how == abrupt && step.signal == orderly {
			continue
		}
		if err := p.cmd.Process.Signal(syscall.Signal(step.signal)); err != nil && !gone(err) {
			return fmt.Errorf("signal the server: %w", err)
		}
		select {
		case <-p.ended:
			return nil
		case <-time.After(step.limit):
		}
	}
	return fmt.Errorf("the server (process %d) does not end:\n%s", p.cmd.Process.Pid, p.logTail())
}

// gone reports whether err says that a process is gone already.
func gone(err error) bool {
	return errors.Is(err, os.ErrProcessDone) || errors.Is(err, syscall.ESRCH)
}

// logTail returns the last lines that the server wrote, or why they cannot be
// read.
func (p *process) logTail() string {
	content, err := os.ReadFile(filepath.Join(p.dir, logName))
	if err != nil {
		return err.Error()
	}
	const most = 4096
	if len(content) > most {
		content = content[len(content)-most:]
		content = content[bytes.IndexByte(content, '\n')+1:]
	}
	return string(content)
}

// finish runs a short command to its end and returns what it printed; it is
// killed when ctx ends.
func finish(ctx context.Context, cmd *exec.Cmd) (output string, err error) {
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &printed
	if err := cmd.Start(); err != nil {
		return "", err
	}
	// The whole group, because initdb runs the server as its child, which would
	// keep our pipe open.
	stop := context.AfterFunc(ctx, func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // an ended group is what we want
	})
	err = cmd.Wait()
	if !stop() {
		err = errors.Join(ctx.Err(), err)
	}
	return printed.String(), err
}
