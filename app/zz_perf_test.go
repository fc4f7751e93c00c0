package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"testing"
	"time"

	"tollkeeper/core/rating"
	"tollkeeper/core/when"
	"tollkeeper/format/deck"
	"tollkeeper/sample"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

func TestPerf(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("PERF"))
	if n == 0 {
		t.SkipNow()
	}
	ctx := context.Background()
	c := sample.New(sample.Options{Seed: 1, Tenants: 200, Calls: n, First: when.MustParseDay("2026-06-01"), Days: 30, DeckRows: 100000, Clean: true})
	path := "/tmp/perf" + strconv.Itoa(n) + ".csv"
	if _, err := os.Stat(path); err != nil {
		f, _ := os.Create(path)
		t0 := time.Now()
		if err := c.Calls(f); err != nil {
			t.Fatal(err)
		}
		f.Close()
		t.Log("gen", time.Since(t0))
	}
	var b bytes.Buffer
	c.Deck(&b)
	d, err := deck.Read(&b, deck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	card := c.Card()
	for _, r := range d.Rows {
		card.Rates = append(card.Rates, r.Row)
	}
	rev, err := packCard(&card)
	if err != nil {
		t.Fatal(err)
	}
	s := storetest.Open(t, storetest.Place(t, os.Getenv("ENGINE")))
	for _, x := range c.Tenants() {
		tn := x.Tenant
		if err := s.AddTenant(ctx, &tn); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Update(ctx, 0, store.Interactive, func(tx *store.Tx) error {
		c := store.Card{Name: "retail", Rates: len(card.Rates)}
		if err := tx.PublishCard(&c, rev); err != nil {
			return err
		}
		return tx.PutAssignment(&rating.Assignment{Scope: rating.System, Card: c.ID})
	}); err != nil {
		t.Fatal(err)
	}
	a := New(s)
	o := ImportCalls{Path: path}
	if os.Getenv("PLAIN") != "" {
		f, _ := os.Create("/tmp/plain.bin")
		o.Plain = func(bs [][]byte) error {
			for _, b := range bs {
				if _, err := f.Write(b); err != nil {
					return err
				}
			}
			return f.Sync()
		}
	}
	for round := range 2 {
		p, _ := os.Create(fmt.Sprintf("/tmp/cpu%d.prof", round))
		pprof.StartCPUProfile(p)
		t0 := time.Now()
		res, err := a.ImportCalls(ctx, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		el := time.Since(t0)
		pprof.StopCPUProfile()
		p.Close()
		sz, _ := s.Size(ctx)
		var ms runtime.MemStats
		runtime.ReadMemStats(&ms)
		hw, _ := os.ReadFile("/proc/self/status")
		i := bytes.Index(hw, []byte("VmHWM"))
		t.Logf("round %d: %d in %v = %.0f/s, %.1f B/call db, %s %v", round, n, el, float64(n)/el.Seconds(), float64(sz)/float64(n), hw[i:i+24], res.Tally())
	}
	_ = io.EOF
}
