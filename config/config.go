// Package config is what may be set about a running Tollkeeper, read once at
// its start.
//
// It owns the settings: their names, defaults and meaning, where a value may
// come from (flag, environment, file, in this order of precedence), the file's
// syntax, and how everything is shown without secrets. It does not own how flags
// are parsed (cli), nor what is done with a value.
//
//	c, err := config.Read(config.Sources{Flags: flags, Env: os.LookupEnv})
//	s, err := store.Open(ctx, store.Options{Dir: c.Data, URL: c.DB, Clock: clock})
package config

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"tollkeeper/core/fault"
)

// EnvPrefix begins the name of every setting in the environment: data is
// TOLLKEEPER_DATA.
const EnvPrefix = "TOLLKEEPER_"

// FileSetting names the file with further settings; it stands in a flag or in
// the environment, not in the file itself.
const FileSetting = "config"

// Config is the effective settings. Exactly one of Data and DB is set.
type Config struct {
	Data         string   // directory with the SQLite database; empty where DB is set
	DB           string   // postgres://… with its password; empty where Data is set
	Progress     Progress // how long work shows how far it is
	KeyRate      Rate     // of requests by one API key
	StrangerRate Rate     // of requests from one address without a key that works
	Uploads      string   // directory for files while they are uploaded; empty: the system's for temporary files
	Values       []Value  // every setting with where it comes from, in the order of Settings
}

// Value is one effective setting.
type Value struct {
	Name   string `json:"name"`
	Text   string `json:"value"` // without a secret; empty: not set
	Origin string `json:"from"`  // "flag --data", "environment TOLLKEEPER_DATA", "site.conf:3", "default"
}

// Sources are where settings come from.
type Sources struct {
	Flags map[string]string           // what the command line says, by name
	Env   func(string) (string, bool) // os.LookupEnv; nil: an empty environment
	Open  func(string) (io.ReadCloser, error)
}

// Read finds the effective settings. All that is wrong with them comes at once
// as fault.Inputs.
func Read(from Sources) (*Config, error) {
	if from.Env == nil {
		from.Env = func(string) (string, bool) { return "", false }
	}
	if from.Open == nil {
		from.Open = func(name string) (io.ReadCloser, error) { return os.Open(name) }
	}
	var mistakes fault.Inputs
	file, err := from.file(&mistakes)
	if err != nil {
		return nil, err
	}
	found := map[string]given{}
	for _, s := range Settings() {
		found[s.Name] = from.find(s, file)
	}
	oneDatabase(found, &mistakes)
	c := &Config{Data: found["data"].text, DB: found["db"].text}
	if err := c.Progress.UnmarshalText([]byte(found["progress"].text)); err != nil {
		mistakes = append(mistakes, found["progress"].mistake("progress", err.Error()))
	}
	for name, rate := range map[string]*Rate{"api-rate": &c.KeyRate, "api-strangers": &c.StrangerRate} {
		if err := rate.UnmarshalText([]byte(found[name].text)); err != nil {
			mistakes = append(mistakes, found[name].mistake(name, err.Error()))
		}
	}
	if g := found["uploads"]; g.text == "" && c.Data != "" {
		g.text = uploadsIn(c.Data)
		found["uploads"] = g
	}
	c.Uploads = found["uploads"].text
	if c.DB != "" && !strings.HasPrefix(c.DB, "postgres://") && !strings.HasPrefix(c.DB, "postgresql://") {
		g := found["db"]
		g.text = redact(g.text)
		mistakes = append(mistakes, g.mistake("db", "not the address of a PostgreSQL database: postgres://user@host/name"))
	}
	for _, s := range Settings() {
		g := found[s.Name]
		if s.Secret {
			g.text = redact(g.text)
		}
		c.Values = append(c.Values, Value{Name: s.Name, Text: g.text, Origin: g.origin})
	}
	return c, mistakes.Err()
}

// Given tells whether somebody has set a setting, rather than left it at its
// default.
func (c *Config) Given(name string) bool {
	for _, v := range c.Values {
		if v.Name == name {
			return v.Text != "" && v.Origin != byDefaultName
		}
	}
	return false
}

// Lasting tells whether the next command will find a setting as it is, because
// it comes from the environment or is the default.
func (c *Config) Lasting(name string) bool {
	for _, v := range c.Values {
		if v.Name == name {
			return v.Origin == byDefaultName || strings.HasPrefix(v.Origin, "environment ")
		}
	}
	return true
}

// UseData puts the books into dir, for a command that has a default of its
// own.
func (c *Config) UseData(dir string) {
	c.Data, c.DB = dir, ""
	for i := range c.Values {
		switch v := &c.Values[i]; {
		case v.Name == "data":
			v.Text, v.Origin = dir, "the command"
		case v.Name == "uploads" && v.Origin == byDefaultName:
			v.Text = uploadsIn(dir)
			c.Uploads = v.Text
		}
	}
}

// uploadsIn is where uploads are by default: beside the books, where there is
// room for them, which the system's directory for temporary files need not have.
func uploadsIn(data string) string { return filepath.Join(data, "uploads") }

// byDefaultName is the origin of a value that nobody has set.
const byDefaultName = "default"

// given is a value as somebody gave it.
type given struct {
	text   string
	origin string
	rank   int // lower counts more
}

// The sources in the order in which they count.
const (
	byFlag = iota
	byEnv
	byFile
	byDefault
)

func (g given) mistake(name, reason string) fault.Input {
	return fault.Input{File: g.origin, Field: name, Value: fault.Cut(g.text), Reason: reason}
}

// find looks a setting up in one source after the other. An empty value in the
// environment counts as none, since a service file often sets one to unset it.
func (from *Sources) find(s Setting, file map[string]given) given {
	if v, ok := from.Flags[s.Name]; ok {
		return given{v, "flag --" + s.Name, byFlag}
	}
	if v, ok := from.Env(s.Env()); ok && v != "" {
		return given{v, "environment " + s.Env(), byEnv}
	}
	if g, ok := file[s.Name]; ok {
		return g
	}
	return given{s.Default, byDefaultName, byDefault}
}

// file reads the file of settings, where one is named.
func (from *Sources) file(mistakes *fault.Inputs) (map[string]given, error) {
	name, ok := from.Flags[FileSetting]
	if !ok {
		if name, _ = from.Env(EnvPrefix + strings.ToUpper(FileSetting)); name == "" {
			return nil, nil
		}
	}
	f, err := from.Open(name)
	if err != nil {
		return nil, fault.New(fault.NotFound, "read the settings: %w", err)
	}
	defer f.Close()
	return readFile(f, name, mistakes)
}

// oneDatabase lets the nearer of data and db win, so that a flag overrules the
// environment; two of one source are a mistake.
func oneDatabase(found map[string]given, mistakes *fault.Inputs) {
	data, db := found["data"], found["db"]
	switch {
	case db.text == "":
	case data.text == "" || db.rank < data.rank:
		found["data"] = given{"", "not used: db is set", data.rank}
	case data.rank < db.rank:
		found["db"] = given{"", "not used: data is set", db.rank}
	default:
		data.text = ""
		*mistakes = append(*mistakes, data.mistake("data", "the books are in a directory (data) or in a PostgreSQL database (db): say one of them"))
	}
}
