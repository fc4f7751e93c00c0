package segment

import (
	"encoding/binary"

	"github.com/klauspost/compress/zstd"

	"tollkeeper/core/fault"
)

// Encoder makes segments. The zero Encoder is ready; it keeps its buffers, so
// that once warm a segment costs no allocation. It is for one goroutine.
//
// Its methods append the blob to dst. They fail, with an error of kind
// Internal, on no rows, too many rows, and values that no reader would accept;
// that is a mistake of the caller, never of the input.
type Encoder struct {
	kind      Kind
	algorithm Algorithm
	rows      int
	columns   int
	dir       []byte // the directory so far
	body      []byte // the columns' bytes so far
	values    []int64
	deltas    []int64
	units     []uint64
	packing   []byte
	codes     codebook
	zstd      *zstd.Encoder
}

// begin starts a segment.
func (e *Encoder) begin(k Kind, a Algorithm, rows int) error {
	if rows < 1 || rows > maxRows(k) || a >= algorithmEnd {
		return fault.New(fault.Internal, "a segment of %d %s by algorithm %d: want 1 to %d rows", rows, k, a, maxRows(k))
	}
	e.kind, e.algorithm, e.rows, e.columns = k, a, rows, 0
	e.dir, e.body = e.dir[:0], e.body[:0]
	if cap(e.values) < rows {
		size := min(max(rows, 2*cap(e.values)), MaxRows)
		e.values, e.deltas, e.units = make([]int64, size), make([]int64, size), make([]uint64, size)
	}
	return nil
}

// finish puts head, directory and columns behind dst.
func (e *Encoder) finish(dst []byte) []byte {
	size := fixedHead + len(e.dir)
	start := len(dst)
	dst = grow(dst, size+len(e.body))
	head := dst[start:][:size]
	clear(head[:fixedHead])
	copy(head, magic)
	head[4], head[5], head[6], head[7] = version, byte(e.kind), byte(e.algorithm), byte(e.columns)
	binary.LittleEndian.PutUint32(head[8:], uint32(e.rows))
	binary.LittleEndian.PutUint32(head[12:], uint32(size+len(e.body)))
	binary.LittleEndian.PutUint16(head[16:], uint16(size))
	copy(head[fixedHead:], e.dir)
	binary.LittleEndian.PutUint32(head[crcAt:], headChecksum(head))
	copy(dst[start+size:], e.body)
	return dst
}

// place closes the column whose bytes are body[from:], compressing them where
// the algorithm says so and it helps.
func (e *Encoder) place(c *column, from int) {
	if e.algorithm == PlanesZstd {
		e.pack(c, from)
	}
	e.enter(c, from)
}

// enter puts the column whose bytes are body[from:] into the directory.
func (e *Encoder) enter(c *column, from int) {
	data := e.body[from:]
	c.length, c.crc = len(data), checksum(data)
	e.dir = appendColumn(e.dir, c)
	e.columns++
}

// pack compresses body[from:] if that saves at least a sixteenth: less is not
// worth the reader's time.
func (e *Encoder) pack(c *column, from int) {
	const window = 1 << 20
	plain := e.body[from:]
	if len(plain) < 64 {
		return
	}
	if e.zstd == nil {
		e.zstd = newPacker(zstd.SpeedDefault, window)
	}
	e.packing = e.zstd.EncodeAll(plain, e.packing[:0])
	if len(e.packing) > len(plain)-len(plain)/16 {
		return
	}
	c.packed = true
	e.body = append(e.body[:from], e.packing...)
}

// words puts a column of 8-byte hashes, which are never compressed as they
// hold nothing to find; but all zero, the column is left out.
func (e *Encoder) words(id uint8, n int, word func(int) uint64) {
	from := len(e.body)
	e.body = grow(e.body, 8*n)
	var all uint64
	for i, out := 0, e.body[from:]; i < n; i++ {
		w := word(i)
		all |= w
		binary.LittleEndian.PutUint64(out[8*i:], w)
	}
	if all == 0 {
		e.body = e.body[:from]
		return
	}
	e.enter(&column{id: id, enc: fixed, bits: 64, scale: 1}, from)
}
