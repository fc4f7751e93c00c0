package cdr_test

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/cdr"
)

// fuzz reads any bytes as the named format. Nothing may panic or be lost: the
// records' texts stand in the file in order, and what lies between them is
// line ends, blanks, and for JSON the punctuation of lists. What is read again
// from its text is the same.
func fuzz(f *testing.F, format, between string) {
	for _, name := range samples(f) {
		in, _ := sample(f, name)
		f.Add(in[:min(len(in), 4000)])
	}
	london, err := when.LoadZone("Europe/London")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		o := cdr.Options{Format: format, Zone: london}
		if bytes.HasPrefix(in, []byte("\x1f\x8b")) || bytes.HasPrefix(in, []byte("\x28\xb5\x2f\xfd")) {
			return // offsets are of what comes out of them
		}
		at, first := int64(0), true
		r, err := readAll(t, bytes.NewReader(in), o, 3, func(rec *cdr.Record) {
			check(t, rec)
			if rec.Offset < at || rec.Offset+int64(len(rec.Text)) > int64(len(in)) {
				t.Fatalf("offset %d after %d of %d", rec.Offset, at, len(in))
			}
			if !bytes.Equal(in[rec.Offset:][:len(rec.Text)], rec.Text) {
				t.Fatalf("at %d stands %q, not %q", rec.Offset, in[rec.Offset:], rec.Text)
			}
			if want := int64(1 + bytes.Count(in[:rec.Offset], []byte{'\n'})); rec.Line != want {
				t.Fatalf("line %d, want %d", rec.Line, want)
			}
			if lost := bytes.Trim(unmarked(in[at:rec.Offset], first), between); len(lost) > 0 && !(first && format == "own") {
				t.Fatalf("lost: %q", lost)
			}
			at, first = rec.Offset+int64(len(rec.Text)), false
		})
		if err != nil {
			return
		}
		if lost := bytes.Trim(unmarked(in[at:], first), between); len(lost) > 0 && !(first && format == "own") {
			t.Fatalf("lost at the end: %q", lost)
		}
		if r.Format().Why() == "" {
			t.Fatal("no reason given")
		}
	})
}

// unmarked is what stands before the first record without a byte order mark.
func unmarked(in []byte, first bool) []byte {
	if first {
		return bytes.TrimPrefix(in, []byte("\xef\xbb\xbf"))
	}
	return in
}

// check is what holds for every record.
func check(t *testing.T, rec *cdr.Record) {
	if rec.Reject != nil {
		if rec.Reject.Reason == "" || rec.Reject.Line != rec.Line {
			t.Fatalf("%+v", rec.Reject)
		}
		return
	}
	if len(rec.ID) == 0 || !utf8.Valid(rec.Text) {
		t.Fatalf("no id, or bad text: %s", dump(rec))
	}
	if (rec.Suspend == usage.NoReason) != (rec.SuspendDetail == "") {
		t.Fatalf("suspension without a reason: %s", dump(rec))
	}
	if rec.Suspend == usage.NoReason {
		s, a, e := rec.Started, rec.Answered, rec.Ended
		if s == 0 || e < s || a != 0 && (a < s || a > e) {
			t.Fatalf("odd times: %s", dump(rec))
		}
	}
}

const blanks = " \t\r\n\v\f\u0085\u00a0\u2000\u2028\u2029\u202f\u205f\u3000\u1680\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"

func FuzzOwn(f *testing.F)            { fuzz(f, "own", blanks) }
func FuzzLines(f *testing.F)          { fuzz(f, "jsonl", blanks) }
func FuzzAsterisk(f *testing.F)       { fuzz(f, "asterisk", blanks) }
func FuzzFreeswitchCSV(f *testing.F)  { fuzz(f, "freeswitch-csv", blanks) }
func FuzzFreeswitchJSON(f *testing.F) { fuzz(f, "freeswitch-json", blanks+",[]") }

// FuzzOpen lets the format be found.
func FuzzOpen(f *testing.F) {
	for _, name := range samples(f) {
		in, _ := sample(f, name)
		f.Add(in[:min(len(in), 4000)])
	}
	f.Add(gzipped([]byte(shortHeader + goodLine)))
	f.Add(zstded([]byte(shortHeader+goodLine), f))
	f.Fuzz(func(t *testing.T, in []byte) {
		_, err := readAll(t, bytes.NewReader(in), cdr.Options{}, 0, func(rec *cdr.Record) { check(t, rec) })
		if err != nil && err.Error() == "" {
			t.Fatal("an error without words")
		}
	})
}
