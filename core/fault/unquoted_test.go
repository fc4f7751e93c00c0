package fault_test

import (
	"testing"

	"tollkeeper/core/fault"
)

func TestUnquoted(t *testing.T) {
	number := fault.Input{Field: "kind", Value: `4420"79\46`, Reason: "not a kind"}
	for text, want := range map[string]string{
		number.String():            "kind “…”: not a kind",
		`a "1"; also b "2\\": c`:   "a “…”; also b “…”: c",
		"nothing is quoted":        "nothing is quoted",
		`an inch " stays as it is`: `an inch " stays as it is`,
	} {
		if got := fault.Unquoted(text); got != want {
			t.Errorf("%s\nbecomes %s\nwant    %s", text, got, want)
		}
	}
}
