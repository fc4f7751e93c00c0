package app_test

import (
	"context"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestFollowUser changes users who sign in: their logins go with them, and those
// who are deactivated are signed out.
func TestFollowUser(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		a, tn := app.New(s), center(t, s)
		put := func(u tenant.User) (tenant.User, error) {
			return a.PutUser(ctx, app.PutUser{Tenant: tn.ID, User: u, Did: ada})
		}
		var logins []int64
		var us []tenant.User
		for _, name := range []string{"ann", "bob"} {
			u, err := put(tenant.User{Username: name, Email: name + "@example.com"})
			if err != nil {
				t.Fatal(err)
			}
			l := store.Login{User: u.ID, Email: u.Email, Username: u.Username}
			err = s.Update(ctx, tn.ID, store.Interactive, func(tx *store.Tx) error {
				if err := tx.PutLogin(&l); err != nil {
					return err
				}
				return tx.PutSession(&store.Session{Hash: name, Login: l.ID, Expires: storetest.Now + 1})
			})
			if err != nil {
				t.Fatal(err)
			}
			logins, us = append(logins, l.ID), append(us, u)
		}
		sessions := func(i int) (n int) {
			view(t, s, tn.ID, func(tx *store.Tx) error {
				ss, err := tx.Sessions(logins[i])
				n = len(ss)
				return err
			})
			return n
		}
		address := func(i int) (email string) {
			view(t, s, tn.ID, func(tx *store.Tx) error {
				l, err := tx.Login(logins[i])
				email = l.Email + " " + l.Username
				return err
			})
			return email
		}

		ann := us[0]
		ann.Email, ann.Username = "Ann.New@example.com", "ann.new"
		if _, err := put(ann); err != nil || address(0) != "ann.new@example.com ann.new" || sessions(0) != 1 {
			t.Errorf("%v, signs in by %s, %d sessions", err, address(0), sessions(0))
		}
		ann.Email = "bob@example.com"
		if _, err := put(ann); blamed(t, err) != "email" {
			t.Errorf("another's address: %v", err)
		}
		take := func(text string, self tenant.UserID) error {
			_, err := a.ImportUsers(ctx, app.ImportTable{Path: "u.csv", Input: strings.NewReader(text), Tenant: "acme", Self: self})
			return err
		}
		if err := take("username,email\nann.new,bob@example.com\n", 0); blamed(t, err) != "email" {
			t.Errorf("another's address in a file: %v", err)
		}
		if err := take("username,role,state\nbob,analyst,deactivated\n", us[1].ID); blamed(t, err) != "role state" {
			t.Errorf("bob shuts himself out: %v", err)
		}
		if err := take("username,email,state\nbob,bob.new@example.com,deactivated\n", us[0].ID); err != nil || address(1) != "bob.new@example.com bob" || sessions(1) != 0 {
			t.Errorf("%v, signs in by %s, %d sessions", err, address(1), sessions(1))
		}
		ann.Email, ann.State = "", tenant.Deactivated
		if _, err := put(ann); err != nil || address(0) != " ann.new" || sessions(0) != 0 {
			t.Errorf("%v, signs in by %s, %d sessions", err, address(0), sessions(0))
		}
	})
}
