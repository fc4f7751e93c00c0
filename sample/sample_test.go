package sample_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"tollkeeper/core/when"
	"tollkeeper/sample"
)

var update = flag.Bool("update", false, "write the goldens anew")

// demo is shared by the tests that only read it, which is also a test.
var demo = sync.OnceValue(func() *sample.Center { return sample.New(sample.Demo()) })

// written is what a method writes.
func written(t testing.TB, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// rows reads a CSV file whose first line names the fields.
func rows(t testing.TB, file []byte) []map[string]string {
	t.Helper()
	records, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range records[1:] {
		row := make(map[string]string, len(r))
		for i, cell := range r {
			row[records[0][i]] = cell
		}
		out = append(out, row)
	}
	return out
}

// TestDemoStaysAsItIs holds every byte of the demo: goldens of reports, and
// benchmarks that are compared over years, rest on it.
func TestDemoStaysAsItIs(t *testing.T) {
	const golden = "testdata/demo.sha256"
	c := demo()
	var got strings.Builder
	line := func(name string, file []byte) {
		fmt.Fprintf(&got, "%x %8d %s\n", sha256.Sum256(file), len(file), name)
	}
	line("calls", written(t, c.Calls))
	line("deck", written(t, c.Deck))
	line("campaign deck", written(t, c.CampaignDeck))
	line("fx", c.FX())
	tenants := c.Tenants()
	for i := range tenants {
		line(fmt.Sprintf("users of tenant %d", i+1), tenants[i].Users())
		line(fmt.Sprintf("campaigns of tenant %d", i+1), tenants[i].Campaigns())
		line(fmt.Sprintf("numbers of tenant %d", i+1), tenants[i].Numbers())
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the demo has changed; if that is meant, run with -update and say why in the commit\ngot:\n%swant:\n%s", got.String(), want)
	}
}

func TestSeedsDiffer(t *testing.T) {
	o := sample.Demo()
	o.Seed++
	if bytes.Equal(written(t, sample.New(o).Calls), written(t, demo().Calls)) {
		t.Error("another seed gave the same calls")
	}
}

// TestMixedFileIsTheTenantsFiles splits the mixed file and finds the tenants'
// own files in it, line by line.
func TestMixedFileIsTheTenantsFiles(t *testing.T) {
	c := demo()
	parts := map[string]*strings.Builder{}
	header, lines, _ := strings.Cut(string(written(t, c.Calls)), "\n")
	tenants := c.Tenants()
	for i := range tenants {
		parts[tenants[i].Name] = &strings.Builder{}
	}
	for line := range strings.Lines(lines) {
		found := false
		for name, b := range parts {
			cell := name + ","
			if strings.Contains(name, `"`) {
				cell = `"` + strings.ReplaceAll(name, `"`, `""`) + `",`
			}
			if rest, ok := strings.CutPrefix(line, cell); ok {
				b.WriteString(rest)
				found = true
			}
		}
		if !found {
			t.Fatalf("a line of no tenant: %q", line)
		}
	}
	for i := range tenants {
		want := string(written(t, tenants[i].Calls))
		got := strings.TrimPrefix(header, "tenant,") + "\n" + parts[tenants[i].Name].String()
		if got != want {
			t.Errorf("%s: the mixed file holds other records than the tenant's own", tenants[i].Name)
		}
	}
}

func TestCountsAreOfTheFile(t *testing.T) {
	c := demo()
	counts := c.Counts()
	all := 0
	for i, tn := range c.Tenants() {
		n := counts[i]
		all += n.Calls
		lines := bytes.Split(bytes.TrimSuffix(written(t, tn.Calls), []byte("\n")), []byte("\n"))[1:]
		if len(lines) != n.Records() {
			t.Errorf("%s: %d lines, counted %d", tn.Name, len(lines), n.Records())
		}
		seen, ids := map[string]bool{}, map[string]bool{}
		repeated, conflicts, short, zero, rewritten, bad := 0, 0, 0, 0, 0, 0
		for _, b := range lines {
			l := string(b)
			f := strings.Split(l, ",")
			id := f[0] + "," + f[1]
			switch {
			case seen[l]:
				repeated++
			case ids[id]:
				conflicts++
			}
			seen[l], ids[id] = true, true
			switch {
			case len(f) < 17:
				short++
			case strings.Contains(l, "\x00"):
				zero++
			case strings.Contains(l, "E+11"):
				rewritten++
			case strings.Contains(l, "31/06"):
				bad++
			}
		}
		got := []int{repeated, conflicts, short, zero, rewritten, bad}
		want := []int{n.Duplicates, n.Conflicts, n.Short(), n.ZeroBytes(), n.BadNumbers(), n.BadInstants()}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: repeated, conflicts, short, zero, rewritten, bad instants: got %v, counted %v", tn.Name, got, want)
		}
	}
	if all != sample.Demo().Calls {
		t.Errorf("%d calls, want %d", all, sample.Demo().Calls)
	}
	total := sample.Counts{}
	for _, n := range counts {
		total.Duplicates += n.Duplicates
		total.Conflicts += n.Conflicts
		total.Late += n.Late
		total.NoRate += n.NoRate
		total.Blocked += n.Blocked
		for i := range n.Broken {
			total.Broken[i] += n.Broken[i]
		}
	}
	if total.Duplicates < 80 || total.Duplicates > 160 || total.Conflicts == 0 || total.Late == 0 || total.NoRate == 0 || total.Blocked == 0 {
		t.Errorf("the demo shows too little or too much of what goes wrong: %+v", total)
	}
	for i, n := range total.Broken {
		if n == 0 {
			t.Errorf("no record is broken in way %d", i)
		}
	}
}

func TestSizes(t *testing.T) {
	for _, tt := range []struct{ tenants, calls, largest, agentsFrom, agentsTo int }{
		{1, 0, 0, 6, 6},
		{1, 1, 1, 6, 6},
		{3, 25_000, 15_000, 20, 26},
		{20, 100_000, 17_000, 20, 40},
		{200, 10_000_000, 1_700_000, 1950, 2050},
		{300, 100_000_000, 17_000_000, 19_000, 21_000},
	} {
		c := sample.New(sample.Options{Seed: 3, Tenants: tt.tenants, Calls: tt.calls, Days: 30, Clean: true})
		tn := c.Tenants()
		if len(tn) != tt.tenants {
			t.Errorf("%d tenants, want %d", len(tn), tt.tenants)
		}
		agents := 0
		for _, u := range rows(t, tn[0].Users()) {
			if u["role"] == "agent" {
				agents++
			}
		}
		if agents < tt.agentsFrom || agents > tt.agentsTo {
			t.Errorf("%d tenants: the largest has %d agents, want %d to %d", tt.tenants, agents, tt.agentsFrom, tt.agentsTo)
		}
		if tt.calls > 100_000 {
			continue
		}
		sum := 0
		for i, n := range c.Counts() {
			if sum += n.Calls; i == 0 && (n.Calls < tt.largest-2 || n.Calls > tt.largest+2) {
				t.Errorf("%d tenants: the largest has %d calls, want %d", tt.tenants, n.Calls, tt.largest)
			}
		}
		if sum != tt.calls {
			t.Errorf("%d tenants: %d calls, want %d", tt.tenants, sum, tt.calls)
		}
	}
}

// TestFX finds a rate for each currency and day that a call can be answered on.
func TestFX(t *testing.T) {
	o := sample.Demo()
	have := map[string]bool{}
	for _, r := range rows(t, demo().FX()) {
		have[r["from"]+r["to"]+r["day"]] = true
		if v, err := strconv.ParseFloat(r["rate"], 64); err != nil || v < 0.5 || v > 2 {
			t.Errorf("odd rate %v", r)
		}
	}
	for day := -5; day <= o.Days; day++ {
		for _, to := range []string{"GBP", "EUR"} {
			if key := "USD" + to + o.First.Add(day).String(); !have[key] {
				t.Errorf("no rate %s", key)
			}
		}
	}
	if c := sample.New(sample.Options{First: when.DayOf(2026, 2, 1), Tenants: 12}); len(rows(t, c.FX())) != 4*10 {
		t.Error("want four currencies on ten days")
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWritersErrorsComeBack(t *testing.T) {
	c := demo()
	tn := c.Tenants()[0]
	for name, write := range map[string]func(io.Writer) error{
		"calls": c.Calls, "tenant's calls": tn.Calls, "deck": c.Deck, "campaign deck": c.CampaignDeck,
	} {
		if err := write(broken{}); err != io.ErrClosedPipe {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkCalls(b *testing.B) {
	for _, tenants := range []int{1, 200} {
		b.Run(strconv.Itoa(tenants)+"tenants", func(b *testing.B) {
			c := sample.New(sample.Options{Seed: 1, Tenants: tenants, Calls: b.N, Days: 30, Clean: true})
			b.ReportAllocs()
			b.ResetTimer()
			if err := c.Calls(io.Discard); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
		})
	}
}

func BenchmarkDeck(b *testing.B) {
	c := sample.New(sample.Options{Seed: 1, DeckRows: 1_000_000})
	for b.Loop() {
		if err := c.Deck(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
