package cli_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"tollkeeper/cli"
	"tollkeeper/store/storetest"
)

// run is the program run in this process.
func run(t *testing.T, args ...string) (code int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = cli.Main(context.Background(), cli.Process{Args: args, Out: &stdout, Err: &stderr, Clock: storetest.Clock, Version: "v1.2.3"})
	return code, stdout.String(), stderr.String()
}

// TestQuoteVectors lets the command rate every case of the public vectors and
// compares its lines, key by key, with what is expected.
func TestQuoteVectors(t *testing.T) {
	cases := 0
	for _, g := range loadVectors(t) {
		dir := t.TempDir()
		card, calls := filepath.Join(dir, "card.json"), filepath.Join(dir, "calls.jsonl")
		writeFile(t, card, g.Card)
		writeFile(t, calls, bytes.Join(compact(t, g.Calls), []byte("\n")))
		code, out, stderr := run(t, "quote", "--card", card, "--calls", calls)
		if code != 0 {
			t.Fatalf("%v: exit code %d: %s", g.Features, code, stderr)
		}
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		if len(lines) != len(g.Expected) {
			t.Fatalf("%v: %d lines, want %d", g.Features, len(lines), len(g.Expected))
		}
		for i, want := range g.Expected {
			cases++
			if !reflect.DeepEqual(object(t, []byte(lines[i])), object(t, want)) {
				t.Errorf("%v: %s, want %s", g.Features, lines[i], want)
			}
		}
	}
	if cases != 1119 {
		t.Errorf("%d cases, want 1119", cases)
	}
}

type vectors struct {
	Features []string
	Card     json.RawMessage
	Calls    []json.RawMessage
	Expected []json.RawMessage
}

// loadVectors reads the vectors where the engine's own test has them: there is
// one copy.
func loadVectors(t *testing.T) []vectors {
	t.Helper()
	packed, err := os.Open("../core/rating/testdata/rating.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	unzip, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Groups []vectors }
	if err := json.NewDecoder(unzip).Decode(&file); err != nil {
		t.Fatal(err)
	}
	return file.Groups
}

func compact(t *testing.T, objects []json.RawMessage) (lines [][]byte) {
	t.Helper()
	for _, o := range objects {
		var b bytes.Buffer
		if err := json.Compact(&b, o); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, b.Bytes())
	}
	return lines
}

func object(t *testing.T, text []byte) (o map[string]any) {
	t.Helper()
	if err := json.Unmarshal(text, &o); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return o
}

func writeFile(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// FuzzQuoteCalls feeds anything as calls: the command answers or refuses.
func FuzzQuoteCalls(f *testing.F) {
	f.Add([]byte(`{"id":"a","called":"14155550142","answered_at":"2026-06-01T09:00:00Z","ended_at":"2026-06-01T09:02:00Z"}`))
	f.Add([]byte(`{"id":"a","called":"1","bundle_s":-1}` + "\n{"))
	f.Add([]byte(`{"kind":"internal","amd":"human","discount_percent":"12.5"} {}`))
	card := filepath.Join(f.TempDir(), "card.json")
	if err := os.WriteFile(card, []byte(`{"id":"r","name":"r","currency":"USD","rates":[{"prefix":"1","rate":"0.05"}]}`), 0o600); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, calls []byte) {
		var out, stderr bytes.Buffer
		code := cli.Main(context.Background(), cli.Process{
			Args: []string{"quote", "--card", card, "--calls", "-"}, In: bytes.NewReader(calls), Out: &out, Err: &stderr, Clock: storetest.Clock,
		})
		if (code == 0) != (stderr.Len() == 0) || code == 1 && out.Len() > 0 || code > 1 {
			t.Errorf("exit code %d with %q and %q", code, out.String(), stderr.String())
		}
	})
}
