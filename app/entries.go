package app

import (
	"slices"

	"tollkeeper/core/ledger"
	"tollkeeper/core/money"
	"tollkeeper/core/when"
)

// periodSums is what a batch earns in one billing period.
type periodSums struct {
	voice, detection money.Amount
	day              when.Day // the last billing day of it in the batch
}

// entries are the ledger entries of sums: one for each billing period.
func (b *books) entries(sums map[int32]*periodSums, cause ledger.Cause, now when.Instant) (es []ledger.Entry, err error) {
	periods := make([]int32, 0, len(sums))
	for period := range sums {
		periods = append(periods, period)
	}
	slices.Sort(periods)
	for _, period := range periods {
		s := sums[period]
		total, err := s.voice.Add(s.detection)
		if err != nil {
			return nil, err
		}
		var lines []ledger.Line
		for _, l := range []ledger.Line{
			{Account: ledger.Unbilled, Amount: total}, {Account: ledger.Revenue("voice"), Amount: -s.voice},
			{Account: ledger.Revenue("amd"), Amount: -s.detection},
		} {
			if l.Amount != 0 {
				l.Currency = b.tenant.Currency
				lines = append(lines, l)
			}
		}
		if len(lines) == 0 {
			continue
		}
		e, err := ledger.NewEntry(now, s.day, cause, lines)
		if err != nil {
			return nil, err
		}
		es = append(es, e)
	}
	return es, nil
}
