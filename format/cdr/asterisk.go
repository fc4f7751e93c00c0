package cdr

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"

	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// asterisk reads the Master.csv of Asterisk: 16 columns without a header, and
// up to five more by its settings. They are mapped so:
//
//	src, dst         calling, called
//	channel          extension, where the device's name is digits: PJSIP/1001-0000012a
//	dstchannel       carrier, where it is not; of a call from a trunk to an extension the other way round
//	lastapp Queue    queue: the first word of lastdata
//	start, answer, end   in Options.Zone (UTC where cdr.conf says usegmtime=yes)
//	billsec          stated length
//	disposition      disposition; UNKNOWN is none said
//	uniqueid         native id, without it a hash of the row
//	sequence         leg, without it a hash of channel, dstchannel, start and lastdata;
//	                 without uniqueid the row's ordinal among identical rows of the file
//	linkedid         conversation, without it uniqueid
//	userfield        campaign, agent and queue, written as camp=17;agent=ana
//
// accountcode, dcontext, clid, amaflags and peeraccount are left out. Read
// Master.csv or the files for each account, never both.
type asterisk struct {
	split splitter
	clock clock
	local local
	wrong mistakes
	rows  tally
	hint  hint
	file  string
	hash  []byte // what an id is made of
}

const (
	astSrc = 1 + iota
	astDst
	_
	_
	astChannel
	astDstChannel
	astLastApp
	astLastData
	astStart
	astAnswer
	astEnd
	astDuration
	astBillsec
	astDisposition
	_
	astFixed // columns that every row has
)

// astMost is how many columns a row has with every setting on.
const astMost = 21

func newAsterisk(o Options) *asterisk {
	s := &asterisk{split: splitter{delim: ','}, file: o.File, hint: readHint(o.Hint)}
	end := splitter{delim: ','}
	var c clock
	s.local = newLocal(o, func(line []byte) (when.Instant, bool) {
		if _, bad := end.quoted(line, &arena{}); bad != nil || len(end.fields) < astFixed {
			return 0, false
		}
		return c.wall(end.fields[astEnd])
	})
	return s
}

// sniffAsterisk looks for 16 to 21 columns with local times and a disposition
// of Asterisk's in their places.
func sniffAsterisk(head []byte) string {
	line, _ := headerLine(head)
	s := newAsterisk(Options{})
	if _, bad := s.split.quoted(line, &arena{}); bad != nil || !s.fits() {
		return ""
	}
	f := s.split.fields
	_, started := s.clock.wall(f[astStart])
	_, ended := s.clock.wall(f[astEnd])
	_, known := astDispositions[string(f[astDisposition])]
	if !started || !ended || !known {
		return ""
	}
	return fmt.Sprintf("no header, %d columns, local times in the 10th and 12th and %q in the 15th, as Asterisk writes Master.csv", len(f), f[astDisposition])
}

func (s *asterisk) fits() bool {
	return len(s.split.fields) >= astFixed && len(s.split.fields) <= astMost
}

func openAsterisk(head []byte, o Options, f *Format) (source, int, error) {
	warnZone(o, f)
	s := newAsterisk(o)
	line, _ := headerLine(head)
	if _, bad := s.split.quoted(line, &arena{}); bad == nil && s.fits() {
		id, _, _, _ := s.extras()
		if len(id) == 0 {
			f.Warnings = append(f.Warnings, "rows have no uniqueid, so equal rows are told apart by their order alone: set loguniqueid=yes")
		}
		s.doubtZone(epochOf(id), f)
	}
	return s, 0, nil
}

// doubtZone compares the first start with the second in its uniqueid. They are
// hours apart where the zone is not the one that the switch wrote in.
func (s *asterisk) doubtZone(made when.Instant, f *Format) {
	wall, ok := s.clock.wall(s.split.fields[astStart])
	if !ok || made == 0 {
		return
	}
	start, _, _ := s.local.zone.Local(wall)
	const quarter = 15 * when.Minute // all offsets of zones are multiples
	steps := (start - made + quarter/2) / quarter
	if off := start - made - steps*quarter; steps != 0 && off > -5*when.Second && off < 5*when.Second {
		f.Warnings = append(f.Warnings, fmt.Sprintf("the first call starts at %s by that zone, but its uniqueid was made at %s: the zone is probably another", start, made))
	}
}

// warnZone says how local times are read where nobody said it.
func warnZone(o Options, f *Format) {
	if o.Zone == nil {
		f.Warnings = append(f.Warnings, "its times are local and no zone was given: they are read as UTC")
		return
	}
	f.Warnings = append(f.Warnings, "its local times are read in "+o.Zone.Name())
}

func againAsterisk(_ []byte, o Options) (source, error) { return newAsterisk(o), nil }

func (s *asterisk) header() []byte { return nil }

func (s *asterisk) next(w *window, rec *Record) (n int, got bool) {
	line, n := w.text()
	if n == 0 || blank(line) {
		return n, false
	}
	rec.Text = line
	if at, reason := unreadable(line); at > 0 {
		s.wrong.add(usage.NoReason, "", at, nil, reason)
	}
	if _, bad := s.split.quoted(line, w.arena); bad != nil {
		if w.unended(n) {
			bad.reason += "; the file ends here without a line end: it seems to be cut off"
		}
		s.wrong.add(usage.NoReason, "", bad.column, line[min(bad.column-1, len(line)):], bad.reason)
	} else if !s.fits() {
		reason := fmt.Sprintf("it has %d fields, a row of Master.csv %d to %d", len(s.split.fields), astFixed, astMost)
		if w.unended(n) {
			reason += ", and the file ends here without a line end: it seems to be cut off"
		}
		s.wrong.add(usage.NoReason, "", 0, nil, reason)
	}
	if !s.wrong.fatal && !s.read(w, rec, line) {
		s.wrong = mistakes{}
		return 0, false
	}
	s.wrong.settle(rec, s.file)
	return n, true
}

// read takes the fields of one row into rec; false where the row's times need
// more of the file to be understood.
func (s *asterisk) read(w *window, rec *Record, line []byte) bool {
	f := s.split.fields
	id, user, linked, sequence := s.extras()
	rec.Calling, rec.Called = f[astSrc], f[astDst]
	rec.Extension, rec.Carrier = ends(f[astChannel], f[astDstChannel])
	if string(f[astLastApp]) == "Queue" {
		rec.Queue, _, _ = bytes.Cut(f[astLastData], []byte{','})
	}
	userfield(rec, user)
	d, ok := astDispositions[string(f[astDisposition])]
	if !ok {
		s.bad(usage.BadValue, line, astDisposition, "disposition", "not a disposition of Asterisk's")
	}
	rec.Disposition = d
	t := walls{duration: -1, billed: -1, epoch: epochOf(id)}
	t.started = s.wall(line, astStart, startedColumn)
	t.ended = s.wall(line, astEnd, endedColumn)
	if len(f[astAnswer]) > 0 {
		t.answered = s.wall(line, astAnswer, answeredColumn)
	}
	t.duration = s.seconds(line, astDuration, "duration")
	t.billed = s.seconds(line, astBillsec, "billsec")
	rec.StatedSeconds = int32(t.billed)
	if !s.local.resolve(rec, t, w, &s.wrong) {
		return false
	}
	s.wrong.order(rec)
	s.identify(rec, w.arena, line, id, sequence)
	rec.Conversation = linked
	if len(linked) == 0 {
		rec.Conversation = id
	}
	return true
}

// extras finds the columns that settings add. A single one of uniqueid and
// userfield is told by its shape.
func (s *asterisk) extras() (id, user, linked, sequence []byte) {
	rest := s.split.fields[astFixed:]
	if n := len(rest); n >= 3 {
		linked, sequence, rest = rest[n-2], rest[n-1], rest[:n-3]
	}
	switch {
	case len(rest) == 2:
		return rest[0], rest[1], linked, sequence
	case len(rest) == 1 && epochOf(rest[0]) != 0:
		return rest[0], nil, linked, sequence
	case len(rest) == 1:
		return nil, rest[0], linked, sequence
	}
	return nil, nil, linked, sequence
}

// epochOf reads the second in which a uniqueid was made: pbx1-1772442000.298.
func epochOf(id []byte) when.Instant {
	if i := bytes.LastIndexByte(id, '-'); i >= 0 {
		id = id[i+1:]
	}
	whole, serial, ok := bytes.Cut(id, []byte{'.'})
	sec, ok1 := number(whole)
	_, ok2 := number(serial)
	if !ok || !ok1 || !ok2 || len(whole) < 9 || len(whole) > 10 {
		return 0
	}
	return when.Instant(sec) * when.Second
}

func (s *asterisk) identify(rec *Record, a *arena, line, id, sequence []byte) {
	f := s.split.fields
	if len(id) == 0 {
		sum := sha256.Sum256(line)
		rec.ID = hexText(a, sum)
		if n := max(s.rows.count(sum), s.hint.copies); n > 0 {
			rec.Leg = a.end(strconv.AppendInt(a.begin(), int64(n), 10))
			rec.Hint = hint{pass: rec.Hint, copies: n}.text(a)
		}
		return
	}
	rec.ID, rec.Leg = id, sequence
	if len(sequence) == 0 {
		s.hash = s.hash[:0]
		for _, part := range [][]byte{f[astChannel], f[astDstChannel], f[astStart], f[astLastData]} {
			s.hash = binary.AppendUvarint(s.hash, uint64(len(part)))
			s.hash = append(s.hash, part...)
		}
		rec.Leg = hexText(a, sha256.Sum256(s.hash))
	}
}

// hexText is the first half of sum in hexadecimal.
func hexText(a *arena, sum [sha256.Size]byte) []byte {
	return a.end(hex.AppendEncode(a.begin(), sum[:16]))
}

func (s *asterisk) wall(line []byte, field int, c column) when.Instant {
	wall, ok := s.clock.wall(s.split.fields[field])
	if !ok || wall == 0 {
		s.bad(usage.BadTime, line, field, columnNames[c], "not a local time such as 2026-03-02 09:00:00")
	}
	return wall
}

func (s *asterisk) seconds(line []byte, field int, name string) int64 {
	n, ok := number(s.split.fields[field])
	if !ok || n > 1<<31-1 {
		s.bad(usage.BadValue, line, field, name, "not a whole number of seconds")
		return -1
	}
	return n
}

func (s *asterisk) bad(reason usage.Reason, line []byte, field int, name, why string) {
	s.wrong.add(reason, name, columnAt(line, ',', field), s.split.fields[field], why)
}

var astDispositions = map[string]usage.Disposition{
	"ANSWERED":   usage.Answered,
	"NO ANSWER":  usage.NoAnswer,
	"BUSY":       usage.Busy,
	"FAILED":     usage.Failed,
	"CONGESTION": usage.Congestion,
	"CANCEL":     usage.Cancelled,
	"UNKNOWN":    usage.NoDisposition,
}
