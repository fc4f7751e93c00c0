package segment

import (
	"sync"

	"github.com/klauspost/compress/zstd"
)

// unpacker is shared: it keeps no state between blobs, and DecodeAll may be
// called from many goroutines at once. It never writes beyond the capacity it
// is given, which is how decompression is bounded.
var unpacker = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderConcurrency(0), zstd.WithDecoderLowmem(true))
	if err != nil {
		panic(err) // the options are constant
	}
	return d
})

// unpack decompresses b into scratch; the result must have size bytes.
func unpack(scratch, b []byte, size int) ([]byte, error) {
	if cap(scratch) < size {
		scratch = make([]byte, 0, size)
	}
	out, err := unpacker().DecodeAll(b, scratch[:0:size])
	if err != nil {
		return scratch, damaged("unpacking: %v", err)
	}
	if len(out) != size {
		return scratch, damaged("unpacked to %d bytes, not %d", len(out), size)
	}
	return out, nil
}

// newPacker makes a compressor for one Encoder. The checksum is ours already.
func newPacker(level zstd.EncoderLevel, window int) *zstd.Encoder {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderCRC(false), zstd.WithWindowSize(window), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic(err) // the options are constant
	}
	return z
}
