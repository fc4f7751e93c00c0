package auth

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"tollkeeper/core/fault"
	"tollkeeper/store"
)

// How long a password is: in characters at least, in bytes at most.
const (
	MinPassword = 12
	MaxPassword = 1024
)

// passwords hashes and compares, a few at a time: each takes much memory, which
// is the point of it, and a crowd that signs in must not take all of it.
type passwords struct {
	params *argon2id.Params
	nobody string        // a hash that no password has
	atOnce chan struct{} // as many as may hash
	queue  chan struct{} // as many as may hash or wait
}

const (
	usualMemory = 19 << 10 // KiB
	hashAtOnce  = 4
	hashQueue   = 64
)

func newPasswords(memory uint32) passwords {
	if memory == 0 {
		memory = usualMemory
	}
	p := &argon2id.Params{Memory: memory, Iterations: 3, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	zeros := func(n uint32) string { return base64.RawStdEncoding.EncodeToString(make([]byte, n)) }
	return passwords{
		params: p,
		nobody: fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", p.Memory, p.Iterations, p.Parallelism, zeros(p.SaltLength), zeros(p.KeyLength)),
		atOnce: make(chan struct{}, hashAtOnce),
		queue:  make(chan struct{}, hashQueue),
	}
}

// turn waits for its turn to hash; done ends it. Where too many wait already it
// is Busy.
func (p *passwords) turn(ctx context.Context) (done func(), err error) {
	select {
	case p.queue <- struct{}{}:
	default:
		return nil, fault.New(fault.Busy, "too many people are signing in at once: try again in a moment")
	}
	select {
	case p.atOnce <- struct{}{}:
		return func() { <-p.atOnce; <-p.queue }, nil
	case <-ctx.Done():
		<-p.queue
		return nil, ctx.Err()
	}
}

// hash gives what is kept of a password.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	done, err := p.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return argon2id.CreateHash(password, p.params)
}

// match tells whether a password is the one that was hashed. An empty hash is
// nobody's, and takes as long.
func (p *passwords) match(ctx context.Context, password, hash string) (bool, error) {
	if hash == "" {
		hash = p.nobody
	}
	if len(password) > MaxPassword {
		password, hash = password[:MaxPassword], p.nobody
	}
	done, err := p.turn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	right, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fault.New(fault.Internal, "a kept password hash cannot be read: %w", err)
	}
	return right && hash != p.nobody, nil
}

// CheckPassword refuses a password that is too short, easily guessed, or made of
// what is known about its owner (names, addresses). It tells all reasons at
// once, as fault.Inputs of the field "password", without the password.
func CheckPassword(password string, own ...string) error {
	return passwordMistakes(password, own).Err()
}

func passwordMistakes(password string, own []string) (wrong fault.Inputs) {
	refuse := func(reason, advice string) {
		wrong = append(wrong, fault.Input{Field: "password", Value: "…", Reason: reason, Advice: advice})
	}
	switch {
	case !utf8.ValidString(password):
		refuse("not text", "")
		return wrong
	case utf8.RuneCountInString(password) < MinPassword:
		refuse(fmt.Sprintf("shorter than %d characters", MinPassword), "a few words in a row are long and easily kept in mind")
	case len(password) > MaxPassword:
		refuse(fmt.Sprintf("longer than %d bytes", MaxPassword), "")
	}
	plain := plainly(password)
	if isCommon(plain) || isDigits(password) {
		refuse("among the first that are tried by those who guess", "choose words that do not belong together")
	}
	for _, name := range own {
		if part := holdsName(plain, name); part != "" {
			refuse(fmt.Sprintf("holds your own name or address (%s)", part), "leave out what others know about you")
			break
		}
	}
	return wrong
}

// plainly is a password as one who guesses sees it: in lower case, with the
// usual digits and signs put back into letters.
func plainly(password string) string {
	return strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "@", "a", "5", "s", "$", "s", "7", "t").Replace(strings.ToLower(password))
}

// minOwn is how many characters of a name make it worth looking for.
const minOwn = 4

// holdsName gives the part of a name or an address that is in a plain password.
func holdsName(plain, name string) string {
	local, _, _ := strings.Cut(name, "@")
	words := strings.FieldsFunc(local, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, word := range append(words, local, name) {
		if utf8.RuneCountInString(word) >= minOwn && strings.Contains(plain, plainly(word)) {
			return word
		}
	}
	return ""
}

// ownOf is what is known about the owner of a login.
func ownOf(l *store.Login) []string { return []string{l.Email, l.Username, l.Name} }
