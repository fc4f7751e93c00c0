package segment

// Planes are the layout of unsigned integers of a certain number of bits:
// first all lowest bytes, row by row, then all second ones, and so on; last,
// where bits is no multiple of 8, a plane with the remaining 1, 2 or 4 bits of
// each row, the earlier row in the lower bits of its byte.

// wholePlanes tells whether there is a layout of that many bits.
func wholePlanes(bits uint8) bool {
	rest := bits % 8
	return bits <= 64 && rest != 3 && rest < 5
}

// planesSize is how many bytes rows values of bits bits take.
func planesSize(bits uint8, rows int) int {
	return int(bits/8)*rows + (int(bits%8)*rows+7)/8
}

// appendPlanes lays out values that need no more than bits bits.
func appendPlanes(b []byte, values []uint64, bits uint8) []byte {
	n := len(values)
	start := len(b)
	b = grow(b, planesSize(bits, n))
	out := b[start:]
	for shift := uint8(0); shift+8 <= bits; shift += 8 {
		plane := out[:n]
		out = out[n:]
		for i, v := range values[:len(plane)] {
			plane[i] = byte(v >> (shift & 63))
		}
	}
	if rest := bits % 8; rest > 0 {
		appendTop(out, values, bits-rest, rest)
	}
	return b
}

// appendTop writes the plane of the rest bits above shift.
func appendTop(out []byte, values []uint64, shift, rest uint8) {
	each := int(8 / rest)
	for i := range out {
		var x byte
		for j, v := range values[i*each : min((i+1)*each, len(values))] {
			x |= byte(v>>(shift&63)) << (uint8(j) * rest & 7)
		}
		out[i] = x
	}
}

// readPlanes gives the values of rows row, row+1, … of a layout of rows rows.
func readPlanes(dst []int64, planes []byte, bits uint8, rows, row int) {
	n := len(dst)
	at := func(k int) []byte { return planes[k*rows+row:][:n] }
	full := int(bits / 8)
	switch full {
	case 0:
		clear(dst)
	case 1:
		for i, x := range at(0) {
			dst[i] = int64(x)
		}
	case 2:
		p, q := at(0), at(1)
		for i := range dst {
			dst[i] = int64(p[i]) | int64(q[i])<<8
		}
	default:
		p, q, s := at(0), at(1), at(2)
		for i := range dst {
			dst[i] = int64(p[i]) | int64(q[i])<<8 | int64(s[i])<<16
		}
		for k := 3; k < full; k++ {
			for i, x := range at(k) {
				dst[i] |= int64(x) << (k * 8 & 63)
			}
		}
	}
	if rest := bits % 8; rest > 0 {
		readTop(dst, planes[full*rows:], rest, bits-rest, row)
	}
}

// readTop adds the plane of the rest bits above shift.
func readTop(dst []int64, top []byte, rest, shift uint8, row int) {
	mask := byte(1)<<rest - 1
	each := int(8 / rest)
	for i := range dst {
		k := row + i
		x := top[k/each] >> (uint8(k%each) * rest) & mask
		dst[i] |= int64(x) << (shift & 63)
	}
}

// grow lengthens b by n bytes of any content.
func grow(b []byte, n int) []byte {
	if need := len(b) + n; need > cap(b) {
		larger := make([]byte, len(b), max(need, 2*cap(b)))
		copy(larger, b)
		b = larger
	}
	return b[:len(b)+n]
}
