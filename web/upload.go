package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
)

// uploads is where files are kept that came by a form, until they have been
// worked through. Each program that serves has a directory of its own there,
// which it holds by a lock: what one has left that ended without notice is
// removed by the next one that starts.
type uploads struct {
	dir  string
	lock *os.File // open for as long as dir is in use
}

// The names of a program's directory within the directory of uploads begin with
// ownPrefix; lockName is the file in it that is locked.
const (
	ownPrefix = "tollkeeper-uploads-"
	lockName  = "lock"
)

// openUploads makes a directory of one's own in dir, which is made too where it
// is missing; "" is the system's directory for temporary files.
func openUploads(dir string) (u uploads, err error) {
	if dir == "" {
		dir = os.TempDir()
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return u, fault.Wrap("make the directory for uploads", err)
	}
	if err := removeLeft(dir); err != nil {
		return u, fault.Wrap("remove what was left of uploads", err)
	}
	if u.dir, err = os.MkdirTemp(dir, ownPrefix); err != nil {
		return u, fault.Wrap("make a directory for uploads", err)
	}
	if u.lock, err = os.OpenFile(filepath.Join(u.dir, lockName), os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		err = hold(u.lock)
	}
	if err != nil {
		return u, errors.Join(fault.Wrap("lock a directory for uploads", err), u.close())
	}
	return u, nil
}

// removeLeft removes the directories in dir that nobody holds.
func removeLeft(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), ownPrefix) {
			continue
		}
		old := filepath.Join(dir, e.Name())
		lock, err := os.OpenFile(filepath.Join(old, lockName), os.O_RDWR, 0)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
			continue // it is just being made, or another user's
		} else if err != nil {
			return err
		}
		if hold(lock) == nil {
			err = os.RemoveAll(old)
		}
		if err = errors.Join(err, lock.Close()); err != nil {
			return err
		}
	}
	return nil
}

// close removes the directory with all that is in it.
func (u *uploads) close() error {
	err := os.RemoveAll(u.dir)
	if u.lock != nil {
		err = errors.Join(err, u.lock.Close())
	}
	return err
}

// keep copies a part to a file of the same name in a directory of its own, and
// gives its path. Of one that does not come whole nothing stays.
func (u *uploads) keep(part *multipart.Part) (path string, err error) {
	dir, err := os.MkdirTemp(u.dir, "file-")
	if err != nil {
		return "", uploadError(err)
	}
	path = filepath.Join(dir, fileName(part.FileName()))
	if err := fillFile(path, part); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return path, nil
}

// fillFile writes what r gives to a file.
func fillFile(path string, r io.Reader) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return uploadError(err)
	}
	_, err = io.Copy(f, r)
	return uploadError(errors.Join(err, f.Close()))
}

// fileName is what a browser calls a file, as a name that a file here can have.
func fileName(s string) string {
	s = filepath.Base(filepath.Clean("/" + fault.Cut(s)))
	if s == "/" || s == "." || tenant.CheckName("file", s) != nil {
		return "calls"
	}
	return s
}

// errNoFile is told beside a form that came without one.
var errNoFile = fault.New(fault.Invalid, "choose a file first")

// formWithFile reads a form in which the file comes last: its other fields, and
// the file to be read as it comes. Without one it is errNoFile, and the fields are
// there all the same.
func formWithFile(v *visit) (sent map[string]string, file *multipart.Part, err error) {
	sent = map[string]string{}
	parts, err := v.MultipartReader()
	if err != nil {
		return sent, nil, errNoFile
	}
	const fieldsMost, fieldMost = 50, 1000
	for range fieldsMost {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return sent, nil, uploadError(err)
		}
		if part.FormName() == "file" {
			if part.FileName() == "" {
				break
			}
			return sent, part, nil
		}
		text, err := io.ReadAll(io.LimitReader(part, fieldMost))
		if err != nil {
			return sent, nil, uploadError(err)
		}
		sent[part.FormName()] = strings.ToValidUTF8(string(text), "�")
	}
	return sent, nil, errNoFile
}

// errNoRoom is told beside the form: nothing but room on the disk is missing.
var errNoRoom = fault.New(fault.Busy, "there is no room left on the server's disk for this file: nothing of it was kept. Tell whoever runs the server, then send it again")

// uploadError tells a body that is too large or was cut short, and a disk that
// is full, from our own trouble.
func uploadError(err error) error {
	var large *http.MaxBytesError
	switch {
	case err == nil || errors.As(err, &large):
		return err
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return errNoRoom
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(fault.Invalid, "the file came only in part; send it again")
	}
	return err
}

// dropUpload removes a file that is not to be kept; there may be none.
func dropUpload(path string) error {
	if path == "" {
		return nil
	}
	return os.RemoveAll(filepath.Dir(path))
}
