package pgtemp

import (
	"fmt"
	"io"
	"os/exec"
)

// guard is a small shell that waits for the other end of a pipe. When this
// program ends without having said goodbye (killed, out of memory, a test past
// its time), the kernel closes the pipe, and the guard stops the server and
// removes the directory. A parent-death signal would stop the server too, but
// only on Linux, tied to a thread instead of the program, and with the
// directory left lying.
type guard struct {
	cmd  *exec.Cmd
	pipe io.WriteCloser
}

// guardScript gets the server's directory as $1. The process is read from the
// cluster's own file at the end, so that it is right after a restart too.
const guardScript = `
read -r word
test "$word" = dismissed && exit 0
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
if test -n "$pid" && kill -QUIT "$pid" 2>/dev/null; then
	for second in 1 2 3 4 5 6 7 8 9 10; do
		kill -0 "$pid" 2>/dev/null || break
		sleep 1
	done
	kill -KILL "$pid" 2>/dev/null
fi
cd / && rm -rf "$1"
`

// watch starts the guard of dir.
func watch(dir string, o owner) (*guard, error) {
	cmd := o.command(dir, "/bin/sh", "-c", guardScript, "pgtemp-guard", dir)
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the guard: %w", err)
	}
	return &guard{cmd, pipe}, nil
}

// dismiss ends the guard without any action of its.
func (g *guard) dismiss() error {
	if _, err := io.WriteString(g.pipe, "dismissed\n"); err != nil {
		return fmt.Errorf("dismiss the guard: %w", err)
	}
	if err := g.cmd.Wait(); err != nil {
		return fmt.Errorf("dismiss the guard: %w", err)
	}
	return nil
}
