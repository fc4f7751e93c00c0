package when

import (
	"path"
	"sync"
)

// Zones remembers the zones it has loaded: to walk a century's transitions takes
// as long as many a page. The zero Zones has none; it is safe for concurrent use.
type Zones struct{ known sync.Map }

// Load is LoadZone, which it asks once for a name.
func (zs *Zones) Load(name string) (*Zone, error) {
	if z, ok := zs.known.Load(name); ok {
		return z.(*Zone), nil
	}
	z, err := LoadZone(name)
	if err == nil && path.Clean(name) == name { // else one zone has any number of names
		zs.known.Store(name, z)
	}
	return z, err
}
