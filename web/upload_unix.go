//go:build unix

package web

import (
	"os"
	"syscall"
)

// hold locks a file until it is closed or the program ends, whichever way it
// does. It fails at once where another program holds it.
func hold(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
