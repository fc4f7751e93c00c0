//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package cli

// windowColumns knows no terminals here: output is as for a file, which any
// terminal shows.
func windowColumns(uintptr) int { return 0 }
