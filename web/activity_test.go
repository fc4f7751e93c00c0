package web_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"tollkeeper/auth"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

func TestActivity(t *testing.T) {
	c, v, at := one(t, tenant.Finance)
	must(t, c.app.Store().Update(context.Background(), c.tenants[0].ID, store.Interactive, func(tx *store.Tx) error {
		for i := range 120 {
			row := auth.Program("<b>cron</b>").Did("import.start", "file "+strconv.Itoa(i)+".csv")
			row.Before, row.After = "was", "is"
			if err := tx.Log(row); err != nil {
				return err
			}
		}
		return nil
	}))
	a := v.get(at + "/activity?what=import.")
	if n := strings.Count(a.body, "<code>import.start</code>"); n != 100 || !strings.Contains(a.body, "file 119.csv") || strings.Contains(a.body, "<b>cron") {
		t.Errorf("%d on the first page", n)
	}
	older := a.find("a", "rel", "next")
	if len(older) != 1 {
		t.Fatal("there is no way to older ones")
	}
	a = v.get(strings.ReplaceAll(older[0].attrs["href"], "&amp;", "&"))
	if n := strings.Count(a.body, "<code>import.start</code>"); n != 20 || !strings.Contains(a.body, "file 0.csv") || len(a.find("a", "rel", "next")) != 0 {
		t.Errorf("%d on the second page", n)
	}
	a = v.get(at + "/activity?what=login.")
	only := a.find("a", "title", "Only what this login did")
	if len(only) == 0 || strings.Contains(a.body, "import.start") {
		t.Fatalf("logins\n%s", a.body)
	}
	if a := v.get(strings.ReplaceAll(only[0].attrs["href"], "&amp;", "&")); a.status != http.StatusOK || len(a.find("input", "name", "login")) != 1 {
		t.Errorf("one login's: %d\n%s", a.status, a.body)
	}
	if a := v.get(at + "/activity?from=2020-01-01&to=2020-01-02"); a.status != http.StatusOK || !strings.Contains(a.body, "Nothing fits") {
		t.Errorf("another time: %d", a.status)
	}
	a = v.get(at + "/activity?from=soon&to=later&below=x")
	if a.status != http.StatusUnprocessableEntity || len(a.find("input", "aria-invalid", "true")) != 2 || len(a.find("div", "role", "alert")) != 1 {
		t.Errorf("three mistakes: %d\n%s", a.status, a.body)
	}
	if a := v.get(at + "/activity?from=2026-02-02&to=2026-02-01"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("the wrong way round: %d", a.status)
	}
}
