package app

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"tollkeeper/core/fault"
)

// ErrStale is a change that was made from what is no longer so: somebody else
// has changed the same thing meanwhile. Nothing is kept; whoever wants the change
// looks at what there is now, and makes it from that.
var ErrStale = fault.New(fault.Conflict, "somebody else has changed this meanwhile")

// mark stands for texts: others have another one.
func mark(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	return hex.EncodeToString(sum[:12])
}
