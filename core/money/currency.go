package money

import (
	"tollkeeper/core/fault"
)

// Currency is an ISO 4217 code in capitals. The empty Currency is none.
type Currency string

// few lists the currencies whose minor unit is not a hundredth.
var few = map[Currency]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
	"RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
	"CLF": 4, "UYW": 4,
}

// ParseCurrency reads three capital letters. It does not ask whether the code
// is in use: a country may take up a new one tomorrow.
func ParseCurrency(s string) (Currency, error) {
	ok := len(s) == 3
	for i := 0; ok && i < 3; i++ {
		ok = s[i] >= 'A' && s[i] <= 'Z'
	}
	if !ok {
		return "", fault.New(fault.Invalid, "%q is not a currency: want an ISO 4217 code such as USD", fault.Cut(s))
	}
	return Currency(s), nil
}

// Digits is how many decimals the currency's minor unit has: 2 for most.
func (c Currency) Digits() int {
	if n, ok := few[c]; ok {
		return n
	}
	return 2
}

// UnmarshalText reads what ParseCurrency reads.
func (c *Currency) UnmarshalText(b []byte) error {
	v, err := ParseCurrency(string(b))
	if err == nil {
		*c = v
	}
	return err
}
