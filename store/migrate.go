package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"net/url"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"

	"tollkeeper/core/fault"
	"tollkeeper/store/schema"
)

// migrate runs what the database has not seen, each migration in a transaction
// of its own, and refuses a database that has seen more than we know.
func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect, words map[string]string, o ...goose.ProviderOption) error {
	ms, err := migrations(words)
	if err != nil {
		return err
	}
	o = append(o, goose.WithGoMigrations(ms...), goose.WithDisableGlobalRegistry(true))
	p, err := goose.NewProvider(dialect, db, nil, o...)
	if err != nil {
		return err
	}
	if found, err := p.GetDBVersion(ctx); err != nil {
		return err
	} else if known := int64(len(ms)); found > known {
		return fault.New(fault.Invalid, "the database has schema %d and this program knows %d: use a newer tollkeeper", found, known)
	}
	_, err = p.Up(ctx)
	return err
}

// migrations reads the texts, with the engine's words put in.
func migrations(words map[string]string) ([]*goose.Migration, error) {
	names, err := fs.Glob(schema.Files, "*.sql")
	if err != nil {
		return nil, err
	}
	var ms []*goose.Migration
	for i, name := range names {
		text, err := fs.ReadFile(schema.Files, name)
		if err != nil {
			return nil, err
		}
		number, err := strconv.Atoi(name[:4])
		if err != nil || number != i+1 {
			return nil, fmt.Errorf("migration %s should be number %04d", name, i+1)
		}
		statements := statements(string(text), words)
		up := func(ctx context.Context, tx *sql.Tx) error {
			for _, q := range statements {
				if _, err := tx.ExecContext(ctx, q); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
			if then := thens[name]; then != nil {
				return then(ctx, tx)
			}
			return nil
		}
		ms = append(ms, goose.NewGoMigration(int64(number), &goose.GoFunc{RunTx: up}, nil))
	}
	return ms, nil
}

// thens is what migrations do behind their texts, in the same transaction, where
// SQL alone cannot.
var thens = map[string]func(context.Context, *sql.Tx) error{"0005_folded.sql": foldAll}

// statements cuts a text at the semicolons that end lines, without comments.
func statements(text string, words map[string]string) []string {
	for word, with := range words {
		text = strings.ReplaceAll(text, "{{"+word+"}}", with)
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "--") {
			b.WriteString(line)
		}
	}
	var qs []string
	for q := range strings.SplitSeq(b.String(), ";\n") {
		if q = strings.TrimSpace(q); q != "" {
			qs = append(qs, q)
		}
	}
	return qs
}

// redactURL is a database's address without any password. What cannot be taken
// apart is not shown at all.
func redactURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" && s != "" {
		return "…"
	}
	q := u.Query()
	for _, secret := range []string{"password", "sslpassword"} {
		if q.Has(secret) {
			q.Set(secret, "xxxxx")
			u.RawQuery = q.Encode()
		}
	}
	return u.Redacted()
}
