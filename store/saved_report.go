package store

import (
	"strings"
	"unicode/utf8"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// SavedReport is a report with its parameters filled in, under a name.
type SavedReport struct {
	ID         int64 // counts from 1 per tenant; PutSavedReport gives it
	Report     string
	Name       string // unique among its owner's of that report
	Login      int64  // its owner
	Shared     bool   // everybody of the tenant may run it; only the owner changes it
	Parameters string // as the report's form sends them
	Created    when.Instant
	Changed    when.Instant
}

const maxParameters = 64 << 10

const savedReportColumns = `id, report, name, login_id, is_shared, parameters, created_at, changed_at`

// SavedReports lists what a login has saved of a report, and what others share,
// by name; of every report where report is empty.
func (tx *Tx) SavedReports(login int64, report string) ([]SavedReport, error) {
	return tx.savedReports(`(login_id = $2 OR is_shared = 1) AND (report = $3 OR $3 = '') ORDER BY name, id`, login, report)
}

// SavedReport is one that the login saved or somebody shares, or NotFound.
func (tx *Tx) SavedReport(login, id int64) (SavedReport, error) {
	return oneSavedReport(tx.savedReports(`(login_id = $2 OR is_shared = 1) AND id = $3`, login, id))
}

func oneSavedReport(rs []SavedReport, err error) (SavedReport, error) {
	if err == nil && len(rs) != 1 {
		err = fault.New(fault.NotFound, "there is no such saved report")
	}
	if err != nil {
		return SavedReport{}, err
	}
	return rs[0], nil
}

func (tx *Tx) savedReports(where string, args ...any) (rs []SavedReport, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var r SavedReport
		var shared, created, changed int64
		err := scan(&r.ID, &r.Report, &r.Name, &r.Login, &shared, &r.Parameters, &created, &changed)
		r.Shared, r.Created, r.Changed = shared != 0, when.Instant(created), when.Instant(changed)
		rs = append(rs, r)
		return err
	}, `SELECT `+savedReportColumns+` FROM saved_report WHERE tenant_id = $1 AND `+where, append([]any{tx.id()}, args...)...)
	return rs, err
}

// PutSavedReport keeps a report: a new one where r.ID is zero, which it fills
// in, else one that r.Login owns. A name that the owner has given already is a
// Conflict.
func (tx *Tx) PutSavedReport(r *SavedReport) error {
	if err := tenant.CheckName("saved report", r.Name); err != nil {
		return err
	}
	if !utf8.ValidString(r.Parameters) || strings.ContainsRune(r.Parameters, 0) || len(r.Parameters) > maxParameters {
		return fault.New(fault.Invalid, "the parameters of a saved report are text of up to %d bytes", maxParameters)
	}
	if taken, err := tx.found(`SELECT id FROM saved_report WHERE tenant_id = $1 AND login_id = $2 AND report = $3 AND name = $4 AND id <> $5`,
		tx.id(), r.Login, r.Report, r.Name, r.ID); err != nil {
		return err
	} else if taken {
		return fault.New(fault.Conflict, "you have saved this report as %q already", r.Name)
	}
	r.Changed = tx.Now
	if r.ID != 0 {
		had, err := tx.found(`UPDATE saved_report SET name = $4, is_shared = $5, parameters = $6, changed_at = $7
			WHERE tenant_id = $1 AND id = $2 AND login_id = $3 RETURNING id`,
			tx.id(), r.ID, r.Login, r.Name, flag(r.Shared), r.Parameters, int64(r.Changed))
		if err == nil && !had {
			err = fault.New(fault.NotFound, "there is no such saved report of yours")
		}
		return err
	}
	var err error
	if r.ID, err = tx.nextID("saved_report"); err != nil {
		return err
	}
	r.Created = tx.Now
	return tx.exec(`INSERT INTO saved_report (tenant_id, `+savedReportColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		tx.id(), r.ID, r.Report, r.Name, r.Login, flag(r.Shared), r.Parameters, int64(r.Created), int64(r.Changed))
}

// DropSavedReport takes out one that login owns, or tells NotFound.
func (tx *Tx) DropSavedReport(login, id int64) error {
	had, err := tx.found(`DELETE FROM saved_report WHERE tenant_id = $1 AND login_id = $2 AND id = $3 RETURNING id`, tx.id(), login, id)
	if err == nil && !had {
		err = fault.New(fault.NotFound, "there is no such saved report of yours")
	}
	return err
}
