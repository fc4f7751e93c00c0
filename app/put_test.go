package app_test

import (
	"errors"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
)

// ada does what the tests of changes to users, teams and their like do.
var ada = store.Activity{Who: "Ada Admin"}

// told is what the activity tells, newest first, of acts on a noun.
func told(t *testing.T, s *store.Store, id tenant.ID, noun string) string {
	t.Helper()
	var log []string
	view(t, s, id, func(tx *store.Tx) error {
		as, err := tx.Activities(store.ActivityFilter{What: noun})
		for _, a := range as {
			log = append(log, a.What+" "+a.About+": "+a.Before+" > "+a.After)
		}
		return err
	})
	return strings.Join(log, "\n")
}

// blamed are the fields that an error blames.
func blamed(t *testing.T, err error) string {
	t.Helper()
	var found fault.Inputs
	if !errors.As(err, &found) {
		t.Errorf("not a list of mistakes: %v", err)
	}
	var names []string
	for _, f := range found {
		names = append(names, f.Field)
	}
	return strings.Join(names, " ")
}

// addUser adds a user to a tenant.
func addUser(t *testing.T, a *app.App, id tenant.ID, name string) tenant.UserID {
	t.Helper()
	u, err := a.PutUser(t.Context(), app.PutUser{Tenant: id, User: tenant.User{Username: name}, Did: ada})
	if err != nil {
		t.Fatal(err)
	}
	return u.ID
}
