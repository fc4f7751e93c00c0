package config_test

import (
	"testing"

	"tollkeeper/config"
	"tollkeeper/core/when"
)

func TestRate(t *testing.T) {
	for text, want := range map[string]config.Rate{
		"none": {}, "20000/s": {Count: 20000, Window: when.Second}, "50/10s": {Count: 50, Window: 10 * when.Second},
		"600/m": {Count: 600, Window: when.Minute}, "1/24h": {Count: 1, Window: when.DayLength},
	} {
		var r config.Rate
		if err := r.UnmarshalText([]byte(text)); err != nil || r != want || r.String() != text {
			t.Errorf("%s: %+v %s %v", text, r, r, err)
		}
	}
	for _, text := range []string{"", "x", "5", "5/", "5/x", "5/0s", "0/s", "-1/s", "1000001/s", "1/25h", "1/s2", "1.5/s", "9999999999999999999/s", "5/9999999999999999999s", "/s"} {
		r := config.Rate{Count: 7, Window: 7}
		if err := r.UnmarshalText([]byte(text)); err == nil || r.Count != 7 {
			t.Errorf("%q is read as %v", text, r)
		}
	}
}
