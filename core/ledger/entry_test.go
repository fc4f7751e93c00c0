package ledger_test

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tollkeeper/core/fault"
	"tollkeeper/core/ledger"
	"tollkeeper/core/money"
	"tollkeeper/core/when"
)

const (
	at  = when.Instant(1_780_300_800_000_000)
	day = when.Day(20260601)
)

var cause = ledger.Cause{Kind: ledger.Import, Ref: 17}

func usd(account, amount string) ledger.Line {
	return ledger.Line{Account: ledger.MustParseAccount(account), Currency: "USD", Amount: money.MustParse(amount)}
}

func TestNewEntryMergesAndOrders(t *testing.T) {
	given := []ledger.Line{
		usd("tax:VAT20", "-2"), usd("revenue:voice", "-4"), usd("receivable", "12"), usd("revenue:voice", "-6"),
		usd("rounding", "1"), usd("rounding", "-1"),
	}
	before := slices.Clone(given)
	e, err := ledger.NewEntry(at, day, cause, given)
	if err != nil {
		t.Fatal(err)
	}
	want := []ledger.Line{usd("receivable", "12"), usd("revenue:voice", "-10"), usd("tax:VAT20", "-2")}
	if !slices.Equal(e.Lines, want) || !slices.Equal(given, before) {
		t.Errorf("lines %v of %v", e.Lines, given)
	}
}

func TestNewEntryRefuses(t *testing.T) {
	eur := usd("revenue:voice", "-5")
	eur.Currency = "EUR"
	odd := usd("unbilled", "5")
	odd.Currency = "usd"
	big := ledger.Line{Account: ledger.Unbilled, Currency: "USD", Amount: math.MaxInt64}
	least := ledger.Line{Account: ledger.Unbilled, Currency: "USD", Amount: math.MinInt64}
	good := []ledger.Line{usd("unbilled", "5"), usd("revenue:voice", "-5")}
	for name, c := range map[string]struct {
		at    when.Instant
		day   when.Day
		cause ledger.Cause
		lines []ledger.Line
		want  string
	}{
		"nothing":         {at, day, cause, nil, "at least two lines"},
		"one line":        {at, day, cause, good[:1], "at least two lines"},
		"unbalanced":      {at, day, cause, []ledger.Line{good[0], usd("revenue:voice", "-4")}, "add up to 1, not to zero"},
		"two currencies":  {at, day, cause, []ledger.Line{good[0], eur}, "the lines in USD add up to 5"},
		"bad currency":    {at, day, cause, []ledger.Line{odd, good[1]}, "not a currency"},
		"zero line":       {at, day, cause, append(slices.Clone(good), usd("rounding", "0")), "cannot be posted"},
		"cancels out":     {at, day, cause, []ledger.Line{good[0], usd("unbilled", "-5")}, "at least two lines"},
		"no account":      {at, day, cause, append(slices.Clone(good), ledger.Line{Currency: "USD", Amount: 1}), "no account"},
		"bad product":     {at, day, cause, append(slices.Clone(good), ledger.Line{Account: ledger.Revenue("a b"), Currency: "USD", Amount: 1}), "behind the colon"},
		"overflow merged": {at, day, cause, []ledger.Line{big, big, good[1]}, "larger than can be held"},
		"overflow summed": {at, day, cause, []ledger.Line{big, usd("receivable", "5"), good[1]}, "larger than can be held"},
		"irreversible":    {at, day, cause, []ledger.Line{least, good[1]}, "cannot be posted"},
		"no instant":      {0, day, cause, good, "instant"},
		"no day":          {at, 0, cause, good, "accounting date"},
		"impossible day":  {at, 20260231, cause, good, "accounting date"},
		"no cause":        {at, day, ledger.Cause{Ref: 1}, good, "needs a cause"},
		"no number":       {at, day, ledger.Cause{Kind: ledger.Invoice}, good, "needs a number"},
		"long text":       {at, day, ledger.Cause{Kind: ledger.Adjustment, Ref: 1, Text: strings.Repeat("x", 1001)}, good, "at most 1000 bytes"},
		"damaged text":    {at, day, ledger.Cause{Kind: ledger.Adjustment, Ref: 1, Text: "\xff"}, good, "UTF-8"},
	} {
		_, err := ledger.NewEntry(c.at, c.day, c.cause, c.lines)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// The hash is stored for ever: this one, computed apart from this package, must
// never change.
func TestHashIsFixed(t *testing.T) {
	e, err := ledger.NewEntry(at, day, cause, []ledger.Line{usd("unbilled", "12.5"), usd("revenue:voice", "-12.5")})
	if err != nil {
		t.Fatal(err)
	}
	const want = "c31cf3102a9ad64f7ffd08fdff4fc466fa36fbce943ef1867352ae0f68f03bd4"
	if e = e.Seal(ledger.Genesis(3)); e.Hash.String() != want {
		t.Errorf("hash %s, want %s", e.Hash, want)
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var back ledger.Entry
	if err := json.Unmarshal(text, &back); err != nil || back.Check(ledger.Genesis(3)) != nil {
		t.Errorf("%s reads as %+v: %v", text, back, err)
	}
	if diff := cmp.Diff(e, back, cmp.Comparer(func(a, b ledger.Account) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	if err := e.Check(ledger.Genesis(4)); !fault.Is(err, fault.Internal) {
		t.Errorf("the entry of tenant 3 passes for one of tenant 4: %v", err)
	}
}

// drawEntry is a balanced entry of any shape: pairs of lines of which each
// takes back what the other gives.
func drawEntry(t *rapid.T) ledger.Entry {
	account := rapid.SampledFrom([]ledger.Account{
		ledger.Receivable, ledger.Prepaid, ledger.Unbilled, ledger.Revenue("voice"), ledger.Revenue("amd"),
		ledger.Tax("VAT20"), ledger.Cash("bank"), ledger.CreditHeld, ledger.WrittenOff, ledger.Rounding,
	})
	var lines []ledger.Line
	for range rapid.IntRange(1, 4).Draw(t, "pairs") {
		a := account.Draw(t, "account")
		b := account.Filter(func(b ledger.Account) bool { return b != a }).Draw(t, "other")
		c := rapid.SampledFrom([]money.Currency{"USD", "EUR", "JPY"}).Draw(t, "currency")
		v := money.Amount(rapid.Int64Range(1, 1<<50).Draw(t, "amount"))
		lines = append(lines, ledger.Line{Account: a, Currency: c, Amount: v}, ledger.Line{Account: b, Currency: c, Amount: -v})
	}
	lines = append(lines, usd("receivable", "7"), usd("fx", "-7")) // fx is in no other pair, so not everything can cancel
	e, err := ledger.NewEntry(at+when.Instant(rapid.Int64Range(0, 1e12).Draw(t, "later")), day, ledger.Cause{
		Kind: rapid.SampledFrom([]ledger.CauseKind{ledger.Import, ledger.Rerate, ledger.Invoice, ledger.Payment, ledger.Adjustment}).Draw(t, "cause"),
		Ref:  rapid.Int64Range(1, 1e9).Draw(t, "ref"),
		Text: rapid.StringN(0, 20, 80).Draw(t, "text"),
	}, lines)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestReverseReturnsToZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := ledger.NewChain(1)
		var posted []ledger.Entry
		for range rapid.IntRange(1, 5).Draw(t, "entries") {
			e := drawEntry(t).Seal(c.Head)
			if err := c.Append(&e); err != nil {
				t.Fatal(err)
			}
			posted = append(posted, e)
		}
		checkBalanced(t, c.Balances)
		for _, e := range posted {
			r, err := e.Reverse(at, day, "a mistake")
			if err != nil {
				t.Fatal(err)
			}
			r = r.Seal(c.Head)
			if err := c.Append(&r); err != nil {
				t.Fatal(err)
			}
		}
		if len(c.Balances) != 0 {
			t.Fatalf("left over: %v", c.Balances)
		}
	})
}

func checkBalanced(t *rapid.T, b ledger.Balances) {
	sums := make(map[money.Currency]money.Amount)
	for _, l := range b.Lines() {
		sums[l.Currency] += l.Amount
	}
	for c, sum := range sums {
		if sum != 0 {
			t.Fatalf("the books in %s add up to %s", c, sum)
		}
	}
}

func TestAnyChangeShows(t *testing.T) {
	changes := map[string]func(*ledger.Entry){
		"id":       func(e *ledger.Entry) { e.ID++ },
		"instant":  func(e *ledger.Entry) { e.At++ },
		"day":      func(e *ledger.Entry) { e.Day++ },
		"cause":    func(e *ledger.Entry) { e.Cause.Kind = ledger.Reversal },
		"ref":      func(e *ledger.Entry) { e.Cause.Ref++ },
		"text":     func(e *ledger.Entry) { e.Cause.Text += "x" },
		"account":  func(e *ledger.Entry) { e.Lines[0].Account = ledger.Tax("other") },
		"currency": func(e *ledger.Entry) { e.Lines[0].Currency = "GBP" },
		"amount":   func(e *ledger.Entry) { e.Lines[0].Amount++ },
		"balanced amounts": func(e *ledger.Entry) {
			for i := range e.Lines {
				e.Lines[i].Amount *= 2
			}
		},
		"fewer lines": func(e *ledger.Entry) { e.Lines = e.Lines[1:] },
		"more lines":  func(e *ledger.Entry) { e.Lines = append(e.Lines, usd("tax:zz", "1")) },
		"order":       func(e *ledger.Entry) { e.Lines[0], e.Lines[1] = e.Lines[1], e.Lines[0] },
		"prev":        func(e *ledger.Entry) { e.Prev[7] ^= 1 },
		"hash":        func(e *ledger.Entry) { e.Hash[31] ^= 128 },
	}
	rapid.Check(t, func(t *rapid.T) {
		e := drawEntry(t).Seal(ledger.Genesis(1))
		if err := e.Check(ledger.Genesis(1)); err != nil {
			t.Fatal(err)
		}
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(changes))).Draw(t, "change")
		e.Lines = slices.Clone(e.Lines)
		changes[name](&e)
		if err := e.Check(ledger.Genesis(1)); !fault.Is(err, fault.Internal) || err == nil {
			t.Fatalf("a change of %s passes: %v", name, err)
		}
	})
}

// Even a hash made anew does not let through what NewEntry would refuse.
func TestSealDoesNotBlessBadLines(t *testing.T) {
	bad := ledger.Entry{At: at, Day: day, Cause: cause, Lines: []ledger.Line{usd("unbilled", "5"), usd("revenue:voice", "-4")}}
	bad = bad.Seal(ledger.Genesis(1))
	if err := bad.Check(ledger.Genesis(1)); err == nil || !strings.Contains(err.Error(), "not to zero") {
		t.Error(err)
	}
}
