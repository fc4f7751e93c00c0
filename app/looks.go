package app

import (
	"bytes"

	"tollkeeper/format/cdr"
)

// headBytes is how much of a file is looked at to tell what it is.
const headBytes = 64 << 10

// looksOther says that a file is not what was wanted, by its beginning; "" where
// nothing speaks against it. It has the words of a file of calls that is none.
func looksOther(head []byte, wanted string) string {
	what := cdr.Looks(head)
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}) || bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		what = "a compressed file (unpack it)"
	case what == "" && cdr.LooksLikeCalls(head):
		what = "call records (take them in with tollkeeper import calls, or Imports on the site)"
	case what == "" || isMac(head):
		return ""
	}
	return "this looks like " + what + ", not like " + wanted
}

// isMac tells text whose lines end in CR alone, which readers of decks and lists
// understand.
func isMac(head []byte) bool {
	return bytes.IndexByte(head, 0) < 0 && bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 && head[0] != '%' && head[0] != '<'
}
