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
	{"PK\x03\x04", "a spreadsheet or a zip archive (save the sheet as CSV, or unpack it)"},
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

// disguise says what head looks like where it cannot be call records.
func disguise(head []byte) string {
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
