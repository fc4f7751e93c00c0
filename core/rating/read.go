package rating

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/when"
)

// MaxCardBytes is how long a card's JSON can be.
const MaxCardBytes = 4 << 30

// NewCard is a card with the defaults of what a card need not say.
func NewCard() Card { return Card{Zone: "UTC", Rounding: money.DefaultRounding} }

// NewRow is a row with the defaults of what a row need not say: outbound, any
// number, billed by the second.
func NewRow() Row { return Row{Initial: 1, Increment: 1} }

// ReadCard reads a card as JSON and checks it. What is missing has its default;
// unknown and repeated fields are mistakes. All mistakes come at once as
// fault.Inputs, with the row counted from 1 as the line. Money is decimals in
// quotes. A row with a prefix of more digits than any number has would never be
// taken, and is left out.
func ReadCard(r io.Reader) (*Card, error) {
	in := reader{dec: json.NewDecoder(io.LimitReader(r, MaxCardBytes))}
	in.dec.UseNumber()
	c := NewCard()
	in.card(&c)
	if _, err := in.dec.Token(); in.broken == nil && err != io.EOF {
		in.found.add(0, "", "", "the card is followed by something else")
	}
	if in.broken != nil {
		in.found.add(in.line, in.field, "", fmt.Sprintf("not JSON after byte %d: %v", in.dec.InputOffset(), in.broken))
		return nil, in.found.inputs()
	}
	if err := in.check(&c).Err(); err != nil {
		return nil, err
	}
	return &c, nil
}

// check is what was wrong with the text together with what is wrong with the
// card, by row.
func (in *reader) check(c *Card) fault.Inputs {
	k := newChecker(c)
	k.lines = in.lines
	k.card()
	k.rows()
	if len(in.found.list) == 0 { // else rows may seem to overlap because a field was not understood
		newOrder(c.Rates).overlaps(c.Rates, k.clash)
		return k.mistakes.inputs()
	}
	type spot struct {
		line  int64
		field string
	}
	told := map[spot]bool{}
	for _, m := range in.found.list {
		top, _, _ := strings.Cut(m.Field, ".")
		told[spot{m.Line, top}], told[spot{m.Line, m.Field}] = true, true
	}
	found := in.found.inputs()
	for _, m := range k.mistakes.inputs() {
		if !told[spot{m.Line, m.Field}] {
			found = append(found, m)
		}
	}
	slices.SortStableFunc(found, func(a, b fault.Input) int { return cmp.Compare(a.Line, b.Line) })
	return found
}

// UnmarshalJSON reads what ReadCard reads.
func (c *Card) UnmarshalJSON(b []byte) error {
	read, err := ReadCard(bytes.NewReader(b))
	if err == nil {
		*c = *read
	}
	return err
}

func (in *reader) card(c *Card) {
	in.object("a rate card", nil, func(field string) bool {
		switch field {
		case "id":
			in.text(&c.ID)
		case "name":
			in.text(&c.Name)
		case "currency":
			in.parsed(&c.Currency)
		case "time_zone":
			in.text(&c.Zone)
		case "rounding":
			in.rounding(&c.Rounding)
		case "spanning":
			in.parsed(&c.Spanning)
		case "grace_rule":
			in.parsed(&c.GraceRule)
		case "bands":
			in.list(func() { c.Bands = append(c.Bands, in.band()) })
		case "amd_fee":
			in.parsed(&c.AMDFee)
		case "rates":
			in.rows(c)
		default:
			return false
		}
		return true
	})
}

func (in *reader) rows(c *Card) {
	in.list(func() {
		in.line++
		in.field, in.endless = "", false
		if len(c.Rates) > MaxRows { // one more than allowed, which the check then tells
			in.skip()
			return
		}
		if r := in.row(); !in.endless {
			c.Rates, in.lines = append(c.Rates, r), append(in.lines, int32(in.line))
		}
	})
	if in.broken == nil { // else the row is where it broke
		in.line = 0
	}
}

func (in *reader) rounding(r *money.Rounding) {
	in.object("a rounding", nil, func(field string) bool {
		switch field {
		case "decimals":
			n := int32(r.Decimals)
			in.number(&n)
			r.Decimals = int(n)
		case "mode":
			in.parsed(&r.Mode)
		default:
			return false
		}
		return true
	})
}

func (in *reader) band() (b Band) {
	in.object("a band", []string{"name"}, func(field string) bool {
		switch field {
		case "name":
			in.text(&b.Name)
		case "windows":
			in.list(func() { b.Windows = append(b.Windows, in.window()) })
		case "holidays":
			in.list(func() {
				if day := read(in, when.ParseDay); day != 0 {
					b.Holidays = append(b.Holidays, day)
				}
			})
		default:
			return false
		}
		return true
	})
	return b
}

// window reads a window; one that is not understood is a whole Monday, so that
// its own mistake is told and no other.
func (in *reader) window() when.Window {
	w := when.Window{To: when.MinutesOfDay}
	before := in.found.count()
	in.object("a window", []string{"days", "from", "to"}, func(field string) bool {
		switch field {
		case "days":
			in.list(func() { w.Days |= read(in, when.ParseWeekday) })
		case "from":
			w.From = read(in, when.ParseClock)
		case "to":
			w.To = read(in, when.ParseClock)
		default:
			return false
		}
		return true
	})
	if in.found.count() > before {
		return when.Window{Days: when.Monday, To: when.MinutesOfDay}
	}
	return w
}

func (in *reader) row() Row {
	r := NewRow()
	in.object("a rate row", []string{"prefix", "rate"}, func(field string) bool {
		switch field {
		case "direction":
			in.parsed(&r.Direction)
		case "prefix":
			r.Prefix = in.prefix()
		case "origin_prefix":
			r.Origin = in.prefix()
		case "band":
			in.text(&r.Band)
		case "destination":
			in.text(&r.Destination)
		case "rate":
			in.parsed(&r.Rate)
		case "connect_fee":
			in.parsed(&r.ConnectFee)
		case "initial":
			in.number(&r.Initial)
		case "increment":
			in.number(&r.Increment)
		case "grace":
			in.number(&r.Grace)
		case "steps":
			in.list(func() { r.Steps = append(r.Steps, in.step()) })
		case "min_charge":
			r.MinCharge = in.bound()
		case "max_charge":
			r.MaxCharge = in.bound()
		case "blocked":
			in.flag(&r.Blocked)
		case "usage_group":
			in.text(&r.UsageGroup)
		case "call_type":
			in.text(&r.CallType)
		case "effective_from":
			in.date(&r.From)
		case "effective_to":
			in.date(&r.To)
		default:
			return false
		}
		return true
	})
	return r
}

func (in *reader) step() (s Step) {
	in.object("a step", []string{"from", "rate", "increment"}, func(field string) bool {
		switch field {
		case "from":
			in.number(&s.From)
		case "rate":
			in.parsed(&s.Rate)
		case "increment":
			in.number(&s.Increment)
		default:
			return false
		}
		return true
	})
	return s
}

// prefix reads a prefix; one that is longer than any number sets endless.
func (in *reader) prefix() phone.Prefix {
	var s string
	if !in.text(&s) {
		return 0
	}
	if len(s) > phone.MaxDigits && strings.Trim(s, "0123456789") == "" {
		in.endless = true
		return 0
	}
	p, err := phone.ParsePrefix(s)
	in.note(s, err)
	return p
}

// bound reads a least or greatest charge; null is none.
func (in *reader) bound() *money.Amount {
	var s string
	if !in.optional(&s) {
		return nil
	}
	a, err := money.ParseAmount(s)
	in.note(s, err)
	return &a
}

// date reads an instant; null and "" are none.
func (in *reader) date(i *when.Instant) {
	var s string
	if !in.optional(&s) || s == "" {
		return
	}
	v, err := when.Parse(s)
	if err == nil && v == 0 {
		err = fault.New(fault.Invalid, "the first instant of 1970 stands for none: leave the field out")
	}
	in.note(s, err)
	*i = v
}
