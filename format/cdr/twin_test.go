package cdr_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"tollkeeper/core/when"
	"tollkeeper/format/cdr"
)

// words are what the twins make their files of.
func words() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`[a-z0-9+ ,;"]{0,12}`),
		rapid.SampledFrom([]string{"", "2026-06-01T07:00:00.123Z", "2026-06-01T07:00:00Z", "1780304400", "1780304400.5", "outbound", "dialer", "two\nlines", "ü"}),
	)
}

// TestOwnTwin compares the fast reading of our CSV with encoding/csv, on files
// with quotes, line breaks in quotes, and CRLF, read in pieces of any size.
func TestOwnTwin(t *testing.T) {
	names := []string{"tenant", "call_id", "agent", "called", "started_at", "answered_at", "ended_at"}
	rapid.Check(t, func(t *rapid.T) {
		order := rapid.Permutation(names).Draw(t, "order")
		rows := rapid.SliceOf(rapid.SliceOfN(words(), len(names), len(names))).Draw(t, "rows")
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		w.Comma = rapid.SampledFrom([]rune{',', ';', '\t'}).Draw(t, "comma")
		w.UseCRLF = rapid.Bool().Draw(t, "crlf")
		if err := w.WriteAll(append([][]string{order}, rows...)); err != nil {
			t.Fatal(err)
		}
		slow := csv.NewReader(bytes.NewReader(file.Bytes()))
		slow.Comma = w.Comma
		all, err := slow.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, row := range all[1:] {
			want = append(want, slowRecord(order, row))
		}
		var got []string
		_, err = readAll(t, bytes.NewReader(file.Bytes()), cdr.Options{}, rapid.IntRange(1, 5).Draw(t, "want"), func(r *cdr.Record) {
			got = append(got, fastRecord(r))
		})
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v\n%q\ngot  %q\nwant %q", err, file.String(), got, want)
		}
	})
}

// slowRecord is what a row of the twin means.
func slowRecord(order, row []string) string {
	cell := func(name string) string { return row[slices.Index(order, name)] }
	at := func(name string) when.Instant {
		i, err := when.Parse(strings.TrimSpace(cell(name)))
		if err != nil {
			return 0
		}
		return i
	}
	if strings.TrimSpace(cell("call_id")) == "" {
		return "reject"
	}
	return fmt.Sprintf("%q %q %q %q %d %d %d", cell("tenant"), cell("call_id"), cell("agent"), cell("called"), at("started_at"), at("answered_at"), at("ended_at"))
}

// fastRecord is a record in the same words. encoding/csv makes LF of CRLF
// within quotes; we leave it.
func fastRecord(r *cdr.Record) string {
	if r.Reject != nil {
		return "reject"
	}
	lf := func(v []byte) string { return strings.ReplaceAll(string(v), "\r\n", "\n") }
	return fmt.Sprintf("%q %q %q %q %d %d %d", lf(r.Tenant), lf(r.ID), lf(r.Agent), lf(r.Called), r.Started, r.Answered, r.Ended)
}

// TestInstantTwin compares the fast reading of instants with when.Parse.
func TestInstantTwin(t *testing.T) {
	shapes := rapid.OneOf(
		rapid.StringMatching(`(19[67][0-9]|20[0-9][0-9]|2[12][0-9][0-9])-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]([.,][0-9]{0,10})?(Z|z|[+-][0-2][0-9]:[0-6][0-9])?`),
		rapid.StringMatching(`[0-9]{7,12}(\.[0-9]{0,9})?`),
		rapid.StringMatching(`[0-9T:Z.+-]{0,30}`),
	)
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(shapes, 1, 8).Draw(t, "instants")
		var file strings.Builder
		file.WriteString("call_id,called,started_at,ended_at,answered_at\n")
		for _, s := range texts {
			fmt.Fprintf(&file, "x,1,\"%s\",\"%s\",\n", s, s)
		}
		i := 0
		_, err := readAll(t, strings.NewReader(file.String()), cdr.Options{}, 0, func(r *cdr.Record) {
			want, err := when.Parse(texts[i])
			if got := r.Started; got != want || (err != nil || want == 0) != (r.Suspend != 0) {
				t.Fatalf("%q is %s, want %s, %v", texts[i], got, want, err)
			}
			i++
		})
		if err != nil || i != len(texts) {
			t.Fatal(err, i)
		}
	})
}

// TestAgain reads every record of every sample once more from its text alone.
func TestAgain(t *testing.T) {
	for _, name := range samples(t) {
		in, o := sample(t, name)
		r, err := cdr.Open(bytes.NewReader(in), o)
		if err != nil {
			t.Fatal(err)
		}
		var b cdr.Batch
		for err = r.ReadBatch(&b); err == nil; err = r.ReadBatch(&b) {
			for i := range b.Records {
				rec := &b.Records[i]
				o.Hint = rec.Hint
				one, err := cdr.ReadOne(r.Format().Name, r.Header(), rec.Text, o)
				if err != nil {
					t.Fatal(err)
				}
				if one.Line != 1 {
					t.Errorf("line %d", one.Line)
				}
				one.Line, one.Offset = rec.Line, rec.Offset
				if rec.Reject != nil {
					if one.Reject == nil || string(one.Text) != string(rec.Text) {
						t.Errorf("%s: rejected, and then read as %s", name, dump(&one))
					}
				} else if dump(&one) != dump(rec) {
					t.Errorf("%s: was %s\nand then %s", name, dump(rec), dump(&one))
				}
			}
		}
		if err != io.EOF {
			t.Fatal(err)
		}
	}
	if _, err := cdr.ReadOne("excel", nil, nil, cdr.Options{}); err == nil {
		t.Error("an unknown format is read")
	}
	if _, err := cdr.ReadOne("own", []byte("a,b"), nil, cdr.Options{}); err == nil {
		t.Error("a header without our columns is read")
	}
	if one, err := cdr.ReadOne("own", []byte(shortHeader), []byte(goodLine+goodLine), cdr.Options{}); err != nil || one.Reject == nil {
		t.Error("two records are read as one")
	}
}

// TestSmallBatches reads each sample in pieces of every small size, through a
// reader that gives a byte at a time: the same records come.
func TestSmallBatches(t *testing.T) {
	for _, name := range samples(t) {
		in, o := sample(t, name)
		want := dumpFile(t, in, o, 0)
		for _, size := range []int{1, 2, 3} {
			var b strings.Builder
			r, err := readAll(t, oneByte{bytes.NewReader(in)}, o, size, func(rec *cdr.Record) { b.WriteString(dump(rec) + "\n") })
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Format().Why() + "\n" + b.String(); got != want {
				t.Errorf("%s in batches of %d reads differently:\n%s", name, size, got)
			}
		}
	}
}

// TestPieces reads each sample many times over, so that records stand across
// the ends of buffers, in batches and pieces of several sizes.
func TestPieces(t *testing.T) {
	for _, name := range samples(t) {
		in, o := sample(t, name)
		in = bytes.Repeat(append(in, '\n'), 1+200_000/len(in))
		want := dumpFile(t, in, o, 0)
		for _, size := range []int{7, 150, 100_000} {
			var b strings.Builder
			r, err := readAll(t, iotest.HalfReader(bytes.NewReader(in)), o, size, func(rec *cdr.Record) { b.WriteString(dump(rec) + "\n") })
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Format().Why() + "\n" + b.String(); got != want {
				t.Errorf("%s in batches of %d reads differently", name, size)
			}
		}
	}
}

// TestSameCall reads one call as FreeSWITCH writes it in CSV and in JSON, from
// either leg: one identity is charged.
func TestSameCall(t *testing.T) {
	const charged = "c0a1f3de-1d14-4f3a-8a37-52d6a5b90e02"
	legs, _ := sample(t, "testdata/freeswitch_array.json")
	for _, c := range []struct {
		in   []byte
		o    cdr.Options
		id   string
		paid bool
	}{
		{first(t, "testdata/freeswitch_example.csv"), cdr.Options{}, charged, true},
		{first(t, "testdata/freeswitch.json"), cdr.Options{}, charged, true},
		{legs, cdr.Options{}, "5b1d5a0e-8f3d-4b52-9a3c-0f6c1d1b7a11", false},
		{legs, cdr.Options{OnlyALegs: true}, charged, true},
	} {
		n := 0
		if _, err := readAll(t, bytes.NewReader(c.in), c.o, 0, func(r *cdr.Record) {
			if n++; n == 1 && (string(r.ID) != c.id || r.Charged != c.paid || len(r.Leg) > 0) {
				t.Errorf("%s", dump(r))
			}
		}); err != nil || n == 0 {
			t.Error(err, n)
		}
	}
}

func first(t *testing.T, name string) []byte {
	in, _ := sample(t, name)
	line, _, _ := bytes.Cut(in, []byte{'\n'})
	return line
}

type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(len(p), 1)]) }
