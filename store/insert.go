package store

import (
	"strconv"
	"strings"
)

// insertRows is the text that inserts n rows of the columns.
func insertRows(table string, columns []string, n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES ")
	mark := 0
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		for j := range columns {
			mark++
			b.WriteString([]string{"(", ", "}[min(j, 1)] + "$" + strconv.Itoa(mark))
		}
		b.WriteByte(')')
	}
	return b.String()
}
