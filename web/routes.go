package web

import (
	"context"
	"net/http"

	"tollkeeper/auth"
	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// route is one address of the site. Need lists privileges of which one is
// enough; nil asks for nobody in particular.
type route struct {
	pattern string // method and path, as http.ServeMux reads them
	need    []access.Privilege
	do      func(*Site, http.ResponseWriter, *visit) error
}

// Who may what, by groups of pages. Menus ask the same lists.
var (
	anybody          []access.Privilege     // signed in or not
	known            = []access.Privilege{} // whoever is signed in
	operators        = []access.Privilege{access.Operate}
	seers            = []access.Privilege{access.ViewReports, access.ViewBilling, access.ViewSubscription}
	callers          = []access.Privilege{access.ViewCalls, access.ViewReports}
	callersOfNumbers = []access.Privilege{access.ViewCalls}
	reporters        = []access.Privilege{access.ViewReports}
	savers           = []access.Privilege{access.EditReports}
	importers        = []access.Privilege{access.EditIntegrations, access.EditRates}
	raters           = []access.Privilege{access.ViewRates}
	rerunners        = []access.Privilege{access.EditRates}
	pricers          = []access.Privilege{access.EditRates}
	people           = []access.Privilege{access.ViewUsers}
	peoplers         = []access.Privilege{access.EditUsers}
	settlers         = []access.Privilege{access.ViewBilling}
	setters          = []access.Privilege{access.EditBilling}
	agents           = []access.Privilege{access.ViewOwnUsage}
	watchers         = []access.Privilege{access.ViewActivity}
	unitViewers      = []access.Privilege{access.ViewUnits}
	uniters          = []access.Privilege{access.EditUnits}
	integrators      = []access.Privilege{access.EditIntegrations}
	searchers        = []access.Privilege{access.ViewUsers, access.ViewCalls, access.ViewReports, access.ViewRates}
)

// routes is every address there is. Those below /t/{tenant} are a tenant's own.
var routes = []route{
	{"GET /{$}", anybody, (*Site).home},
	{"POST /look", anybody, plain((*Site).setLook)},
	{"GET /sign-in", anybody, (*Site).signInPage},
	{"POST /sign-in", anybody, (*Site).signIn},
	{"POST /sign-out", anybody, (*Site).signOut},
	{"GET /set-up", anybody, (*Site).setUpPage},
	{"POST /set-up", anybody, (*Site).setUp},
	{"GET /reset", anybody, (*Site).resetPage},
	{"POST /reset", anybody, (*Site).reset},

	{"GET /operator", operators, (*Site).operatorOverview},
	{"GET /operator/tenants", operators, (*Site).tenants},
	{"GET /operator/tenants/new", operators, (*Site).newTenant},
	{"POST /operator/tenants/new", operators, (*Site).addTenant},
	{"GET /operator/tenants/{id}", operators, (*Site).tenantPage},
	{"GET /operator/tenants/{id}/billing", operators, (*Site).askBilling},
	{"POST /operator/tenants/{id}/billing", operators, (*Site).switchBilling},
	{"GET /operator/tenants/{id}/close", operators, (*Site).askClose},
	{"POST /operator/tenants/{id}/close", operators, (*Site).closeTenant},
	{"GET /operator/people", operators, (*Site).operators},
	{"GET /operator/people/new", operators, (*Site).newOperator},
	{"POST /operator/people/new", operators, (*Site).addOperator},
	{"GET /operator/people/{login}", operators, (*Site).loginPage},
	{"POST /operator/people/{login}/link", operators, (*Site).makeLink},
	{"POST /operator/people/{login}/lock", operators, (*Site).lockLogin},
	{"POST /operator/people/{login}/end", operators, (*Site).endSession},
	{"POST /operator/leave", operators, (*Site).leaveTenant},
	{"GET /operator/cards", operators, (*Site).cards},
	{"GET /operator/cards/{owner}/{card}", operators, (*Site).card},
	{"GET /operator/cards/{owner}/{card}/assign", operators, (*Site).assignForm},
	{"POST /operator/cards/{owner}/{card}/assign", operators, (*Site).assignCard},
	{"GET /operator/cards/{owner}/{card}/end/{assignment}", operators, (*Site).endForm},
	{"POST /operator/cards/{owner}/{card}/end/{assignment}", operators, (*Site).endAssignment},
	{"GET /operator/cards/deck", operators, (*Site).deckForm},
	{"POST /operator/cards/deck", operators, (*Site).sendDeck},
	{"GET /operator/cards/deck/{deck}", operators, (*Site).deckPreview},
	{"POST /operator/cards/deck/{deck}", operators, (*Site).publishDeck},
	{"GET /operator/imports", operators, (*Site).imports},
	{"POST /operator/imports", operators, (*Site).startImport},
	{"GET /operator/imports/work/{work}", operators, (*Site).work},
	{"GET /operator/imports/work/{work}/events", operators, (*Site).workEvents},
	{"GET /operator/imports/{run}", operators, (*Site).importRun},
	{"GET /operator/imports/{run}/{lines}", operators, (*Site).refusedFile},
	{"GET /operator/suspense", operators, (*Site).suspense},
	{"POST /operator/suspense", operators, (*Site).rerunSuspense},
	{"GET /operator/suspense/confirm", operators, (*Site).confirmSuspense},
	{"GET /operator/suspense/records.csv", operators, (*Site).waitingExport},
	{"GET /operator/suspense/work/{work}", operators, (*Site).work},
	{"GET /operator/suspense/work/{work}/events", operators, (*Site).workEvents},
	{"GET /operator/activity", operators, (*Site).activity},
	{"GET /operator/activity/activity.csv", operators, (*Site).activityExport},
	{"GET /operator/search", operators, (*Site).search},

	{"GET /t/{tenant}/{$}", seers, (*Site).overview},
	{"GET /t/{tenant}/search", searchers, (*Site).search},
	{"GET /t/{tenant}/calls", callers, (*Site).calls},
	{"GET /t/{tenant}/calls.csv", callers, (*Site).exportCalls},
	{"GET /t/{tenant}/calls.jsonl", callers, (*Site).exportCalls},
	{"GET /t/{tenant}/calls/{day}/{call}", callers, (*Site).call},
	{"GET /t/{tenant}/reports/billing", reporters, (*Site).billing},
	{"GET /t/{tenant}/reports/billing/{file}", reporters, (*Site).billingExport},
	{"POST /t/{tenant}/reports/billing/saved", savers, (*Site).saveReport},
	{"POST /t/{tenant}/reports/billing/saved/drop", savers, (*Site).dropSaved},
	{"GET /t/{tenant}/imports", importers, (*Site).imports},
	{"POST /t/{tenant}/imports", importers, (*Site).startImport},
	{"GET /t/{tenant}/imports/work/{work}", importers, (*Site).work},
	{"GET /t/{tenant}/imports/work/{work}/events", importers, (*Site).workEvents},
	{"GET /t/{tenant}/imports/{run}", importers, (*Site).importRun},
	{"GET /t/{tenant}/imports/{run}/{lines}", importers, (*Site).refusedFile},
	{"GET /t/{tenant}/suspense", raters, (*Site).suspense},
	{"POST /t/{tenant}/suspense", rerunners, (*Site).rerunSuspense},
	{"GET /t/{tenant}/suspense/confirm", rerunners, (*Site).confirmSuspense},
	{"GET /t/{tenant}/suspense/records.csv", raters, (*Site).waitingExport},
	{"GET /t/{tenant}/suspense/work/{work}", rerunners, (*Site).work},
	{"GET /t/{tenant}/suspense/work/{work}/events", rerunners, (*Site).workEvents},
	{"GET /t/{tenant}/quote", raters, (*Site).quote},
	{"GET /t/{tenant}/cards", raters, (*Site).cards},
	{"GET /t/{tenant}/cards/{owner}/{card}", raters, (*Site).card},
	{"GET /t/{tenant}/cards/{owner}/{card}/assign", pricers, (*Site).assignForm},
	{"POST /t/{tenant}/cards/{owner}/{card}/assign", pricers, (*Site).assignCard},
	{"GET /t/{tenant}/cards/{owner}/{card}/end/{assignment}", pricers, (*Site).endForm},
	{"POST /t/{tenant}/cards/{owner}/{card}/end/{assignment}", pricers, (*Site).endAssignment},
	{"GET /t/{tenant}/cards/deck", rerunners, (*Site).deckForm},
	{"POST /t/{tenant}/cards/deck", rerunners, (*Site).sendDeck},
	{"GET /t/{tenant}/cards/deck/{deck}", rerunners, (*Site).deckPreview},
	{"POST /t/{tenant}/cards/deck/{deck}", rerunners, (*Site).publishDeck},
	{"GET /t/{tenant}/activity", watchers, (*Site).activity},
	{"GET /t/{tenant}/activity/activity.csv", watchers, (*Site).activityExport},
	{"GET /t/{tenant}/keys", integrators, (*Site).keys},
	{"POST /t/{tenant}/keys", integrators, (*Site).addKey},
	{"POST /t/{tenant}/keys/revoke", integrators, (*Site).revokeKey},
	{"GET /t/{tenant}/users", people, list(takenUsers)},
	{"GET /t/{tenant}/users/export", people, export(takenUsers)},
	{"POST /t/{tenant}/users/import", peoplers, take(takenUsers)},
	{"GET /t/{tenant}/users/new", peoplers, (*Site).editUser},
	{"POST /t/{tenant}/users/new", peoplers, (*Site).putUser},
	{"GET /t/{tenant}/users/confirm", peoplers, (*Site).askConfirmUsers},
	{"POST /t/{tenant}/users/confirm", peoplers, (*Site).confirmUsers},
	{"GET /t/{tenant}/users/{user}/edit", peoplers, (*Site).editUser},
	{"POST /t/{tenant}/users/{user}/edit", peoplers, (*Site).putUser},
	{"GET /t/{tenant}/users/{user}/state", peoplers, (*Site).userState},
	{"POST /t/{tenant}/users/{user}/state", peoplers, (*Site).setUserState},
	{"GET /t/{tenant}/users/{user}/login", peoplers, (*Site).loginPage},
	{"POST /t/{tenant}/users/{user}/login/link", peoplers, (*Site).makeLink},
	{"POST /t/{tenant}/users/{user}/login/lock", peoplers, (*Site).lockLogin},
	{"POST /t/{tenant}/users/{user}/login/end", peoplers, (*Site).endSession},
	{"GET /t/{tenant}/teams", people, (*Site).teams},
	{"GET /t/{tenant}/teams/new", peoplers, (*Site).editTeam},
	{"POST /t/{tenant}/teams/new", peoplers, (*Site).putTeam},
	{"GET /t/{tenant}/teams/{team}", peoplers, (*Site).editTeam},
	{"POST /t/{tenant}/teams/{team}", peoplers, (*Site).putTeam},
	{"GET /t/{tenant}/teams/{team}/remove", peoplers, (*Site).askDropTeam},
	{"POST /t/{tenant}/teams/{team}/remove", peoplers, (*Site).dropTeam},
	{"GET /t/{tenant}/campaigns", people, list(takenCampaigns)},
	{"GET /t/{tenant}/campaigns/export", people, export(takenCampaigns)},
	{"POST /t/{tenant}/campaigns/import", peoplers, take(takenCampaigns)},
	{"GET /t/{tenant}/campaigns/new", peoplers, (*Site).editCampaign},
	{"POST /t/{tenant}/campaigns/new", peoplers, (*Site).putCampaign},
	{"GET /t/{tenant}/campaigns/confirm", peoplers, (*Site).askConfirmCampaigns},
	{"POST /t/{tenant}/campaigns/confirm", peoplers, (*Site).confirmCampaigns},
	{"GET /t/{tenant}/campaigns/{campaign}", peoplers, (*Site).editCampaign},
	{"POST /t/{tenant}/campaigns/{campaign}", peoplers, (*Site).putCampaign},
	{"GET /t/{tenant}/campaigns/{campaign}/state", peoplers, (*Site).askCampaignState},
	{"POST /t/{tenant}/campaigns/{campaign}/state", peoplers, (*Site).setCampaignState},
	{"GET /t/{tenant}/numbers", people, list(takenNumbers)},
	{"GET /t/{tenant}/numbers/export", people, export(takenNumbers)},
	{"POST /t/{tenant}/numbers/import", peoplers, take(takenNumbers)},
	{"GET /t/{tenant}/numbers/new", peoplers, (*Site).editNumber},
	{"POST /t/{tenant}/numbers/new", peoplers, (*Site).putNumber},
	{"GET /t/{tenant}/numbers/{number}", peoplers, (*Site).editNumber},
	{"POST /t/{tenant}/numbers/{number}", peoplers, (*Site).putNumber},
	{"GET /t/{tenant}/numbers/{number}/remove", peoplers, (*Site).askDropNumber},
	{"POST /t/{tenant}/numbers/{number}/remove", peoplers, (*Site).dropNumber},
	{"GET /t/{tenant}/units", unitViewers, (*Site).units},
	{"GET /t/{tenant}/units/new", uniters, (*Site).editUnit},
	{"POST /t/{tenant}/units/new", uniters, (*Site).putUnit},
	{"GET /t/{tenant}/units/{unit}", uniters, (*Site).editUnit},
	{"POST /t/{tenant}/units/{unit}", uniters, (*Site).putUnit},
	{"GET /t/{tenant}/settings", settlers, (*Site).settings},
	{"POST /t/{tenant}/settings", setters, (*Site).setSettings},
	{"GET /account", known, (*Site).account},
	{"POST /account/password", known, (*Site).changePassword},
	{"POST /account/revoke", known, (*Site).revokeSession},
	{"GET /t/{tenant}/my-usage", agents, (*Site).myUsage},
}

// visit is a request of somebody who may make it.
type visit struct {
	*http.Request
	person *auth.Person   // nil where anybody may
	tenant *tenant.Tenant // of a tenant's page
	zone   *when.Zone     // the tenant's
}

// may tells whether the visitor has one of the privileges.
func (v *visit) may(ps ...access.Privilege) bool {
	return v.person != nil && v.person.Can.HasAny(ps...)
}

// at is the address of a page of the tenant.
func (v *visit) at(page string) string { return tenantPath(v.tenant.ID, page) }

func plain(f func(*Site, http.ResponseWriter, *http.Request) error) func(*Site, http.ResponseWriter, *visit) error {
	return func(s *Site, w http.ResponseWriter, v *visit) error { return f(s, w, v.Request) }
}

// mux puts the routes behind one door.
func (s *Site) mux() http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes {
		mux.HandleFunc(r.pattern, func(w http.ResponseWriter, req *http.Request) {
			v, err := s.admit(req, r.need)
			if err == nil {
				err = r.do(s, w, v)
			}
			switch {
			case err == errStranger:
				s.turnAway(w, req)
			case err != nil && v != nil:
				s.fail(w, v.Request, err)
			case err != nil:
				s.fail(w, req, err)
			}
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, errNoPage) })
	return mux
}

// part tells whether a script asks for a part of a page, into which neither
// another page nor an error belongs: it is sent there whole.
func part(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// errStranger is somebody who has to sign in first.
var errStranger = fault.New(fault.Denied, "sign in first")

type tenantKey struct{}

// admit decides who gets in: a stranger is sent to sign in, another tenant's
// page is not there at all, and a page that is not for somebody is denied.
func (s *Site) admit(r *http.Request, need []access.Privilege) (*visit, error) {
	v := &visit{Request: r, person: auth.From(r.Context())}
	if need == nil {
		return v, nil
	}
	if v.person == nil {
		return nil, errStranger
	}
	if name := r.PathValue("tenant"); name != "" {
		t, err := s.app.Store().FindTenant(r.Context(), name)
		if fault.Is(err, fault.NotFound) || err == nil && !v.person.Operator && v.person.Tenant != t.ID {
			return nil, errNoPage
		}
		if err != nil {
			return nil, err
		}
		if v.zone, err = s.app.Zone(t.Zone); err != nil {
			return nil, err
		}
		v.tenant = &t
		v.Request = r.WithContext(context.WithValue(r.Context(), tenantKey{}, &t))
	}
	if v.tenant != nil && v.person.Operator && v.person.ActingIn != v.tenant.ID {
		// An operator who opens a tenant's page enters the tenant, which its
		// activity tells of.
		if err := s.auth.ActIn(r.Context(), v.tenant.ID); err != nil {
			return v, err
		}
		v.person = auth.From(r.Context())
	}
	if len(need) > 0 && !v.may(need...) {
		return v, fault.New(fault.Denied, "this page is not open to your role, %s", roleOf(v.person))
	}
	return v, nil
}

func roleOf(p *auth.Person) string {
	if p.Operator {
		return "operator"
	}
	return p.Role.String()
}

// home leads to the first page that somebody has.
func (s *Site) home(w http.ResponseWriter, v *visit) error {
	if v.person == nil {
		return errStranger
	}
	http.Redirect(w, v.Request, homeOf(v.person), http.StatusSeeOther)
	return nil
}

func homeOf(p *auth.Person) string {
	switch {
	case p.Operator:
		return "/operator"
	case p.Can.HasAny(seers...):
		return tenantPath(p.Tenant, "")
	case p.Can.HasAny(agents...):
		return tenantPath(p.Tenant, "my-usage")
	}
	for _, g := range menu(p, &tenant.Tenant{ID: p.Tenant}, "") {
		for _, i := range g.Items {
			return i.Path
		}
	}
	return "/sign-in"
}
