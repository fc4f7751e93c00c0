package sample

import (
	"testing"

	"tollkeeper/core/phone"
)

// TestNumbersAreOfTheirCountry draws numbers of every range, by the tables
// themselves: files do not say which country was meant.
func TestNumbersAreOfTheirCountry(t *testing.T) {
	dialer, err := phone.NewDialer(phone.PlanFor(phone.MustCountry("GB")))
	if err != nil {
		t.Fatal(err)
	}
	d := newDice(1, 1)
	check := func(s shape, iso string) {
		t.Helper()
		for range 200 {
			var n number
			n.draw(&d, "+", s)
			e164, class, why := dialer.Normalize(n.bytes())
			if class != phone.E164 || phone.CountryOf(e164).String() != iso {
				t.Errorf("%s is %s of %q, %s; want a number of %q", n.bytes(), class, phone.CountryOf(e164), why, iso)
				return
			}
		}
	}
	for i, to := range destinations {
		for _, s := range ranges[i] {
			check(s, to.iso)
		}
	}
	check(rateless[0], "KP")
	check(rateless[1], "")
	for i, iso := range []string{"", "", "GB", "US"} {
		check(barred[i], iso)
	}
	for i := range homes {
		for _, stem := range homes[i].stems {
			s := parseShape(stem)
			if n, err := phone.Parse("+" + string(s.append(nil, 0))); err != nil || phone.CountryOf(n).String() != homes[i].iso {
				t.Errorf("own number %s of %s: %v, of %q", n, homes[i].iso, err, phone.CountryOf(n))
			}
		}
	}
}

// TestNumberPool asks for more numbers than a home has: they stay unique.
func TestNumberPool(t *testing.T) {
	pool, seen := newNumberPool(), map[string]bool{}
	for i := range 20_000 {
		n := pool.take(i % 3)
		if _, err := phone.Parse("+" + n); err != nil || seen[n] {
			t.Fatalf("number %d, %s: %v", i, n, err)
		}
		seen[n] = true
	}
}

// TestAround compares the lengths of talks with what a bell of logarithms has:
// half below the median, and a mean about half above it.
func TestAround(t *testing.T) {
	d := newDice(1, 1)
	const n = 100_000
	below, sum, longest := 0, int64(0), int64(0)
	for range n {
		v := d.around(60_000)
		if v < 60_000 {
			below++
		}
		sum += v
		longest = max(longest, v)
	}
	if below < n*42/100 || below > n*54/100 || sum/n < 80_000 || sum/n > 120_000 || longest > 60_000*128 {
		t.Errorf("%d of %d below the median, mean %d, longest %d", below, n, sum/n, longest)
	}
}
