package app_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/segment"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// aged makes of every roll-up of a tenant what codec version 1 wrote, which kept
// nothing of answers: the same columns without the newer ones, under its number.
func aged(t *testing.T, s *store.Store, id tenant.ID, m *meddler) {
	t.Helper()
	var all []store.Rollup
	view(t, s, id, func(tx *store.Tx) error {
		return tx.Rollups(store.AllDays, func(r *store.Rollup) error {
			one := *r
			one.Data = slices.Clone(r.Data)
			all = append(all, one)
			return nil
		})
	})
	var enc segment.Encoder
	for _, r := range all {
		x, err := segment.OpenRollups(opened(t, r.Data), segment.AllRollups&^(segment.RollupAnswered|segment.RollupUntold))
		if err != nil {
			t.Fatal(err)
		}
		deltas := make([]usage.Delta, x.Rows())
		if err := x.Read(0, deltas); err != nil {
			t.Fatal(err)
		}
		data, err := enc.Rollups(nil, deltas, segment.Planes)
		if err != nil {
			t.Fatal(err)
		}
		const versionAt, headAt, crcAt, directoryAt = 4, 16, 20, 24
		data[versionAt] = 1
		castagnoli := crc32.MakeTable(crc32.Castagnoli)
		head := data[:binary.LittleEndian.Uint16(data[headAt:])]
		binary.LittleEndian.PutUint32(data[crcAt:], crc32.Update(crc32.Checksum(head[:crcAt], castagnoli), castagnoli, head[directoryAt:]))
		m.exec(`UPDATE usage_seg SET data = $1 WHERE tenant_id = $2 AND billed_day = $3 AND period = $4 AND seg = $5`,
			data, int64(id), int64(r.BilledDay), int64(r.Period), r.Seg)
	}
}

func opened(t *testing.T, blob []byte) *segment.Reader {
	t.Helper()
	r, err := segment.Open(blob)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// answers counts a tenant's calls one by one, and has its roll-ups do so.
func answers(t *testing.T, s *store.Store, a *app.App, x tenant.Tenant) (slow, fast usage.Sums) {
	t.Helper()
	for _, c := range everyCall(t, s, x.ID) {
		slow.Calls++
		if c.Answered != 0 {
			slow.Answered++
		}
	}
	o, err := a.Overview(t.Context(), x, when.Days{From: 20260101, To: 20261231}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return slow, o.Total
}

// TestAnswers goes on with books that were begun before roll-ups said which calls
// were answered: nothing that happens to them makes them wrong, or the rate.
func TestAnswers(t *testing.T) {
	c := smallCenter(1000)
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			place := storetest.Place(t, engine)
			s := storetest.Open(t, place)
			a := loaded(t, s, c)
			name := c.Tenants()[0].Name
			lines := bytes.SplitAfter(bytes.TrimSuffix(callsOf(t, c, 0), []byte("\n")), []byte("\n"))
			half := len(lines) / 2
			inBatches(t, a, name, bytes.Join(lines[:half], nil), 200)
			x, err := s.FindTenant(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			before, fast := answers(t, s, a, x)
			if fast.Answered != before.Answered || fast.Untold != 0 || before.Answered == 0 || before.Answered == before.Calls {
				t.Fatalf("roll-ups say %+v, calls %+v", fast, before)
			}
			m := meddle(t, place)
			aged(t, s, x.ID, m)
			if _, fast = answers(t, s, a, x); fast.Answered != 0 || fast.Told() != 0 || fast.Calls != before.Calls {
				t.Errorf("old roll-ups say %+v", fast)
			}
			sound(t, a)

			inBatches(t, a, name, slices.Concat(lines[0], bytes.Join(lines[half:], nil)), 200)
			for _, step := range []struct {
				name string
				do   func() error
			}{
				{"importing", func() error { return nil }},
				{"compacting", func() error { _, err := a.Compact(t.Context(), nil); return err }},
				{"re-rating", func() error {
					dearer(t, a)
					_, err := a.Rerate(t.Context(), app.Rerate{Tenant: x.ID, Post: true}, nil)
					return err
				}},
				{"compacting again", func() error { _, err := a.Compact(t.Context(), nil); return err }},
			} {
				if err := step.do(); err != nil {
					t.Fatalf("%s: %v", step.name, err)
				}
				sound(t, a)
				all, fast := answers(t, s, a, x)
				if fast.Calls != all.Calls || fast.Untold != before.Calls || fast.Answered != all.Answered-before.Answered {
					t.Errorf("after %s roll-ups say %+v, calls %+v, of which %+v are untold", step.name, fast, all, before)
				}
			}
			wrongAnswers(t, s, a, x.ID, m)
		})
	}
}

// wrongAnswers writes answers that cannot be into a roll-up.
func wrongAnswers(t *testing.T, s *store.Store, a *app.App, id tenant.ID, m *meddler) {
	t.Helper()
	var one store.Rollup
	view(t, s, id, func(tx *store.Tx) error {
		return tx.Rollups(store.AllDays, func(r *store.Rollup) error {
			if one.Data == nil {
				one = *r
				one.Data = slices.Clone(r.Data)
			}
			return nil
		})
	})
	x, err := segment.OpenRollups(opened(t, one.Data), segment.AllRollups)
	if err != nil {
		t.Fatal(err)
	}
	deltas := make([]usage.Delta, x.Rows())
	if err := x.Read(0, deltas); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*usage.Sums){
		"more answered than calls": func(s *usage.Sums) { s.Answered = s.Calls + 1 },
		"fewer than none":          func(s *usage.Sums) { s.Answered = -1 },
		"more untold than calls":   func(s *usage.Sums) { s.Untold = s.Calls + 1 },
		"fewer untold than none":   func(s *usage.Sums) { s.Untold = -1 },
	} {
		changed := slices.Clone(deltas)
		change(&changed[0].Sums)
		var enc segment.Encoder
		data, err := enc.Rollups(nil, changed, segment.Planes)
		if err != nil {
			t.Fatal(err)
		}
		where := ` WHERE tenant_id = $2 AND billed_day = $3 AND period = $4 AND seg = $5`
		key := []any{int64(id), int64(one.BilledDay), int64(one.Period), one.Seg}
		m.exec(`UPDATE usage_seg SET data = $1`+where, append([]any{data}, key...)...)
		v, err := a.Verify(t.Context(), nil)
		if err != nil || checksOf(v) != "rollups" {
			t.Errorf("%s: %v %v", what, err, v)
		}
		m.exec(`UPDATE usage_seg SET data = $1`+where, append([]any{one.Data}, key...)...)
	}
	sound(t, a)
}
