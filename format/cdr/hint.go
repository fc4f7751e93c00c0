package cdr

import (
	"bytes"
	"encoding/binary"
	"strconv"
)

// hint is what the meaning of a record took from its neighbours, in the form
// "second 2": the pass of the repeated hour it was in, and how many equal rows
// came before it.
type hint struct {
	pass   []byte // hintFirst, hintSecond or nothing
	copies int
}

func readHint(text []byte) (h hint) {
	for _, word := range bytes.Fields(text) {
		if n, ok := number(word); ok {
			h.copies = int(min(n, 1<<31))
		} else {
			h.pass = word
		}
	}
	return h
}

func (h hint) text(a *arena) []byte {
	to := a.begin()
	if len(h.pass) > 0 {
		to = append(append(to, h.pass...), ' ')
	}
	return a.end(strconv.AppendInt(to, int64(h.copies), 10))
}

// tallyLimit is how many different rows a tally surely remembers. Equal rows
// end in the same second, and a file is in order of ends, so they are never
// nearly that far apart.
const tallyLimit = 1 << 19

// tally counts equal rows among the latest of a file, in bounded memory.
type tally struct{ young, old map[uint64]int }

// count is how often the row of that hash came before.
func (t *tally) count(sum [32]byte) int {
	if len(t.young) >= tallyLimit {
		t.young, t.old = nil, t.young
	}
	if t.young == nil {
		t.young = map[uint64]int{}
	}
	key := binary.LittleEndian.Uint64(sum[:])
	n, ok := t.young[key]
	if !ok {
		n = t.old[key]
	}
	t.young[key] = n + 1
	return n
}
