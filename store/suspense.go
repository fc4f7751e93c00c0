package store

import (
	"math"

	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// SuspenseState is what became of a suspended record.
type SuspenseState int64

// A record waits until its cause is gone (Resolved) or somebody decides that
// it does not count (Dismissed); its row stays, so that it is known again.
const (
	Waiting SuspenseState = iota
	Resolved
	Dismissed
)

// Suspense is a record that cannot be a call yet, or a conflict.
type Suspense struct {
	Identity usage.Identity
	Content  uint64
	Reason   usage.Reason
	State    SuspenseState
	Day      when.Day // UTC day of its start; zero where that is not known
	Run      int64
	Line     int64
	Field    string
	Detail   string
	Text     []byte // the record as it came
	Hint     []byte // what its neighbours in the file said about it
	Created  when.Instant
}

// suspenseChunk is how many rows go into one statement.
const suspenseChunk = 32

// PutSuspense keeps suspended records that are not known already, and tells
// which were new.
func (tx *Tx) PutSuspense(ss []Suspense) (fresh []bool, err error) {
	type key struct {
		identity usage.Identity
		content  int64
	}
	added := map[key]bool{}
	for rest := ss; len(rest) > 0; {
		n := 1 // the odd ones one by one, so that there are but two texts to prepare
		if len(rest) >= suspenseChunk {
			n = suspenseChunk
		}
		var args []any
		for i := range rest[:n] {
			s := &rest[i]
			args = append(args, tx.id(), s.Identity[:], int64(s.Content), int64(s.Reason), int64(s.State), int64(s.Day), s.Run, s.Line,
				s.Field, s.Detail, nonNil(s.Text), nonNil(s.Hint), int64(tx.Now), int64(0))
		}
		rest = rest[n:]
		if err := tx.each(func(scan func(...any) error) error {
			var identity []byte
			var k key
			err := scan(&identity, &k.content)
			copy(k.identity[:], identity)
			added[k] = true
			return err
		}, insertRows("suspense", suspenseColumns, n)+` ON CONFLICT (tenant_id, identity, content) DO NOTHING RETURNING identity, content`, args...); err != nil {
			return nil, err
		}
	}
	fresh = make([]bool, len(ss))
	for i := range ss {
		k := key{ss[i].Identity, int64(ss[i].Content)}
		fresh[i] = added[k]
		delete(added, k) // the same record twice in one batch is new once
	}
	return fresh, nil
}

var suspenseColumns = []string{"tenant_id", "identity", "content", "reason", "state", "day", "run_id", "line",
	"field", "detail", "text", "hint", "created_at", "resolved_at"}

// SettleSuspense closes a suspended record.
func (tx *Tx) SettleSuspense(s *Suspense, state SuspenseState) error {
	return tx.exec(`UPDATE suspense SET state = $4, resolved_at = $5 WHERE tenant_id = $1 AND identity = $2 AND content = $3`,
		tx.id(), s.Identity[:], int64(s.Content), int64(state), int64(tx.Now))
}

// OpenSuspense lists the records that wait, oldest run and line first.
func (tx *Tx) OpenSuspense() (ss []Suspense, err error) {
	err = tx.EachSuspense(func(s *Suspense) error {
		ss = append(ss, *s)
		return nil
	})
	return ss, err
}

// EachSuspense is OpenSuspense for who keeps few of them.
func (tx *Tx) EachSuspense(f func(*Suspense) error) error {
	return tx.each(scanSuspense(f), `SELECT identity, content, reason, state, day, run_id, line, field, detail, text, hint, created_at FROM suspense
		WHERE tenant_id = $1 AND state = 0 ORDER BY run_id, line, identity, content`, tx.id())
}

// SuspenseFilter says which of the records that wait are looked for.
type SuspenseFilter struct {
	Reason usage.Reason // NoReason: any
	After  *Suspense    // only what comes after it, in the order of OpenSuspense; nil: all
	Limit  int          // at most so many
}

// FindSuspense lists a piece of OpenSuspense.
func (tx *Tx) FindSuspense(f SuspenseFilter) (ss []Suspense, err error) {
	after := f.After
	if after == nil {
		after = &Suspense{Run: -1}
	}
	err = tx.each(scanSuspense(func(s *Suspense) error {
		ss = append(ss, *s)
		return nil
	}), `SELECT identity, content, reason, state, day, run_id, line, field, detail, text, hint, created_at FROM suspense
		WHERE tenant_id = $1 AND state = 0 AND ($2 = 0 OR reason = $2)
		AND (run_id > $3 OR run_id = $3 AND (line > $4 OR line = $4 AND (identity > $5 OR identity = $5 AND content > $6)))
		ORDER BY run_id, line, identity, content LIMIT $7`,
		tx.id(), int64(f.Reason), after.Run, after.Line, after.Identity[:], int64(after.Content), int64(f.Limit))
	return ss, err
}

// scanSuspense reads a row for f.
func scanSuspense(f func(*Suspense) error) func(func(...any) error) error {
	return func(scan func(...any) error) error {
		var s Suspense
		var identity []byte
		var content, reason, state, day, created int64
		if err := scan(&identity, &content, &reason, &state, &day, &s.Run, &s.Line, &s.Field, &s.Detail, &s.Text, &s.Hint, &created); err != nil {
			return err
		}
		copy(s.Identity[:], identity)
		s.Content, s.Reason, s.State, s.Day, s.Created = uint64(content), usage.Reason(reason), SuspenseState(state), when.Day(day), when.Instant(created)
		return f(&s)
	}
}

// SuspenseCount is how many rows of suspense there are, settled ones too.
func (tx *Tx) SuspenseCount() (n int64, err error) {
	err = tx.one([]any{&n}, `SELECT COUNT(*) FROM suspense WHERE tenant_id = $1`, tx.id())
	return n, err
}

// Rejected is a line that could not be read.
type Rejected struct {
	Run    int64
	Line   int64
	Column int
	Field  string
	Value  string
	Reason string
	Advice string // what to do about it; empty: mend the line
	Text   []byte // the beginning of the line, as it came
}

// PutRejected keeps an unreadable line, once for each file and line.
func (tx *Tx) PutRejected(hash [32]byte, r *Rejected) error {
	return tx.exec(`INSERT INTO rejected (tenant_id, file_hash, line, run_id, position, field, value, reason, text, advice)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (tenant_id, file_hash, line) DO NOTHING`,
		tx.id(), hash[:], r.Line, r.Run, int64(r.Column), r.Field, r.Value, r.Reason, nonNil(r.Text), r.Advice)
}

// RejectedLines lists the unreadable lines of a file, in its order.
func (tx *Tx) RejectedLines(hash [32]byte) ([]Rejected, error) {
	return tx.FindRejected(RejectedFilter{Hash: hash})
}

// RejectedFilter says which unreadable lines of a file are looked for.
type RejectedFilter struct {
	Hash  [32]byte
	Run   int64 // that brought them first; zero: any. A stream has no hash of its own, but runs
	After int64 // of a higher number; zero: all
	Limit int   // at most so many; zero: all
}

// FindRejected lists unreadable lines of a file, in its order.
func (tx *Tx) FindRejected(f RejectedFilter) (rs []Rejected, err error) {
	limit := int64(f.Limit)
	if limit == 0 {
		limit = math.MaxInt64
	}
	err = tx.each(func(scan func(...any) error) error {
		var r Rejected
		var column int64
		if err := scan(&r.Run, &r.Line, &column, &r.Field, &r.Value, &r.Reason, &r.Text, &r.Advice); err != nil {
			return err
		}
		r.Column = int(column)
		rs = append(rs, r)
		return nil
	}, `SELECT run_id, line, position, field, value, reason, text, advice FROM rejected
		WHERE tenant_id = $1 AND file_hash = $2 AND ($3 = 0 OR run_id = $3) AND line > $4 ORDER BY line LIMIT $5`,
		tx.id(), f.Hash[:], f.Run, f.After, limit)
	return rs, err
}
