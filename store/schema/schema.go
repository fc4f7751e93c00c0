// Package schema holds the migrations: numbered texts, one for both engines,
// that only ever go forward. What the words in double braces become is the
// business of package store, which also runs them.
//
//	names, err := fs.Glob(schema.Files, "*.sql") // 0001_books.sql, …
package schema

import "embed"

// Files are the migrations, named NNNN_subject.sql.
//
//go:embed *.sql
var Files embed.FS
