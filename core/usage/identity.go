package usage

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"tollkeeper/core/fault"
)

// Identity names a record for ever within its tenant: SHA-256, cut to sixteen
// bytes, over its source, the switch's own id and the leg, each behind its
// length. It never expires.
type Identity [16]byte

// NewIdentity is the identity of the record that source calls id, leg leg.
func NewIdentity(source, id, leg string) Identity {
	return AppendIdentity(make([]byte, 0, len(source)+len(id)+len(leg)+12), []byte(source), []byte(id), []byte(leg))
}

// AppendIdentity is NewIdentity with a buffer to work in, so that a million
// identities need one. What buf holds is written over; where its capacity is
// below the three parts and twelve bytes, another is made.
func AppendIdentity(buf, source, id, leg []byte) Identity {
	buf = buf[:0]
	for _, part := range [...][]byte{source, id, leg} {
		buf = binary.LittleEndian.AppendUint32(buf, uint32(len(part)))
		buf = append(buf, part...)
	}
	sum := sha256.Sum256(buf)
	return Identity(sum[:16])
}

// String is thirty-two hexadecimal digits: the call's name in commands and
// addresses, together with its day.
func (id Identity) String() string { return hex.EncodeToString(id[:]) }

// ParseIdentity reads what String writes.
func ParseIdentity(s string) (id Identity, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(id) {
		return id, fault.New(fault.Invalid, "%q is not the name of a call: want 32 hexadecimal digits", fault.Cut(s))
	}
	return Identity(b), nil
}
