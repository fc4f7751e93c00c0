package sample

// number is a number as the switch wrote it.
type number struct {
	length uint8
	text   [23]byte
}

func (n *number) bytes() []byte { return n.text[:n.length] }

// set is prefix and digits, together at most 23 characters.
func (n *number) set(prefix, digits string) {
	n.length = uint8(copy(n.text[:], prefix))
	n.length += uint8(copy(n.text[n.length:], digits))
}

// draw is some number of a range.
func (n *number) draw(d *dice, prefix string, s shape) {
	b := append(n.text[:0], prefix...)
	n.length = uint8(len(s.append(b, int(d.below(uint32(s.room()))))))
}
