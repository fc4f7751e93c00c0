package app

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzReadTable reads any bytes as a table: what comes out is whole rows of
// plain text, or mistakes with a position.
func FuzzReadTable(f *testing.F) {
	for _, seed := range []string{
		"", "username\nana\n", "\xEF\xBB\xBFusername,teams\r\nana,\"a;b\"\r\n", "username;role\nana;\"x\"\"y\"\n",
		"role\nx\n", "username,x\n", "username\na\"b\n\"c\nd", "username\n\xff\n'=1+1\n", "\xFF\xFEu\x00", "\n\n,,\nusername\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		table, err := readTable(context.Background(), &ImportTable{Path: "x.csv", Input: strings.NewReader(text)}, "username", "teams", "role")
		if err != nil {
			t.Fatal(err)
		}
		lines := int64(strings.Count(text, "\n") + 1)
		for _, row := range table.rows {
			if len(row.cells) != 3 || row.line < 1 || row.line > lines {
				t.Errorf("row %+v", row)
			}
			for _, c := range row.cells {
				if !utf8.ValidString(c) || strings.TrimSpace(c) != c {
					t.Errorf("cell %q", c)
				}
			}
		}
		for _, m := range table.mistakes {
			if m.File != "x.csv" || m.Reason == "" || m.Line < 0 || m.Line > lines {
				t.Errorf("mistake %+v", m)
			}
		}
		if table.err() == nil && table.at == nil {
			t.Error("neither a heading nor a mistake")
		}
	})
}
