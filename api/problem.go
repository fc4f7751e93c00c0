package api

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tollkeeper/core/fault"
)

// problem is an error as RFC 9457 has it. Programs test its type, which does
// not change; its texts are for people.
type problem struct {
	Type     string    `json:"type" example:"urn:tollkeeper:problem:not_found" doc:"What kind of problem; it does not change."`
	Title    string    `json:"title" doc:"The kind in words."`
	Status   int       `json:"status" doc:"The HTTP status."`
	Detail   string    `json:"detail,omitempty" doc:"What is wrong, and what to do."`
	Instance string    `json:"instance,omitempty" doc:"Under which the log of the server has more."`
	Errors   []mistake `json:"errors,omitempty" doc:"Each mistake in what was sent."`
	Done     *counts   `json:"done,omitempty" doc:"What became of the records before the problem; they stay."`
}

// mistake is one that is wrong in what was sent.
type mistake struct {
	Line   int64  `json:"line,omitempty" doc:"Of the body, from 1."`
	Column int    `json:"column,omitempty"`
	Field  string `json:"field,omitempty"`
	Value  string `json:"value,omitempty" doc:"What stood there, shortened."`
	Reason string `json:"reason"`
	Advice string `json:"advice,omitempty"`
}

func (p *problem) Error() string             { return p.Detail }
func (p *problem) GetStatus() int            { return p.Status }
func (p *problem) ContentType(string) string { return "application/problem+json" }
func mistakeOf(in *fault.Input) mistake {
	return mistake{in.Line, in.Column, in.Field, in.Value, in.Reason, in.Advice}
}
func problemType(kind string) string { return "urn:tollkeeper:problem:" + kind }
func (p *problem) as(kind string, title string, status int) {
	p.Type, p.Title, p.Status = problemType(kind), title, status
}

// problemTypes are the kinds of problems, for the reference.
var problemTypes = []struct {
	Name, Title string
	Status      int
}{
	{"invalid", "What was sent is wrong", http.StatusBadRequest}, // 422 where a parameter is not even of its type
	{"unauthenticated", "No key, or none that works", http.StatusUnauthorized},
	{"denied", "Not allowed", http.StatusForbidden},
	{"not_found", "There is no such thing", http.StatusNotFound},
	{"in_progress", "The same request is being answered: try again", http.StatusConflict},
	{"conflict", "Something else came first", http.StatusConflict},
	{"incomplete", "The body did not come to its end", http.StatusRequestTimeout},
	{"too_large", "Too large", http.StatusRequestEntityTooLarge},
	{"limited", "Too many requests", http.StatusTooManyRequests},
	{"busy", "Too much at once, or stopping: try again", http.StatusServiceUnavailable},
	{"internal", "Something went wrong here", http.StatusInternalServerError},
}

// kindOf is the name under which problemTypes has an error.
func kindOf(err error) string {
	var large *http.MaxBytesError
	var s *strange
	var l *limited
	switch {
	case errors.As(err, &l):
		return "limited"
	case errors.Is(err, errInProgress):
		return "in_progress"
	case errors.Is(err, errStranger) || errors.As(err, &s):
		return "unauthenticated"
	case errors.As(err, &large):
		return "too_large"
	case errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.Canceled):
		return "incomplete"
	}
	return fault.KindOf(err).String()
}

// problemOf is the one place where an error becomes an answer.
func (s *server) problemOf(ctx context.Context, err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	p = new(problem)
	kind := kindOf(err)
	for _, t := range problemTypes {
		if t.Name == kind {
			p.as(t.Name, t.Title, t.Status)
		}
	}
	if kind == "internal" {
		number := rand.Text()[:10]
		p.Instance, p.Detail = "urn:tollkeeper:log:"+number, "nothing was changed that the answer does not tell of; try again, and if it stays so tell whoever runs the server this number"
		s.Log.ErrorContext(ctx, "request failed", "number", number, "error", err)
		return p
	}
	var inputs fault.Inputs
	if errors.As(err, &inputs) {
		for i := range inputs {
			p.Errors = append(p.Errors, mistakeOf(&inputs[i]))
		}
		p.Detail = inputs[0].String()
		return p
	}
	p.Detail = err.Error()
	return p
}

// refuse answers a request that has no handler, or none that it may reach.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := s.problemOf(r.Context(), err)
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	for name, value := range headersOf(p, err) {
		h.Set(name, value)
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // whoever asked is gone, or has it
}

// headersOf are the headers that go with a problem.
func headersOf(p *problem, err error) map[string]string {
	switch {
	case p.Status == http.StatusUnauthorized:
		return map[string]string{"WWW-Authenticate": `Bearer realm="tollkeeper"`}
	case p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests || errors.Is(err, errInProgress):
		return map[string]string{"Retry-After": itoa(waitOf(err))}
	}
	return nil
}

// handle makes a route of a handler: its errors become problems.
func handle[I, O any](f func(*server, context.Context, *I) (*O, error)) func(*server, huma.API, huma.Operation) {
	return func(s *server, h huma.API, op huma.Operation) {
		huma.Register(h, op, func(ctx context.Context, in *I) (*O, error) {
			out, err := f(s, ctx, in)
			if err == nil {
				return out, nil
			}
			p := s.problemOf(ctx, err)
			headers := http.Header{}
			for name, value := range headersOf(p, err) {
				headers.Set(name, value)
			}
			return nil, huma.ErrorWithHeaders(p, headers)
		})
	}
}

// ownProblem makes what the framework finds wrong with parameters a problem of
// ours.
func ownProblem(_ huma.Context, _ string, v any) (any, error) {
	e, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := &problem{Detail: e.Detail}
	p.as("invalid", problemTypes[0].Title, e.Status)
	for _, d := range e.Errors {
		p.Errors = append(p.Errors, mistake{Field: strings.TrimPrefix(d.Location, "query."), Reason: d.Message})
	}
	return p, nil
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
