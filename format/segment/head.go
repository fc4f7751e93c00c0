package segment

import (
	"encoding/binary"
	"hash/crc32"
	"math/bits"
)

// The head, little-endian:
//
//	 0  magic "TKsg"
//	 4  codec version
//	 5  kind
//	 6  algorithm
//	 7  number of columns in the directory
//	 8  number of rows, 4 bytes
//	12  size of the whole blob, 4 bytes
//	16  size of head and directory, 2 bytes
//	18  zero, 2 bytes
//	20  CRC-32C of head and directory without these four bytes
//	24  the directory: columns in ascending order of their numbers
//
// A column in the directory is its number, its encoding and the bits of a
// value (a byte each), then as varints the length of its bytes, its minimum
// (signed) and its scale, the first value where it is a series (signed), and
// four bytes CRC-32C where the length is not zero. The columns' bytes follow
// the directory in the same order without gaps.
const (
	magic      = "TKsg"
	version    = 2 // 2: roll-ups say how many calls were answered
	fixedHead  = 24
	crcAt      = 20
	maxColumns = 48
)

// HeadSize is how many bytes always hold head and directory: what to fetch
// before fetching single columns.
const HeadSize = fixedHead + maxColumns*(3+5+10+10+10+4)

// encoding is how a column's bytes are laid out. The numbers are stored.
type encoding uint8

const (
	plain      encoding = iota + 1 // integers: minimum + scale × what the planes hold
	series                         // integers: each is the one before plus the plain value; row 0 is first
	dictionary                     // integers: as many values of 8 bytes as minimum says, then planes of their indexes
	fixed                          // bits/8 bytes a row
	text                           // as many bytes as minimum says, cut into rows by another column
	encodingEnd

	zstdFlag encoding = 0x80 // the bytes are compressed
)

// column is one entry of the directory, and what a Reader knows of it.
type column struct {
	id      uint8
	enc     encoding
	packed  bool // compressed
	bits    uint8
	offset  int // from the start of the blob
	length  int
	minimum int64
	scale   uint64
	first   int64
	crc     uint32

	data    []byte  // as stored; nil where it has not been supplied
	ready   bool    // checked and unpacked: the next two hold
	planes  []byte  // unpacked
	values  []int64 // of a dictionary
	scratch []byte  // what planes are unpacked into, kept between blobs

	next int   // series: the row after the last one read
	sum  int64 // series: the value of that last one
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// headChecksum is the checksum of a head and its directory.
func headChecksum(head []byte) uint32 {
	return crc32.Update(checksum(head[:crcAt]), castagnoli, head[fixedHead:])
}

// appendColumn writes c's entry in the directory.
func appendColumn(b []byte, c *column) []byte {
	enc := c.enc
	if c.packed {
		enc |= zstdFlag
	}
	b = append(b, c.id, byte(enc), c.bits)
	b = binary.AppendUvarint(b, uint64(c.length))
	b = binary.AppendVarint(b, c.minimum)
	b = binary.AppendUvarint(b, c.scale)
	if c.enc == series {
		b = binary.AppendVarint(b, c.first)
	}
	if c.length > 0 {
		b = binary.LittleEndian.AppendUint32(b, c.crc)
	}
	return b
}

// directory reads entries one after the other; bad once something was wrong.
type directory struct {
	b   []byte
	bad bool
}

func (d *directory) byte() byte {
	if len(d.b) == 0 {
		d.bad = true
		return 0
	}
	v := d.b[0]
	d.b = d.b[1:]
	return v
}

func (d *directory) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.bad, n = true, 0
	}
	d.b = d.b[n:]
	return v
}

func (d *directory) varint() int64 {
	v := d.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

func (d *directory) crc() uint32 {
	if len(d.b) < 4 {
		d.bad = true
		return 0
	}
	v := binary.LittleEndian.Uint32(d.b)
	d.b = d.b[4:]
	return v
}

// column reads an entry into c and checks it against itself and rows.
func (d *directory) column(c *column, rows int) error {
	c.id = d.byte()
	enc := encoding(d.byte())
	c.enc, c.packed = enc&^zstdFlag, enc&zstdFlag != 0
	c.bits = d.byte()
	length := d.uvarint()
	c.minimum, c.scale, c.first = d.varint(), d.uvarint(), 0
	if c.enc == series {
		c.first = d.varint()
	}
	c.crc = 0
	if length > 0 {
		c.crc = d.crc()
	}
	switch {
	case d.bad:
		return damaged("the directory is cut short")
	case c.enc == 0 || c.enc >= encodingEnd:
		return damaged("column %d: unknown encoding %d", c.id, c.enc)
	case c.enc == fixed && (c.bits == 0 || c.bits%64 != 0), c.enc < fixed && !wholePlanes(c.bits),
		c.enc == dictionary && (c.bits > 8 || c.minimum < 1 || c.minimum > maxDictionary),
		c.enc == text && (c.minimum < 0 || c.minimum > MaxText):
		return damaged("column %d: %d bits a value, minimum %d", c.id, c.bits, c.minimum)
	}
	size := uint64(c.size(rows))
	if length > size || !c.packed && length != size || c.packed && length == 0 {
		return damaged("column %d: %d bytes, unpacked %d", c.id, length, size)
	}
	c.length = int(length)
	return nil
}

// size is how many bytes the column of that many rows has, unpacked.
func (c *column) size(rows int) int {
	switch c.enc {
	case fixed:
		return rows * int(c.bits) / 8
	case text:
		return int(c.minimum)
	case dictionary:
		return int(c.minimum)*8 + planesSize(c.bits, rows)
	}
	return planesSize(c.bits, rows)
}

// bitsOf is how many bits of planes hold values up to span.
func bitsOf(span uint64) uint8 {
	n := uint8(bits.Len64(span))
	switch n % 8 {
	case 3:
		return n + 1
	case 5, 6, 7:
		return n + 8 - n%8
	}
	return n
}
