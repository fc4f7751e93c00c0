package store

import (
	"context"
	"crypto/rand"
	"encoding/binary"

	"tollkeeper/core/fault"
	"tollkeeper/core/ledger"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// Account is the state of a tenant's account row: what a writer locked.
type Account struct {
	Epoch         int64        // another one: a backup was restored, caches are void
	Segments      int64        // version: batches of segments so far
	Cards         int64        // version of whatever prices depend on
	Directory     int64        // version of users, numbers, campaigns, units
	ClosedThrough when.Instant // billing periods before it are closed
	Head          ledger.Head  // where the ledger's chain stands
}

// Account is the account as this transaction found it, or has locked it.
func (tx *Tx) Account() (Account, error) {
	if tx.writes {
		return tx.acct, nil
	}
	a := Account{}
	err := tx.scanAccount(&a, `SELECT epoch, seg_version, card_version, directory_version, closed_through, prev_entry, prev_hash
		FROM account WHERE tenant_id = $1`)
	return a, err
}

// lock takes the account's row by writing to it: on a cluster only a write
// holds a shard in its place.
func (tx *Tx) lock() error {
	return tx.scanAccount(&tx.acct, `UPDATE account SET writes = writes + 1 WHERE tenant_id = $1
		RETURNING epoch, seg_version, card_version, directory_version, closed_through, prev_entry, prev_hash`)
}

func (tx *Tx) scanAccount(a *Account, q string) error {
	var closed int64
	var hash []byte
	err := tx.one([]any{&a.Epoch, &a.Segments, &a.Cards, &a.Directory, &closed, &a.Head.ID, &hash}, q, tx.id())
	if err == errNoRow {
		return fault.New(fault.NotFound, "there is no tenant %d", tx.Tenant)
	}
	a.ClosedThrough = when.Instant(closed)
	if a.Head.ID == 0 {
		a.Head = ledger.Genesis(tx.Tenant)
	} else {
		copy(a.Head.Hash[:], hash)
	}
	return err
}

// BumpSegments counts one more batch of segments. It must be the version this
// transaction locked: anything else is a broken lock, and nothing is committed.
func (tx *Tx) BumpSegments() error {
	return tx.bump("seg_version", &tx.acct.Segments)
}

// bumpCards and bumpDirectory tell other writers to load again what they cached.
func (tx *Tx) bumpCards() error { return tx.bump("card_version", &tx.acct.Cards) }

func (tx *Tx) bumpDirectory() error { return tx.bump("directory_version", &tx.acct.Directory) }

func (tx *Tx) bump(column string, version *int64) error {
	var now int64
	err := tx.one([]any{&now}, `UPDATE account SET `+column+` = `+column+` + 1 WHERE tenant_id = $1 AND `+column+` = $2 RETURNING `+column, tx.id(), *version)
	if err == errNoRow {
		return fault.New(fault.Internal, "tenant %d: %s moved under its lock", tx.Tenant, column)
	}
	*version = now
	return err
}

// bumpAllCards tells the writers of every tenant that a system card changed.
func (tx *Tx) bumpAllCards() error {
	return tx.exec(`UPDATE account SET card_version = card_version + 1 WHERE tenant_id <> $1`, tx.id())
}

// drawEpoch gives accounts without an epoch a random one: a new database, or
// one that Restore has just reset.
func (s *Store) drawEpoch(ctx context.Context) error {
	var missing bool
	err := s.View(ctx, tenant.System, func(tx *Tx) error {
		var n int64
		err := tx.one([]any{&n}, `SELECT COUNT(*) FROM account WHERE epoch = 0 AND tenant_id >= $1`, tx.id())
		missing = n > 0
		return err
	})
	if err != nil || !missing {
		return err
	}
	return s.Update(ctx, tenant.System, Interactive, func(tx *Tx) error {
		return tx.exec(`UPDATE account SET epoch = $2 WHERE epoch = 0 AND tenant_id >= $1`, tx.id(), newEpoch())
	})
}

// newEpoch is a random number above zero; it only has to differ from others.
func newEpoch() int64 {
	var b [8]byte
	rand.Read(b[:]) // never fails; see its documentation
	return int64(binary.LittleEndian.Uint64(b[:])>>1 | 1)
}
