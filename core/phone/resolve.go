package phone

// leastDigits is how few digits an E.164 number has, calling code included.
const leastDigits = 7

// verdict is what some digits were found to be, and whether nothing else they
// could be was passed over.
type verdict struct {
	number  Number
	class   Class
	reason  Reason
	certain bool
}

// resolve decides what digits without a plus mean.
func (d *Dialer) resolve(digits []byte) verdict {
	n := packed(digits) // none if there are more than 15
	for _, x := range d.extensions {
		if n.Len() == x.first.Len() && x.first <= n && n <= x.last {
			return verdict{number: n, class: Extension, certain: true}
		}
	}
	shortTag := d.shortTag(digits)
	if shortTag&emergency != 0 || shortTag != 0 && d.customary(digits) {
		return verdict{number: n, class: ShortCode, certain: true}
	}
	var odd verdict // an international number of a length that its code does not have
	for _, p := range d.international {
		if rest, ok := cutPrefix(digits, p); ok {
			if v := d.plausible(rest); v.class == E164 {
				return v.sure()
			}
			odd = d.abroad(rest, packed(rest))
		}
	}
	if d.national == nil {
		if odd.class == E164 {
			return odd
		}
		return d.homeless(digits, n)
	}
	if v := d.atHome(digits); v.class == E164 {
		return v
	}
	if odd.class == E164 {
		return odd
	}
	if len(digits) >= leastDigits {
		v := d.plausible(digits)
		if d.bare == bareOpen && CountryOf(v.number) == 0 && d.national.match(digits)&exact != 0 {
			return d.withCode(digits)
		}
		if v.class == E164 {
			return v
		}
		if d.possible(len(digits)) && d.national.match(digits)&general != 0 {
			return d.withCode(digits)
		}
		// Gateways write 00 in countries that dial something else.
		if rest, ok := cutPrefix(digits, "00"); ok {
			if v := d.plausible(rest); v.class == E164 {
				return v
			}
		}
	}
	return d.internal(digits, n, shortTag)
}

// atHome tries digits as a national number, with trunk prefix or calling code
// or neither; Bad if they are none.
func (d *Dialer) atHome(digits []byte) verdict {
	if rest, ok := cutPrefix(digits, d.trunk); ok && d.trunk != "" {
		t := d.national.match(rest)
		if t&exact != 0 {
			return d.withCode(rest).sure()
		}
		if len(rest) > d.carrierDigits && d.carrierDigits > 0 {
			if number := rest[d.carrierDigits:]; d.national.match(number)&exact != 0 {
				return d.withCode(number).sure()
			}
		}
		if d.possible(len(rest)) && (t&general != 0 || d.trunk == "0" && rest[0] != '0') {
			return d.withCode(rest)
		}
	}
	if rest, ok := cutPrefix(digits, d.code); ok && d.national.match(rest)&exact != 0 {
		return d.withCode(rest).sure()
	}
	t := d.national.match(digits)
	switch {
	case d.bare == bareOpen:
		return verdict{} // resolve looks abroad first
	case t&service != 0, t&exact != 0 && len(digits) > d.extensionMax:
		return d.withCode(digits).sure()
	case t&general != 0 && d.bare == bareClosed && d.possible(len(digits)):
		return d.withCode(digits)
	}
	return verdict{}
}

// homeless resolves digits where no country is home.
func (d *Dialer) homeless(digits []byte, n Number) verdict {
	if len(digits) < leastDigits {
		switch string(digits) {
		case "112", "911", "999", "000":
			return verdict{number: n, class: ShortCode, certain: true}
		}
		return d.internal(digits, n, 0)
	}
	v := d.abroad(digits, n)
	v.certain = v.class == E164 && d.plausible(digits).class == E164
	return v
}

// internal is the last resort: an extension, a short code, or a mistake.
func (d *Dialer) internal(digits []byte, n Number, shortTag tag) verdict {
	switch {
	// Nothing internal starts like a trunk call unless the plan lists it.
	case len(digits) >= d.extensionMin && len(digits) <= d.extensionMax && digits[0] != '0':
		return verdict{number: n, class: Extension}
	case shortTag != 0:
		return verdict{number: n, class: ShortCode}
	}
	v := d.abroad(digits, n)
	if v.class == E164 {
		return verdict{reason: Implausible}
	}
	return v
}

// shortTag is emergency, short, both or neither.
func (d *Dialer) shortTag(digits []byte) tag {
	if d.dialled == nil {
		return 0
	}
	return d.dialled.match(digits)
}

// customary tells whether a short code has a form that no extension should
// have: it starts with 0 or 1, or is one of America's N11.
func (d *Dialer) customary(digits []byte) bool {
	return digits[0] <= '1' || d.code == "1" && len(digits) == 3
}

func (d *Dialer) possible(length int) bool { return length < 32 && d.lengths>>uint(length)&1 != 0 }

// withCode puts home's calling code before a national number.
func (d *Dialer) withCode(national []byte) verdict {
	if len(d.code)+len(national) > MaxDigits {
		return verdict{reason: TooLong}
	}
	var b [MaxDigits]byte
	return verdict{number: packed(append(append(b[:0], d.code...), national...)), class: E164}
}

func (v verdict) sure() verdict {
	v.certain = v.class == E164
	return v
}

// lookup is the calling code that digits start with.
func (d *Dialer) lookup(digits []byte) code {
	if len(digits) < 3 {
		return code{}
	}
	return d.codes[int(digits[0]-'0')*100+int(digits[1]-'0')*10+int(digits[2]-'0')]
}

// abroad takes digits for E.164; n is the same number, none if too long.
func (d *Dialer) abroad(digits []byte, n Number) verdict {
	c := d.lookup(digits)
	switch {
	case len(digits) > MaxDigits:
		return verdict{reason: TooLong}
	case len(digits) < leastDigits:
		return verdict{reason: TooShort}
	case c.digits == 0:
		return verdict{reason: UnknownCode}
	}
	if i := int(c.digits); c.dropsZero && len(digits) > leastDigits && digits[i] == '0' && digits[i+1] != '0' {
		var b [MaxDigits]byte
		n = packed(append(append(b[:0], digits[:i]...), digits[i+1:]...))
	}
	return verdict{number: n, class: E164, certain: true}
}

// plausible is abroad for digits that do not say they are international: the
// length must be one that the calling code has.
func (d *Dialer) plausible(digits []byte) verdict {
	v := d.abroad(digits, packed(digits))
	if v.class != E164 {
		return v
	}
	c := d.lookup(digits)
	if c.lengths>>(v.number.Len()-int(c.digits))&1 == 0 {
		return verdict{reason: Implausible}
	}
	v.certain = false
	return v
}

// packed is the number of some digits, none if there are too many.
func packed(digits []byte) Number {
	bits, _ := pack(digits)
	return Number(bits)
}

func cutPrefix(digits []byte, prefix string) ([]byte, bool) {
	// At least one digit must remain.
	if len(digits) <= len(prefix) || string(digits[:len(prefix)]) != prefix {
		return nil, false
	}
	return digits[len(prefix):], true
}

func isDigits(s []byte) bool {
	for _, c := range s {
		if c-'0' > 9 {
			return false
		}
	}
	return len(s) > 0
}
