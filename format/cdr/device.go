package cdr

import "bytes"

// maxExtension is how many digits an extension has at most; more is a number.
const maxExtension = 6

// extension tells whether v could be one: a few digits.
func extension(v []byte) bool {
	_, digits := number(v)
	return digits && len(v) <= maxExtension
}

// device is the name in a channel such as PJSIP/1001-0000012a; empty for the
// halves of Local channels, which are no device.
func device(channel []byte) []byte {
	tech, name, _ := bytes.Cut(channel, []byte{'/'})
	if string(tech) == "Local" {
		return nil
	}
	if i := bytes.LastIndexByte(name, '-'); i >= 0 {
		name = name[:i]
	}
	return name
}

// ends tells the agent's extension and the carrier's trunk from the two
// channels of a leg. A device named by a few digits is an extension; where
// neither is, the call is taken to go from the first to the second.
func ends(from, to []byte) (ext, carrier []byte) {
	from, to = device(from), device(to)
	switch {
	case extension(from) && extension(to):
		return from, nil
	case extension(to):
		return to, from
	}
	return from, to
}

// userfield reads what a dial plan wrote into the user field for us, pairs such
// as camp=17;agent=ana;queue=support. Other text is left out.
func userfield(rec *Record, v []byte) {
	for len(v) > 0 {
		var pair []byte
		pair, v, _ = bytes.Cut(v, []byte{';'})
		name, value, ok := bytes.Cut(pair, []byte{'='})
		if !ok {
			continue
		}
		value = bytes.TrimSpace(value)
		switch lower(name) {
		case "camp", "campaign":
			rec.Campaign = value
		case "agent":
			rec.Agent = value
		case "queue":
			rec.Queue = value
		}
	}
}
