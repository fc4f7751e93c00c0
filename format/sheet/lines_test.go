package sheet_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/table"
	"tollkeeper/format/sheet"
)

// tiring is a writer that takes so many bytes.
type tiring struct{ left int }

var errTired = errors.New("tired")

func (w *tiring) Write(b []byte) (int, error) {
	if w.left -= len(b); w.left < 0 {
		return 0, errTired
	}
	return len(b), nil
}

func TestLines(t *testing.T) {
	head := table.Table{Name: "calls", Decimals: 4, Columns: []table.Column{{Name: "agent"}, {Name: "seconds", Kind: table.Seconds}, {Name: "amount", Kind: table.Money}}}
	var b bytes.Buffer
	w := sheet.NewLinesWriter(&b, head)
	rows := []table.Row{
		{table.String("=1+1"), table.Number(62), table.Amount(money.MustParse("0.0335"))},
		{table.String("a \"b\"\n"), table.Number(-1), {None: true}},
	}
	for _, r := range rows {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	const want = `{"agent":"=1+1","seconds":62,"amount":"0.0335"}` + "\n" + `{"agent":"a \"b\"\n","seconds":-1,"amount":null}` + "\n"
	if b.String() != want {
		t.Errorf("%s\nwant\n%s", b.String(), want)
	}
	for line := range strings.Lines(b.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
	if err := w.Write(rows[0][:2]); fault.KindOf(err) != fault.Internal {
		t.Errorf("a short row: %v", err)
	}
	out := sheet.NewLinesWriter(&tiring{left: 100_000}, head)
	var err error
	for range 10_000 {
		err = out.Write(rows[0])
	}
	if !errors.Is(err, errTired) || !errors.Is(out.Flush(), errTired) {
		t.Errorf("a writer that fails: %v", err)
	}
}
