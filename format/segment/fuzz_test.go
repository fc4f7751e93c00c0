package segment

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/usage"
)

// FuzzOpen reads damaged blobs with all readers there are, once as they are
// and once with their checksums put right, which gets them past the guards.
// Each must end in values or in an error.
func FuzzOpen(f *testing.F) {
	names, err := filepath.Glob("testdata/*.bin")
	if err != nil || len(names) == 0 {
		f.Fatal("no goldens", err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		readAll(t, b)
		forge(b)
		readAll(t, b)
	})
}

func readAll(t *testing.T, b []byte) {
	r, err := Open(b)
	if err != nil {
		if !fault.Is(err, fault.Internal) || r.Rows() != 0 {
			t.Fatal(err, r.Rows())
		}
		return
	}
	const most = 300
	n := min(most, r.Rows())
	calls, charges, deltas := make([]usage.Call, most), make([]usage.Charge, most), make([]usage.Delta, most)
	for _, row := range []int{0, (r.Rows() - n) / 2, r.Rows() - n} {
		switch r.Kind() {
		case Calls:
			if x, err := OpenCalls(r, nil, AllCalls); !fails(t, err) && !fails(t, x.Read(row, calls[:n])) {
				for _, c := range calls[:n] {
					_ = c.Kind.String() + c.Direction.String() + c.Disposition.String() + c.AMD.String() // panic on what cannot be
				}
			}
		case Numbers:
			x := CallReader{numbers: r}
			x.fields.r = r
			fails(t, x.readNumbers(row, calls[:n]))
		case Charges:
			if x, err := OpenCharges(r, AllCharges); !fails(t, err) && !fails(t, x.Read(row, charges[:n], calls[:n])) {
				for _, c := range charges[:n] {
					_ = c.Status.String() + c.Reason.String()
				}
			}
		case Rollups:
			if x, err := OpenRollups(r, AllRollups); !fails(t, err) && !fails(t, x.Read(row, deltas[:n])) {
				for _, d := range deltas[:n] {
					_ = d.Key.Item.String() + d.Key.Kind.String() + d.Key.Direction.String()
				}
			}
		case RawText:
			if x, err := OpenRaw(b); !fails(t, err) {
				if _, _, err := x.Text(row); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	fails(t, r.Verify())
}

func fails(t *testing.T, err error) bool {
	if err != nil && !(errors.Is(err, ErrDamaged) && fault.Is(err, fault.Internal)) {
		t.Fatal(err)
	}
	return err != nil
}

// forge puts the checksums of a blob right as far as it can be understood.
func forge(b []byte) {
	if len(b) < fixedHead {
		return
	}
	size := int(binary.LittleEndian.Uint16(b[16:]))
	if size < fixedHead || size > len(b) {
		return
	}
	binary.LittleEndian.PutUint32(b[12:], uint32(len(b)))
	offset := size
	d := directory{b: b[fixedHead:size]}
	for range b[7] {
		var c column
		if d.column(&c, int(binary.LittleEndian.Uint32(b[8:])&(MaxRows-1))) != nil || offset+c.length > len(b) {
			break
		}
		if c.length > 0 { // the checksum is the last thing in an entry
			binary.LittleEndian.PutUint32(b[size-len(d.b)-4:], checksum(b[offset:offset+c.length]))
		}
		offset += c.length
	}
	binary.LittleEndian.PutUint32(b[crcAt:], headChecksum(b[:size]))
}
