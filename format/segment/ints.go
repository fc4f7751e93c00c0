package segment

// fewestForDictionary is from how many rows on a dictionary is tried.
const fewestForDictionary = 64

// ints puts a column of integers of any size, in whatever way is smallest.
func (e *Encoder) ints(id uint8, vs []int64) {
	lowest, highest := bounds(vs)
	if lowest == 0 && highest == 0 {
		return
	}
	e.scaled(&column{id: id, enc: plain, minimum: lowest}, vs, uint64(highest)-uint64(lowest))
}

// series puts a column of integers that tend to grow from row to row: as their
// differences, where those are smaller. Differences wrap, so that any values
// will do.
func (e *Encoder) series(id uint8, vs []int64) {
	deltas := e.deltas[:len(vs)]
	last := vs[0]
	for i, v := range vs {
		deltas[i] = v - last
		last = v
	}
	lowest, highest := bounds(vs)
	span := uint64(highest) - uint64(lowest)
	if len(vs) < 2 || span == 0 {
		e.ints(id, vs)
		return
	}
	lowest, highest = bounds(deltas[1:])
	rise := uint64(highest) - uint64(lowest)
	if bitsOf(rise) >= bitsOf(span) {
		e.ints(id, vs)
		return
	}
	deltas[0] = lowest // row 0 is first; its difference should cost nothing
	e.scaled(&column{id: id, enc: series, minimum: lowest, first: vs[0]}, deltas, rise)
}

// scaled puts a column of values from c.minimum to c.minimum + span.
func (e *Encoder) scaled(c *column, vs []int64, span uint64) {
	d := commonDivisor(vs, c.minimum, span)
	c.scale, c.bits = d.number, bitsOf(span/d.number)
	if c.bits > 8 && c.enc == plain && len(vs) >= fewestForDictionary && e.coded(c, vs) {
		return
	}
	if c.bits > 0 && e.algorithm == PlanesZstd {
		c.bits = (c.bits + 7) &^ 7 // a compressor sees bytes
	}
	units := e.units[:len(vs)]
	lowest := uint64(c.minimum)
	if d.number == 1 {
		for i, v := range vs {
			units[i] = uint64(v) - lowest
		}
	} else {
		for i, v := range vs {
			units[i] = d.quotient(uint64(v) - lowest)
		}
	}
	from := len(e.body)
	e.body = appendPlanes(e.body, units, c.bits)
	e.place(c, from)
}

// coded puts the column with a dictionary and tells whether that was smaller.
func (e *Encoder) coded(c *column, vs []int64) bool {
	units := e.units[:len(vs)]
	if !e.codes.fill(units, vs) {
		return false
	}
	coded := column{id: c.id, enc: dictionary, bits: bitsOf(uint64(e.codes.count - 1)), minimum: int64(e.codes.count), scale: 1}
	if e.algorithm == PlanesZstd {
		coded.bits = 8
	}
	if coded.size(len(vs)) >= c.size(len(vs)) {
		return false
	}
	from := len(e.body)
	e.body = e.codes.appendValues(e.body)
	e.body = appendPlanes(e.body, units, coded.bits)
	e.place(&coded, from)
	return true
}

// bounds are the lowest and the highest of vs, which is not empty.
func bounds(vs []int64) (lowest, highest int64) {
	lowest, highest = vs[0], vs[0]
	for len(vs) >= 4 { // four at a time, in two chains, as each step waits for the last
		a, b, c, d := vs[0], vs[1], vs[2], vs[3]
		lowest = min(lowest, min(min(a, b), min(c, d)))
		highest = max(highest, max(max(a, b), max(c, d)))
		vs = vs[4:]
	}
	for _, v := range vs {
		lowest, highest = min(lowest, v), max(highest, v)
	}
	return lowest, highest
}
