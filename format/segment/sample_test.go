package segment_test

import (
	"fmt"
	"math/rand/v2"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// day is n calls of a busy contact center on one day with their charges, the
// same for the same seed.
func day(n int, seed uint64) ([]usage.Call, []usage.Charge) {
	r := rand.New(rand.NewPCG(seed, 1))
	countries := []phone.Country{phone.MustCountry("GB"), phone.MustCountry("US"), phone.MustCountry("DE"), phone.MustCountry("FR"), phone.MustCountry("NL")}
	prefixes := []string{"447", "1415", "49171", "336", "316"}
	calls, charges := make([]usage.Call, n), make([]usage.Charge, n)
	started := when.MustParse("2026-06-01T00:00:00Z")
	step := int64(when.DayLength) / int64(n)
	for i := range calls {
		c, x := &calls[i], &charges[i]
		started += when.Instant(r.Int64N(2*step)) / 1000 * 1000
		where := min(r.IntN(9), len(countries)-1)
		ring := when.Instant(1+r.IntN(30_000)) * when.Millisecond
		*c = usage.Call{
			Identity: identity(r), Content: r.Uint64(), Started: started,
			Calling: phone.MustParse("4420794600" + digits(r, 2)), Called: phone.MustParse(prefixes[where] + digits(r, 8)),
			Raw: usage.RawRef{Segment: 4711, Index: int32(i) + int32(r.IntN(40))}, Agent: tenant.UserID(1 + r.IntN(2000)),
			Campaign: tenant.CampaignID(1 + r.IntN(100)), Queue: tenant.QueueID(r.IntN(12)), Carrier: tenant.CarrierID(1 + r.IntN(3)),
			Unit: tenant.UnitID(1 + r.IntN(10)), Source: 2, Country: countries[where], Kind: usage.Kind(1 + r.IntN(6)),
		}
		if c.Kind == usage.Inbound {
			c.Direction = usage.Incoming
		}
		c.Ended = started + ring
		*x = usage.Charge{FX: money.One, Row: -1, Reason: usage.NotAnswered}
		if c.Disposition = usage.NoAnswer; r.IntN(10) < 4 {
			c.Disposition, c.AMD, c.Answered = usage.Answered, usage.AMD(r.IntN(4)), c.Ended
			c.Ended += when.Instant(r.ExpFloat64()*180_000) * when.Millisecond
			c.Recording = c.Seconds()
			*x = usage.Charge{
				Status: usage.Rated, FX: money.One, Card: usage.NewCardRef(3+int32(where%2), 2, where%2 == 0), Assignment: 7 + int32(where%2),
				Row: int32(r.IntN(100_000)), Billed: (c.Seconds() + 5) / 6 * 6,
			}
			x.Amount = money.Amount(x.Billed) * money.Amount(120+37*where)
			x.Cost = money.Amount(c.Seconds()) * money.Amount(80+31*where)
			if c.AMD != usage.NoAMD {
				x.AMD = 3_500
			}
		}
		x.BilledAt = c.Ended
	}
	return calls, charges
}

func identity(r *rand.Rand) (id usage.Identity) {
	for i := range id {
		id[i] = byte(r.Uint32())
	}
	return id
}

func digits(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + r.IntN(10))
	}
	return string(b)
}

// rollup is the roll-up rows of such a day: by agent, campaign and country.
func rollup(n int, seed uint64) []usage.Delta {
	r := rand.New(rand.NewPCG(seed, 2))
	deltas := make([]usage.Delta, n)
	for i := range deltas {
		calls := 1 + r.Int64N(40)
		deltas[i] = usage.Delta{
			Key: usage.DeltaKey{
				Agent: tenant.UserID(i * 2000 / n), Campaign: tenant.CampaignID(1 + r.IntN(100)), Unit: tenant.UnitID(1 + r.IntN(10)),
				Country: phone.MustCountry([]string{"GB", "US", "DE"}[r.IntN(3)]), Item: usage.Item(r.IntN(2)), Kind: usage.Kind(1 + r.IntN(3)),
			},
			Sums: usage.Sums{
				Calls: calls, Charged: calls / 2, Seconds: calls * 93, Billed: calls * 96, Paid: calls * 90,
				Amount: money.Amount(calls * r.Int64N(90_000)), Cost: money.Amount(calls * r.Int64N(40_000)), Answered: calls * 2 / 3,
			},
		}
	}
	return deltas
}

// rawTexts are n lines of a CSV of calls.
func rawTexts(n int) [][]byte {
	calls, _ := day(n, 3)
	texts := make([][]byte, n)
	for i, c := range calls {
		texts[i] = fmt.Appendf(nil, "acme,%s,0,%s,agent%04d,%s,%s,%s,%s,%s\n", c.Identity, c.Kind, c.Agent, c.Calling, c.Called, c.Started, c.Ended, c.Disposition)
	}
	return texts
}
