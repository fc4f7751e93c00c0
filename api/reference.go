package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed reference.html
var referenceText string

//go:embed reference.css
var styles []byte

// reference is what the page shows.
type reference struct {
	Title      string
	About      string
	Version    string
	Operations []referenceOperation
	Problems   any
	Schemas    []referenceSchema
}

type referenceOperation struct {
	ID, Method, Path, Summary, Description string
	Parameters                             []referenceParameter
	Bodies                                 []referenceBody
	Answer                                 string // name of the schema; empty: told in words
	Kinds                                  []string
}

type referenceParameter struct{ Name, In, About, Values string }

type referenceBody struct{ Kind, Example string }

type referenceSchema struct{ Name, Text string }

// referencePage renders the description for people, from the same description
// that programs read.
func referencePage(d *huma.OpenAPI) []byte {
	page := reference{Title: d.Info.Title, About: d.Info.Description, Version: d.Info.Version, Problems: problemTypes}
	for path, item := range d.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op != nil {
				page.Operations = append(page.Operations, referenceOf(path, op))
			}
		}
	}
	slices.SortFunc(page.Operations, func(a, b referenceOperation) int { return strings.Compare(a.Path, b.Path) })
	for name, schema := range d.Components.Schemas.Map() {
		text, err := json.MarshalIndent(schema, "", "  ")
		if err != nil {
			panic(err) // of our own types
		}
		page.Schemas = append(page.Schemas, referenceSchema{name, string(text)})
	}
	slices.SortFunc(page.Schemas, func(a, b referenceSchema) int { return strings.Compare(a.Name, b.Name) })
	var b bytes.Buffer
	if err := template.Must(template.New("reference").Parse(referenceText)).Execute(&b, page); err != nil {
		panic(err) // the template is ours too
	}
	return b.Bytes()
}

func referenceOf(path string, op *huma.Operation) referenceOperation {
	o := referenceOperation{ID: op.OperationID, Method: op.Method, Path: path, Summary: op.Summary, Description: op.Description}
	for _, p := range op.Parameters {
		r := referenceParameter{Name: p.Name, In: p.In, About: p.Description}
		if p.Schema != nil {
			for _, v := range p.Schema.Enum {
				if s, ok := v.(string); ok && s != "" {
					r.Values += " " + s
				}
			}
		}
		o.Parameters = append(o.Parameters, r)
	}
	if op.RequestBody != nil {
		for kind, m := range op.RequestBody.Content {
			example, _ := m.Example.(string)
			o.Bodies = append(o.Bodies, referenceBody{kind, example})
		}
		slices.SortFunc(o.Bodies, func(a, b referenceBody) int { return strings.Compare(a.Kind, b.Kind) })
	}
	if fine := op.Responses["200"]; fine != nil {
		for kind, m := range fine.Content {
			o.Kinds = append(o.Kinds, kind)
			if m.Schema != nil && m.Schema.Ref != "" {
				o.Answer = m.Schema.Ref[strings.LastIndexByte(m.Schema.Ref, '/')+1:]
			}
		}
		slices.Sort(o.Kinds)
	}
	return o
}

// describe gives every operation our problem as its error, in place of the
// framework's.
func describe(h huma.API) {
	d := h.OpenAPI()
	schema := d.Components.Schemas.Schema(reflect.TypeFor[problem](), true, "Problem")
	for _, item := range d.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op == nil {
				continue
			}
			for status, r := range op.Responses {
				if status[0] == '4' || status[0] == '5' || status == "default" {
					r.Content = map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}
				}
			}
		}
	}
	delete(d.Components.Schemas.Map(), "ErrorModel")
	delete(d.Components.Schemas.Map(), "ErrorDetail")
}
