package money_test

import (
	"slices"
	"testing"

	"tollkeeper/core/money"
)

func TestCurrencies(t *testing.T) {
	all := money.Currencies()
	if len(all) < 150 || !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("%d currencies, or not each once and in order", len(all))
	}
	for _, c := range all {
		if _, err := money.ParseCurrency(string(c)); err != nil || c.Name() == "" {
			t.Errorf("%s %q: %v", c, c.Name(), err)
		}
	}
	for c, want := range map[money.Currency]string{"USD": "US dollar", "XXX": "", "": ""} {
		if got := c.Name(); got != want {
			t.Errorf("%s is %q, want %q", c, got, want)
		}
	}
}
