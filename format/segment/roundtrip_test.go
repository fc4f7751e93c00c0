package segment_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
)

// column draws n values of one of the shapes that columns have: anything, the
// edges of int64, a single value, few values, multiples, and growing ones.
func column(t *rapid.T, n int, label string) []int64 {
	vs := make([]int64, n)
	any := rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64, 0, -1, 1}))
	base, step := any.Draw(t, label+" base"), rapid.Int64Range(0, 1<<40).Draw(t, label+" step")
	shape := rapid.IntRange(0, 6).Draw(t, label+" shape")
	seed := rapid.Uint64().Draw(t, label+" seed")
	for i := range vs {
		seed = seed*6364136223846793005 + 1442695040888963407
		x := int64(seed >> 33)
		switch shape {
		case 0:
			vs[i] = any.Draw(t, label)
		case 1:
			vs[i] = base
		case 2:
			vs[i] = base * (x % 7)
		case 3:
			vs[i] = base + step*(x%1000)
		case 4:
			vs[i] = base + step*int64(i) + x%50
		case 5:
			vs[i] = x >> (x & 31)
		}
	}
	return vs
}

func rowCount(t *rapid.T) int {
	return rapid.OneOf(rapid.IntRange(1, 9), rapid.IntRange(60, 70), rapid.IntRange(250, 600)).Draw(t, "rows")
}

func algorithm(t *rapid.T) segment.Algorithm {
	return rapid.SampledFrom([]segment.Algorithm{segment.Planes, segment.PlanesZstd}).Draw(t, "algorithm")
}

// edgeCalls draws calls whose every field may be at its limits.
func edgeCalls(t *rapid.T) []usage.Call {
	calls := make([]usage.Call, rowCount(t))
	c := func(label string) []int64 { return column(t, len(calls), label) }
	started, answered, ended, ids, small, raw, number := c("started"), c("answered"), c("ended"), c("ids"), c("small"), c("raw"), c("number")
	for i := range calls {
		x, y := int32(ids[i]), uint64(small[i])
		calls[i] = usage.Call{
			Content: uint64(ids[i]) * 0x9E3779B97F4A7C15, Conversation: y >> 40, Started: when.Instant(started[i]),
			Answered: when.Instant(answered[i]), Ended: when.Instant(ended[i]), Raw: usage.RawRef{Segment: raw[i], Index: int32(raw[i])},
			Agent: tenant.UserID(x), Campaign: tenant.CampaignID(x >> 3), Queue: tenant.QueueID(-x), Carrier: tenant.CarrierID(x & 3),
			Unit: tenant.UnitID(x >> 20), Source: tenant.SourceID(y % 4), Recording: int32(ended[i]), Country: phone.Country(y),
			Kind: usage.Kind(y % 7), Direction: usage.Direction(y % 2), Disposition: usage.Disposition(y % 8), AMD: usage.AMD(y % 4), Flags: usage.Flags(y),
		}
		calls[i].Identity[i%16] = byte(ids[i])
		calls[i].Calling, _ = phone.Unpack(unsigned(number[i]) % 1e15)
		calls[i].Called, _ = phone.Unpack(1e15 + unsigned(number[i])%1e15)
	}
	return calls
}

func unsigned(v int64) int64 { return v & math.MaxInt64 }

func TestCallsRoundTrip(t *testing.T) {
	var e segment.Encoder
	rapid.Check(t, func(t *rapid.T) {
		calls, alg := edgeCalls(t), algorithm(t)
		before := []byte("kept")
		blob, err := e.Calls(before, calls, alg)
		if err != nil {
			t.Fatal(err)
		}
		numbers, err := e.Numbers(nil, calls, alg)
		if err != nil {
			t.Fatal(err)
		}
		if string(blob[:4]) != "kept" {
			t.Fatal("what stood in dst was overwritten")
		}
		equal(t, readCalls(t, blob[4:], numbers, segment.AllCalls), calls)

		x, err := segment.OpenCalls(open(t, blob[4:]), open(t, numbers), segment.AllCalls)
		if err != nil {
			t.Fatal(err)
		}
		var one [1]usage.Call
		row := rapid.IntRange(0, len(calls)-1).Draw(t, "row")
		for _, row := range []int{row, row / 2, len(calls) - 1} { // back and forth, as series remember their place
			if err := x.Read(row, one[:]); err != nil || one[0] != calls[row] {
				t.Fatalf("row %d: %+v, %v; want %+v", row, one[0], err, calls[row])
			}
		}
	})
}

func TestChargesRoundTrip(t *testing.T) {
	var e segment.Encoder
	rapid.Check(t, func(t *rapid.T) {
		charges := make([]usage.Charge, rowCount(t))
		calls := make([]usage.Call, len(charges))
		c := func(label string) []int64 { return column(t, len(charges), label) }
		ended, billedAt, amount, cost, ids, small := c("ended"), c("billed at"), c("amount"), c("cost"), c("ids"), c("small")
		for i := range charges {
			x, y := int32(ids[i]), uint64(small[i])
			calls[i].Ended = when.Instant(ended[i])
			charges[i] = usage.Charge{
				BilledAt: when.Instant(billedAt[i]), Amount: money.Amount(amount[i]), AMD: money.Amount(amount[i] >> 50), Cost: money.Amount(cost[i]),
				FX: money.Factor(ids[i]), Card: usage.CardRef(cost[i]), Assignment: x, Row: x >> 7, Billed: -x, Bundle: x & 63,
				Discount: int32(y % 101), Status: usage.Status(y % 3), Reason: usage.Reason(y % 22),
			}
		}
		blob, err := e.Charges(nil, charges, calls, algorithm(t))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, readCharges(t, blob, calls), charges)
	})
}

func TestRollupsRoundTrip(t *testing.T) {
	var e segment.Encoder
	rapid.Check(t, func(t *rapid.T) {
		deltas := make([]usage.Delta, rowCount(t))
		c := func(label string) []int64 { return column(t, len(deltas), label) }
		ids, small, calls, amount, cost := c("ids"), c("small"), c("calls"), c("amount"), c("cost")
		for i := range deltas {
			y := uint64(small[i])
			deltas[i] = usage.Delta{
				Key: usage.DeltaKey{
					Agent: tenant.UserID(ids[i]), Campaign: tenant.CampaignID(ids[i] >> 9), Unit: tenant.UnitID(-ids[i]), Country: phone.Country(y),
					Item: usage.Item(y % 2), Kind: usage.Kind(y % 7), Direction: usage.Direction(y >> 1 % 2),
				},
				Sums: usage.Sums{
					Calls: calls[i], Charged: -calls[i], Seconds: calls[i] ^ amount[i], Billed: cost[i] >> 3, Paid: cost[i] >> 11,
					Amount: money.Amount(amount[i]), Cost: money.Amount(cost[i]), Answered: cost[i] ^ calls[i], Untold: calls[i] >> 40,
				},
			}
		}
		blob, err := e.Rollups(nil, deltas, algorithm(t))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, readRollups(t, blob), deltas)
		x, err := segment.OpenRollups(open(t, blob), 0)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := x.Column(segment.RollupAmount, nil); err != nil || !slices.Equal(got, amount) {
			t.Fatalf("amounts %v, %v; want %v", got, err, amount)
		}
	})
}

func TestLargestSegment(t *testing.T) {
	var e segment.Encoder
	calls, charges := day(segment.MaxCalls, 7)
	for _, alg := range algorithms {
		blob, numbers := must(e.Calls(nil, calls, alg.a)), must(e.Numbers(nil, calls, alg.a))
		equal(t, readCalls(t, blob, numbers, segment.AllCalls), calls)
		x := must(e.Charges(nil, charges, calls, alg.a))
		equal(t, readCharges(t, x, calls), charges)
		if n := (len(blob) + len(numbers)) / len(calls); n > 60 {
			t.Errorf("%s: %d bytes a call", alg.name, n)
		}
		if n := len(x) / len(calls); n > 14 {
			t.Errorf("%s: %d bytes a charge", alg.name, n)
		}
	}
	deltas := rollup(segment.MaxRows, 1)
	equal(t, readRollups(t, must(e.Rollups(nil, deltas, segment.PlanesZstd))), deltas)
}

func TestEqualRowsCostNothing(t *testing.T) {
	var e segment.Encoder
	calls, charges := day(1, 7)
	calls, charges = slices.Repeat(calls, segment.MaxCalls), slices.Repeat(charges, segment.MaxCalls)
	blob, numbers, x := must(e.Calls(nil, calls, segment.Planes)), must(e.Numbers(nil, calls, segment.Planes)), must(e.Charges(nil, charges, calls, segment.Planes))
	equal(t, readCalls(t, blob, numbers, segment.AllCalls), calls)
	equal(t, readCharges(t, x, calls), charges)
	if n := len(blob) - 24*len(calls); n > 300 || len(numbers) > 100 || len(x) > 200 {
		t.Errorf("%d bytes beyond the hashes, %d of numbers, %d of charges", n, len(numbers), len(x))
	}
}

func TestSelection(t *testing.T) {
	var e segment.Encoder
	calls, charges := day(300, 7)
	blob, numbers := must(e.Calls(nil, calls, segment.Planes)), must(e.Numbers(nil, calls, segment.Planes))
	for i, c := range readCalls(t, blob, nil, segment.CallEnded|segment.CallAgent|segment.CallNumbers) {
		if want := (usage.Call{Started: calls[i].Started, Ended: calls[i].Ended, Agent: calls[i].Agent}); c != want {
			t.Fatalf("row %d: %+v, want %+v", i, c, want)
		}
	}
	keys, err := must(segment.OpenCalls(open(t, blob), nil, segment.CallIdentity|segment.CallContent)).Keys(nil)
	if err != nil || len(keys) != len(calls) {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	for i, k := range keys {
		if k != (segment.Key{Identity: calls[i].Identity, Content: calls[i].Content}) {
			t.Fatalf("key %d: %v", i, k)
		}
	}
	x := must(segment.OpenCalls(open(t, blob), open(t, numbers), segment.CallIdentity))
	if row, err := x.Find(calls[217].Identity); row != 217 || err != nil {
		t.Errorf("found in row %d, %v", row, err)
	}
	if row, err := x.Find(usage.Identity{1}); row != -1 || err != nil {
		t.Errorf("found an unknown call in row %d, %v", row, err)
	}
	some := make([]usage.Charge, len(charges))
	xx := must(segment.OpenCharges(open(t, must(e.Charges(nil, charges, calls, segment.Planes))), segment.ChargeAmount))
	check(xx.Read(0, some, nil))
	for i, c := range some {
		if c != (usage.Charge{Amount: charges[i].Amount}) {
			t.Fatalf("row %d: %+v", i, c)
		}
	}
}

func TestReadingPartsOfABlob(t *testing.T) {
	var e segment.Encoder
	calls, _ := day(5000, 7)
	for _, alg := range algorithms {
		blob := must(e.Calls(nil, calls, alg.a))
		r, err := segment.OpenHead(blob[:segment.HeadSize])
		if err != nil {
			t.Fatal(err)
		}
		const want = segment.CallIdentity | segment.CallContent
		if _, err := segment.OpenCalls(r, nil, want); !fault.Is(err, fault.Internal) {
			t.Errorf("reading columns that were not supplied: %v", err)
		}
		from, length := r.Span(want.Numbers()...)
		if length != 24*len(calls) {
			t.Errorf("keys span %d bytes", length)
		}
		r.Supply(from, blob[from:from+length])
		x, err := segment.OpenCalls(r, nil, want)
		if err != nil {
			t.Fatal(err)
		}
		if keys, err := x.Keys(nil); err != nil || keys[4999].Identity != calls[4999].Identity {
			t.Error("keys differ", err)
		}
		if err := r.Verify(); !fault.Is(err, fault.Internal) {
			t.Errorf("verified what was not supplied: %v", err)
		}
	}
}

func TestMistakesOfTheCaller(t *testing.T) {
	var e segment.Encoder
	calls, charges := day(3, 7)
	strange := slices.Clone(calls)
	strange[1].Kind = 99
	r := must(segment.Open(must(e.Calls(nil, calls, segment.Planes))))
	n := must(segment.Open(must(e.Numbers(nil, calls[:2], segment.Planes))))
	x := must(segment.OpenCalls(r, nil, segment.CallAgent))
	second := func(_ any, err error) error { return err }
	for name, err := range map[string]error{
		"no rows":               second(e.Calls(nil, nil, segment.Planes)),
		"too many rows":         second(e.Numbers(nil, make([]usage.Call, segment.MaxCalls+1), segment.Planes)),
		"unknown algorithm":     second(e.Numbers(nil, calls, 9)),
		"value out of range":    second(e.Calls(nil, strange, segment.Planes)),
		"charges without calls": second(e.Charges(nil, charges, calls[:2], segment.Planes)),
		"other kind":            second(segment.OpenCharges(r, segment.AllCharges)),
		"numbers of others":     second(segment.OpenCalls(r, n, segment.AllCalls)),
		"not numbers":           second(segment.OpenCalls(r, r, segment.AllCalls)),
		"row beyond":            x.Read(3, make([]usage.Call, 1)),
		"row before":            x.Read(-1, make([]usage.Call, 1)),
		"more rows":             x.Read(0, make([]usage.Call, 4)),
		"keys not selected":     second(x.Keys(nil)),
		"identity not selected": second(x.Find(calls[0].Identity)),
	} {
		if !fault.Is(err, fault.Internal) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
