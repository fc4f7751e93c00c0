package cli

import "os"

// columns is how wide the terminal is that w writes to; 0 where w is none.
func columns(w any) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	if n := windowColumns(f.Fd()); n > 0 {
		return n
	}
	return 0
}
