package app

import (
	"encoding/binary"
	"maps"
	"strconv"
	"testing"

	"tollkeeper/core/usage"
)

// TestIdentityPasses finds the same in one pass and in many, each of which holds
// only its share.
func TestIdentityPasses(t *testing.T) {
	var ids []usage.Identity
	want := map[uint64]bool{}
	for i := range 3000 {
		id := usage.NewIdentity("pbx", strconv.Itoa(i), "")
		ids = append(ids, id)
		if i%500 == 0 {
			ids = append(ids, id)
			want[binary.BigEndian.Uint64(id[:8])] = true
		}
	}
	for _, passes := range []uint64{1, 2, 7} {
		w := verifyIdentities{passes: passes, doubtful: map[uint64]bool{}}
		for w.pass < passes {
			for i := range ids {
				w.note(&ids[i])
			}
			if n, share := uint64(len(w.prefixes)), uint64(len(ids))/passes; n > share+share/4 {
				t.Errorf("a pass of %d holds %d of %d", passes, n, len(ids))
			}
			w.sort()
		}
		if !maps.Equal(w.doubtful, want) {
			t.Errorf("%d passes find %d, want %d", passes, len(w.doubtful), len(want))
		}
	}
}
