package segment_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
)

// What -update writes is a new codec version: blobs of earlier versions stay
// in testdata as they are, and the tests go on reading them.
var update = flag.Bool("update", false, "write the goldens of the present codec version")

const (
	goldenVersion = 2
	goldenRows    = 100
	goldenStart   = when.Instant(1_780_300_800_000_000) // 2026-06-01T08:00:00Z
)

// goldenCalls are written down by rule, so that every encoding occurs: a
// series of starts, a dictionary of countries, single values, and bits.
func goldenCalls() []usage.Call {
	countries := []string{"GB", "US", "DE"}
	calls := make([]usage.Call, goldenRows)
	for i := range calls {
		n := int64(i)
		c := &calls[i]
		*c = usage.Call{
			Content: uint64(i+1) * 0x9E3779B97F4A7C15, Started: goldenStart + when.Instant(n*864+n%3)*when.Second,
			Calling: phone.MustParse("442079460123"), Called: phone.MustParse(fmt.Sprint(4915110000000 + n*n*4321)),
			Raw: usage.RawRef{Segment: 12, Index: int32(1000 + i)}, Agent: tenant.UserID(1 + i*i%997), Campaign: tenant.CampaignID(i % 5),
			Queue: 3, Carrier: tenant.CarrierID(i % 2), Unit: 9, Source: 1, Recording: int32(i * 3 % 400), Country: phone.MustCountry(countries[i%3]),
			Kind: usage.Kind(i % 7), Direction: usage.Direction(i % 2), Disposition: usage.Disposition(i % 8), AMD: usage.AMD(i % 4), Flags: usage.Flags(i % 3),
		}
		for k := range c.Identity {
			c.Identity[k] = byte(i*31 + k*7)
		}
		c.Ended = c.Started + when.Instant(3+n)*when.Second
		if i%4 != 0 {
			c.Answered = c.Started + when.Instant(n%20)*when.Second
		}
		if i%10 == 0 {
			c.Conversation = uint64(i)
		}
	}
	return calls
}

func goldenCharges(calls []usage.Call) []usage.Charge {
	charges := make([]usage.Charge, len(calls))
	for i := range charges {
		charges[i] = usage.Charge{
			BilledAt: calls[i].Ended, Amount: money.Amount(i * 123_456), AMD: money.Amount(i % 2 * 5000), Cost: money.Amount(i * 98_765 % 1_000_003), FX: money.One,
			Card: usage.NewCardRef(int32(1+i%2*40), 3, i%2 == 0), Assignment: int32(i % 2), Row: int32(i*i*7 - 1), Billed: int32(i * 6), Bundle: int32(i % 7 * 6),
			Discount: 10, Status: usage.Status(i % 3), Reason: usage.Reason(i % 22),
		}
	}
	charges[3].BilledAt = goldenStart + 40*when.DayLength // late
	charges[5].Amount, charges[6].Amount = math.MinInt64, math.MaxInt64
	return charges
}

func goldenRollups() []usage.Delta {
	deltas := make([]usage.Delta, goldenRows)
	for i := range deltas {
		n := int64(i)
		deltas[i] = usage.Delta{
			Key: usage.DeltaKey{
				Agent: tenant.UserID(i * 3), Campaign: tenant.CampaignID(i % 11), Unit: 2, Country: phone.MustCountry([]string{"FR", "NL"}[i%2]),
				Item: usage.Item(i % 2), Kind: usage.Kind(i % 7), Direction: usage.Direction(i % 2),
			},
			Sums: usage.Sums{Calls: n, Charged: n / 2, Seconds: n * 60, Billed: n * 66, Paid: n * 64, Amount: money.Amount(n*n*1_111 - 5_000), Cost: money.Amount(-n), Answered: n * 3 / 4},
		}
	}
	deltas[40].Sums.Untold = 7
	return deltas
}

// asOf1 is the deltas as codec version 1 wrote them: it kept nothing of answers.
func asOf1(deltas []usage.Delta) []usage.Delta {
	for i := range deltas {
		s := &deltas[i].Sums
		s.Answered, s.Untold = 0, 0
		if deltas[i].Key.Item == usage.Voice {
			s.Untold = s.Calls
		}
	}
	return deltas
}

func goldenTexts() [][]byte {
	texts := make([][]byte, goldenRows)
	for i := range texts {
		texts[i] = fmt.Appendf(nil, "acme,%d,\"a \x00 text\",%d\r\n", i, i*i)
	}
	return texts
}

// goldens is what this program writes, by the name of its file.
func goldens() map[string][]byte {
	calls := goldenCalls()
	blobs := map[string][]byte{}
	for _, alg := range algorithms {
		var e segment.Encoder
		blobs["calls-"+alg.name] = must(e.Calls(nil, calls, alg.a))
		blobs["numbers-"+alg.name] = must(e.Numbers(nil, calls, alg.a))
		blobs["charges-"+alg.name] = must(e.Charges(nil, goldenCharges(calls), calls, alg.a))
		blobs["rollups-"+alg.name] = must(e.Rollups(nil, goldenRollups(), alg.a))
	}
	var w segment.RawEncoder
	for i, s := range goldenTexts() {
		check(w.Add(int64(2+i*2), s))
	}
	blobs["raw-zstd"] = must(w.Finish(nil))
	return blobs
}

func golden(t testing.TB, codec int, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", fmt.Sprintf("v%d-%s.bin", codec, name)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestGoldenIsWritten holds the bytes fast, except those of a compressor,
// whose next release may find shorter ones.
func TestGoldenIsWritten(t *testing.T) {
	for name, blob := range goldens() {
		if *update {
			check(os.WriteFile(filepath.Join("testdata", fmt.Sprintf("v%d-%s.bin", goldenVersion, name)), blob, 0o644))
		}
		if bytes.HasSuffix([]byte(name), []byte("planes")) && !bytes.Equal(blob, golden(t, goldenVersion, name)) {
			t.Errorf("%s: other bytes are written than in codec version %d", name, goldenVersion)
		}
	}
}

func TestGoldenIsRead(t *testing.T) {
	calls := goldenCalls()
	for codec := 1; codec <= goldenVersion; codec++ {
		for _, alg := range algorithms {
			blob := golden(t, codec, "calls-"+alg.name)
			if r := open(t, blob); r.Version() != codec || r.Algorithm() != alg.a || r.Kind() != segment.Calls {
				t.Errorf("version %d, algorithm %d, %s", r.Version(), r.Algorithm(), r.Kind())
			}
			equal(t, readCalls(t, blob, golden(t, codec, "numbers-"+alg.name), segment.AllCalls), calls)
			equal(t, readCharges(t, golden(t, codec, "charges-"+alg.name), calls), goldenCharges(calls))
			rollups := goldenRollups()
			if codec == 1 {
				rollups = asOf1(rollups)
			}
			equal(t, readRollups(t, golden(t, codec, "rollups-"+alg.name)), rollups)
		}
		x := must(segment.OpenRaw(golden(t, codec, "raw-zstd")))
		for i, want := range goldenTexts() {
			if line, text, err := x.Text(i); err != nil || line != int64(2+i*2) || !bytes.Equal(text, want) {
				t.Errorf("record %d: line %d, %q, %v", i, line, text, err)
			}
		}
	}
}

// TestDamageIsFound changes each byte of each golden, in one bit and in all,
// and cuts it off there.
func TestDamageIsFound(t *testing.T) {
	for name := range goldens() {
		blob := golden(t, goldenVersion, name)
		if err := open(t, blob).Verify(); err != nil {
			t.Fatal(name, err)
		}
		for i := range blob {
			for _, flip := range []byte{1, 0x80, 0xff} {
				blob[i] ^= flip
				r, err := segment.Open(blob)
				if err == nil {
					err = r.Verify()
				}
				blob[i] ^= flip
				if !errors.Is(err, segment.ErrDamaged) {
					t.Fatalf("%s: byte %d xor %#x: %v", name, i, flip, err)
				}
			}
			if _, err := segment.Open(blob[:i]); !errors.Is(err, segment.ErrDamaged) {
				t.Fatalf("%s cut at %d: %v", name, i, err)
			}
		}
	}
}
