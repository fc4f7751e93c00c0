package cdr

import (
	"bytes"

	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// walls are the local times of one record, each counted as if it were UTC, and
// what is known to tell the two readings of a repeated hour apart.
type walls struct {
	started, answered, ended when.Instant // zero: none
	duration, billed         int64        // stated seconds; −1: not stated
	epoch                    when.Instant // when the switch made the call's id; zero: unknown
}

// reading is one meaning of walls.
type reading struct{ started, answered, ended when.Instant }

// local turns the local times of a file's records into instants. In the hour
// that clocks repeat it goes by the epoch in the native id; else by the stated
// durations; else by the order of the file, whose rows are written as calls
// end: where their local time falls back, the hour began again. What then has
// two meanings is ambiguous.
type local struct {
	zone *when.Zone
	last when.Instant // end of the latest record whose times are known
	hint []byte       // of a single record: the pass that its neighbours told then

	// endOf reads the local end of a row; nil where the format has no rows.
	endOf    func(line []byte) (wall when.Instant, ok bool)
	looked   int64        // offset up to which the file was looked through for the fall-back
	lookedAt when.Instant // the local end there
	turn     int64        // offset of the row at which local time fell back; 0: not found
}

// slack is how much rows may be out of order, and how much stated seconds may
// be off from the instants.
const (
	orderSlack = when.Minute
	statedSlop = when.Second
)

var (
	hintFirst  = []byte("first")
	hintSecond = []byte("second")
)

func newLocal(o Options, endOf func([]byte) (when.Instant, bool)) local {
	zone := o.Zone
	if zone == nil {
		zone = when.UTC
	}
	return local{zone: zone, hint: readHint(o.Hint).pass, endOf: endOf}
}

// wall reads 2026-03-02 09:00:00, with up to six decimals.
func (c *clock) wall(v []byte) (when.Instant, bool) {
	var text [27]byte
	if len(v) < 19 || len(v) > 26 || v[10] != ' ' {
		return 0, false
	}
	n := copy(text[:], v)
	text[10], text[n] = 'T', 'Z'
	return c.fast(text[:n+1])
}

// resolve sets the instants of rec. It returns false where it has to see more
// of the file than w holds.
func (l *local) resolve(rec *Record, t walls, w *window, wrong *mistakes) bool {
	var cand [3][2]when.Instant
	repeated := false
	for i, wall := range []when.Instant{t.started, t.answered, t.ended} {
		if wall == 0 {
			continue
		}
		first, second, kind := l.zone.Local(wall)
		if kind == when.Skipped {
			wrong.add(usage.BadTime, instantNames[i], 0, []byte(l.show(wall)), "clocks in "+l.zone.Name()+" went forward over this time")
			continue
		}
		cand[i] = [2]when.Instant{first, second}
		repeated = repeated || kind == when.Repeated
	}
	if !repeated {
		l.take(rec, reading{cand[0][0], cand[1][0], cand[2][0]})
		return true
	}
	all := t.readings(cand)
	if len(all) > 1 && t.epoch != 0 {
		all = []reading{nearest(all, t.epoch)}
	}
	if len(all) > 1 {
		second, known, more := l.pass(cand[2], w)
		if more {
			return false
		}
		if known {
			all, rec.Hint = ofPass(all, cand[2], second), hintFirst
			if second {
				rec.Hint = hintSecond
			}
		}
	}
	if len(all) != 1 {
		wrong.add(usage.AmbiguousTime, columnNames[endedColumn], 0, []byte(l.show(t.ended)), "clocks in "+l.zone.Name()+" showed this time twice, and nothing tells which was meant")
		return true
	}
	l.take(rec, all[0])
	return true
}

var instantNames = [...]string{columnNames[startedColumn], columnNames[answeredColumn], columnNames[endedColumn]}

func (l *local) take(rec *Record, r reading) {
	rec.Started, rec.Answered, rec.Ended = r.started, r.answered, r.ended
	l.last = max(l.last, r.ended)
}

func (l *local) show(wall when.Instant) string { return wall.Time().Format("2006-01-02 15:04:05") }

// readings are the meanings of t in which the call runs forwards and lasts as
// long as is stated; where the statements fit none, those that run forwards.
func (t walls) readings(cand [3][2]when.Instant) []reading {
	var fit, forward []reading
	each(cand[0], func(s when.Instant) {
		each(cand[1], func(a when.Instant) {
			each(cand[2], func(e when.Instant) {
				if s > e || a != 0 && (a < s || a > e) {
					return
				}
				forward = append(forward, reading{s, a, e})
				if near(e-s, t.duration) && (a == 0 || near(e-a, t.billed)) {
					fit = append(fit, reading{s, a, e})
				}
			})
		})
	})
	if len(fit) > 0 {
		return fit
	}
	return forward
}

func each(c [2]when.Instant, do func(when.Instant)) {
	do(c[0])
	if c[1] != c[0] {
		do(c[1])
	}
}

func near(length when.Instant, stated int64) bool {
	off := length - when.Instant(stated)*when.Second
	return stated < 0 || off >= -statedSlop && off <= statedSlop
}

// nearest is the reading that starts soonest after epoch; one that starts
// before the call's id was made cannot be.
func nearest(all []reading, epoch when.Instant) reading {
	best, off := all[0], when.Forever
	for _, r := range all {
		d := r.started - epoch
		if d < -statedSlop {
			d = when.DayLength - d
		}
		if d < off {
			best, off = r, d
		}
	}
	return best
}

func ofPass(all []reading, ended [2]when.Instant, second bool) []reading {
	want := ended[0]
	if second {
		want = ended[1]
	}
	var kept []reading
	for _, r := range all {
		if r.ended == want {
			kept = append(kept, r)
		}
	}
	return kept
}

// pass tells by the file's order whether a call ended in the first or second
// pass of the repeated hour.
func (l *local) pass(ended [2]when.Instant, w *window) (second, known, more bool) {
	switch {
	case bytes.Equal(l.hint, hintFirst):
		return false, true, false
	case bytes.Equal(l.hint, hintSecond):
		return true, true, false
	case ended[0] == ended[1]:
		return false, false, false
	case l.last-orderSlack > ended[0]:
		return true, true, false
	case l.endOf == nil:
		return false, false, false
	}
	if more = l.look(w); more {
		return false, false, true
	}
	return false, l.turn > w.offset, false
}

// look searches the rows of w for the one at which local time falls back. It
// goes on where it stopped before, so that the file is looked through once.
func (l *local) look(w *window) (more bool) {
	if l.turn > w.offset {
		return false
	}
	at := int(max(0, l.looked-w.offset))
	if at == 0 {
		l.lookedAt = 0
	}
	for at < len(w.buf) {
		i := bytes.IndexByte(w.buf[at:], '\n')
		if i < 0 {
			break
		}
		if wall, ok := l.endOf(trimCR(w.buf[at : at+i])); ok {
			if wall < l.lookedAt-orderSlack {
				l.turn, l.looked, l.lookedAt = w.offset+int64(at), w.offset+int64(at), wall
				return false
			}
			if _, _, kind := l.zone.Local(wall); kind != when.Repeated && at > 0 {
				return false // the hour is over without a fall-back
			}
			l.lookedAt = wall
		}
		at += i + 1
		l.looked = w.offset + int64(at)
	}
	return w.more
}
