package deck

import (
	"bytes"
	"fmt"
	"strconv"

	"tollkeeper/core/phone"
)

// expand reads a cell with one code or several, into p.codes:
//
//	20,21-23       lists and ranges; also ; / and blanks between codes
//	447400-447409  a range of codes of one length
//	4474-79        a range whose end is short: 4474 to 4479
//	+44            a plus counts for nothing
//
// Each code gets the digits of country in front. A cell gives at most MaxCodes.
func (p *parser) expand(cell, country []byte) why {
	p.codes = p.codes[:0]
	country = bytes.TrimPrefix(country, []byte{'+'})
	if rewritten(cell) || rewritten(country) {
		return excel
	}
	if len(bytes.Trim(country, "0123456789")) > 0 {
		return because("not a country code", "")
	}
	parts := bytes.FieldsFunc(cell, func(r rune) bool {
		return r == ',' || r == ';' || r == ' ' || r == '/' || r == '\t' || r == '\n' || r == '\r'
	})
	if len(parts) == 0 && len(country) > 0 {
		parts = [][]byte{nil} // the country alone
	}
	for _, part := range parts {
		from, to, isRange := bytes.Cut(part, []byte{'-'})
		from, to = bytes.TrimPrefix(from, []byte{'+'}), bytes.TrimPrefix(to, []byte{'+'})
		if !isRange {
			if w := p.code(from, country); w.bad() {
				return w
			}
			continue
		}
		if w := p.codeRange(from, to, country); w.bad() {
			return w
		}
	}
	return why{}
}

func (p *parser) codeRange(from, to, country []byte) why {
	wrong := because("not a range of codes such as 447400-447409", "")
	if len(to) > len(from) || len(from) == 0 || len(to) == 0 || len(from) > phone.MaxDigits {
		return wrong
	}
	first, err1 := strconv.ParseUint(string(from), 10, 64)
	last, err2 := strconv.ParseUint(string(from[:len(from)-len(to)])+string(to), 10, 64)
	if err1 != nil || err2 != nil || last < first {
		return wrong
	}
	if last-first >= MaxCodes {
		return because(fmt.Sprintf("a range of more than %d codes", MaxCodes), "use a shorter prefix")
	}
	for n := first; n <= last; n++ {
		if w := p.code(fmt.Appendf(nil, "%0*d", len(from), n), country); w.bad() {
			return w
		}
	}
	return why{}
}

func (p *parser) code(c, country []byte) why {
	if len(p.codes) == MaxCodes {
		return because(fmt.Sprintf("more than %d codes in one cell", MaxCodes), "use shorter prefixes or more lines")
	}
	c = bytes.TrimSuffix(bytes.TrimPrefix(c, []byte{'^'}), []byte(".*")) // as ASTPP keeps them
	full := c
	if len(country) > 0 {
		full = append(bytes.Clone(country), c...)
	} else if p.head.nanp && (len(c) == 3 || len(c) == 6) {
		full = append([]byte{'1'}, c...)
	}
	code, w := digits(full)
	p.codes = append(p.codes, code)
	return w
}
