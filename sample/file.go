package sample

import "io"

// chunk is how many bytes are written at once.
const chunk = 256 << 10

// file collects lines for a writer. Its err is the first that the writer gave.
type file struct {
	w   io.Writer
	b   []byte
	err error
}

func newFile(w io.Writer) *file { return &file{w: w, b: make([]byte, 0, chunk+4096)} }

// flush writes what there is once it is much; false after an error.
func (f *file) flush() bool {
	if len(f.b) >= chunk {
		f.close()
	}
	return f.err == nil
}

// close writes the rest.
func (f *file) close() error {
	if f.err == nil && len(f.b) > 0 {
		_, f.err = f.w.Write(f.b)
	}
	f.b = f.b[:0]
	return f.err
}

// Calls writes the tenant's own file of calls, without a column for the tenant,
// in the order of their starts: only late records and repeated lines stand out
// of it. An error is the writer's.
func (t *Tenant) Calls(w io.Writer) error {
	f := newFile(w)
	f.b = append(f.b, header...)
	for s := newStream(t); f.flush() && s.next(); {
		f.b = s.append(f.b, nil)
	}
	return f.close()
}

// Calls writes one file of all tenants in the order of the calls' starts, with
// the tenant's name in the first column. It holds the same records as the files
// of the tenants. An error is the writer's.
func (c *Center) Calls(w io.Writer) error {
	f := newFile(w)
	f.b = append(append(f.b, "tenant,"...), header...)
	h := make(heap, 0, len(c.tenants))
	for i := range c.tenants {
		if s := newStream(&c.tenants[i]); s.next() {
			h = append(h, entry{s.rec.started, s})
		}
	}
	for i := len(h)/2 - 1; i >= 0; i-- {
		h.down(i)
	}
	for len(h) > 0 && f.flush() {
		s := h[0].s
		f.b = s.append(f.b, s.t.cell)
		if s.next() {
			h[0].at = s.rec.started
		} else {
			h[0] = h[len(h)-1]
			h = h[:len(h)-1]
		}
		h.down(0)
	}
	return f.close()
}

// heap has the stream with the earliest call first; among equals, the tenant
// that comes first.
type heap []entry

type entry struct {
	at int64
	s  *stream
}

func (h heap) less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].s.t.index < h[j].s.t.index
}

// down puts right the entry i, below which all is right.
func (h heap) down(i int) {
	for {
		least := 2*i + 1
		if least >= len(h) {
			return
		}
		if least+1 < len(h) && h.less(least+1, least) {
			least++
		}
		if !h.less(least, i) {
			return
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}

// appendField is s as a field of CSV, in quotes where it needs them.
func appendField(b []byte, s string) []byte {
	quote := false
	for i := range len(s) {
		quote = quote || s[i] == '"' || s[i] == ',' || s[i] == '\n' || s[i] == '\r'
	}
	if !quote {
		return append(b, s...)
	}
	b = append(b, '"')
	for i := range len(s) {
		if s[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}
