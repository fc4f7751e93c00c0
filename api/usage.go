package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tollkeeper/app"
	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

const sendUsageAbout = "One call record or millions of them, as JSON lines or CSV (or the records of a switch that tollkeeper knows), plain or " +
	"compressed with gzip or zstd. The answer comes when everything is durable. A record is known by its source, call_id and leg: the same again " +
	"is a duplicate, which is success, so that a request whose answer was lost is sent again as it is. " +
	"Up to 100 records are each told of; of more, those that were refused or wait in suspense."

// maxUsageBody bounds a body as it is sent, in bytes.
const maxUsageBody = 1 << 30

// What an answer tells of records one by one.
const (
	toldEach    = 100  // records of a request, each of which is told of
	toldRefused = 1000 // refused records of a longer one
)

// usageBody describes the body, which is read as it comes and by no framework.
var usageBody = &huma.RequestBody{
	Required: true,
	Content: map[string]*huma.MediaType{
		"application/x-ndjson": {Schema: &huma.Schema{Type: huma.TypeString}, Example: `{"call_id":"1772442000.298","called":"+442079460123","started_at":"2026-06-01T10:00:00Z","answered_at":"2026-06-01T10:00:05Z","ended_at":"2026-06-01T10:01:05Z","kind":"manual","agent":"ana"}`},
		"text/csv":             {Schema: &huma.Schema{Type: huma.TypeString}, Example: "call_id,called,started_at,answered_at,ended_at,kind,agent"},
		"application/gzip":     {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		"application/zstd":     {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	},
}

type usageInput struct {
	Whose
	Source string `query:"source" maxLength:"200" doc:"Name of the switch; without it the format's name. Part of a record's identity."`
	Format string `query:"format" doc:"Of the records: own, jsonl, asterisk, freeswitch-json, freeswitch-csv; without it found out."`
	Zone   string `query:"zone" doc:"Time zone of formats that write local times; without it the account's."`

	request huma.Context
}

// Resolve keeps the request, for its body.
func (in *usageInput) Resolve(ctx huma.Context) []error {
	in.request = ctx
	return nil
}

type usageOutput struct{ Body usageAnswer }

// usageAnswer is what became of a request's records.
type usageAnswer struct {
	Counts  counts   `json:"counts"`
	Records []record `json:"records" doc:"In their order: each of up to 100, of more those that are not in the books as calls."`
	More    int64    `json:"more,omitempty" doc:"Refused records beyond the 1000 that are listed."`
}

// counts is where records ended; each ends in exactly one.
type counts struct {
	Received  int64 `json:"received"`
	Rated     int64 `json:"rated"`
	ZeroRated int64 `json:"zero_rated"`
	Suspended int64 `json:"suspended" doc:"Kept; rated when the cause is gone."`
	Duplicate int64 `json:"duplicate" doc:"Came before; nothing was charged again."`
	Conflict  int64 `json:"conflict" doc:"Came before with other content; the first stays charged."`
	Rejected  int64 `json:"rejected" doc:"Not readable."`
}

func countsOf(t *usage.Tally) counts {
	return counts{t.Received(), t[usage.WasRated], t[usage.WasZeroRated], t[usage.WasSuspended], t[usage.WasDuplicate], t[usage.WasConflict], t[usage.WasRejected]}
}

// record is what became of one.
type record struct {
	Line     int64         `json:"line" doc:"Of the body, from 1."`
	Outcome  string        `json:"outcome" enum:"rated,zero_rated,suspended,duplicate,conflict,rejected"`
	Reason   string        `json:"reason,omitempty" doc:"Why it is suspended or costs nothing."`
	Call     string        `json:"call,omitempty" doc:"Its name: see /v1/calls/{id}."`
	Day      *when.Day     `json:"day,omitempty" doc:"UTC day on which the call began."`
	Amount   *money.Amount `json:"amount,omitempty" doc:"What it costs, in the account's currency."`
	AMD      *money.Amount `json:"amd_amount,omitempty" doc:"What answering machine detection costs."`
	Currency string        `json:"currency,omitempty"`
	Mistake  *mistake      `json:"mistake,omitempty"`
}

func recordOf(t *app.Taken) record {
	r := record{Line: t.Line, Outcome: t.Outcome.String(), Reason: t.Reason.String()}
	if t.Call != (usage.Identity{}) {
		r.Call = t.Call.String()
	}
	if t.Day != 0 {
		r.Day = &t.Day
	}
	if t.Outcome == usage.WasRated {
		r.Amount, r.Currency = &t.Amount, string(t.Currency)
		if t.AMD != 0 {
			r.AMD = &t.AMD
		}
	}
	if t.Mistake != nil {
		m := mistakeOf(t.Mistake)
		r.Mistake = &m
	}
	return r
}

// sendUsage takes in records.
func (s *server) sendUsage(ctx context.Context, in *usageInput) (*usageOutput, error) {
	r, w := humago.Unwrap(in.request)
	input := app.LiveInput{Body: http.MaxBytesReader(w, r.Body, maxUsageBody), Source: in.Source, Format: in.Format}
	if err := s.usageFor(ctx, in, &input); err != nil {
		return nil, err
	}
	if input.Format == "" {
		input.Format = formatOf(r.Header)
	}
	told := telling{records: []record{}}
	tally, err := s.Live.Take(ctx, input, told.add)
	if err != nil {
		p := s.problemOf(ctx, err)
		if tally.Received() > 0 {
			done := countsOf(&tally)
			p.Done = &done
		}
		return nil, p
	}
	return &usageOutput{usageAnswer{Counts: countsOf(&tally), Records: told.records, More: told.more}}, nil
}

// usageFor fills in whose records are sent, and their zone.
func (s *server) usageFor(ctx context.Context, in *usageInput, input *app.LiveInput) error {
	if p := asking(ctx); in.Tenant == "" && p.In() != tenant.System {
		input.Tenant = p.In() // spares the way of single records a look into the books
	} else {
		t, err := s.tenant(ctx, in.Whose)
		if err != nil {
			return err
		}
		input.Tenant = t.ID
	}
	if in.Source != "" {
		if err := tenant.CheckName("source", in.Source); err != nil {
			return fault.Inputs{{Field: "source", Value: fault.Cut(in.Source), Reason: err.Error()}}
		}
	}
	if in.Zone == "" {
		return nil
	}
	zone, err := s.App.Zone(in.Zone)
	if err != nil {
		return fault.Inputs{{Field: "zone", Value: fault.Cut(in.Zone), Reason: "not a time zone of the IANA database", Advice: "give one such as Europe/London"}}
	}
	input.Zone = zone
	return nil
}

// formatOf is the format that the headers tell, or "" where the body has to.
func formatOf(h http.Header) string {
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "application/x-ndjson", "application/jsonl", "application/x-jsonlines", "application/json":
		return "jsonl"
	}
	return ""
}

// telling keeps what an answer tells of single records.
type telling struct {
	seen    int
	records []record
	more    int64
}

func (t *telling) add(x *app.Taken) error {
	t.seen++
	if t.seen == toldEach+1 { // too many to tell of each: the refused ones stay
		kept := t.records[:0]
		for _, r := range t.records {
			if refused(r.Outcome) {
				kept = append(kept, r)
			}
		}
		t.records = kept
	}
	switch {
	case t.seen > toldEach && !refused(x.Outcome.String()):
	case len(t.records) >= toldRefused:
		t.more++
	default:
		t.records = append(t.records, recordOf(x))
	}
	return nil
}

func refused(outcome string) bool {
	switch outcome {
	case usage.WasSuspended.String(), usage.WasConflict.String(), usage.WasRejected.String():
		return true
	}
	return false
}
