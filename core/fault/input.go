package fault

import (
	"fmt"
	"strings"
)

// Input is one mistake in a piece of input: where, what, why, and what to do.
type Input struct {
	File   string // name as the user knows it; empty for a form or argument
	Line   int64  // from 1; 0 where lines mean nothing
	Column int    // from 1, in bytes for text and in cells for tables; 0 unknown
	Field  string // the field's name: "rate", "started_at"
	Value  string // what stood there, cut to MaxValue bytes
	Reason string // why it cannot be: "not a decimal number"
	Advice string // what to do; empty where the reason says it
}

// MaxValue is how many bytes of a wrong value an Input keeps.
const MaxValue = 80

// Cut shortens a value of more than MaxValue bytes for showing: it keeps the
// whole characters among them and ends with an ellipsis.
func Cut(s string) string {
	if len(s) <= MaxValue {
		return s
	}
	return strings.ToValidUTF8(s[:MaxValue], "") + "…"
}

// String is "rates.csv:12:3: rate "4.4E+11": not a decimal number; advice".
func (in Input) String() string {
	var b strings.Builder
	b.WriteString(in.File)
	if in.Line > 0 {
		if in.File == "" {
			b.WriteString("line ")
		} else {
			b.WriteByte(':')
		}
		fmt.Fprintf(&b, "%d", in.Line)
		if in.Column > 0 {
			fmt.Fprintf(&b, ":%d", in.Column)
		}
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if in.Field != "" {
		b.WriteString(in.Field)
		b.WriteByte(' ')
	}
	if in.Value != "" {
		fmt.Fprintf(&b, "%q: ", in.Value)
	} else if in.Field != "" {
		b.WriteString("(empty): ")
	}
	b.WriteString(in.Reason)
	if in.Advice != "" {
		b.WriteString("; ")
		b.WriteString(in.Advice)
	}
	return b.String()
}

// Inputs are all the mistakes of one piece of input; as an error its kind is
// Invalid. An empty Inputs is no error: use Err.
type Inputs []Input

func (is Inputs) Error() string {
	lines := make([]string, len(is))
	for i, in := range is {
		lines[i] = in.String()
	}
	return strings.Join(lines, "\n")
}

// Err is is as an error, or nil when there are none.
func (is Inputs) Err() error {
	if len(is) == 0 {
		return nil
	}
	return is
}
