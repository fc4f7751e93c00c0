package cdr

import (
	"bufio"
	"bytes"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"tollkeeper/core/fault"
)

// maxWindow bounds the memory that a zstd file can ask for.
const maxWindow = 64 << 20

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// unpack reads through gzip (several members too) and zstd; other bytes come
// through as they are. It decompresses in the caller's goroutine.
func unpack(in io.Reader) (plain io.Reader, packing string, err error) {
	buffered := bufio.NewReaderSize(in, 64<<10)
	head, err := buffered.Peek(len(zstdMagic))
	if err != nil && err != io.EOF {
		return nil, "", err
	}
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, "", fault.New(fault.Invalid, "begins like a gzip file and is not one: %w", err)
		}
		return z, "gzip", nil
	case bytes.Equal(head, zstdMagic):
		z, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(1<<40))
		if err != nil {
			return nil, "", fault.New(fault.Invalid, "begins like a zstd file and is not one: %w", err)
		}
		return z, "zstd", nil
	}
	return buffered, "", nil
}
