package cdr

// template says in which field FreeSWITCH's CSV has what, from 0; none is −1.
type template struct {
	name    string
	columns int

	calling, called         int
	start, answer, end      int
	duration, billed, cause int
	uuid, bleg              int
	user, gateway, way      int
	channel, app, arg       int
}

// templates are those that FreeSWITCH is delivered with. The longer ones of
// the default's kind only add fields behind it.
var templates = []template{
	standard("default or sql", 13),
	standard("example", 15),
	standard("linksys", 17),
	standard("snom", 20),
	{
		name: "asterisk", columns: 18,
		calling: 1, called: 2, channel: 5, app: 7, arg: 8, start: 9, answer: 10, end: 11, duration: 12, billed: 13, cause: 14, uuid: 16, user: 17,
		bleg: -1, gateway: -1, way: -1,
	},
	{
		name: "opencdrrate", columns: 13,
		uuid: 0, bleg: 1, way: 2, calling: 3, called: 4, answer: 5, end: 6, billed: 7, user: 9, gateway: 12,
		start: -1, duration: -1, cause: -1, channel: -1, app: -1, arg: -1,
	},
}

func standard(name string, columns int) template {
	return template{
		name: name, columns: columns,
		calling: 1, called: 2, start: 4, answer: 5, end: 6, duration: 7, billed: 8, cause: 9, uuid: 10, bleg: 11,
		user: -1, gateway: -1, way: -1, channel: -1, app: -1, arg: -1,
	}
}

// templateOf is the template of a row. Two have 13 fields: the one whose uuid
// stands in its place is meant.
func templateOf(fields [][]byte) (template, bool) {
	var found template
	ok := false
	for _, t := range templates {
		if t.columns == len(fields) && (!ok || uuidLike(fields[t.uuid]) && !uuidLike(fields[found.uuid])) {
			found, ok = t, true
		}
	}
	return found, ok
}

// uuidLike tells whether v has the shape of a uuid.
func uuidLike(v []byte) bool {
	if len(v) != 36 {
		return false
	}
	for i, c := range v {
		_, digit := hexDigit(c)
		if hyphen := i == 8 || i == 13 || i == 18 || i == 23; hyphen != (c == '-') || !hyphen && !digit {
			return false
		}
	}
	return true
}
