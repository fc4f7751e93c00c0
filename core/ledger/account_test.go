package ledger_test

import (
	"strings"
	"testing"

	"tollkeeper/core/fault"
	"tollkeeper/core/ledger"
)

func TestAccountText(t *testing.T) {
	for text, want := range map[string]struct {
		account ledger.Account
		side    ledger.Side
	}{
		"receivable":    {ledger.Receivable, ledger.Debit},
		"prepaid":       {ledger.Prepaid, ledger.Credit},
		"unbilled":      {ledger.Unbilled, ledger.Debit},
		"revenue:voice": {ledger.Revenue("voice"), ledger.Credit},
		"tax:VAT20.5":   {ledger.Tax("VAT20.5"), ledger.Credit},
		"cash:bank":     {ledger.Cash("bank"), ledger.Debit},
		"credit":        {ledger.CreditHeld, ledger.Credit},
		"writeoff":      {ledger.WrittenOff, ledger.Debit},
		"rounding":      {ledger.Rounding, ledger.Debit},
		"fx":            {ledger.ExchangeDiff, ledger.Debit},
	} {
		a, err := ledger.ParseAccount(text)
		if err != nil || a != want.account || a.String() != text || a.Side() != want.side {
			t.Errorf("%s: %v %v %v", text, a, a.Side(), err)
		}
	}
}

func TestAccountRefused(t *testing.T) {
	for _, text := range []string{
		"", ":", "revenue", "revenue:", "receivable:x", "receivable:", "Receivable", "tax:a b",
		"cash:a:b", "revenue:é", "tax:" + strings.Repeat("x", 41), "assets",
	} {
		if a, err := ledger.ParseAccount(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v %v", text, a, err)
		}
	}
	if err := (ledger.Account{}).Check(); !fault.Is(err, fault.Invalid) {
		t.Errorf("none: %v", err)
	}
}

func TestAccountsOfAClass(t *testing.T) {
	if !ledger.Tax("A").Is(ledger.Tax("B")) || ledger.Tax("A").Is(ledger.Cash("A")) {
		t.Error("accounts belong together by their class")
	}
}

func FuzzParseAccount(f *testing.F) {
	for _, s := range []string{"receivable", "revenue:voice", "tax:", "cash:bank", "fx:1", ":"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ledger.ParseAccount(s)
		if err == nil && (a.String() != s || a.Check() != nil) {
			t.Fatalf("%q reads as %q", s, a)
		}
	})
}
