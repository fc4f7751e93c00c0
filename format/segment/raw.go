package segment

import (
	"github.com/klauspost/compress/zstd"

	"tollkeeper/core/fault"
)

// MaxText is how many bytes of text a segment of raw texts holds, 64 MiB: more
// is neither written nor unpacked.
const MaxText = 64 << 20

// The columns of a segment of raw texts: stored, never to be renumbered.
const (
	idLine   = 0
	idLength = 1
	idText   = 2
)

// RawEncoder gathers the original texts of one tenant's records and makes
// segments of them. The zero RawEncoder is ready and empty; it keeps its
// buffers. It is for one goroutine.
type RawEncoder struct {
	e       Encoder
	lines   []int64
	lengths []int64
	text    []byte
	zstd    *zstd.Encoder
}

// Add takes in the next record: its text, copied, and the line it began on, or
// its ordinal where the format has no lines. A record that no longer fits, in
// rows or in bytes, is of kind Busy and leaves the segment as it was: Finish it
// and add the record to the next one. One larger than MaxText is Invalid.
func (w *RawEncoder) Add(line int64, text []byte) error {
	switch {
	case len(text) > MaxText:
		return fault.New(fault.Invalid, "a record of %d bytes: more than %d are not kept", len(text), MaxText)
	case len(w.lines) == MaxRows, len(w.text)+len(text) > MaxText:
		return fault.New(fault.Busy, "the segment of raw texts is full")
	}
	w.lines = append(w.lines, line)
	w.lengths = append(w.lengths, int64(len(text)))
	w.text = append(w.text, text...)
	return nil
}

// Rows is how many records it has: the ordinal the next one gets.
func (w *RawEncoder) Rows() int { return len(w.lines) }

// Bytes is how much text it has.
func (w *RawEncoder) Bytes() int { return len(w.text) }

// Discard forgets what was added since the last Finish.
func (w *RawEncoder) Discard() {
	w.lines, w.lengths, w.text = w.lines[:0], w.lengths[:0], w.text[:0]
}

// Finish appends the segment to dst and begins the next one. No records are an
// error of kind Internal.
func (w *RawEncoder) Finish(dst []byte) ([]byte, error) {
	const window = 4 << 20
	e := &w.e
	if err := e.begin(RawText, PlanesZstd, len(w.lines)); err != nil {
		return dst, err
	}
	e.series(idLine, w.lines)
	e.ints(idLength, w.lengths)
	if w.zstd == nil {
		w.zstd = newPacker(zstd.SpeedFastest, window)
	}
	c := column{id: idText, enc: text, minimum: int64(len(w.text)), scale: 1}
	from := len(e.body)
	e.packing = w.zstd.EncodeAll(w.text, e.packing[:0])
	if c.packed = len(e.packing) < len(w.text); c.packed {
		e.body = append(e.body, e.packing...)
	} else {
		e.body = append(e.body, w.text...)
	}
	e.enter(&c, from)
	w.Discard()
	return e.finish(dst), nil
}

// RawReader reads original texts.
type RawReader struct {
	r     *Reader
	lines []int64
	ends  []int64 // where in the text each record ends
	text  []byte
}

// OpenRaw unpacks a segment of raw texts: at most MaxText bytes, however much
// the blob may claim.
func OpenRaw(blob []byte) (*RawReader, error) {
	x := new(RawReader)
	return x, x.Reset(blob)
}

// Reset is OpenRaw into x, whose buffers are used again.
func (x *RawReader) Reset(blob []byte) (err error) {
	if x.r == nil {
		x.r = new(Reader)
	}
	x.text = nil
	r := x.r
	if err := r.Reset(blob); err != nil {
		return err
	}
	if r.kind != RawText {
		return damaged("%s where raw text was expected", r.kind)
	}
	if x.lines, err = r.Ints(idLine, x.lines); err != nil {
		return err
	}
	if x.ends, err = r.Ints(idLength, x.ends); err != nil {
		return err
	}
	c := r.column(idText)
	if c == nil || c.enc != text {
		return damaged("raw text without a text")
	}
	end := int64(0)
	for i, length := range x.ends {
		if length < 0 || length > c.minimum-end {
			return damaged("the text of record %d has %d bytes of %d", i, length, c.minimum)
		}
		end += length
		x.ends[i] = end
	}
	if end != c.minimum {
		return damaged("texts end at %d of %d bytes", end, c.minimum)
	}
	if err := r.prepare(c); err != nil {
		return err
	}
	x.text = c.planes
	return nil
}

// Rows is how many records there are.
func (x *RawReader) Rows() int { return x.r.rows }

// Text is record i's line and text, which holds until the next Reset.
func (x *RawReader) Text(i int) (line int64, text []byte, err error) {
	if err := x.r.inside(i, 1); err != nil {
		return 0, nil, err
	}
	from := int64(0)
	if i > 0 {
		from = x.ends[i-1]
	}
	return x.lines[i], x.text[from:x.ends[i]:x.ends[i]], nil
}
