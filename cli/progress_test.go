package cli

import (
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/when"
)

// TestBar looks inside the package: a bar is only drawn on a terminal.
func TestBar(t *testing.T) {
	half := app.Progress{Stage: "import", Done: 50, Total: 100, Unit: "bytes", Records: 1_234_567}
	for _, c := range []struct {
		now     app.Progress
		elapsed when.Instant
		width   int
		want    string
	}{
		{half, 2 * when.Second, 80, "x.csv  █████████░░░░░░░░░  import  50 %  1,234,567 records  617,283/s  0:02 left"},
		{half, 2 * when.Second, 40, "x.csv  █████████░░░░░░░░░░  import  50 %"},
		{half, 2 * when.Second, 12, "x.csv  impor"},
		{half, 0, 60, "x.csv  ██████████░░░░░░░░░░  import  50 %  1,234,567 records"},
		{half, 2 * when.Second, 0, ""},
		{half, 2 * when.Second, -1, ""},
		{app.Progress{Stage: "read", Done: 7, Unit: "rates"}, when.Second, 80, "x.csv  read  7 rates  7/s"},
		{app.Progress{Stage: "rerate", Done: 3, Total: 2, Unit: "segments"}, when.Second, 60, "x.csv  " + full + "  rerate  100 %  3 segments  3/s"},
		{app.Progress{Stage: "start"}, 0, 80, "x.csv  start"},
		{app.Progress{Stage: "check", Done: 1, Total: 7300, Unit: "bytes"}, when.Second, 60, "x.csv  ░░░░░░░░░░░░░░░░░░░░░░░░░░░  check  0 %  2:01:39 left"},
	} {
		if got := bar("x.csv", c.now, c.elapsed, c.width); got != c.want {
			t.Errorf("%+v in %d columns:\n got %q\nwant %q", c.now, c.width, got, c.want)
		}
	}
}

const full = "█████████████████████"

func TestGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -12345: "-12,345", -123: "-123"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestQuoteArg(t *testing.T) {
	for arg, want := range map[string]string{
		"acme": "acme", "": "''", "my dir/x": "'my dir/x'", "it's": `'it'\''s'`, "a;rm": "'a;rm'", "é": "'é'", "/tmp/x-1_2.csv": "/tmp/x-1_2.csv",
	} {
		if got := quoteArg(arg); got != want {
			t.Errorf("%q: %s, want %s", arg, got, want)
		}
	}
}
