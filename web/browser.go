package web

import "strings"

// The words by which browsers and systems are known in what a browser calls
// itself. Many claim to be others too, so the first that is found counts.
var (
	browsers = []struct{ word, name string }{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"},
		{"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}
	systems = []struct{ word, name string }{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"},
	}
)

// browserName is a browser as people call it: "Firefox on Windows". What is none
// that is known keeps the name that it gave itself.
func browserName(agent string) string {
	for _, b := range browsers {
		if !strings.Contains(agent, b.word) {
			continue
		}
		for _, s := range systems {
			if strings.Contains(agent, s.word) {
				return b.name + " on " + s.name
			}
		}
		return b.name
	}
	if agent == "" {
		return "unknown"
	}
	return agent
}
