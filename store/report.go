package store

import (
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
)

// billed is what reports of charges need of a call: whose it was, where it went,
// when it counts and what it cost.
var billed = Selection{
	Calls: segment.CallAgent | segment.CallCampaign | segment.CallUnit | segment.CallCountry | segment.CallKind | segment.CallDirection,
	Charges: segment.ChargeBilledAt | segment.ChargeAmount | segment.ChargeAMD | segment.ChargeBilled | segment.ChargeBundle |
		segment.ChargeStatus | segment.ChargeReason,
}

// Billed is Calls for reports of charges: of the calls that started on UTC days
// it reads agent, campaign, unit, country, kind and direction, and of their
// charges all but how the price was found. The rest is zero.
func (tx *Tx) Billed(days when.Days, f func(calls []usage.Call, charges []usage.Charge) error) error {
	return tx.Calls(days, billed, f)
}
