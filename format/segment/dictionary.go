package segment

import "encoding/binary"

// maxDictionary is how many values a dictionary holds.
const maxDictionary = 256

// codebook numbers the values of a column in the order they first occur, if
// they are few. It is a hash table that is reused from column to column.
type codebook struct {
	slots  [1024]uint16 // index into values + 1; zero: free
	values [maxDictionary]int64
	count  int
}

// fill numbers vs into codes and tells whether there were few enough values.
func (b *codebook) fill(codes []uint64, vs []int64) bool {
	clear(b.slots[:])
	b.count = 0
	last, code := ^vs[0], uint64(0)
	for i, v := range vs {
		if v != last {
			last = v
			slot := uint64(v) * 0x9E3779B97F4A7C15 >> 54
			for {
				if k := b.slots[slot]; k == 0 {
					if b.count == maxDictionary {
						return false
					}
					b.values[b.count] = v
					b.count++
					b.slots[slot] = uint16(b.count)
					code = uint64(b.count - 1)
					break
				} else if b.values[(k-1)%maxDictionary] == v {
					code = uint64(k - 1)
					break
				}
				slot = (slot + 1) % uint64(len(b.slots))
			}
		}
		codes[i] = code
	}
	return true
}

// appendValues writes the numbered values.
func (b *codebook) appendValues(out []byte) []byte {
	for _, v := range b.values[:b.count] {
		out = binary.LittleEndian.AppendUint64(out, uint64(v))
	}
	return out
}

// readValues fills values, one for each eight bytes of b.
func readValues(values []int64, b []byte) []int64 {
	values = values[:0]
	for ; len(b) >= 8; b = b[8:] {
		values = append(values, int64(binary.LittleEndian.Uint64(b)))
	}
	return values
}
