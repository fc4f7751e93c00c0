package auth_test

import (
	"errors"
	"strings"
	"testing"

	"tollkeeper/auth"
	"tollkeeper/core/fault"
)

func TestCheckPassword(t *testing.T) {
	own := []string{"anna.ashdown@acme.example", "anna", "Anna Ashdown", "", "x"}
	for _, good := range []string{
		operatorPassword, annaPassword, "korrekt hästbatteri", "пароль из слов длинный", "x9$kQ2!mZp7&", "acme example is long", "twelve chars",
		strings.Repeat("abcdefg hij ", auth.MaxPassword/12),
	} {
		if err := auth.CheckPassword(good, own...); err != nil {
			t.Errorf("%.40q is refused: %v", good, err)
		}
	}
	for _, c := range []struct {
		password string
		reasons  int
	}{
		{"", 1},
		{"short one", 1},
		{"äöüäöüäöüä", 2}, // few characters, few different ones
		{"Password1234", 1},
		{"P@ssw0rd!2026", 1},
		{"welcome2welcome", 1},
		{"Summer2026!!", 1},
		{"tollkeeper1", 2},
		{"Tollkeeper2026", 1},
		{"aaaaaaaaaaaaaaa", 1},
		{"abcabcabcabcabc", 1},
		{"qwertyuiopas", 1},
		{"1qaz2wsx3edc4rfv", 1},
		{"abcdefghijklm", 1},
		{"2026-11-22 23:40"[:10] + "/2026", 1},
		{"+49 170 1234567", 1},
		{"anna is my name", 1},
		{"my @shdown years", 1},
		{"ashdowns", 2},
		{strings.Repeat("anna", 300), 3},
		{"\xff\xfe invalid text", 1},
	} {
		var wrong fault.Inputs
		err := auth.CheckPassword(c.password, own...)
		if !errors.As(err, &wrong) || len(wrong) != c.reasons {
			t.Errorf("%.40q: %v, want %d reasons", c.password, err, c.reasons)
			continue
		}
		for _, in := range wrong {
			if in.Field != "password" || len(c.password) > 4 && strings.Contains(in.String(), c.password) {
				t.Errorf("%.40q: %s", c.password, in)
			}
		}
	}
}

func FuzzCheckPassword(f *testing.F) {
	f.Add("gravel under nine boots", "Anna Ashdown")
	f.Add("P@ssw0rd!2026", "anna@acme.example")
	f.Add("\x00\xff", "@")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, password, name string) {
		if err := auth.CheckPassword(password, name); err == nil && len([]rune(password)) < auth.MinPassword {
			t.Errorf("%q is long enough", password)
		}
	})
}
