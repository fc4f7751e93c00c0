package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tollkeeper/core/tenant"
)

func TestKeys(t *testing.T) {
	c, v, at := one(t, tenant.Admin)
	keys := at + "/keys"
	a := v.post(keys, url.Values{"name": {" "}, "expires": {"2001-01-01"}})
	if wrong := a.find("input", "aria-invalid", "true"); a.status != http.StatusUnprocessableEntity || len(wrong) != 2 || !strings.Contains(a.body, `id="e-scopes"`) {
		t.Errorf("three mistakes: %d, %v\n%s", a.status, wrong, a.body)
	}
	a = v.post(keys, url.Values{"name": {"kept"}, "scope": {"view_calls", "operate"}})
	if a.status != http.StatusUnprocessableEntity || a.find("input", "name", "name")[0].attrs["value"] != "kept" || !strings.Contains(a.body, `value="view_calls" checked`) {
		t.Errorf("the operator's privilege: %d\n%s", a.status, a.body)
	}
	if a := v.post(keys, url.Values{"name": {"x"}, "scope": {"view_calls"}, "expires": {"one day"}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("no day: %d", a.status)
	}

	a = v.post(keys, url.Values{"name": {"<switch>"}, "scope": {"view_calls", "edit_integrations"}, "expires": {"2099-12-31"}})
	made := a.find("input", "id", "made-key")
	if a.status != http.StatusOK || len(made) != 1 || !strings.Contains(a.body, "&lt;switch&gt;") {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	strict(t, keys, a)
	secret := made[0].attrs["value"]
	p, err := c.auth.ByKey(context.Background(), secret)
	if err != nil || p.Tenant != c.tenants[0].ID {
		t.Errorf("the key gives %+v, %v", p, err)
	}
	a = v.get(keys)
	revoke := a.find("input", "name", "key")
	if strings.Contains(a.body, secret) || len(revoke) != 1 {
		t.Fatalf("afterwards\n%s", a.body)
	}
	id := url.Values{"key": {revoke[0].attrs["value"]}}
	other := c.signedIn(c.users[c.tenants[1].ID][tenant.Admin].Email)
	if a := other.post(tenantAt(c.tenants[1])+"/keys/revoke", id); a.status != http.StatusNotFound {
		t.Errorf("another tenant revokes it: %d", a.status)
	}
	finance := c.signedIn(c.users[c.tenants[0].ID][tenant.Finance].Email)
	for _, a := range []answer{finance.post(keys+"/revoke", id), finance.post(keys, url.Values{"name": {"x"}, "scope": {"view_reports"}})} {
		if a.status != http.StatusForbidden {
			t.Errorf("without the privilege: %d", a.status)
		}
	}
	if a := v.post(keys+"/revoke", id); a.status != http.StatusOK || !strings.Contains(a.body, "&lt;switch&gt;”?") || len(a.find("input", "name", "sure")) != 1 {
		t.Errorf("who was not asked is not: %d\n%s", a.status, a.body)
	}
	if _, err := c.auth.ByKey(context.Background(), secret); err != nil {
		t.Error("revoked before it was sure:", err)
	}
	id.Set("sure", "on")
	for range 2 {
		if a := v.post(keys+"/revoke", id); a.header.Get("Location") != keys {
			t.Errorf("revoke: %d", a.status)
		}
	}
	if _, err := c.auth.ByKey(context.Background(), secret); err == nil {
		t.Error("a revoked key lets in")
	}
	if a := v.get(keys); !strings.Contains(a.body, "revoked") || len(a.find("input", "name", "key")) != 0 {
		t.Errorf("the list\n%s", a.body)
	}
	if a := v.post(keys+"/revoke", url.Values{"key": {"x"}}); a.status != http.StatusNotFound {
		t.Errorf("no key: %d", a.status)
	}
}
