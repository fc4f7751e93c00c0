package when_test

import (
	"encoding/json"
	"testing"
	"time"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

func TestClock(t *testing.T) {
	for minute := 0; minute <= when.MinutesOfDay; minute++ {
		s := when.FormatClock(minute)
		if got, err := when.ParseClock(s); err != nil || got != minute {
			t.Fatalf("%s is %d, %v; want %d", s, got, err, minute)
		}
	}
	for s, want := range map[string]int{"00:00": 0, "08:30": 510, "23:59": 1439, "24:00": 1440} {
		if got, err := when.ParseClock(s); err != nil || got != want || when.FormatClock(want) != s {
			t.Errorf("%s is %d, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "8:00", "08:60", "24:01", "25:00", "-1:00", "08.00", "08:0x", "08:00:00", "٠٨:٠٠"} {
		if got, err := when.ParseClock(s); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q is %d, %v; want Invalid", s, got, err)
		}
	}
}

func TestWeekday(t *testing.T) {
	for ordinal := int32(-30); ordinal < 40_000; ordinal++ {
		want := int(time.Unix(int64(ordinal)*86400, 0).UTC().Weekday()+6) % 7
		if got := when.Weekday(ordinal); got != want {
			t.Fatalf("day %d is %d, want %d", ordinal, got, want)
		}
	}
	for i, name := range when.EveryDay.Names() {
		d, err := when.ParseWeekday(name)
		if err != nil || !d.Has(i) || d.String() != name {
			t.Errorf("%s is %v, %v", name, d, err)
		}
	}
	if _, err := when.ParseWeekday("Monday"); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v, want Invalid", err)
	}
}

func TestWindowEnd(t *testing.T) {
	for _, tc := range []struct{ from, to, want int }{
		{480, 1080, 1080}, {480, 1440, 1440}, {1320, 360, 1800}, {480, 480, 1920}, {480, 0, 1440}, {0, 0, 1440}, {1439, 1438, 2878},
	} {
		w := when.Window{Days: when.Monday, From: tc.from, To: tc.to}
		if got := w.End(); got != tc.want || w.Check() != nil {
			t.Errorf("%s ends at %d, want %d; %v", w, got, tc.want, w.Check())
		}
	}
}

func TestWindowJSON(t *testing.T) {
	const text = `{"days":["mon","tue","sun"],"from":"08:00","to":"24:00"}`
	var w when.Window
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		t.Fatal(err)
	}
	if want := (when.Window{Days: when.Monday | when.Tuesday | when.Sunday, From: 480, To: 1440}); w != want {
		t.Errorf("got %s, want %s", w, want)
	}
	if again, err := json.Marshal(w); err != nil || string(again) != text {
		t.Errorf("got %s, %v", again, err)
	}
	for _, bad := range []string{
		`{}`, `{"days":[],"from":"08:00","to":"09:00"}`, `{"days":["moon"],"from":"08:00","to":"09:00"}`,
		`{"days":["mon"],"from":"24:00","to":"09:00"}`, `{"days":["mon"],"from":"08:00","to":"9"}`, `{"days":"mon","from":"08:00","to":"09:00"}`,
	} {
		before := w
		if err := json.Unmarshal([]byte(bad), &w); err == nil || w != before {
			t.Errorf("%s is %s, %v", bad, w, err)
		}
	}
}

func FuzzWindowJSON(f *testing.F) {
	f.Add([]byte(`{"days":["mon"],"from":"22:00","to":"06:00"}`))
	f.Add([]byte(`{"days":["sat","sun"],"from":"00:00","to":"24:00"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var w, again when.Window
		if json.Unmarshal(text, &w) != nil {
			return
		}
		b, err := json.Marshal(w)
		if err != nil || json.Unmarshal(b, &again) != nil || w != again || w.Check() != nil {
			t.Errorf("%s became %s became %s, %v", text, w, again, err)
		}
	})
}
