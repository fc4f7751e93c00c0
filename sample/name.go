package sample

import (
	"strconv"
	"strings"
)

// tenantName is unique; the third one is hard on whoever prints it.
func tenantName(i int) string {
	known := [...]string{"Harbor Lights Outreach", "Pennyfield Contact Ltd", `Zwölf & Töchter "Direkt" 📞`}
	if i < len(known) {
		return known[i]
	}
	kinds := [...]string{"Calls", "Connect", "Desk", "Dialogue", "Helpline", "Outreach", "Voice"}
	return lastNames[i%len(lastNames)] + " " + kinds[i%len(kinds)] + " " + strconv.Itoa(i+1)
}

// oddNames are display names that a careless page, sheet or column would
// stumble over; the first agents of each tenant bear them.
var oddNames = [...]string{
	"ליאור אברהמי",
	"<script>alert('Bob')</script>",
	"=SUM(A1:A9) Jones",
	`Dana "Dee" O'Neill, Jr.`,
	"José 🎧 Ñuñoa",
}

var (
	firstNames = strings.Fields(`Ada Amir Anna Ben Carla Chen Clara Dario Deniz Elif Emil Eva Farid Fiona Georg Hana Ida Igor Ines
		Jamal Jan Julia Kaya Lars Lea Luca Maja Marek Mia Nadia Nils Olga Omar Paula Piotr Rosa Samir Sofia Tara Viktor`)
	lastNames = strings.Fields(`Adler Bakker Brandt Costa Dahl Demir Evans Falk Fischer Garcia Haas Hughes Ivanova Jansen Keller Kowal
		Lang Lopez Marino Meyer Moreau Nagy Novak Okafor Olsen Peters Petrov Quinn Rossi Sato Schmid Silva Tanaka Weber Wolf Young Zeman`)
)

// person is the i-th name. The two lists have 40 and 37 names, and 41 and 37
// share no divisor, so that names repeat only after all pairs; then they get a
// number.
func person(i int) (username, display string) {
	f, l := len(firstNames), len(lastNames)
	first, last := firstNames[i%f], lastNames[(i/f+i)%l]
	username, display = strings.ToLower(first+"."+last), first+" "+last
	if round := i / (f * l); round > 0 {
		n := strconv.Itoa(round + 1)
		username, display = username+n, display+" "+n
	}
	return username, display
}

// person is the tenant's i-th name. Tenants begin at other places of the lists,
// so that a name in the wrong report is seen.
func (t *Tenant) person(i int) (username, display string) { return person(i + 331*t.index) }
