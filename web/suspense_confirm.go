package web

import (
	"net/http"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
)

// confirmSuspense says what trying again or dismissing would do, and to how many
// records, before anything is done.
func (s *Site) confirmSuspense(w http.ResponseWriter, v *visit) error {
	q := v.URL.Query()
	reason, err := suspendedReason(q.Get("cause"))
	if err != nil {
		return err
	}
	all, of, err := s.waitingFor(v, q)
	if err != nil {
		return err
	}
	var n int64
	for i := range all {
		for _, g := range all[i].Groups {
			if reason == usage.NoReason || g.Reason == reason {
				n += g.Records
			}
		}
	}
	whose := "of all tenants"
	if len(of) == 1 {
		whose = "of " + ownerName(&of[0])
	}
	if len(of) == 1 && of[0].ID == tenant.System {
		whose = "without a tenant"
	}
	p := &confirmPage{Action: v.place("suspense"), Back: v.place("suspense")}
	p.Hidden = map[string]string{"do": q.Get("do"), "cause": q.Get("cause"), "of": q.Get("of")}
	what := plural(n, "record") + " " + whose
	if reason != usage.NoReason {
		what += " that wait as “" + causeTitle(reason) + "”"
	}
	title := "Try again?"
	switch q.Get("do") {
	case "rerun":
		if reason != usage.NoReason && !app.CanRerun(reason) {
			return fault.New(fault.Invalid, "trying again does not help: %s", reason.Advice())
		}
		p.Do = "Try " + plural(n, "record") + " again"
		p.Lines = []string{
			"This reads and rates again " + what + ", with the tenants, numbers, rate cards and exchange rates of now.",
			"What can be charged now is billed and leaves suspense. The rest stays as it is. Nothing counts twice, and conflicts wait for a person.",
		}
	case "dismiss":
		if !app.CanDismiss(reason) {
			return fault.New(fault.Invalid, "calls that wait for a price happened, and cannot be dismissed")
		}
		title, p.Danger, p.Do = "Dismiss?", true, "Dismiss "+plural(n, "record")
		p.Lines = []string{
			"This closes " + what + ". They will never be calls, and cost nothing.",
			"Their text stays in the books. The same records that come again are known, and do not count either. This cannot be taken back.",
		}
	default: // an address that somebody cut short: the page that leads here
		http.Redirect(w, v.Request, p.Back, http.StatusSeeOther)
		return nil
	}
	return s.confirm(w, v, title, p)
}
