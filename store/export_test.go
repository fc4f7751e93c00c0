package store

import (
	"context"
	"fmt"
)

// Tell runs a statement, and Ask scans the only row of a query: what the tests
// of SQL itself need, and nobody else.
func (tx *Tx) Tell(q string, args ...any) error { return tx.exec(q, args...) }

// Ask is Tell for a query of one row.
func (tx *Tx) Ask(into any, q string, args ...any) error { return tx.one([]any{into}, q, args...) }

// AskAll scans a column of texts.
func (tx *Tx) AskAll(q string, args ...any) (texts []string, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var s string
		err := scan(&s)
		texts = append(texts, s)
		return err
	}, q, args...)
	return texts, err
}

// AskRows scans rows of a text and two numbers.
func (tx *Tx) AskRows(q string, args ...any) (texts []string, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var s string
		var a, b int64
		err := scan(&s, &a, &b)
		texts = append(texts, fmt.Sprint(s, " ", a, " ", b))
		return err
	}, q, args...)
	return texts, err
}

// Impatient makes a SQLite store's writer fail at once where another process
// holds the lock.
func (s *Store) Impatient(ctx context.Context) error {
	_, err := s.engine.(*sqliteEngine).writer.c.ExecContext(ctx, "PRAGMA busy_timeout(0)")
	return err
}
