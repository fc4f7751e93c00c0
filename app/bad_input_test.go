package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

const header = "call_id,called,started_at,answered_at,ended_at,kind\n"

// good is a record that costs money, with an id of its own.
func good(id string) string {
	return id + ",+442079460123,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:05Z,manual\n"
}

// TestBadInput takes in what people and machines do to files. Each bad record
// ends in the outcome named, and the good ones around it are rated.
func TestBadInput(t *testing.T) {
	tests := []struct {
		name, record string
		outcome      usage.Outcome
		reason       usage.Reason
		says         string // in the reason of a rejected line
	}{
		{"nine mistakes in one line", ",,x,y,z,carrier pigeon,too,many,cells\n", usage.WasRejected, 0, "has 9 fields"},
		{"a NUL byte", "n1,+4420794\x0060123,2026-06-01T10:00:00Z,,2026-06-01T10:01:05Z,manual\n", usage.WasRejected, 0, "NUL"},
		{"a line of ten megabytes", "n2," + strings.Repeat("9", 10<<20) + "\n", usage.WasRejected, 0, "more than 1 MiB"},
		{"not UTF-8", "n\xff3,+442079460123,2026-06-01T10:00:00Z,,2026-06-01T10:01:05Z,manual\n", usage.WasRejected, 0, "UTF-8"},
		{"minus five seconds", "n4,+442079460123,2026-06-01T10:00:05Z,2026-06-01T10:00:05Z,2026-06-01T10:00:00Z,manual\n", usage.WasSuspended, usage.NegativeDuration, ""},
		{"longer than a day", "n5,+442079460123,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-03T10:00:00Z,manual\n", usage.WasSuspended, usage.TooLong, ""},
		{"ahead of the clock", "n6,+442079460123,2026-08-01T10:00:00Z,2026-08-01T10:00:05Z,2026-08-01T10:01:00Z,manual\n", usage.WasSuspended, usage.InFuture, ""},
		{"no instant", "n7,+442079460123,yesterday,,2026-06-01T10:00:00Z,manual\n", usage.WasSuspended, usage.BadTime, ""},
		{"a spreadsheet's number", "n8,4.4207946E+11,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:00Z,manual\n", usage.WasSuspended, usage.BadNumber, ""},
		{"an unknown destination", "n9,+8835100012345,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:00Z,manual\n", usage.WasSuspended, usage.NoRate, ""},
		{"an unknown word", "n10,+442079460123,2026-06-01T10:00:00Z,2026-06-01T10:00:05Z,2026-06-01T10:01:00Z,pigeon\n", usage.WasSuspended, usage.BadValue, ""},
		{"cut off in the middle", "n11,+44207946", usage.WasRejected, 0, "cut off"},
		{"the same again", good("a"), usage.WasDuplicate, 0, ""},
		{"the same id with other content", strings.Replace(good("a"), "0123", "0124", 1), usage.WasConflict, 0, ""},
	}
	c := smallCenter(1)
	name := c.Tenants()[0].Name
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := loaded(t, s, c)
		imported(t, a, name, []byte(header+good("a")))
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				id := strings.ReplaceAll(tt.name, " ", "-")
				data := header + good("before-"+id) + good("middle-"+id) + tt.record
				if strings.HasSuffix(tt.record, "\n") {
					data += good("after-" + id)
				}
				got := imported(t, a, name, []byte(data))
				if got[tt.outcome] != 1 || got[usage.WasRated] < 2 {
					t.Errorf("outcomes %v, want one %s among rated ones", got, tt.outcome)
				}
				r, err := s.FindTenant(t.Context(), name)
				if err != nil {
					t.Fatal(err)
				}
				switch tt.outcome {
				case usage.WasSuspended:
					groups, err := a.Suspense(t.Context(), r.ID)
					if err != nil {
						t.Fatal(err)
					}
					found := false
					for _, g := range groups {
						found = found || g.Reason == tt.reason && g.Advice != "" && g.Detail != ""
					}
					if !found {
						t.Errorf("%s is not in suspense with a detail and advice: %+v", tt.reason, groups)
					}
				case usage.WasRejected:
					if why := lastRejected(t, s, r.ID); !strings.Contains(why, tt.says) {
						t.Errorf("refused because %q, want something with %q", why, tt.says)
					}
				}
			})
		}
		sound(t, a)
	})
}

// TestWrongFiles are files that are no call records at all: they say so, and
// leave nothing.
func TestWrongFiles(t *testing.T) {
	c := smallCenter(1)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := loaded(t, s, c)
		for name, data := range map[string]string{
			"a spreadsheet": "PK\x03\x04\x14\x00\x06\x00", "a page": "<!DOCTYPE html><html>", "a document": "%PDF-1.7\n", "noise": "\x00\x01\x02\x03\x04",
			"a list of something else": "name,colour\nant,black\n",
		} {
			path := filepath.Join(t.TempDir(), "calls.csv")
			if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := a.ImportCalls(t.Context(), app.ImportCalls{Path: path, Tenant: c.Tenants()[0].Name}, nil)
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v, want an error of kind invalid", name, err)
			}
		}
		sound(t, a)
	})
}

// TestRepeatedHour reads local times of the night the clocks go back.
func TestRepeatedHour(t *testing.T) {
	c := smallCenter(1)
	london, err := when.LoadZone("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	row := func(start, answer, end, seconds, id string) string {
		return `"acme","+442079460123","442079460199","x","","SIP/1","SIP/2","Dial","d","` + start + `","` + answer + `","` + end + `",` + seconds + `,` + seconds + `,"ANSWERED","DOCUMENTATION","` + id + "\",\"\"\n"
	}
	data := row("2025-10-26 01:30:00", "2025-10-26 01:30:00", "2025-10-26 01:31:00", "60", "1761438600.1") + // 00:30Z, by its id
		row("2025-10-26 01:30:00", "2025-10-26 01:30:00", "2025-10-26 01:31:00", "60", "1761442200.2") + // 01:30Z, by its id
		row("2026-03-29 01:30:00", "2026-03-29 01:30:00", "2026-03-29 02:31:00", "60", "x3") // a time that the clocks skipped
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := loaded(t, s, c)
		path := filepath.Join(t.TempDir(), "Master.csv")
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := a.ImportCalls(t.Context(), app.ImportCalls{Path: path, Tenant: c.Tenants()[0].Name, Zone: london}, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := r.Tally()
		if r.Format != "asterisk" || got[usage.WasRated] != 2 || r.Tenants[0].Causes[usage.BadTime] != 1 {
			t.Errorf("format %s, outcomes %v, causes %v", r.Format, got, r.Tenants[0].Causes)
		}
		sound(t, a)
	})
}

// lastRejected is why the last line of the newest run was refused.
func lastRejected(t *testing.T, s *store.Store, id tenant.ID) (why string) {
	t.Helper()
	if err := s.View(t.Context(), id, func(tx *store.Tx) error {
		runs, err := tx.Runs()
		if err != nil {
			return err
		}
		lines, err := tx.RejectedLines(runs[0].Hash)
		for _, l := range lines {
			if l.Line == 0 {
				t.Error("a refused line has no position")
			}
			why = l.Reason
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return why
}
