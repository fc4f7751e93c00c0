package auth

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// common are the words that passwords are most often made of, plainly (with
// letters for digits), longer ones before those that are in them.
var common = strings.Fields(`
	administrator tollkeeper passphrase passwort password contrasena motdepasse
	qwertzuiop qwertyuiop azertyuiop asdfghjkl yxcvbnm zxcvbnm qwertz qwerty azerty
	abcdefghijklmnopqrstuvwxyz abcdefgh abcdef abcd
	iloveyou letmein changeme trustno welcome willkommen bienvenue
	superman batman starwars pokemon football baseball basketball fussball
	princess sunshine dragon monkey master shadow michael jordan charlie
	computer internet samsung google facebook microsoft windows linux
	callcenter contactcenter telephone billing company secret default
	testing login admin hello guest start user test root pass
	summer winter spring autumn january february march april
`)

// sequences are what fingers and counting give.
var sequences = []string{"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"}

// minRest is how many letters beside common words make a password one's own,
// and how many different characters it needs.
const minRest = 6

// isCommon tells whether a plain password is little more than common words,
// digits, or a few characters over and over.
func isCommon(plain string) bool {
	different := map[rune]bool{}
	for _, r := range plain {
		different[r] = true
	}
	if utf8.RuneCountInString(plain) >= minRest && len(different) < minRest {
		return true
	}
	for _, s := range sequences {
		if plain != "" && strings.Contains(plainly(s), plain) {
			return true
		}
	}
	rest := plain
	for _, word := range common {
		rest = strings.ReplaceAll(rest, word, "\x00") // so that no new word comes about
	}
	letters := 0
	for _, r := range rest {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return rest != plain && letters < minRest
}

// isDigits tells whether a password is a number, such as a date or a telephone's.
func isDigits(password string) bool {
	return password != "" && strings.Trim(password, "0123456789 +-./()") == ""
}
