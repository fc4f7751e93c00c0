package web

import "strings"

// actTitle says in words what the activity log has as a noun and a verb. A code
// that it does not know stays as it is: the log is right, only terse.
func actTitle(code string) string {
	if title, known := actTitles[code]; known {
		return title
	}
	noun, verb, _ := strings.Cut(code, ".")
	done, known := actVerbs[verb]
	if !known {
		return code
	}
	if name, known := actNouns[noun]; known {
		noun = name
	}
	return label(noun) + " " + done
}

// actTitles are the acts that are no noun with a participle.
var actTitles = map[string]string{
	"login.enter": "Signed in", "login.leave": "Signed out", "login.refuse": "Sign-in refused", "login.password": "Password set",
	"tenant.enter": "Operator came in", "tenant.leave": "Operator left", "link.make": "Link for a password made", "suspense.rerun": "Suspense tried again",
	"report.drop": "Saved report deleted", "card.end": "Rate card’s assignment ended", "fx.import": "Exchange rates imported",
	"rerate.start": "Rating again started", "rerate.finish": "Calls rated again",
}

var actVerbs = map[string]string{
	"add": "added", "change": "changed", "remove": "removed", "drop": "deleted", "save": "saved", "export": "exported", "import": "imported", "start": "started",
	"make": "made", "revoke": "revoked", "refuse": "refused", "publish": "published", "assign": "assigned", "end": "ended", "rename": "renamed", "dismiss": "dismissed",
	"deactivate": "deactivated", "reactivate": "activated again", "confirm": "confirmed", "close": "closed",
}

// actNouns are the nouns that the log writes otherwise than people do.
var actNouns = map[string]string{
	"key": "API key", "card": "rate card", "users": "list of users", "campaigns": "list of campaigns", "numbers": "list of numbers", "unit": "billing unit",
}
