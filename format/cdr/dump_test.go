package cdr_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/cdr"
)

var update = flag.Bool("update", false, "write the goldens anew")

// helper is what readAll needs of a test, be it of testing or of rapid.
type helper interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// readAll reads a file to its end in batches of want records and gives each
// record to use.
func readAll(t helper, in io.Reader, o cdr.Options, want int, use func(*cdr.Record)) (*cdr.Reader, error) {
	t.Helper()
	r, err := cdr.Open(in, o)
	if err != nil {
		return nil, err
	}
	b := cdr.Batch{Want: want}
	for err = r.ReadBatch(&b); err == nil; err = r.ReadBatch(&b) {
		if len(b.Records) == 0 {
			t.Fatal("a batch without records and without an error")
		}
		for i := range b.Records {
			use(&b.Records[i])
		}
	}
	if len(b.Records) != 0 {
		t.Fatalf("%d records together with the error %v", len(b.Records), err)
	}
	if err == io.EOF {
		err = nil
	}
	return r, err
}

// dump is a record as text, without what it does not say.
func dump(r *cdr.Record) string {
	var b strings.Builder
	fmt.Fprintf(&b, "line %d, byte %d:", r.Line, r.Offset)
	if r.Reject != nil {
		fmt.Fprintf(&b, " REJECT %s\n\ttext %q", r.Reject, r.Text[:min(len(r.Text), 60)])
		return b.String()
	}
	for _, f := range []struct {
		name string
		text []byte
	}{
		{"tenant", r.Tenant}, {"id", r.ID}, {"leg", r.Leg}, {"conversation", r.Conversation}, {"calling", r.Calling}, {"called", r.Called},
		{"agent", r.Agent}, {"extension", r.Extension}, {"campaign", r.Campaign}, {"queue", r.Queue}, {"carrier", r.Carrier},
		{"sip", r.SIPCallID}, {"hint", r.Hint},
	} {
		if len(f.text) > 0 {
			fmt.Fprintf(&b, " %s=%q", f.name, f.text)
		}
	}
	fmt.Fprintf(&b, "\n\tstarted=%s answered=%s ended=%s", r.Started, r.Answered, r.Ended)
	if r.StatedSeconds >= 0 {
		fmt.Fprintf(&b, " stated=%ds", r.StatedSeconds)
	}
	if r.HasDirection {
		fmt.Fprintf(&b, " direction=%s", r.Direction)
	}
	fmt.Fprintf(&b, " kind=%s disposition=%s amd=%s recording=%d charged=%t", r.Kind, r.Disposition, r.AMD, r.Recording, r.Charged)
	if r.Suspend != usage.NoReason {
		fmt.Fprintf(&b, "\n\tSUSPEND %s %s: %s", r.Suspend, r.SuspendField, r.SuspendDetail)
	}
	return b.String()
}

func dumpFile(t testing.TB, in []byte, o cdr.Options, want int) string {
	t.Helper()
	var b strings.Builder
	r, err := readAll(t, bytes.NewReader(in), o, want, func(rec *cdr.Record) { b.WriteString(dump(rec) + "\n") })
	if r != nil {
		return r.Format().Why() + "\n" + b.String() + errorLine(err)
	}
	return errorLine(err)
}

func errorLine(err error) string {
	if err == nil {
		return ""
	}
	return "ERROR " + err.Error() + "\n"
}

// samples are the names of all sample files.
func samples(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(files, func(name string) bool { return strings.HasSuffix(name, ".golden") })
}

// sample is a sample's bytes, and how to read it: its zone is in its name.
func sample(t testing.TB, name string) ([]byte, cdr.Options) {
	t.Helper()
	in, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	o := cdr.Options{File: filepath.Base(name)}
	if strings.Contains(name, "@London") {
		if o.Zone, err = when.LoadZone("Europe/London"); err != nil {
			t.Fatal(err)
		}
	}
	return in, o
}

// TestGolden reads every sample and compares what came out of it.
func TestGolden(t *testing.T) {
	for _, name := range samples(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			in, o := sample(t, name)
			got := dumpFile(t, in, o, 0)
			golden := name + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
