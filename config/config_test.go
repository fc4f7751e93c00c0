package config_test

import (
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"tollkeeper/config"
	"tollkeeper/core/fault"
)

// sources are flags, an environment and one file named f.
func sources(flags, env map[string]string, file string) config.Sources {
	return config.Sources{
		Flags: flags,
		Env:   func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		Open: func(name string) (io.ReadCloser, error) {
			if name != "f" {
				return nil, fs.ErrNotExist
			}
			return io.NopCloser(strings.NewReader(file)), nil
		},
	}
}

type settings = map[string]string

func TestRead(t *testing.T) {
	for _, c := range []struct {
		what       string
		flags, env settings
		file       string
		data, db   string
		progress   config.Progress
	}{
		{"nothing said", nil, nil, "", "tollkeeper-data", "", config.Auto},
		{"environment", nil, settings{"TOLLKEEPER_DATA": "e", "TOLLKEEPER_PROGRESS": "json"}, "", "e", "", config.JSON},
		{"empty in the environment", nil, settings{"TOLLKEEPER_DATA": ""}, "", "tollkeeper-data", "", config.Auto},
		{"flag before environment", settings{"data": "f"}, settings{"TOLLKEEPER_DATA": "e"}, "", "f", "", config.Auto},
		{"file", settings{"config": "f"}, nil, "# ours\n\n data = a b \nprogress=\"none\"\n", "a b", "", config.None},
		{"environment before file", settings{"config": "f"}, settings{"TOLLKEEPER_DATA": "e"}, "data=x", "e", "", config.Auto},
		{"database instead of the default", nil, settings{"TOLLKEEPER_DB": "postgres://h/d"}, "", "", "postgres://h/d", config.Auto},
		{"directory by flag, database by environment", settings{"data": "f"}, settings{"TOLLKEEPER_DB": "postgres://h/d"}, "", "f", "", config.Auto},
		{"database by flag, directory by environment", settings{"db": "postgres://h/d"}, settings{"TOLLKEEPER_DATA": "e"}, "", "", "postgres://h/d", config.Auto},
		{"file by environment", nil, settings{"TOLLKEEPER_CONFIG": "f"}, "db=postgres://h/d", "", "postgres://h/d", config.Auto},
	} {
		got, err := config.Read(sources(c.flags, c.env, c.file))
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
		} else if got.Data != c.data || got.DB != c.db || got.Progress != c.progress {
			t.Errorf("%s: %+v, want %q %q %v", c.what, got, c.data, c.db, c.progress)
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		flags settings
		file  string
		want  string
	}{
		{settings{"data": "a", "db": "postgres://h/d"}, "", "say one of them"},
		{settings{"db": "mysql://u:hunter2@h/d"}, "", "not the address of a PostgreSQL database"},
		{settings{"db": "host=h password=hunter2"}, "", "not the address of a PostgreSQL database"},
		{settings{"progress": "loud"}, "", `--progress: progress "loud"`},
		{settings{"api-rate": "fast"}, "", `--api-rate: api-rate "fast"`},
		{settings{"api-strangers": "0/s"}, "", "out of bounds"},
		{settings{"config": "f"}, "data", "f:1: not a line"},
		{settings{"config": "f"}, "data=a\ndata=b", "f:2: data"},
		{settings{"config": "f"}, "hunter2", "f:1: not a line"},
		{settings{"config": "f"}, "pasword = hunter2", "f:1: pasword"},
		{settings{"config": "missing"}, "", "read the settings"},
	} {
		_, err := config.Read(sources(c.flags, nil, c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v %q: %v, want %q", c.flags, c.file, err, c.want)
		}
	}
}

// TestSecrets looks for a password wherever an address can hold one.
func TestSecrets(t *testing.T) {
	for _, db := range []string{
		"postgres://bill:hunter2@h/d", "postgres://h/d?password=hunter2", "postgres://h/d?user=x&sslpassword=hunter2", "postgres://bill:hunter2@h:port/d",
	} {
		c, err := config.Read(sources(settings{"db": db}, nil, ""))
		if err != nil {
			t.Errorf("%s: %v", db, err)
			continue
		}
		if c.DB != db {
			t.Errorf("%s became %s", db, c.DB)
		}
		for _, v := range c.Values {
			if strings.Contains(v.Text, "hunter2") {
				t.Errorf("%s is shown as %s", db, v.Text)
			}
		}
	}
}

func TestGiven(t *testing.T) {
	c, err := config.Read(sources(settings{"progress": "none"}, settings{"TOLLKEEPER_DATA": "e"}, ""))
	if err != nil {
		t.Fatal(err)
	}
	if !c.Given("data") || !c.Given("progress") || c.Given("db") || !c.Lasting("data") || c.Lasting("progress") {
		t.Errorf("%+v", c.Values)
	}
	if c.Uploads != "e/uploads" || c.KeyRate.String() != "20000/s" || c.StrangerRate.String() != "600/m" {
		t.Errorf("%+v", c)
	}
	if c.UseData("d"); c.Data != "d" || c.Uploads != "d/uploads" || c.Lasting("data") {
		t.Errorf("%+v", c)
	}
}

func FuzzFile(f *testing.F) {
	f.Add("data = x\n# y\nprogress=\"plain\"\r\n")
	f.Add("db=postgres://u:p@h/d\n=\n==\n\x00")
	f.Fuzz(func(t *testing.T, file string) {
		_, err := config.Read(sources(settings{"config": "f"}, nil, file))
		var inputs fault.Inputs
		if err != nil && !errors.As(err, &inputs) && len(file) < 64<<10 {
			t.Errorf("%v", err)
		}
	})
}
