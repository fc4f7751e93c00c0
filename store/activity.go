package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
)

// Activity is one thing that somebody did, or was refused. It holds no secret:
// what changed is told by names and values that anybody with View Activity may
// read.
type Activity struct {
	ID     int64        // counts from 1 per tenant, without gaps; Log gives it
	At     when.Instant // Log gives it
	Login  int64        // whose login; zero: nobody's, such as the program or an API key
	Who    string       // the name at that time; never empty
	From   string       // address, as far as it is known
	What   string       // a noun and a verb: "session.begin", "user.change"
	About  string       // what it was done to, by name
	Before string       // what it was; empty for something new
	After  string       // what it became; empty for something gone
	Prev   [sha256.Size]byte
	Hash   [sha256.Size]byte // over everything above
}

// maxActivityText is how many bytes of each text a row keeps; who was refused
// has chosen some of them.
const maxActivityText = 4000

// Log adds what was done to the tenant's activity, in this transaction: it stays
// exactly when the change does.
func (tx *Tx) Log(a Activity) error {
	if a.Who == "" || a.What == "" {
		return fault.New(fault.Internal, "an activity without who or what: %q, %q", a.Who, a.What)
	}
	id, prev, err := tx.activityHead()
	if err != nil {
		return err
	}
	for _, text := range []*string{&a.Who, &a.From, &a.What, &a.About, &a.Before, &a.After} {
		*text = keepable(*text, maxActivityText)
	}
	a.ID, a.At, a.Prev = id+1, tx.Now, prev
	a.Hash = a.sum()
	if err := tx.exec(`INSERT INTO activity (tenant_id, id, at, login_id, who, address, what, about, was, became, prev, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		tx.id(), a.ID, int64(a.At), a.Login, a.Who, a.From, a.What, a.About, a.Before, a.After, a.Prev[:], a.Hash[:]); err != nil {
		return err
	}
	return tx.exec(`INSERT INTO activity_head (tenant_id, id, hash) VALUES ($1, $2, $3)
		ON CONFLICT (tenant_id) DO UPDATE SET id = excluded.id, hash = excluded.hash`, tx.id(), a.ID, a.Hash[:])
}

// keepable is what somebody from outside has sent as both engines can keep it:
// valid, without NUL, and of at most so many bytes and an ellipsis.
func keepable(s string, most int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", "�")
	if len(s) <= most {
		return s
	}
	cut := most
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// activityHead is where the tenant's chain stands.
func (tx *Tx) activityHead() (id int64, hash [sha256.Size]byte, err error) {
	var kept []byte
	err = tx.one([]any{&id, &kept}, `SELECT id, hash FROM activity_head WHERE tenant_id = $1`, tx.id())
	if err == errNoRow {
		return 0, activityGenesis(tx.Tenant), nil
	}
	copy(hash[:], kept)
	return id, hash, err
}

// activityGenesis is what the first row of a tenant names as the hash before it.
func activityGenesis(id tenant.ID) [sha256.Size]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte("tollkeeper activity 1"), uint64(id)))
}

// sum is the SHA-256 over a but its Hash: texts behind their length, numbers in
// eight bytes. It is stored: never change it.
func (a *Activity) sum() [sha256.Size]byte {
	b := append(make([]byte, 0, 256), a.Prev[:]...)
	for _, n := range []int64{a.ID, int64(a.At), a.Login} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	for _, text := range []string{a.Who, a.From, a.What, a.About, a.Before, a.After} {
		b = append(binary.BigEndian.AppendUint64(b, uint64(len(text))), text...)
	}
	return sha256.Sum256(b)
}

// ActivityFilter picks rows of activity; its zero value picks the newest ones.
type ActivityFilter struct {
	Below    int64        // only rows with a smaller id, to go on behind a page; zero: from the newest
	From, To when.Instant // only rows of that time, From included and To not; zero: no bound
	Login    int64        // only this login's; zero: anybody's
	What     string       // only this kind of act, or with a dot at the end acts on one noun ("user."); empty: any
	Limit    int          // how many rows at most, up to MaxActivities; zero: that many
}

// MaxActivities is how many rows of activity are given at a time.
const MaxActivities = 1000

// Activities lists the tenant's activity, newest first.
func (tx *Tx) Activities(f ActivityFilter) (as []Activity, err error) {
	var where string
	var args []any
	and := func(condition string, arg any) {
		args = append(args, arg)
		where += fmt.Sprintf(" AND "+condition, len(args)+1) // $1 is the tenant
	}
	if f.Below > 0 {
		and("id < $%d", f.Below)
	}
	if f.From != 0 {
		and("at >= $%d", int64(f.From))
	}
	if f.To != 0 {
		and("at < $%d", int64(f.To))
	}
	if f.Login != 0 {
		and("login_id = $%d", f.Login)
	}
	if noun, isNoun := strings.CutSuffix(f.What, "."); isNoun && noun != "" {
		and("what >= $%d", noun+".")
		and("what < $%d", noun+"/") // the character after the dot
	} else if f.What != "" {
		and("what = $%d", f.What)
	}
	limit := f.Limit
	if limit <= 0 || limit > MaxActivities {
		limit = MaxActivities
	}
	err = tx.eachActivity(func(a *Activity) error {
		as = append(as, *a)
		return nil
	}, where+fmt.Sprintf(" ORDER BY id DESC LIMIT %d", limit), args...)
	return as, err
}

// eachActivity reads the tenant's activity; where follows its condition, and the
// first of args is $2.
func (tx *Tx) eachActivity(f func(*Activity) error, where string, args ...any) error {
	return tx.each(func(scan func(...any) error) error {
		var a Activity
		var at int64
		var prev, hash []byte
		if err := scan(&a.ID, &at, &a.Login, &a.Who, &a.From, &a.What, &a.About, &a.Before, &a.After, &prev, &hash); err != nil {
			return err
		}
		a.At = when.Instant(at)
		copy(a.Prev[:], prev)
		copy(a.Hash[:], hash)
		return f(&a)
	}, `SELECT id, at, login_id, who, address, what, about, was, became, prev, hash FROM activity WHERE tenant_id = $1`+where,
		append([]any{tx.id()}, args...)...)
}

// ActivityBreak is where a chain of activity breaks; it stands in an error of
// kind Internal.
type ActivityBreak struct {
	Row int64 // the first that does not follow; zero: the chain's end is wrong
	Why string
}

func (b *ActivityBreak) Error() string { return "the activity breaks: " + b.Why }

func activityBreak(row int64, why string, args ...any) error {
	return fault.New(fault.Internal, "%w", &ActivityBreak{row, fmt.Sprintf(why, args...)})
}

// VerifyActivity walks the tenant's chain from its beginning and gives how many
// rows it holds. The first row that does not follow is an ActivityBreak: it was
// changed, put in, or taken out behind the program's back.
func (tx *Tx) VerifyActivity() (rows int64, err error) {
	last := activityGenesis(tx.Tenant)
	err = tx.eachActivity(func(a *Activity) error {
		switch {
		case a.ID != rows+1:
			return activityBreak(a.ID, "row %d follows row %d", a.ID, rows)
		case a.Prev != last:
			return activityBreak(a.ID, "row %d does not follow the row before it", a.ID)
		case a.Hash != a.sum():
			return activityBreak(a.ID, "row %d was changed", a.ID)
		}
		rows, last = a.ID, a.Hash
		return nil
	}, ` ORDER BY id`)
	if err != nil {
		return rows, err
	}
	id, hash, err := tx.activityHead()
	if err == nil && (id != rows || hash != last) {
		err = activityBreak(0, "it ends with row %d (%s), and row %d (%s) was the last that was added",
			rows, hex.EncodeToString(last[:4]), id, hex.EncodeToString(hash[:4]))
	}
	return rows, err
}
