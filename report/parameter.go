package report

// Parameter is something that can be asked of a report.
type Parameter uint8

// The parameters.
const (
	Period    Parameter = iota // Request.Days; every report has it
	Zone                       // Request.Zone
	Users                      // Request.Users
	Teams                      // Request.Teams
	Countries                  // Request.Countries
)

var parameters = [...]struct{ name, help string }{
	{"period", "the days, first and last"},
	{"zone", "the time zone of the days; without it, the account's"},
	{"users", "usernames; without users and teams, everybody is meant"},
	{"teams", "names of teams: who was in one of them on the day counts"},
	{"countries", "two-letter codes, each a column of its own, in their order"},
}

// String is the parameter's name, as commands and addresses have it.
func (p Parameter) String() string { return parameters[p].name }

// Help says in a few words what to give.
func (p Parameter) Help() string { return parameters[p].help }
