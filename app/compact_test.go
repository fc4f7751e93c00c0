package app_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func tenantID(t *testing.T, s *store.Store, name string) tenant.ID {
	t.Helper()
	x, err := s.FindTenant(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return x.ID
}

// dearer gives every number another price.
func dearer(t *testing.T, a *app.App) {
	t.Helper()
	always := when.Instant(0)
	if _, err := a.ImportRates(t.Context(), app.ImportRates{
		Path: "dear.csv", Input: strings.NewReader("prefix,rate,initial,increment\n,9.99,60,60\n"), Card: "retail", Effective: &always,
	}, nil); err != nil {
		t.Fatal(err)
	}
}

// inBatches takes data in as files of a few lines each, so that it makes many
// segments.
func inBatches(t *testing.T, a *app.App, name string, data []byte, lines int) {
	t.Helper()
	all := bytes.SplitAfter(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
	for part := range slices.Chunk(all[1:], lines) {
		file := slices.Concat(all[0], bytes.Join(part, nil))
		if _, err := a.ImportCalls(t.Context(), app.ImportCalls{Path: "calls.csv", Input: bytes.NewReader(file), Tenant: name, Source: "pbx"}, nil); err != nil {
			t.Error(err)
			return
		}
	}
}

func compacted(t *testing.T, a *app.App) *app.Compacted {
	t.Helper()
	c, err := a.Compact(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCompact merges, and changes nothing that the books say; a second time
// there is nothing to do.
func TestCompact(t *testing.T) {
	c := smallCenter(3000)
	name, data := c.Tenants()[0].Name, callsOf(t, c, 0)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := loaded(t, s, c)
		inBatches(t, a, name, data, 300)
		before := booksOf(t, s, name)
		done := compacted(t, a)
		if done.Segments.Before <= done.Segments.After || done.Rollups.Before <= done.Rollups.After || done.Skipped != 0 || done.Bytes.After >= done.Bytes.Before {
			t.Errorf("compacted: %+v", done)
		}
		if booksOf(t, s, name) != before {
			t.Error("compaction changed the books")
		}
		sound(t, a)
		if err := s.Shrink(t.Context()); err != nil {
			t.Error(err)
		}
		again := compacted(t, a)
		if again.Segments.After != again.Segments.Before || again.Rollups.After != again.Rollups.Before || again.Bytes != (app.Ratio{}) {
			t.Errorf("a second time: %+v", again)
		}
		for range 2 { // with the cache that knew the old segments, and with a new one
			if tally := imported(t, a, name, data); tally[0]+tally[1] != 0 {
				t.Errorf("the file counts again after compaction: %v", tally)
			}
			a = app.New(s)
		}
		if booksOf(t, s, name) != before {
			t.Error("importing the file again changed the books")
		}
		sound(t, a)
	})
}

// TestCompactRevised leaves segments that have been rated again in their order,
// with every revision.
func TestCompactRevised(t *testing.T) {
	c := smallCenter(1500)
	name, data := c.Tenants()[0].Name, callsOf(t, c, 0)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := loaded(t, s, c)
		half := cutMiddle(data)
		inBatches(t, a, name, data[:half], 200)
		dearer(t, a)
		id := tenantID(t, s, name)
		if _, err := a.Rerate(t.Context(), app.Rerate{Tenant: id, Post: true}, nil); err != nil {
			t.Fatal(err)
		}
		inBatches(t, a, name, data, 200)
		before := booksOf(t, s, name)
		revised := revisions(t, s, id)
		if len(revised) == 0 {
			t.Fatal("nothing was revised")
		}
		if done := compacted(t, a); done.Segments.Before <= done.Segments.After {
			t.Errorf("compacted: %+v", done)
		}
		if booksOf(t, s, name) != before {
			t.Error("compaction changed the books")
		}
		if now := revisions(t, s, id); !slices.Equal(now, revised) {
			t.Errorf("revised segments were %v, are %v", revised, now)
		}
		sound(t, a)
	})
}

// revisions lists the segments that have more than one.
func revisions(t *testing.T, s *store.Store, id tenant.ID) (all []string) {
	t.Helper()
	view(t, s, id, func(tx *store.Tx) error {
		ps, err := tx.SegmentParts()
		for _, p := range ps {
			if len(p.Revisions) > 1 {
				all = append(all, fmt.Sprint(p.SegmentKey, p.Version, p.Calls, p.Revisions))
			}
		}
		return err
	})
	return all
}

// TestCompactWhileImporting lets importers with caches of their own go on while
// segments are merged under them, again and again.
func TestCompactWhileImporting(t *testing.T) {
	c := smallCenter(3000)
	name, data := c.Tenants()[0].Name, callsOf(t, c, 0)
	want := reference(t, c, 0)
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			place := storetest.Place(t, engine)
			s := storetest.Open(t, place)
			a := loaded(t, s, c)
			half := cutMiddle(data)
			head := data[:bytes.IndexByte(data, '\n')+1]
			second := slices.Concat(head, data[half/2+bytes.IndexByte(data[half/2:], '\n')+1:])
			other := app.New(storetest.Open(t, place))
			var importers, all sync.WaitGroup
			for i, file := range [][]byte{data[:half], second, data} {
				importers.Go(func() { inBatches(t, []*app.App{a, other}[i%2], name, file, 150) })
			}
			ended := make(chan struct{})
			third := app.New(storetest.Open(t, place))
			all.Go(func() {
				for done := false; !done; {
					select {
					case <-ended:
						done = true
					default:
					}
					if _, err := third.Compact(t.Context(), nil); err != nil {
						t.Error(err)
						return
					}
				}
			})
			importers.Wait()
			close(ended)
			all.Wait()
			if booksOf(t, s, name) != want {
				t.Error("compaction beside importers gives other books")
			}
			sound(t, a)
			for _, x := range []*app.App{a, other} {
				if tally := imported(t, x, name, data); tally[0]+tally[1] != 0 {
					t.Errorf("the file counts again: %v", tally)
				}
			}
			sound(t, a)
		})
	}
}
