package cdr

import "bytes"

// bom is the byte order mark of UTF-8 at the start of head, or nothing.
func bom(head []byte) []byte {
	mark := []byte("\xef\xbb\xbf")
	if bytes.HasPrefix(head, mark) {
		return mark
	}
	return nil
}

// magics are beginnings of files that people take for call records.
var magics = []struct{ magic, what string }{
	{"PK\x03\x04", "a zip archive (unpack it)"},
	{"PK\x05\x06", "an empty zip archive"},
	{"\xd0\xcf\x11\xe0", "an old Excel or Office file (save the sheet as CSV)"},
	{"%PDF", "a PDF document"},
	{"\x89PNG", "a picture (PNG)"},
	{"\xff\xd8\xff", "a picture (JPEG)"},
	{"GIF8", "a picture (GIF)"},
	{"{\\rtf", "a text document (RTF)"},
	{"SQLite format 3\x00", "a SQLite database"},
	{"PAR1", "a Parquet file"},
	{"\x7fELF", "a program"},
	{"MZ", "a Windows program"},
	{"BZh", "a bzip2 file (unpack it, or use gzip or zstd)"},
	{"\xfd7zXZ", "an xz file (unpack it, or use gzip or zstd)"},
	{"7z\xbc\xaf", "a 7z archive (unpack it)"},
	{"Rar!", "a RAR archive (unpack it)"},
	{"\x1f\x8b", "a gzip file inside a compressed file (unpack it once)"},
	{"\x28\xb5\x2f\xfd", "a zstd file inside a compressed file (unpack it once)"},
	{"\xff\xfe", "text in UTF-16 (save it as UTF-8)"},
	{"\xfe\xff", "text in UTF-16 (save it as UTF-8)"},
}

// Looks says what the beginning of a file looks like, and what to do with it,
// where that is no text of rows and columns or of JSON; else "". Readers of
// other files ask it too.
func Looks(head []byte) string {
	if what := spreadsheet(head); what != "" {
		return what
	}
	for _, m := range magics {
		// A header of ours could begin with the two letters of MZ or BZh.
		if bytes.HasPrefix(head, []byte(m.magic)) && (m.magic[0] > 0x7e || m.magic[0] < 0x20 || bytes.IndexByte(head, 0) >= 0 || len(m.magic) > 3) {
			return m.what
		}
	}
	text := bytes.ToLower(bytes.TrimSpace(head[:min(len(head), 1024)]))
	switch {
	case bytes.HasPrefix(text, []byte("<!doctype html")), bytes.HasPrefix(text, []byte("<html")):
		return "a web page (HTML); perhaps a login page was saved instead of the file"
	case bytes.HasPrefix(text, []byte("%!ps")):
		return "a PostScript document"
	case len(head) > 257+5 && string(head[257:262]) == "ustar":
		return "a tar archive (unpack it)"
	}
	if line, rest, ok := bytes.Cut(head, []byte{'\n'}); bytes.Count(line, []byte{0})*3 > len(line) && (ok || len(rest) > 0 || len(line) > 8) {
		return "binary data or text in UTF-16 (save it as UTF-8)"
	}
	if bytes.IndexByte(head, '\n') < 0 && bytes.Count(head, []byte{'\r'}) > 1 {
		return "text whose lines end in CR alone (save it with LF or CRLF)"
	}
	return ""
}

// disguise says what head looks like where it cannot be call records.
func disguise(head []byte) string {
	what := Looks(head)
	if what == "" && isDeck(head) {
		what = "a deck of rates (take it in as rates: tollkeeper import rates, or Rate cards on the site)"
	}
	return what
}

// LooksLikeCalls tells whether a file begins as one of the formats here does.
func LooksLikeCalls(head []byte) bool {
	_, _, err := pick(bytes.TrimPrefix(head, bom(head)), "")
	return err == nil
}

// spreadsheet says what kind of workbook head is the beginning of; they are zip
// archives whose first files have names of their own.
func spreadsheet(head []byte) string {
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return ""
	}
	for _, kind := range []struct{ mark, what string }{
		{"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet (open it and save the sheet as CSV)"},
		{"mimetypeapplication/vnd.oasis.opendocument", "an OpenDocument text or drawing"},
		{"word/", "a Word document"},
		{"ppt/", "a PowerPoint presentation"},
		{"xl/", "an Excel workbook (open it and save the sheet as CSV)"},
		{"[Content_Types].xml", "an Excel workbook or another Office file (open it and save the sheet as CSV)"},
	} {
		if bytes.Contains(head, []byte(kind.mark)) {
			return kind.what
		}
	}
	return ""
}

// isDeck tells whether the first line is the header of a deck: it names a prefix
// and a rate, and nothing that every record of a call has.
func isDeck(head []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimPrefix(head, bom(head)), []byte{'\n'})
	var prefix, rate bool
	for word := range bytes.FieldsFuncSeq(bytes.ToLower(line), func(r rune) bool { return r < 'a' || r > 'z' }) {
		switch string(word) {
		case "prefix", "prefixes", "dialcode", "code", "codes":
			prefix = true
		case "rate", "rates", "price":
			rate = true
		case "called", "call", "caller", "dst", "src", "duration", "billsec", "started", "uuid":
			return false
		}
	}
	return prefix && rate
}
