package web

import (
	"context"
	"io"
	"net/http"
	"strings"

	"tollkeeper/app"
	"tollkeeper/core/fault"
)

// takeForm is the form by which a file is taken into a list, and what became of
// the file that was sent last.
type takeForm struct {
	At      string
	Columns string
	Good    string
	Problem string
	Inputs  fault.Inputs
}

// File is the field that the file comes in.
func (*takeForm) File() *field {
	return &field{Name: "file", Label: "CSV file", Type: "file", Accept: ".csv,text/csv", Required: true}
}

// taken is a list that a file can be taken into.
type taken struct {
	name string
	take func(*app.App, context.Context, app.ImportTable) (*app.TableImported, error)
	fill func(*Site, *visit, extent) (*listPage, error)
}

// The lists that files can be taken into.
var (
	takenUsers     = taken{"users", (*app.App).ImportUsers, (*Site).userList}
	takenCampaigns = taken{"campaigns", (*app.App).ImportCampaigns, (*Site).campaignList}
	takenNumbers   = taken{"numbers", (*app.App).ImportNumbers, (*Site).numberList}
)

// page shows the list.
func (t taken) page(s *Site, w http.ResponseWriter, v *visit) error {
	p, err := t.fill(s, v, onePage)
	if err != nil {
		return err
	}
	p.Good = s.auth.Pop(v.Context(), t.name)
	return s.showList(w, v, http.StatusOK, p)
}

// export gives the list as a file.
func (t taken) export(s *Site, w http.ResponseWriter, v *visit) error {
	p, err := t.fill(s, v, wholeList)
	if err != nil {
		return err
	}
	return s.exportList(w, v, p)
}

// list, export and take are the routes of such a list.
func list(t taken) func(*Site, http.ResponseWriter, *visit) error {
	return func(s *Site, w http.ResponseWriter, v *visit) error { return t.page(s, w, v) }
}

func export(t taken) func(*Site, http.ResponseWriter, *visit) error {
	return func(s *Site, w http.ResponseWriter, v *visit) error { return t.export(s, w, v) }
}

func take(t taken) func(*Site, http.ResponseWriter, *visit) error {
	return func(s *Site, w http.ResponseWriter, v *visit) error { return t.file(s, w, v) }
}

// takeUpload is how many bytes a file of users, campaigns or numbers can have.
const takeUpload = 64 << 20

// file takes a file into the list, whole or not at all, or only tells what it
// would do.
func (t taken) file(s *Site, w http.ResponseWriter, v *visit) error {
	v.Body = http.MaxBytesReader(w, v.Body, takeUpload)
	said, err := t.read(s, v)
	if err != nil {
		return err
	}
	p, err := t.fill(s, v, onePage)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if said.Problem != "" {
		status = http.StatusUnprocessableEntity
	}
	said.At, said.Columns = p.Take.At, p.Take.Columns
	p.Take = said
	return s.showList(w, v, status, p)
}

// read takes the file in and says what became of it.
func (t taken) read(s *Site, v *visit) (*takeForm, error) {
	_, file, err := formWithFile(v)
	if fault.Is(err, fault.Invalid) {
		return &takeForm{Problem: sentence(err)}, nil
	} else if err != nil {
		return nil, err
	}
	// The address says what is wanted: a field behind the file would come too late.
	o := app.ImportTable{Path: fileName(file.FileName()), Input: file, Tenant: v.tenant.Name, Check: v.URL.Query().Has("check"), Did: v.person.Did(t.name+".import", "")}
	if v.person.Tenant == v.tenant.ID {
		o.Self = v.person.User
	}
	done, err := t.take(s.app, v.Context(), o)
	if err != nil {
		err = uploadError(err)
		// A browser that is still sending does not see the answer.
		_, _ = io.Copy(io.Discard, v.Body) // what is wrong is known already
		var f form
		if !f.blame(err) {
			return nil, err
		}
		said := &takeForm{Problem: f.Problem, Inputs: inputsOf(err)}
		if len(said.Inputs) > 0 {
			said.Problem = "Nothing of the file was taken in: these have to be mended first."
		}
		return said, nil
	}
	verb := map[bool]string{true: " would be", false: ""}[o.Check]
	good := plural(int64(done.Added), "line") + verb + " added, " + plural(int64(done.Changed), "line") + verb + " changed, " + plural(int64(done.Unchanged), "line") + " as before."
	if len(done.Made) > 0 {
		good += " Made on the way: " + strings.Join(done.Made, ", ") + "."
	}
	if o.Check {
		good = "The file has no mistakes. Nothing was changed yet: " + good
	}
	return &takeForm{Good: good, Inputs: done.Warnings}, nil
}
