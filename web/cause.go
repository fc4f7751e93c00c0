package web

import (
	"strings"

	"tollkeeper/core/usage"
)

// causeWords are a reason to wait in words of the site: what is missing, and
// what to do here about it.
var causeWords = map[usage.Reason]struct{ title, advice string }{
	usage.NoCard:           {"No rate card", "Assign a rate card to these calls, under Rate cards, then try again."},
	usage.NoRate:           {"No rate for the number", "Add a row for the number to the rate card, by a deck, then try again."},
	usage.NoFX:             {"No exchange rate", "The card is in another currency. Import the exchange rate of those days, then try again."},
	usage.Blocked:          {"Number is blocked", "The rate card blocks the number. Unblock its row if the calls were meant, then try again."},
	usage.Overflow:         {"Amount too large", "The amount is larger than can be held. Look at the rates of the card."},
	usage.NoTenant:         {"No tenant", "The records name no tenant that is known. Add the tenant under the name that they use, then try again."},
	usage.UnknownNumber:    {"Number is not known", "Add the number to the center's numbers, then try again."},
	usage.BadNumber:        {"Number cannot be read", "Set the country or the dial plan of the tenant, in its settings, then try again."},
	usage.AmbiguousTime:    {"Time occurs twice", "The clock went back that night. Have the switch write UTC, and import the file again."},
	usage.BadTime:          {"Time cannot be right", "Look at the clock of the switch, and at the time zone of the import."},
	usage.NegativeDuration: {"Ends before it begins", "Look at the clock of the switch."},
	usage.TooLong:          {"Longer than 24 hours", "Look at the record: the switch has probably missed the end of the call. Dismiss it if there was no such call."},
	usage.InFuture:         {"In the future", "Look at the clock of the switch, and at the time zone of the import."},
	usage.BadValue:         {"Word is not known", "The record holds a word that is not known here. Look at the record, and dismiss it if it is no call."},
	usage.Conflict:         {"Two records disagree", "The first one is charged. Look at both: the records are those that came later. Dismiss them if the first ones are right."},
}

func causeTitle(r usage.Reason) string {
	if w, ok := causeWords[r]; ok {
		return w.title
	}
	return capitalWord(strings.ReplaceAll(r.String(), "_", " "))
}

func causeAdvice(r usage.Reason) string {
	if w, ok := causeWords[r]; ok {
		return w.advice
	}
	return capital(r.Advice())
}

// causeWay is the page on which a cause is mended, where the visitor may see it.
func causeWay(v *visit, r usage.Reason) *workLine {
	switch r {
	case usage.NoCard, usage.NoRate, usage.Blocked, usage.Overflow:
		if v.may(raters...) {
			return &workLine{"Rate cards", v.place("cards")}
		}
	case usage.NoTenant:
		if v.may(operators...) {
			return &workLine{"Tenants", "/operator/tenants"}
		}
	case usage.UnknownNumber:
		if v.tenant != nil && v.may(people...) {
			return &workLine{"Numbers", v.at("numbers")}
		}
	case usage.BadNumber:
		if v.tenant != nil && v.may(settlers...) {
			return &workLine{"Settings", v.at("settings")}
		}
	}
	return nil
}
