package config

import (
	"net/url"
	"strings"
)

// Setting is one thing that may be set.
type Setting struct {
	Name    string // of the flag and in the file
	Default string // empty: none
	Secret  bool   // shown without its password
	Help    string // what it means, a phrase
}

// Settings lists every setting. The list is the caller's own.
func Settings() []Setting {
	return []Setting{
		{Name: "data", Default: "tollkeeper-data", Help: "directory with the books in a SQLite database"},
		{Name: "db", Secret: true, Help: "the books in a PostgreSQL database instead: postgres://user@host/name"},
		{Name: "progress", Default: "auto", Help: "how long work shows how far it is: auto, plain, json or none"},
		{Name: "api-rate", Default: "20000/s", Help: "how many requests one API key may send: COUNT/s, COUNT/m, COUNT/10s or none for no limit"},
		{Name: "api-strangers", Default: "600/m", Help: "how many requests without a key that works may come from one address"},
		{Name: "uploads", Help: "directory for files while they are uploaded; by default uploads within data, else the system's for temporary files"},
	}
}

// Env is the setting's name in the environment.
func (s Setting) Env() string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))
}

// redact takes the password out of an address. What cannot be read as one is
// not shown at all, because the password may be anywhere in it.
func redact(address string) string {
	if address == "" {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" {
		return "(not shown)"
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
