package rating_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

const wholeCard = `{"id":"retail","name":"Retail","currency":"EUR","time_zone":"Europe/Berlin",
"rounding":{"decimals":6,"mode":"up"},"spanning":"split","grace_rule":"deduct","amd_fee":"0.0125",
"bands":[{"name":"night","windows":[{"days":["mon","sun"],"from":"22:00","to":"06:00"}],"holidays":["2026-12-25"]}],
"rates":[{"direction":"inbound","prefix":"49","origin_prefix":"+1","band":"night","destination":"Germany","rate":"0.012345678",
"connect_fee":"0.01","initial":30,"increment":6,"grace":3,"steps":[{"from":60,"rate":"0.01","increment":1}],
"min_charge":"0.05","max_charge":"5","blocked":true,"usage_group":"intl","call_type":"voice",
"effective_from":"2026-06-01T00:00:00Z","effective_to":"2026-07-01T02:00:00+02:00"}]}`

func TestReadCard(t *testing.T) {
	got, err := rating.ReadCard(strings.NewReader(wholeCard))
	if err != nil {
		t.Fatal(err)
	}
	want := &rating.Card{
		ID: "retail", Name: "Retail", Currency: "EUR", Zone: "Europe/Berlin",
		Rounding: money.Rounding{Decimals: 6, Mode: money.Up}, Spanning: rating.SpanSplit, GraceRule: rating.GraceDeduct,
		AMDFee: money.MustParse("0.0125"),
		Bands: []rating.Band{{
			Name:     "night",
			Windows:  []when.Window{{Days: when.Monday | when.Sunday, From: 1320, To: 360}},
			Holidays: []when.Day{20261225},
		}},
		Rates: []rating.Row{{
			Direction: usage.Incoming, Prefix: phone.MustPrefix("49"), Origin: phone.MustPrefix("1"), Band: "night",
			Destination: "Germany", Rate: money.MustParseRate("0.012345678"), ConnectFee: money.MustParse("0.01"),
			Initial: 30, Increment: 6, Grace: 3,
			Steps:     []rating.Step{{From: 60, Rate: money.MustParseRate("0.01"), Increment: 1}},
			MinCharge: amount("0.05"), MaxCharge: amount("5"), Blocked: true, UsageGroup: "intl", CallType: "voice",
			From: when.MustParse("2026-06-01T00:00:00Z"), To: when.MustParse("2026-07-01T00:00:00Z"),
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	roundTrip(t, got)
}

func roundTrip(t *testing.T, c *rating.Card) {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var again rating.Card
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if diff := cmp.Diff(*c, again); diff != "" {
		t.Error(diff)
	}
}

func TestReadCardDefaults(t *testing.T) {
	c, err := rating.ReadCard(strings.NewReader(`{"currency":"USD","rates":[{"prefix":"","rate":"1","min_charge":null,"effective_from":""},
		{"prefix":"1234567890123456","rate":"1"},{"prefix":"1","rate":"1","blocked":false,"effective_to":null}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if c.Zone != "UTC" || c.Rounding != money.DefaultRounding || c.Spanning != rating.SpanStart || c.GraceRule != rating.GraceThreshold || c.AMDFee != 0 {
		t.Errorf("%+v", c)
	}
	row := rating.NewRow()
	row.Rate = money.MustParseRate("1")
	one := row
	one.Prefix = phone.MustPrefix("1")
	if diff := cmp.Diff([]rating.Row{row, one}, c.Rates); diff != "" { // the sixteen digits match no number
		t.Error(diff)
	}
}

// TestReadCardMistakes: every mistake is told, with its row and field.
func TestReadCardMistakes(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"many mistakes", `{"currency":"usd","colour":{"red":[1,2]},"rounding":{"decimals":9,"mode":"nearest"},
			"bands":[{"name":"x","windows":[{"days":["mon","moon"],"from":"8:00","to":"25:00"}]}],
			"rates":[{"prefix":"44","rate":0.5},{"rate":"1","initial":"6","increment":1.5},{"prefix":"1","rate":"4.4E+11","grace":-2,"band":"y"}]}`,
			[]string{
				`currency "usd"`, `colour (empty): is not a field of a rate card`, `rounding.mode "nearest"`, `rounding.decimals "9"`,
				`bands.windows.days "moon"`, `bands.windows.from "8:00"`, `bands.windows.to "25:00"`,
				`line 1: rate "0.5": want text in quotes`, `line 2: initial "6": want a whole number`, `line 2: increment "1.5"`,
				`line 2: prefix (empty): is missing`, `line 3: rate "4.4E+11"`, `line 3: grace "-2"`, `line 3: band "y"`,
			}},
		{"twice", `{"currency":"USD","currency":"EUR","rates":[{"prefix":"1","rate":"1","rate":"2"}]}`,
			[]string{`currency (empty): stands twice`, `line 1: rate (empty): stands twice`}},
		{"kinds", `{"currency":["USD"],"rates":{"a":1},"bands":[7]}`, []string{`currency "[": want text`, `bands "7": want a band`, `rates "{": want a list`}},
		{"overlap behind a row left out", `{"currency":"USD","rates":[{"prefix":"1234567890123456","rate":"1"},{"prefix":"1","rate":"1"},{"prefix":"1","rate":"2"}]}`,
			[]string{`line 3: prefix "1": overlaps row 2`}},
		{"first instant", `{"currency":"USD","rates":[{"prefix":"1","rate":"1","effective_to":"1970-01-01T00:00:00Z"}]}`, []string{`line 1: effective_to`}},
		{"empty", ``, []string{`not JSON`}},
		{"cut short", `{"currency":"USD","rates":[{"prefix":"1","rate":"1"`, []string{`line 1: `}},
		{"two", `{"currency":"USD"} {}`, []string{`followed by something else`}},
		{"no object", `[1]`, []string{`want a rate card`, `currency`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := rating.ReadCard(strings.NewReader(tc.text))
			var got fault.Inputs
			if !errors.As(err, &got) || !fault.Is(err, fault.Invalid) {
				t.Fatalf("got %v", err)
			}
			rest := got.Error()
			for _, want := range tc.want {
				if !strings.Contains(rest, want) {
					t.Errorf("missing %s", want)
				}
			}
			if len(got) != len(tc.want) {
				t.Errorf("%d mistakes, want %d:\n%v", len(got), len(tc.want), err)
			}
		})
	}
}

// FuzzReadCard: whatever is read can be compiled, and written and read again.
func FuzzReadCard(f *testing.F) {
	f.Add([]byte(wholeCard))
	f.Add([]byte(`{"currency":"USD","rates":[{"prefix":"","rate":"0"}]}`))
	f.Add([]byte(`{"currency":"USD","bands":[{"name":"a","windows":[{"days":["mon"],"from":"00:00","to":"24:00"}]}],"rates":null}`))
	f.Add([]byte(`{"rates":[[[[]]]],"bands":{"a":[{}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := rating.ReadCard(bytes.NewReader(text))
		if err != nil {
			var in fault.Inputs
			if !errors.As(err, &in) {
				t.Fatalf("not Inputs: %v", err)
			}
			return
		}
		mustCompile(t, c)
		roundTrip(t, c)
	})
}
