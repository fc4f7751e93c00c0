package store

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
)

// TestLanes lets writers queue up in an order that is known, and looks in which
// order they are let in.
func TestLanes(t *testing.T) {
	for _, c := range []struct {
		name string
		come []Lane // who comes while the first writer works
		want []int  // in which order they go in
	}{
		{"nobody", nil, nil},
		{"first come, first served", []Lane{Interactive, Interactive, Interactive}, []int{0, 1, 2}},
		{"so in bulk", []Lane{Bulk, Bulk}, []int{0, 1}},
		{"interactive first", []Lane{Bulk, Interactive, Bulk, Interactive}, []int{1, 3, 0, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var l lanes
				if err := l.enter(t.Context(), Bulk); err != nil {
					t.Fatal(err)
				}
				var went []int
				for i, lane := range c.come {
					go func() {
						if err := l.enter(t.Context(), lane); err != nil {
							t.Error(err)
						}
						went = append(went, i) // the lane is the lock
						l.leave()
					}()
					synctest.Wait()
				}
				if want := slices.Contains(c.come, Interactive); l.pressed() != want {
					t.Errorf("pressed is %v, want %v", l.pressed(), want)
				}
				l.leave()
				synctest.Wait()
				if !slices.Equal(went, c.want) {
					t.Errorf("they went in as %v, want %v", went, c.want)
				}
				if l.busy || l.pressed() {
					t.Error("the lanes are not free in the end")
				}
			})
		})
	}
}

// TestLanesGivenUp lets one of three give up: the others get their turns.
func TestLanesGivenUp(t *testing.T) {
	for leaver := range 3 {
		synctest.Test(t, func(t *testing.T) {
			var l lanes
			if err := l.enter(t.Context(), Bulk); err != nil {
				t.Fatal(err)
			}
			var went []int
			ctx, cancel := context.WithCancel(t.Context())
			for i := range 3 {
				mine := t.Context()
				if i == leaver {
					mine = ctx
				}
				go func() {
					if err := l.enter(mine, Bulk); err != nil {
						if i != leaver || !errors.Is(err, context.Canceled) {
							t.Error(i, err)
						}
						return
					}
					went = append(went, i)
					l.leave()
				}()
				synctest.Wait()
			}
			cancel()
			synctest.Wait()
			l.leave()
			synctest.Wait()
			if want := slices.Delete([]int{0, 1, 2}, leaver, leaver+1); !slices.Equal(went, want) || l.busy {
				t.Errorf("without %d: %v, busy %v", leaver, went, l.busy)
			}
		})
	}
}

// TestLanesRace gives up and gets a turn at the same moment, in any order: the
// turn is never lost.
func TestLanesRace(t *testing.T) {
	for range 200 {
		var l lanes
		if err := l.enter(t.Context(), Interactive); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			if l.enter(ctx, Interactive) == nil {
				l.leave()
			}
		}()
		go cancel()
		l.leave()
		<-done
		if err := l.enter(t.Context(), Bulk); err != nil {
			t.Fatal(err)
		}
	}
}
