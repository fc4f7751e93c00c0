package fault_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"tollkeeper/core/fault"
)

func TestInputString(t *testing.T) {
	for _, c := range []struct {
		in   fault.Input
		want string
	}{
		{fault.Input{File: "rates.csv", Line: 12, Column: 3, Field: "rate", Value: "4.4E+11", Reason: "not a decimal number", Advice: "format the column as text"},
			`rates.csv:12:3: rate "4.4E+11": not a decimal number; format the column as text`},
		{fault.Input{File: "rates.csv", Line: 12, Field: "rate", Reason: "required"}, `rates.csv:12: rate (empty): required`},
		{fault.Input{File: "rates.csv", Reason: "no header"}, `rates.csv: no header`},
		{fault.Input{Line: 7, Reason: "too long"}, `line 7: too long`},
		{fault.Input{Line: 7, Column: 2, Value: "a\nb", Reason: "unknown"}, `line 7:2: "a\nb": unknown`},
		{fault.Input{Field: "currency", Value: "usd", Reason: "not a currency"}, `currency "usd": not a currency`},
		{fault.Input{Reason: "empty"}, `empty`},
	} {
		if got := c.in.String(); got != c.want {
			t.Errorf("%+v:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestInputs(t *testing.T) {
	var none fault.Inputs
	if err := none.Err(); err != nil {
		t.Errorf("no inputs are the error %v", err)
	}
	two := fault.Inputs{{Line: 1, Reason: "a"}, {Line: 2, Reason: "b"}}
	if err := two.Err(); err == nil || err.Error() != "line 1: a\nline 2: b" {
		t.Errorf("two inputs are %v", err)
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{strings.Repeat("x", fault.MaxValue), strings.Repeat("x", fault.MaxValue)},
		{strings.Repeat("x", fault.MaxValue+1), strings.Repeat("x", fault.MaxValue) + "…"},
		{strings.Repeat("x", fault.MaxValue-1) + "éé", strings.Repeat("x", fault.MaxValue-1) + "…"},
		{strings.Repeat("€", 30), strings.Repeat("€", 26) + "…"},
	} {
		got := fault.Cut(c.in)
		if got != c.want || !utf8.ValidString(got) {
			t.Errorf("Cut(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}
