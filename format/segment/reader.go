package segment

import (
	"encoding/binary"

	"tollkeeper/core/fault"
)

// Reader reads the columns of one segment. Damaged bytes give an error that is
// ErrDamaged, never a panic: the head is checked when it is opened, a column
// when it is first read. It keeps the blob it was given, and its buffers for
// the next one. It is for one goroutine.
type Reader struct {
	kind      Kind
	version   uint8
	algorithm Algorithm
	rows      int
	size      int
	columns   []column
}

// Open reads the head of a whole blob.
func Open(blob []byte) (*Reader, error) {
	r := new(Reader)
	return r, r.Reset(blob)
}

// Reset is Open into r, whose buffers are used again.
func (r *Reader) Reset(blob []byte) error {
	if err := r.open(blob); err != nil {
		return err
	}
	if len(blob) != r.size {
		r.rows, r.columns = 0, r.columns[:0]
		return damaged("%d bytes, not the %d that were written", len(blob), r.size)
	}
	r.Supply(0, blob)
	return nil
}

// OpenHead reads the head of a blob of which only the first bytes are there:
// HeadSize of them, or all where it has fewer. Columns can be read once
// Supply has brought their bytes.
func OpenHead(start []byte) (*Reader, error) {
	r := new(Reader)
	if err := r.open(start); err != nil {
		return r, err
	}
	r.Supply(0, start)
	return r, nil
}

// Kind is what the rows are.
func (r *Reader) Kind() Kind { return r.kind }

// Rows is how many rows the segment has, at least one.
func (r *Reader) Rows() int { return r.rows }

// Version is the codec version it was written by.
func (r *Reader) Version() int { return int(r.version) }

// Algorithm is what was done with its columns.
func (r *Reader) Algorithm() Algorithm { return r.algorithm }

// Span is the smallest range of the blob that holds the columns with these
// numbers; length is 0 where they have no bytes.
func (r *Reader) Span(ids ...uint8) (offset, length int) {
	end := 0
	for _, id := range ids {
		if c := r.column(id); c != nil && c.length > 0 {
			if end == 0 || c.offset < offset {
				offset = c.offset
			}
			end = max(end, c.offset+c.length)
		}
	}
	return offset, end - offset
}

// Supply brings bytes that stand at offset in the blob; every column that lies
// in them as a whole can then be read.
func (r *Reader) Supply(offset int, b []byte) {
	for i := range r.columns {
		c := &r.columns[i]
		if c.offset >= offset && c.offset+c.length <= offset+len(b) {
			c.data = b[c.offset-offset:][:c.length]
		}
	}
}

// Verify checks every column, unpacking it; all must have been supplied.
func (r *Reader) Verify() error {
	for i := range r.columns {
		if err := r.prepare(&r.columns[i]); err != nil {
			return err
		}
	}
	return nil
}

// Ints gives all values of an integer column in dst, which grows where needed.
// A column that is not there holds zeros.
func (r *Reader) Ints(id uint8, dst []int64) ([]int64, error) {
	if cap(dst) < r.rows {
		dst = make([]int64, r.rows)
	}
	dst = dst[:r.rows]
	return dst, r.IntsAt(id, 0, dst)
}

// IntsAt gives the values from row on in dst. A series is read fastest from
// its beginning to its end, as each value needs those before it.
func (r *Reader) IntsAt(id uint8, row int, dst []int64) error {
	if err := r.inside(row, len(dst)); err != nil {
		return err
	}
	c := r.column(id)
	if c == nil {
		clear(dst)
		return nil
	}
	if err := r.prepare(c); err != nil {
		return err
	}
	switch c.enc {
	case plain:
		c.plain(dst, r.rows, row)
	case series:
		c.series(dst, r.rows, row)
	case dictionary:
		return c.coded(dst, r.rows, row)
	default:
		return damaged("column %d of %s holds no integers", id, r.kind)
	}
	return nil
}

// Fixed gives the bytes of a column of width bytes a row, a part of the blob;
// nil, where the column is not there, stands for zeros.
func (r *Reader) Fixed(id uint8, width int) ([]byte, error) {
	c := r.column(id)
	if c == nil {
		return nil, nil
	}
	if c.enc != fixed || int(c.bits) != 8*width {
		return nil, damaged("column %d of %s has no %d bytes a row", id, r.kind, width)
	}
	if err := r.prepare(c); err != nil {
		return nil, err
	}
	return c.planes, nil
}

func (r *Reader) inside(row, count int) error {
	if row < 0 || count > r.rows || row > r.rows-count {
		return fault.New(fault.Internal, "rows %d to %d of a segment of %d", row, row+count-1, r.rows)
	}
	return nil
}

// column finds a column; nil: it is not there.
func (r *Reader) column(id uint8) *column {
	for i := range r.columns {
		if r.columns[i].id == id {
			return &r.columns[i]
		}
	}
	return nil
}

// prepare checks a column's bytes and unpacks them, once.
func (r *Reader) prepare(c *column) error {
	if c.ready {
		return nil
	}
	if c.data == nil && c.length > 0 {
		return fault.New(fault.Internal, "column %d of %s was not supplied", c.id, r.kind)
	}
	if c.length > 0 && checksum(c.data) != c.crc {
		return damaged("column %d of %s: its checksum differs", c.id, r.kind)
	}
	c.planes = c.data
	if c.packed {
		out, err := unpack(c.scratch, c.data, c.size(r.rows))
		c.scratch = out
		if err != nil {
			return err
		}
		c.planes = out
	}
	if c.enc == dictionary {
		c.values = readValues(c.values, c.planes[:8*c.minimum])
		c.planes = c.planes[8*c.minimum:]
	}
	c.ready, c.next = true, 0
	return nil
}

// open reads head and directory.
func (r *Reader) open(b []byte) error {
	r.rows, r.columns = 0, r.columns[:0]
	if len(b) < fixedHead || string(b[:4]) != magic {
		return damaged("no head")
	}
	size := int(binary.LittleEndian.Uint16(b[16:]))
	if size < fixedHead || size > len(b) {
		return damaged("a head of %d bytes in %d", size, len(b))
	}
	if binary.LittleEndian.Uint32(b[crcAt:]) != headChecksum(b[:size]) {
		return damaged("the head's checksum differs")
	}
	r.version, r.kind, r.algorithm = b[4], Kind(b[5]), Algorithm(b[6])
	if r.version == 0 || r.version > version {
		return fault.New(fault.Internal, "a segment of codec version %d, but this program knows none above %d", r.version, version)
	}
	rows, columns := binary.LittleEndian.Uint32(b[8:]), int(b[7])
	if r.kind == 0 || r.kind >= kindEnd || r.algorithm >= algorithmEnd || columns > maxColumns ||
		rows == 0 || rows > uint32(maxRows(r.kind)) || b[18] != 0 || b[19] != 0 {
		return damaged("%d rows and %d columns of kind %d by algorithm %d", rows, columns, r.kind, r.algorithm)
	}
	r.rows, r.size = int(rows), int(binary.LittleEndian.Uint32(b[12:]))
	if err := r.directory(b[fixedHead:size], columns, size); err != nil {
		r.rows, r.columns = 0, r.columns[:0]
		return err
	}
	return nil
}

// directory reads the columns' entries; their bytes begin at offset.
func (r *Reader) directory(b []byte, columns, offset int) error {
	if cap(r.columns) < columns {
		r.columns = make([]column, columns)
	}
	r.columns = r.columns[:columns]
	d := directory{b: b}
	for i := range r.columns {
		c := &r.columns[i]
		c.data, c.planes, c.ready, c.offset = nil, nil, false, offset
		if err := d.column(c, r.rows); err != nil {
			return err
		}
		if i > 0 && c.id <= r.columns[i-1].id {
			return damaged("column %d after %d", c.id, r.columns[i-1].id)
		}
		offset += c.length
	}
	if len(d.b) > 0 || offset != r.size {
		return damaged("columns end at %d of %d bytes", offset, r.size)
	}
	return nil
}

// plain reads minimum + scale × unit.
func (c *column) plain(dst []int64, rows, row int) {
	if c.bits == 0 {
		for i := range dst {
			dst[i] = c.minimum
		}
		return
	}
	readPlanes(dst, c.planes, c.bits, rows, row)
	switch lowest, scale := c.minimum, int64(c.scale); {
	case scale != 1:
		for i, u := range dst {
			dst[i] = lowest + scale*u
		}
	case lowest != 0:
		for i := range dst {
			dst[i] += lowest
		}
	}
}

// series adds differences up, from row 0 or from where it was left.
func (c *column) series(dst []int64, rows, row int) {
	if row < c.next || c.next == 0 {
		c.next, c.sum = 0, c.first-c.minimum // row 0 holds the minimum
	}
	if c.next < row {
		c.skip(rows, row)
	}
	c.plain(dst, rows, row)
	for i, d := range dst {
		c.sum += d
		dst[i] = c.sum
	}
	c.next += len(dst)
}

// skip adds up the differences before row.
func (c *column) skip(rows, row int) {
	var differences [block]int64
	for c.next < row {
		part := differences[:min(block, row-c.next)]
		c.plain(part, rows, c.next)
		for _, d := range part {
			c.sum += d
		}
		c.next += len(part)
	}
}

// coded looks values up.
func (c *column) coded(dst []int64, rows, row int) error {
	readPlanes(dst, c.planes, c.bits, rows, row)
	for i, k := range dst {
		if k >= int64(len(c.values)) {
			return damaged("column %d: value %d of %d in row %d", c.id, k, len(c.values), row+i)
		}
		dst[i] = c.values[k]
	}
	return nil
}
