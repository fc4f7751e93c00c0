package money_test

import (
	"encoding/json"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
)

func TestCurrency(t *testing.T) {
	for s, digits := range map[string]int{"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3, "CLF": 4, "XYZ": 2} {
		c, err := money.ParseCurrency(s)
		if err != nil || string(c) != s || c.Digits() != digits {
			t.Errorf("%q is %q of %d digits, %v; want %d", s, c, c.Digits(), err, digits)
		}
	}
	for _, s := range []string{"", "US", "USDT", "usd", "Usd", "U$D", " USD", "ÄÖ", "12A"} {
		if c, err := money.ParseCurrency(s); c != "" || !fault.Is(err, fault.Invalid) {
			t.Errorf("ParseCurrency(%q) = %q, %v; want it refused", s, c, err)
		}
	}
	c := money.Currency("EUR")
	if err := json.Unmarshal([]byte(`"GBP"`), &c); err != nil || c != "GBP" {
		t.Errorf("GBP is read as %q, %v", c, err)
	}
	if err := json.Unmarshal([]byte(`"pounds"`), &c); !fault.Is(err, fault.Invalid) || c != "GBP" {
		t.Errorf("pounds is read as %q, %v", c, err)
	}
}
