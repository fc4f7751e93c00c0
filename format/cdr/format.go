package cdr

import (
	"bytes"
	"fmt"
	"strings"

	"tollkeeper/core/fault"
)

// Format is what a file was taken for.
type Format struct {
	Name     string   // of Names; "empty" for a file without a record's byte
	Seen     string   // what it was known by: "the header names call_id, …"
	Packing  string   // "gzip", "zstd", or "" for plain bytes
	Tenants  bool     // its records can name their tenant
	Warnings []string // what may not be as it was meant
}

// Why says what the file was taken for, what it was known by, and what may not
// be as it was meant, in sentences.
func (f Format) Why() string {
	why := "read as " + f.Name + ": " + f.Seen
	if f.Packing != "" {
		why += "; compressed with " + f.Packing
	}
	for _, w := range f.Warnings {
		why += "; " + w
	}
	return why
}

// layout is one format: how to tell it and how to begin to read it.
type layout struct {
	name string

	// sniff looks at the first bytes of a file and says what makes it this
	// format; "" where it is not.
	sniff func(head []byte) string

	// open begins to read: head is the beginning of the file, n how much of it
	// is header. It may add warnings to f.
	open func(head []byte, o Options, f *Format) (src source, n int, err error)

	// again makes a source for one record from what header returned.
	again func(header []byte, o Options) (source, error)
}

// layouts are all formats, in the order in which they are tried.
func layouts() []layout {
	return []layout{
		{"own", sniffOwn, openOwn, againOwn},
		{"freeswitch-json", sniffSwitchJSON, openSwitchJSON, againSwitchJSON},
		{"jsonl", sniffLines, openLines, againLines},
		{"asterisk", sniffAsterisk, openAsterisk, againAsterisk},
		{"freeswitch-csv", sniffSwitchCSV, openSwitchCSV, againSwitchCSV},
	}
}

// Names lists the names that Options.Format may have.
func Names() []string {
	var names []string
	for _, l := range layouts() {
		names = append(names, l.name)
	}
	return names
}

// recognise picks the layout, by name or by looking, and opens it. It returns
// how many bytes the header takes.
func (r *Reader) recognise() (n int, err error) {
	head := r.rest
	if len(bytes.TrimSpace(head)) == 0 && r.err != nil {
		r.format.Name, r.format.Seen, r.src = "empty", "the file has no records in it", empty{}
		return len(head), nil
	}
	if what := disguise(head); what != "" {
		return 0, fault.New(fault.Invalid, "this looks like %s, not like call records", what)
	}
	l, seen, err := pick(head, r.opts.Format)
	if err != nil {
		return 0, err
	}
	r.format.Name, r.format.Seen = l.name, seen
	r.src, n, err = l.open(head, r.opts, &r.format)
	return n, err
}

// pick finds the layout of head. A format that was asked for is taken even
// where the file looks like another, and the difference is said.
func pick(head []byte, want string) (layout, string, error) {
	var found, asked layout
	var seen string
	for _, l := range layouts() {
		if found.name == "" {
			if s := l.sniff(head); s != "" {
				found, seen = l, s
			}
		}
		if l.name == want {
			asked = l
		}
	}
	if want == "" || want == "auto" {
		if found.name == "" {
			return layout{}, "", fault.New(fault.Invalid, "no known format: the first line is %q. Give the file a first line that names its columns, separated by commas, semicolons or tabs; it needs %s. Or name the format, if it is one of %s",
				fault.Cut(firstLine(head)), strings.Join(required(), ", "), strings.Join(Names(), ", "))
		}
		return found, seen, nil
	}
	if asked.name == "" {
		return layout{}, "", fault.New(fault.Invalid, "%q is not a format of call records: known are %s", want, strings.Join(Names(), ", "))
	}
	switch found.name {
	case asked.name:
		return asked, "asked for, and " + seen, nil
	case "":
		return asked, "asked for, though it does not look like it", nil
	}
	return asked, fmt.Sprintf("asked for, though it looks like %s (%s)", found.name, seen), nil
}

// again makes the source for one record of the named format.
func again(name string, header []byte, o Options) (source, error) {
	for _, l := range layouts() {
		if l.name == name {
			return l.again(header, o)
		}
	}
	return nil, fault.New(fault.Invalid, "%q is not a format of call records: known are %s", name, strings.Join(Names(), ", "))
}

func firstLine(head []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimLeft(head, " \t\r\n"), []byte{'\n'})
	return string(trimCR(line))
}

// empty is the source of a file without records.
type empty struct{}

func (empty) next(w *window, _ *Record) (int, bool) { return len(w.buf), false }
func (empty) header() []byte                        { return nil }
