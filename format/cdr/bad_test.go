package cdr_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"

	"tollkeeper/core/fault"
	"tollkeeper/format/cdr"
)

const (
	shortHeader = "call_id,called,started_at,ended_at\n"
	goodLine    = "x1,+14155550142,2026-06-01T09:00:00Z,2026-06-01T09:01:00Z\n"
)

// TestRefused opens files that are no call records, or whose header is wrong.
func TestRefused(t *testing.T) {
	var book bytes.Buffer
	z := zip.NewWriter(&book)
	if w, err := z.Create("xl/workbook.xml"); err != nil {
		t.Fatal(err)
	} else if _, err = w.Write([]byte("<x/>")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, in, format, want string }{
		{"spreadsheet", book.String(), "", "this looks like an Excel workbook (open it and save the sheet as CSV)"},
		{"spreadsheet, asked for", book.String(), "own", "an Excel workbook"},
		{"spreadsheet, compressed", string(gzipped(book.Bytes())), "", "an Excel workbook"},
		{"office file", "PK\x03\x04\x14\x00\x06\x00[Content_Types].xml", "", "an Excel workbook or another Office file"},
		{"opendocument", "PK\x03\x04\x14\x00\x00\x00mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK", "", "an OpenDocument spreadsheet"},
		{"word document", "PK\x03\x04\x14\x00[Content_Types].xml word/document.xml", "", "a Word document"},
		{"archive", "PK\x03\x04\x14\x00\x00\x00calls.csv", "", "a zip archive (unpack it)"},
		{"deck", "prefix,destination,rate\n44,UK,0.01\n", "", "a deck of rates"},
		{"deck of a carrier", "\xef\xbb\xbfDestination;Dial Code;Rate per Minute\nUK;44;0,01\n", "", "a deck of rates"},
		{"deck, asked for", "Prefix,Rate\n44,0.01\n", "own", "a deck of rates"},
		{"old spreadsheet", "\xd0\xcf\x11\xe0\xa1\xb1", "", "an old Excel"},
		{"pdf", "%PDF-1.7\n%\xe2\xe3", "", "a PDF document"},
		{"page", "\n <!DOCTYPE HTML><html>login", "", "a web page"},
		{"picture", "\x89PNG\r\n\x1a\n\x00", "", "a picture"},
		{"program", "\x7fELF\x02\x01\x01\x00", "", "a program"},
		{"windows program", "MZ\x90\x00\x03", "", "a Windows program"},
		{"bzip2", "BZh91AY&SY\x00\x00", "", "bzip2"},
		{"xz", "\xfd7zXZ\x00", "", "an xz file"},
		{"database", "SQLite format 3\x00", "", "SQLite"},
		{"utf-16", "\xff\xfec\x00a\x00", "", "UTF-16"},
		{"utf-16 without a mark", "c\x00a\x00l\x00l\x00_\x00i\x00d\x00,\x00\n\x00", "", "UTF-16"},
		{"nul bytes", strings.Repeat("\x00", 5000), "", "binary data"},
		{"old mac", "call_id,called\rx,y\r", "", "CR alone"},
		{"gzip in gzip", string(gzipped(gzipped([]byte(goodLine)))), "", "a gzip file inside a compressed file"},
		{"not really gzip", "\x1f\x8bxxxxxxxxxxxxxxxx", "", "begins like a gzip file"},
		{"unknown", "hello, world\n", "", `no known format: the first line is "hello, world"`},
		{"unknown name", goodLine, "excel", `"excel" is not a format of call records: known are own,`},
		{"no header", goodLine, "own", `header "call_id": this column is missing`},
		{"header wrong three times", "call_id,Called, called ,agent,AGENT\n", "", "this.csv:1:16: header \"called\": this column is there twice\nthis.csv:1:31: header \"agent\": this column is there twice\nthis.csv:1: header \"started_at\": this column is missing\nthis.csv:1: header \"ended_at\": this column is missing"},
		{"header not UTF-8", "call_id,called,started_at,ended_at,\xff\n", "", "the byte 0xff is not UTF-8"},
		{"header without end", "call_id,called," + strings.Repeat("x", 70000), "", "the header line has more than 65536 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := cdr.Open(strings.NewReader(c.in), cdr.Options{File: "this.csv", Format: c.format})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want …%s…", err, c.want)
			}
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("kind %v", fault.KindOf(err))
			}
		})
	}
}

// TestEmpty reads files without a record: nothing comes, and nothing is wrong.
func TestEmpty(t *testing.T) {
	for _, c := range []struct{ in, format, want string }{
		{"", "", "empty"}, {" \r\n\n", "", "empty"}, {"\xef\xbb\xbf", "asterisk", "empty"}, {string(gzipped(nil)), "", "empty"},
		{shortHeader, "", "own"}, {strings.TrimSpace(shortHeader), "", "own"}, {shortHeader + "\n \n\r\n", "", "own"},
		{"\n\n" + shortHeader, "", "own"}, {"[]", "freeswitch-json", "freeswitch-json"},
	} {
		r, err := readAll(t, strings.NewReader(c.in), cdr.Options{Format: c.format}, 0, func(rec *cdr.Record) { t.Errorf("%q has %s", c.in, dump(rec)) })
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
		} else if r.Format().Name != c.want {
			t.Errorf("%q was %s", c.in, r.Format().Why())
		}
	}
}

// TestFormatAsked takes the format that was asked for, and says so.
func TestFormatAsked(t *testing.T) {
	r, err := cdr.Open(strings.NewReader(shortHeader+goodLine), cdr.Options{Format: "asterisk"})
	if err != nil {
		t.Fatal(err)
	}
	want := "read as asterisk: asked for, though it looks like own (its first line names 4 columns of our own layout, separated by commas)"
	if got := r.Format().Why(); !strings.HasPrefix(got, want) {
		t.Error(got)
	}
}

// TestDoubtZone warns of a zone that the ids in the file speak against.
func TestDoubtZone(t *testing.T) {
	row := `"a","1","2","c","","PJSIP/1-1","","Dial","","2026-03-02 11:00:00",,"2026-03-02 11:00:09",9,0,"BUSY","OMIT","1772442000.298"`
	r, err := cdr.Open(strings.NewReader(row), cdr.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Format().Why(); !strings.HasSuffix(got, "the zone is probably another") {
		t.Error(got)
	}
}

// TestDamaged reads files with a damaged record between two good ones: one is
// rejected, for the reason given, and the others are read.
func TestDamaged(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"NUL", "x2,\x00,2026-06-01T09:00:00Z,2026-06-01T09:01:00Z\n", "line 3:4: a NUL byte"},
		{"latin 1", "x2,\xe9,2026-06-01T09:00:00Z,2026-06-01T09:01:00Z\n", "line 3:4: the byte 0xe9 is not UTF-8"},
		{"latin 1 in quotes", "\"x2\",\"\xe9\",2026-06-01T09:00:00Z,2026-06-01T09:01:00Z\n", "line 3:7: the byte 0xe9 is not UTF-8"},
		{"too few", "x2,+1\n", "line 3: it has 2 fields, the header 4"},
		{"too many", "x2,1,2,3,4,5,6\n", "line 3: it has 7 fields, the header 4"},
		{"open quote", "x2,\"1,2,3\n", `line 3:4: "\"1,2,3": the quote that opens here is not closed`},
		{"open quote in a quoted file", "\"x2,\"1\",\"2\",\"3\"\n", `line 3:6: "1\",\"2\",\"3\"": text behind a closing quote`},
		{"ten megabytes", strings.Repeat("0123456789", 1_000_000) + "\n", "line 3: the record has more than 1 MiB"},
		{"exactly a MiB", strings.Repeat("x", cdr.MaxRecord) + "\n", "line 3: the record has more than 1 MiB"},
		{"just below a MiB", strings.Repeat("x", cdr.MaxRecord-1) + "\n", "line 3: it has 1 fields, the header 4"},
		{"ten megabytes in quotes", "\"" + strings.Repeat("0123456789", 1_000_000) + "\"\n", "line 3: the record has more than 1 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := shortHeader + goodLine + c.line + strings.ReplaceAll(goodLine, "x1", "x3")
			var got []string
			_, err := readAll(t, strings.NewReader(in), cdr.Options{}, 2, func(rec *cdr.Record) {
				if rec.Reject != nil {
					got = append(got, rec.Reject.String())
				} else {
					got = append(got, string(rec.ID))
				}
				if len(rec.Text) > cdr.MaxRecord {
					t.Errorf("%d bytes of text", len(rec.Text))
				}
			})
			if err != nil || len(got) != 3 || got[0] != "x1" || got[2] != "x3" || !strings.HasPrefix(got[1], c.want) {
				t.Fatalf("%v %.200q", err, got)
			}
		})
	}
}

// TestSwallowed closes no quote in a whole file: every record but the one with
// the quote is read, whatever the file is read in.
func TestSwallowed(t *testing.T) {
	in := shortHeader + "x0,\"+1,2026-06-01T09:00:00Z,2026-06-01T09:01:00Z\n" + strings.Repeat(goodLine, 5000)
	for _, in := range []string{in, strings.ReplaceAll(in, goodLine, "x1,+1,later,later\n")} {
		good, bad := 0, 0
		if _, err := readAll(t, iotest.HalfReader(strings.NewReader(in)), cdr.Options{}, 100, func(rec *cdr.Record) {
			if rec.Reject != nil {
				bad++
			} else {
				good++
			}
		}); err != nil || good != 5000 || bad != 1 {
			t.Errorf("%v, %d good, %d bad", err, good, bad)
		}
	}
}

func gzipped(in []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(in); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func zstded(in []byte, t testing.TB) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(in, nil)
}

// TestPacked reads compressed files like plain ones, in several members too.
func TestPacked(t *testing.T) {
	plain := ownFile(3000)
	want := dumpFile(t, plain, cdr.Options{}, 0)
	half := bytes.IndexByte(plain[len(plain)/2:], '\n') + len(plain)/2 - 30
	for name, in := range map[string][]byte{
		"gzip": gzipped(plain), "gzip of two members": append(gzipped(plain[:half]), gzipped(plain[half:])...),
		"zstd": zstded(plain, t), "zstd of two frames": append(zstded(plain[:half], t), zstded(plain[half:], t)...),
	} {
		got := dumpFile(t, in, cdr.Options{}, 0)
		if _, rest, _ := strings.Cut(got, "\n"); !strings.HasSuffix(want, rest) || !strings.Contains(got, "compressed with "+name[:4]) {
			t.Errorf("%s reads differently: %.300s", name, got)
		}
	}
}

// TestBroken cuts compressed files: the whole records come, then the piece
// behind them, then the error.
func TestBroken(t *testing.T) {
	plain := ownFile(3000)
	for name, in := range map[string][]byte{"gzip": gzipped(plain), "zstd": zstded(plain, t)} {
		records, pieces := 0, 0
		_, err := readAll(t, bytes.NewReader(in[:len(in)-len(in)/3]), cdr.Options{}, 64, func(rec *cdr.Record) {
			if records++; rec.Reject != nil {
				pieces++
				if !strings.Contains(rec.Reject.Reason, "the file breaks off within this record: the "+name) {
					t.Error(rec.Reject)
				}
			}
		})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "the file is not complete") || pieces > 1 {
			t.Errorf("%s: %v, %d records, %d pieces", name, err, records, pieces)
		}
		if name == "gzip" && records < 500 {
			t.Errorf("only %d records", records)
		}
	}
	damaged := gzipped(plain)
	damaged[len(damaged)-6] ^= 1 // the check sum
	if _, err := readAll(t, bytes.NewReader(damaged), cdr.Options{}, 0, func(*cdr.Record) {}); err == nil || !strings.Contains(err.Error(), "the gzip data is damaged") {
		t.Error(err)
	}
}

// TestReaderFails hands on the error of the reader below as it is.
func TestReaderFails(t *testing.T) {
	gone := errors.New("disk gone")
	for _, in := range []string{"", shortHeader, shortHeader + goodLine, shortHeader + goodLine + "x2"} {
		count := 0
		_, err := readAll(t, io.MultiReader(strings.NewReader(in), iotest.ErrReader(gone)), cdr.Options{Format: "own"}, 0, func(*cdr.Record) { count++ })
		if !errors.Is(err, gone) || count != max(0, strings.Count(in+"x", "\n")-1)+strings.Count(in, "x2") {
			t.Errorf("%q: %v, %d records", in, err, count)
		}
	}
	if _, err := readAll(t, io.MultiReader(strings.NewReader(shortHeader), idle{}), cdr.Options{}, 0, func(*cdr.Record) {}); !errors.Is(err, io.ErrNoProgress) {
		t.Error(err)
	}
}

// idle is a reader that never gives anything.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }
