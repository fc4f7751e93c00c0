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
	if n := len(a.find("td", "title", "import.start")); n != 100 || !strings.Contains(a.body, "Import started") || !strings.Contains(a.body, "file 119.csv") || strings.Contains(a.body, "<b>cron") {
		t.Errorf("%d on the first page", n)
	}
	older := a.find("a", "rel", "next")
	if len(older) != 1 {
		t.Fatal("there is no way to older ones")
	}
	a = v.get(strings.ReplaceAll(older[0].attrs["href"], "&amp;", "&"))
	if n := len(a.find("td", "title", "import.start")); n != 20 || !strings.Contains(a.body, "file 0.csv") || len(a.find("a", "rel", "next")) != 0 {
		t.Errorf("%d on the second page", n)
	}
	file := v.get(at + "/activity/activity.csv?what=import.")
	lines := strings.Split(strings.TrimSpace(file.body), "\n")
	if file.status != http.StatusOK || len(lines) != 121 || !strings.HasPrefix(lines[0], "Number,When,Who,What") || !strings.Contains(lines[1], "file 119.csv") || !strings.Contains(lines[120], "file 0.csv") {
		t.Errorf("the file: %d, %d lines, %q", file.status, len(lines), lines[0])
	}
	if a := v.get(at + "/activity?what=activity."); len(a.find("td", "title", "activity.export")) != 1 {
		t.Error("the export is not in the activity")
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
