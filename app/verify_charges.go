package app

import (
	"fmt"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/store"
)

// verifyCharges rates calls again.
type verifyCharges struct {
	ref     usage.CardRef // whose tariff the next is
	tariff  *rating.Tariff
	missing map[usage.CardRef]bool
}

// checkCharges rates calls by the revision of the card that their charges name,
// with the bundle's seconds, discount and rate of exchange that these keep.
func (v *verifying) checkCharges(p *store.SegmentParts, calls []usage.Call, charges []usage.Charge) error {
	for i := range calls {
		want, err := v.recharge(&calls[i], &charges[i])
		if err != nil {
			return err
		}
		v.out.Rated++
		if want == nil {
			continue
		}
		c := &charges[i]
		if !sameCharge(want, c) || want.Row != c.Row {
			v.find("charges", fmt.Sprintf("call %s of %s", calls[i].Identity, p.Day),
				"rating it again gives %s %s and %s for machine detection, %d billed seconds, row %d; the charge says %s %s and %s, %d, row %d",
				want.Status, want.Amount, want.AMD, want.Billed, want.Row+1, c.Status, c.Amount, c.AMD, c.Billed, c.Row+1)
		}
	}
	return nil
}

// recharge is what a charge must be; nil where its card cannot be had, which is
// told once.
func (v *verifying) recharge(c *usage.Call, had *usage.Charge) (*usage.Charge, error) {
	want := *had
	if had.Card == 0 {
		// No card: nothing may be charged.
		want.Amount, want.AMD, want.Billed, want.Bundle, want.Row = 0, 0, 0, 0, -1
		if had.Status == usage.Rated {
			want.Status = usage.ZeroRated
		}
		return &want, nil
	}
	if err := v.useTariff(had.Card); err != nil || v.rerate.tariff == nil {
		return nil, err
	}
	if had.Row < 0 {
		want.Amount, want.Billed, want.Bundle, want.Status = 0, 0, 0, usage.ZeroRated
		if c.Answered == 0 {
			want.Reason = usage.NotAnswered
		} else if c.Ended <= c.Answered {
			want.Reason = usage.ZeroLength
		}
		if had.Status == usage.Suspended { // the card's currency could not be changed
			want.Status, want.Reason, want.AMD = had.Status, had.Reason, 0
			return &want, nil
		}
		return &want, v.detection(c, had, &want)
	}
	call := ratingCall(c)
	call.Bundle, call.Discount = had.Bundle, had.Discount
	var got rating.Charge
	v.rerate.tariff.Rate(&call, &got)
	want.Row = got.Row
	if had.Reason == usage.NoFX || had.Reason == usage.Overflow {
		return &want, nil
	}
	want.Status, want.Reason = got.Status, got.Reason
	if got.Status == usage.Suspended {
		want.Amount, want.AMD, want.Billed, want.Bundle = 0, 0, 0, 0
		return &want, nil
	}
	want.Billed, want.Bundle = got.Billed, got.Billed-got.Charged
	var err error
	if want.Amount, err = had.FX.Convert(got.Amount); err != nil {
		return nil, fault.New(fault.Internal, "call %s: %w", c.Identity, err)
	}
	return &want, v.detection(c, had, &want)
}

// detection fills in the fee for machine detection.
func (v *verifying) detection(c *usage.Call, had, want *usage.Charge) (err error) {
	fee := money.Amount(0)
	if c.AMD != usage.NoAMD {
		fee = v.rerate.tariff.AMDFee()
	}
	if want.AMD, err = had.FX.Convert(fee); err != nil {
		err = fault.New(fault.Internal, "call %s: %w", c.Identity, err)
	}
	return err
}

// useTariff makes v.rerate.tariff the revision's; nil where it cannot be had.
func (v *verifying) useTariff(ref usage.CardRef) (err error) {
	w := &v.rerate
	if w.ref == ref {
		return nil
	}
	w.ref = ref
	if w.tariff, err = v.app.tariff(v.tx, ref); err == nil {
		return nil
	}
	w.tariff = nil
	if k := fault.KindOf(err); k == fault.Busy || store.Gone(err) || v.tx.Context().Err() != nil {
		return reading(err)
	}
	if w.missing == nil {
		w.missing = map[usage.CardRef]bool{}
	}
	if !w.missing[ref] {
		w.missing[ref] = true
		v.find("charges", fmt.Sprintf("revision %d of card %d", ref.Revision(), ref.Card()), "%v", err)
	}
	return nil
}
