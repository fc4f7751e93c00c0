package store

import (
	"crypto/rand"
	"encoding/binary"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// Login is somebody's way in. What a tenant's user may do, and whether, is up to
// the user (User, Role, State), as it is at the time of asking.
type Login struct {
	ID       int64 // random and unique among all tenants' logins; PutLogin gives it
	Tenant   tenant.ID
	Email    string // in lower case; unique among all tenants' where not empty
	Username string // in lower case; a tenant's user's
	Name     string // as pages show it
	Password string // argon2id hash; empty until one is set
	Off      bool   // nobody gets in by it
	Created  when.Instant
	Signed   when.Instant // in, the last time; zero: never

	User  tenant.UserID // zero: an operator
	Role  tenant.Role   // of the user
	State tenant.State  // of the user; Active for an operator
}

// Open tells whether somebody may get in by it.
func (l *Login) Open() bool { return !l.Off && l.State == tenant.Active }

// FoldName is how a name to sign in with is compared: without blanks around it,
// in lower case.
func FoldName(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// loginRows are logins with their users, as scanLogin takes them.
const loginRows = `l.id, l.tenant_id, l.member_id, l.email, l.username, l.name, l.password, l.is_off, l.created_at, l.signed_at,
	COALESCE(m.display, ''), COALESCE(m.username, ''), COALESCE(m.role, 0), COALESCE(m.state, -1)
	FROM login l LEFT JOIN member m ON m.tenant_id = l.tenant_id AND m.id = l.member_id`

// Logins lists the logins of the transaction's tenant, by address and name;
// where users are named, theirs.
func (tx *Tx) Logins(of ...tenant.UserID) ([]Login, error) {
	q := new(asking)
	if len(of) > 0 {
		q.and("l.member_id <> 0 AND " + among(q, "l.member_id", of))
	}
	return tx.logins(`SELECT `+loginRows+` WHERE l.tenant_id = $1`+q.where.String()+` ORDER BY l.email, l.username, l.id`, append([]any{tx.id()}, q.args...)...)
}

// Login is a login of the transaction's tenant, or NotFound.
func (tx *Tx) Login(id int64) (Login, error) {
	return oneLogin(tx.logins(`SELECT `+loginRows+` WHERE l.tenant_id = $1 AND l.id = $2`, tx.id(), id))
}

// LoginOfUser is the login of one of the tenant's users, or NotFound.
func (tx *Tx) LoginOfUser(id tenant.UserID) (Login, error) {
	return oneLogin(tx.logins(`SELECT `+loginRows+` WHERE l.tenant_id = $1 AND l.member_id = $2 AND l.member_id <> 0`, tx.id(), int64(id)))
}

// FindLogins gives every tenant's logins that an address or a username stands
// for: those of that address, else those of that username. It is for the
// system's transactions.
func (tx *Tx) FindLogins(name string) ([]Login, error) {
	if err := tx.asSystem(); err != nil {
		return nil, err
	}
	name = FoldName(name)
	if name == "" {
		return nil, nil
	}
	found, err := tx.logins(`SELECT `+loginRows+` WHERE l.tenant_id >= $1 AND l.email = $2`, tx.id(), name)
	if err != nil || len(found) > 0 {
		return found, err
	}
	return tx.logins(`SELECT `+loginRows+` WHERE l.tenant_id >= $1 AND l.username = $2 ORDER BY l.id LIMIT 2`, tx.id(), name)
}

// AnyLogin is a login of any tenant, or NotFound. It is for the system's
// transactions.
func (tx *Tx) AnyLogin(id int64) (Login, error) {
	if err := tx.asSystem(); err != nil {
		return Login{}, err
	}
	return oneLogin(tx.logins(`SELECT `+loginRows+` WHERE l.tenant_id >= $1 AND l.id = $2`, tx.id(), id))
}

func oneLogin(ls []Login, err error) (Login, error) {
	if err != nil {
		return Login{}, err
	}
	if len(ls) != 1 {
		return Login{}, fault.New(fault.NotFound, "there is no such login")
	}
	return ls[0], nil
}

// logins runs a query of loginRows.
func (tx *Tx) logins(query string, args ...any) (ls []Login, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var l Login
		err := scanLogin(&l, scan)
		ls = append(ls, l)
		return err
	}, query, args...)
	return ls, err
}

// scanLogin scans the columns of loginRows, after whatever stands before them.
func scanLogin(l *Login, scan func(...any) error, before ...any) error {
	var id, user, off, created, signed, role, state int64
	var display, username string
	if err := scan(append(before, &l.ID, &id, &user, &l.Email, &l.Username, &l.Name, &l.Password, &off, &created, &signed,
		&display, &username, &role, &state)...); err != nil {
		return err
	}
	l.Tenant, l.User, l.Off = tenant.ID(id), tenant.UserID(user), off != 0
	l.Created, l.Signed = when.Instant(created), when.Instant(signed)
	if l.User == 0 {
		return nil
	}
	l.Name = display
	if display == "" {
		l.Name = username
	}
	l.Role, l.State = tenant.Role(role), tenant.State(state)
	if state < 0 { // the user is gone
		l.State = tenant.Deactivated
	}
	return nil
}

// PutLogin keeps a login of the transaction's tenant: a new one where l.ID is
// zero, which it fills in. Only Email, Username, Name, Password, Off and, of a
// new one, User are kept. An address, or a user, that has a login already is a
// Conflict.
func (tx *Tx) PutLogin(l *Login) error {
	l.Email, l.Username, l.Tenant = FoldName(l.Email), FoldName(l.Username), tx.Tenant
	if l.Email == "" && l.Username == "" {
		return fault.New(fault.Invalid, "a login needs an e-mail address or a username")
	}
	if l.Email != "" {
		var other int64
		err := tx.one([]any{&other}, `SELECT id FROM login WHERE tenant_id >= $1 AND email = $2 AND id <> $3`, int64(tenant.System), l.Email, l.ID)
		if err == nil {
			return fault.New(fault.Conflict, "%s signs in already: an address belongs to one login", l.Email)
		} else if err != errNoRow {
			return err
		}
	}
	if l.ID != 0 {
		return tx.exec(`UPDATE login SET email = $3, username = $4, name = $5, password = $6, is_off = $7 WHERE tenant_id = $1 AND id = $2`,
			tx.id(), l.ID, l.Email, l.Username, l.Name, l.Password, flag(l.Off))
	}
	if l.User != 0 {
		if _, err := tx.LoginOfUser(l.User); err == nil {
			return fault.New(fault.Conflict, "the user has a login already")
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	l.ID, l.Created = newID(), tx.Now
	return tx.exec(`INSERT INTO login (tenant_id, id, member_id, email, username, name, password, is_off, created_at, signed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)`,
		tx.id(), l.ID, int64(l.User), l.Email, l.Username, l.Name, l.Password, flag(l.Off), int64(tx.Now))
}

// MarkSignedIn notes when somebody last signed in.
func (tx *Tx) MarkSignedIn(login int64) error {
	return tx.exec(`UPDATE login SET signed_at = $3 WHERE tenant_id = $1 AND id = $2`, tx.id(), login, int64(tx.Now))
}

// newID is a random number above zero for what is known beyond its tenant. It
// stays below 2⁵³, so that a script can hold it too.
func newID() int64 {
	var b [8]byte
	rand.Read(b[:]) // never fails; see its documentation
	return int64(binary.LittleEndian.Uint64(b[:])>>11 | 1)
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
