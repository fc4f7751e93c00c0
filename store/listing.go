package store

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// Listing is what the lists of users and campaigns have in common: which are
// looked for, and which part of them is wanted. Its zero is all of them.
type Listing struct {
	Day    when.Day       // a billing day: the teams are those of it
	Text   string         // stands somewhere in what a line says, whatever its case; empty: any
	States []tenant.State // empty: any
	Down   bool           // from the last to the first
	Skip   int            // so many of those found
	Limit  int            // at most so many; zero: all
}

// asking is a query of a list while it is put together. $1 is the tenant.
type asking struct {
	where strings.Builder
	args  []any // from $2 on
}

// arg is how the query names a value.
func (q *asking) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args)+1)
}

func (q *asking) and(condition string) { q.where.WriteString(" AND " + condition) }

// among is the condition that a column has one of some numbers.
func among[N ~int32 | ~uint8](q *asking, column string, of []N) string {
	names := make([]string, len(of))
	for i, n := range of {
		names[i] = q.arg(int64(n))
	}
	return column + " IN (" + strings.Join(names, ", ") + ")"
}

// containing is the condition that the text stands in any of the columns. It is
// no pattern, so that % and _ are letters like others, and both engines compare
// letter by letter.
func containing(text string, columns ...string) string {
	in := make([]string, len(columns))
	for i, column := range columns {
		in[i] = "REPLACE(" + column + ", " + text + ", '') <> " + column
	}
	return strings.Join(in, " OR ")
}

// teamNames is a query of the names of everybody's teams on the day, in small
// letters, as lists show them: who, names.
func (l *Listing) teamNames(q *asking, table, column string) string {
	day := q.arg(int64(l.Day))
	return `(SELECT x.` + column + ` AS who, STRING_AGG(t.name_folded, ', ' ORDER BY t.name) AS names
		FROM ` + table + ` x JOIN team t ON t.tenant_id = x.tenant_id AND t.id = x.team_id
		WHERE x.tenant_id = $1 AND x.from_day <= ` + day + ` AND (x.to_day = 0 OR x.to_day >= ` + day + `) GROUP BY x.` + column + `)`
}

// inTeams is the condition that the text stands in what teamNames says of m.
// Without a comma it can only stand in the name of one team: then nothing has to be
// joined, and where no team has it nobody's teams are looked at.
func (l *Listing) inTeams(q *asking, text, table, column string) string {
	if strings.Contains(l.Text, ",") {
		return `m.id IN (SELECT n.who FROM ` + l.teamNames(q, table, column) + ` n WHERE ` + containing(text, "n.names") + `)`
	}
	day, teams := q.arg(int64(l.Day)), `SELECT t.id FROM team t WHERE t.tenant_id = $1 AND `+containing(text, "t.name_folded")
	return `EXISTS (` + teams + `) AND m.id IN (SELECT x.` + column + ` FROM ` + table + ` x WHERE x.tenant_id = $1
		AND x.from_day <= ` + day + ` AND (x.to_day = 0 OR x.to_day >= ` + day + `) AND x.team_id IN (` + teams + `))`
}

// common adds the conditions that all lists have; columns are those that the
// text is looked for in, beside what others says.
func (l *Listing) common(q *asking, columns []string, table, column string, others ...string) {
	if len(l.States) > 0 {
		q.and(among(q, "m.state", l.States))
	}
	text := FoldName(l.Text)
	switch {
	case text == "":
	case strings.Contains(text, "\x00"):
		q.and("1 = 0") // PostgreSQL takes no such text, and no name has one
	default:
		name := q.arg(text)
		others = append(others, containing(name, columns...), l.inTeams(q, name, table, column))
		q.and("(" + strings.Join(others, " OR ") + ")")
	}
}

// order is the end of a query: by a column, the same ones by another, and what
// of them is wanted.
func (l *Listing) order(q *asking, by, then string) string {
	limit := int64(l.Limit)
	if limit == 0 {
		limit = math.MaxInt64
	}
	if l.Down {
		by += " DESC"
	}
	return ` ORDER BY ` + by + `, ` + then + ` LIMIT ` + q.arg(limit) + ` OFFSET ` + q.arg(int64(l.Skip))
}

// ranked is an expression for where a column's number stands when they are
// sorted by their names.
func ranked(column string, names []string) string {
	sorted := slices.Sorted(slices.Values(names))
	of := "CASE " + column
	for n, name := range names {
		of += " WHEN " + strconv.Itoa(n) + " THEN " + strconv.Itoa(slices.Index(sorted, name))
	}
	return of + " END"
}
