package store_test

import (
	"errors"
	"fmt"

	"tollkeeper/core/ledger"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
)

// reads is every query of a tenant there is, by the name of its method.
var reads = map[string]func(tx *store.Tx) (any, error){
	"Account": func(tx *store.Tx) (any, error) { return tx.Account() },
	"Self":    func(tx *store.Tx) (any, error) { return tx.Self() },
	"Users":   func(tx *store.Tx) (any, error) { return tx.Users() },
	"FindUsers": func(tx *store.Tx) (any, error) {
		return tx.FindUsers(store.UserFilter{Listing: store.Listing{Text: "a", Day: today, Limit: 3}, By: store.UsersByTeams})
	},
	"CountUsers": func(tx *store.Tx) (any, error) { return tx.CountUsers(store.UserFilter{}) },
	"FindCampaigns": func(tx *store.Tx) (any, error) {
		return tx.FindCampaigns(store.CampaignFilter{By: store.CampaignsByTeams})
	},
	"CountCampaigns": func(tx *store.Tx) (any, error) { return tx.CountCampaigns(store.CampaignFilter{}) },
	"Teams":          func(tx *store.Tx) (any, error) { return tx.Teams() },
	"UserTeams":      func(tx *store.Tx) (any, error) { return tx.UserTeams() },
	"CampaignTeams":  func(tx *store.Tx) (any, error) { return tx.CampaignTeams() },
	"Campaigns":      func(tx *store.Tx) (any, error) { return tx.Campaigns() },
	"Units":          func(tx *store.Tx) (any, error) { return tx.Units() },
	"UserUnits":      func(tx *store.Tx) (any, error) { return tx.UserUnits() },
	"Numbers":        func(tx *store.Tx) (any, error) { return tx.Numbers() },
	"Labels": func(tx *store.Tx) (any, error) {
		return collect(func(yield func(any)) error {
			for _, kind := range []store.LabelKind{store.QueueLabel, store.CarrierLabel, store.SourceLabel} {
				ls, err := tx.Labels(kind)
				if err != nil {
					return err
				}
				yield(ls)
			}
			return nil
		})
	},
	"Cards":        func(tx *store.Tx) (any, error) { return tx.Cards() },
	"CardRevision": func(tx *store.Tx) (any, error) { return tx.CardRevision(usage.NewCardRef(1, 1, true)) },
	"FindCard":     func(tx *store.Tx) (any, error) { return tx.FindCard("alpha", store.TenantCard) },
	"Assignments":  func(tx *store.Tx) (any, error) { return tx.Assignments() },
	"Switches":     func(tx *store.Tx) (any, error) { return tx.Switches() },
	"FXRates":      func(tx *store.Tx) (any, error) { return tx.FXRates("USD") },
	"Segments":     func(tx *store.Tx) (any, error) { return tx.Segments(store.AllDays) },
	"SegmentParts": func(tx *store.Tx) (any, error) { return tx.SegmentParts() },
	"Revision":     func(tx *store.Tx) (any, error) { return tx.Revision(store.SegmentKey{Day: today, Seg: 1}) },
	"Load": func(tx *store.Tx) (any, error) {
		s := store.CallSegment{SegmentKey: store.SegmentKey{Day: today, Seg: 1}}
		return s, tx.Load(&s, store.Numbers|store.Charges)
	},
	"ChargeData": func(tx *store.Tx) (any, error) { return tx.ChargeData(store.SegmentKey{Day: today, Seg: 1}, 0) },
	"Head":       func(tx *store.Tx) (any, error) { return tx.Head(store.SegmentKey{Day: today, Seg: 1}) },
	"CallData": func(tx *store.Tx) (any, error) {
		return collect(func(yield func(any)) error {
			return tx.CallData(today, 0, func(version int64, data []byte) error { yield(fmt.Sprint(version, data)); return nil })
		})
	},
	"Identities": func(tx *store.Tx) (any, error) {
		return collect(func(yield func(any)) error {
			return tx.Identities(today, func(k store.SegmentKey, start []byte) error { yield(fmt.Sprint(k, start)); return nil })
		})
	},
	"NewDays":    func(tx *store.Tx) (any, error) { return tx.NewDays(0) },
	"RollupDays": func(tx *store.Tx) (any, error) { return tx.RollupDays() },
	"HasRollup": func(tx *store.Tx) (any, error) {
		return tx.HasRollup(&store.Rollup{BilledDay: today, Period: month, Seg: 1})
	},
	"Rollups": func(tx *store.Tx) (any, error) {
		return collect(func(yield func(any)) error {
			return tx.Rollups(store.AllDays, func(r *store.Rollup) error { yield(fmt.Sprint(*r)); return nil })
		})
	},
	"Usage": func(tx *store.Tx) (any, error) {
		return collect(func(yield func(any)) error {
			return tx.Usage(store.AllDays, func(day when.Day, ds []usage.Delta) error { yield(fmt.Sprint(day, ds)); return nil })
		})
	},
	"Calls": func(tx *store.Tx) (any, error) {
		return collect(func(yield func(any)) error {
			return tx.Calls(store.AllDays, store.All, func(cs []usage.Call, hs []usage.Charge) error { yield(fmt.Sprint(cs, hs)); return nil })
		})
	},
	"Billed": func(tx *store.Tx) (any, error) {
		return collect(func(yield func(any)) error {
			return tx.Billed(store.AllDays, func(cs []usage.Call, hs []usage.Charge) error { yield(fmt.Sprint(cs, hs)); return nil })
		})
	},
	"Raw": func(tx *store.Tx) (any, error) {
		run, data, err := tx.Raw(1)
		return fmt.Sprint(run, data), err
	},
	"RawSegments": func(tx *store.Tx) (any, error) {
		return collect(func(yield func(any)) error {
			return tx.RawSegments(func(seg, run int64, data []byte) error { yield(fmt.Sprint(seg, run, data)); return nil })
		})
	},
	"Run":  func(tx *store.Tx) (any, error) { return tx.Run(1) },
	"Runs": func(tx *store.Tx) (any, error) { return tx.Runs() },
	"FindRuns": func(tx *store.Tx) (any, error) {
		return tx.FindRuns(store.RunFilter{Below: 2, State: store.RunOpen, Limit: 10})
	},
	"FindRun": func(tx *store.Tx) (any, error) { return tx.FindRun(1) },
	"Waiting": func(tx *store.Tx) (any, error) {
		calls, records, err := tx.Waiting()
		return fmt.Sprint(calls, records), err
	},
	"Standing": func(tx *store.Tx) (any, error) { return tx.Standing(0) },
	"UsageOf": func(tx *store.Tx) (any, error) {
		return collect(func(yield func(any)) error {
			return tx.UsageOf(store.AllDays, segment.RollupCalls, func(day when.Day, ds []usage.Delta) error { yield(fmt.Sprint(day, ds)); return nil })
		})
	},
	"RunBatches":   func(tx *store.Tx) (any, error) { return tx.RunBatches(1) },
	"FirstStart":   func(tx *store.Tx) (any, error) { return tx.FirstStart([32]byte{1}, 77) },
	"Conservation": func(tx *store.Tx) (any, error) { return tx.Conservation() },
	"OpenSuspense": func(tx *store.Tx) (any, error) { return tx.OpenSuspense() },
	"EachSuspense": func(tx *store.Tx) (any, error) {
		return collect(func(yield func(any)) error {
			return tx.EachSuspense(func(s *store.Suspense) error { yield(fmt.Sprint(*s)); return nil })
		})
	},
	"SuspenseOf": func(tx *store.Tx) (any, error) { return tx.SuspenseOf(usage.Identity{1}) },
	"SuspenseCount": func(tx *store.Tx) (any, error) {
		return tx.SuspenseCount()
	},
	"SuspenseRows": func(tx *store.Tx) (any, error) { return tx.SuspenseRows() },
	"FindSuspense": func(tx *store.Tx) (any, error) {
		return tx.FindSuspense(store.SuspenseFilter{After: &store.Suspense{Run: 1, Line: 1}, Limit: 100})
	},
	"RejectedLines": func(tx *store.Tx) (any, error) { return tx.RejectedLines([32]byte{1}) },
	"FindRejected": func(tx *store.Tx) (any, error) {
		return tx.FindRejected(store.RejectedFilter{Hash: [32]byte{1}, Run: 1, After: 2, Limit: 1})
	},
	"RejectedRows": func(tx *store.Tx) (any, error) { return tx.RejectedRows() },
	"Balances": func(tx *store.Tx) (any, error) {
		b, err := tx.Balances()
		return b.Lines(), err
	},
	"Entries": func(tx *store.Tx) (any, error) {
		return collect(func(yield func(any)) error {
			for e, err := range tx.Entries() {
				if err != nil {
					return err
				}
				yield(e)
			}
			return nil
		})
	},
	"EntryOf":      func(tx *store.Tx) (any, error) { return tx.EntryOf(ledger.Import, 1) },
	"EntriesOf":    func(tx *store.Tx) (any, error) { return tx.EntriesOf(ledger.Import, 1) },
	"EntriesDated": func(tx *store.Tx) (any, error) { return tx.EntriesDated(ledger.Import, store.AllDays) },
	"SmallSegments": func(tx *store.Tx) (any, error) {
		return tx.SmallSegments(today, 1000, 10)
	},
	"StillFirst": func(tx *store.Tx) (any, error) {
		return tx.StillFirst(today, []store.CallSegment{{SegmentKey: store.SegmentKey{Day: today, Seg: 1}}})
	},
	"Activities":     func(tx *store.Tx) (any, error) { return tx.Activities(store.ActivityFilter{Login: loginNumber}) },
	"VerifyActivity": func(tx *store.Tx) (any, error) { return tx.VerifyActivity() },
	"AnswerCount":    func(tx *store.Tx) (any, error) { return tx.AnswerCount() },
	"SavedReports":   func(tx *store.Tx) (any, error) { return tx.SavedReports(loginNumber, "") },
	"SavedReport":    func(tx *store.Tx) (any, error) { return tx.SavedReport(loginNumber, 1) },
	"Sessions":       func(tx *store.Tx) (any, error) { return tx.Sessions(loginNumber) },
	"Logins":         func(tx *store.Tx) (any, error) { return tx.Logins() },
	"LoginOfUser":    func(tx *store.Tx) (any, error) { return tx.LoginOfUser(1) },
	"Login": func(tx *store.Tx) (any, error) {
		return collect(func(yield func(any)) error {
			all, err := tx.Logins()
			for _, of := range all {
				l, oneErr := tx.Login(of.ID)
				err = errors.Join(err, oneErr)
				yield(l)
			}
			return err
		})
	},
	"Keys": func(tx *store.Tx) (any, error) { return tx.Keys() },
	"Key": func(tx *store.Tx) (any, error) {
		return collect(func(yield func(any)) error {
			all, err := tx.Keys()
			for _, of := range all {
				k, oneErr := tx.Key(of.ID)
				err = errors.Join(err, oneErr)
				yield(k)
			}
			return err
		})
	},
}

// collect gathers what a query gives bit by bit.
func collect(walk func(yield func(any)) error) (all []any, err error) {
	err = walk(func(v any) { all = append(all, v) })
	return all, err
}
