package web_test

import (
	"net/http"
	"testing"

	"tollkeeper/core/tenant"
)

func TestNumberPages(t *testing.T) {
	_, v, at := one(t, tenant.Admin)
	number := at + first(t, v.get(at+"/numbers"), `/numbers/\d+`)
	if a := v.get(number + "/remove"); a.status != http.StatusOK {
		t.Errorf("%d", a.status)
	}
	for _, want := range []int{http.StatusSeeOther, http.StatusNotFound} {
		if a := v.post(number+"/remove", nil); a.status != want {
			t.Errorf("remove: %d, want %d", a.status, want)
		}
	}
}
