package auth

import (
	"context"
	"sync"

	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
)

// keyCache spares programs that send one request after the other a look into the
// books for each. A key that this process revokes is refused from then on; one
// that another process revokes, after keyTrust at the latest. Only keys that work
// are kept. It is safe for concurrent use.
type keyCache struct {
	mu    sync.Mutex
	known map[string]knownKey // by prefix
	gone  int64               // how often something was forgotten
}

type knownKey struct {
	key  store.Key
	read when.Instant
}

// keyTrust is for how long what the books said of a key is believed, and
// mostKnownKeys how many keys are remembered.
const (
	keyTrust      = when.Second
	mostKnownKeys = 10_000
)

// find gives the key of a prefix, as remembered or of the books, or NotFound.
func (c *keyCache) find(ctx context.Context, s *store.Store, prefix string, now when.Instant) (k store.Key, err error) {
	c.mu.Lock()
	had, gone := c.known[prefix], c.gone
	c.mu.Unlock()
	if had.key.ID != 0 && now >= had.read && now-had.read < keyTrust {
		return had.key, nil
	}
	err = s.View(ctx, tenant.System, func(tx *store.Tx) (err error) {
		k, err = tx.FindKey(prefix)
		return err
	})
	if err == nil && k.Works(now) {
		c.keep(k, now, gone)
	}
	return k, err
}

// keep remembers a key, unless something was forgotten since it was looked for:
// then it may have been read before it was revoked.
func (c *keyCache) keep(k store.Key, read when.Instant, gone int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if gone != c.gone {
		return
	}
	if c.known == nil || len(c.known) >= mostKnownKeys {
		c.known = map[string]knownKey{}
	}
	c.known[k.Prefix] = knownKey{k, read}
}

// forget has the books asked about a key again.
func (c *keyCache) forget(prefix string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.known, prefix)
	c.gone++
}
