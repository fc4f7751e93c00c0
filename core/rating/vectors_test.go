package rating_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// vector is a group of testdata/rating.json.gz: a card, calls, and what an
// independent implementation in exact rational arithmetic made of them.
type vector struct {
	Features []string
	Card     json.RawMessage
	Calls    []vectorCall
	Expected []vectorCharge
}

type vectorCall struct {
	ID        string
	Direction usage.Direction
	Kind      string
	Calling   phone.Number
	Called    phone.Number
	Started   when.Instant   `json:"started_at"`
	Answered  when.Instant   `json:"answered_at"`
	Ended     when.Instant   `json:"ended_at"`
	Discount  rating.Percent `json:"discount_percent"`
	Bundle    int32          `json:"bundle_s"`
}

type vectorCharge struct {
	ID      string
	Status  string
	Reason  string
	Billed  int32 `json:"billed_s"`
	Charged int32 `json:"charged_s"`
	Amount  money.Amount
	Prefix  *string
}

func (v *vectorCall) call() rating.Call {
	return rating.Call{
		Calling: v.Calling, Called: v.Called, Started: v.Started, Answered: v.Answered, Ended: v.Ended,
		Bundle: v.Bundle, Discount: int32(v.Discount), Direction: v.Direction,
	}
}

func loadVectors(t testing.TB) []vector {
	packed, err := os.ReadFile("testdata/rating.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	unzip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		About  string
		Groups []vector
	}
	dec := json.NewDecoder(unzip)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		t.Fatal(err)
	}
	return file.Groups
}

// TestVectors rates every case by each way in and compares to the last digit.
func TestVectors(t *testing.T) {
	cases := 0
	for n, g := range loadVectors(t) {
		card, err := rating.ReadCard(bytes.NewReader(g.Card))
		if err != nil {
			t.Fatalf("group %d %v: %v", n, g.Features, err)
		}
		tariff, err := rating.Compile(card)
		if err != nil {
			t.Fatalf("group %d %v: %v", n, g.Features, err)
		}
		calls := make([]rating.Call, len(g.Calls))
		for i := range g.Calls {
			calls[i] = g.Calls[i].call()
		}
		charges := make([]rating.Charge, len(calls))
		tariff.RateBatch(calls, charges)
		for i, want := range g.Expected {
			cases++
			var got rating.Charge
			tariff.Rate(&calls[i], &got)
			compareVector(t, n, card, got, want)
			if charges[i] != got {
				t.Errorf("group %d %s: RateBatch gives %+v, Rate %+v", n, want.ID, charges[i], got)
			}
			if tr := tariff.Trace(&calls[i]); tr.Charge != got {
				t.Errorf("group %d %s: Trace gives %+v, Rate %+v", n, want.ID, tr.Charge, got)
			}
		}
	}
	if cases != 1119 {
		t.Errorf("%d cases, want 1119", cases)
	}
}

func compareVector(t *testing.T, n int, card *rating.Card, got rating.Charge, want vectorCharge) {
	status, reason := got.Status.String(), got.Reason.String()
	if got.Status == usage.ZeroRated { // the vectors tell only priced from suspended
		status, reason = "rated", ""
	}
	if status != want.Status || reason != want.Reason || got.Amount != want.Amount ||
		got.Billed != want.Billed || got.Charged != want.Charged {
		t.Errorf("group %d %s: %+v, want %+v", n, want.ID, got, want)
		return
	}
	if got.Status == usage.Suspended {
		return
	}
	if want.Prefix == nil {
		if got.Row >= 0 {
			t.Errorf("group %d %s: row %d, want none", n, want.ID, got.Row)
		}
	} else if got.Row < 0 || card.Rates[got.Row].Prefix.String() != *want.Prefix {
		t.Errorf("group %d %s: row %d, want prefix %q", n, want.ID, got.Row, *want.Prefix)
	}
}
