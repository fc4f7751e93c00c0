package app

import (
	"context"
	"strconv"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
	"tollkeeper/format/cdr"
	"tollkeeper/store"
)

// take puts one record into its tenant's part of b.
func (imp *importing) take(ctx context.Context, rec *cdr.Record, b *batch) error {
	b.count++
	b.text += len(rec.Text)
	if rec.Reject != nil {
		s := imp.only
		if s == nil {
			var err error
			if s, err = imp.system(ctx); err != nil {
				return err
			}
		}
		s.into(b).reject(rec, rec.Reject)
		return nil
	}
	s, wrong, err := imp.owner(ctx, rec)
	if err != nil {
		return err
	}
	p := s.into(b)
	if wrong != nil {
		p.reject(rec, wrong)
		return nil
	}
	if s.books.tenant.ID == tenant.System {
		var c usage.Call
		s.norm.call(rec, &c)
		c.Content = hash64(rec.Text)
		p.suspend(rec, &c, trouble{usage.NoTenant, "tenant", "the record names no tenant that is known: " + strconv.Quote(fault.Cut(string(rec.Tenant)))})
		return nil
	}
	p.calls = append(p.calls, usage.Call{})
	c := &p.calls[len(p.calls)-1]
	if t := s.norm.call(rec, c); t.reason != usage.NoReason {
		p.suspend(rec, c, t)
		p.calls = p.calls[:len(p.calls)-1]
		return nil
	}
	if c.Agent == unnamed || c.Campaign == unnamed || c.Queue == unnamed || c.Carrier == unnamed {
		p.mend = append(p.mend, mendNames{len(p.calls) - 1, string(rec.Agent), string(rec.Campaign), string(rec.Queue), string(rec.Carrier)})
	}
	from := int32(len(p.text))
	p.text = append(p.text, rec.Text...)
	p.texts = append(p.texts, span{rec.Line, from, int32(len(p.text))})
	return nil
}

// into is the tenant's part of batch b, begun when its first record comes.
func (s *share) into(b *batch) *part {
	if s.part != nil {
		return s.part
	}
	p := b.own[s]
	if p == nil {
		p = new(part)
		b.own[s] = p
	}
	p.reset(s)
	b.parts = append(b.parts, p)
	s.part = p
	return p
}

func (p *part) suspend(rec *cdr.Record, c *usage.Call, t trouble) {
	day := when.Day(0)
	if c.Started != 0 {
		day = c.Started.UTCDay()
	}
	p.suspended = append(p.suspended, store.Suspense{
		Identity: c.Identity, Content: c.Content, Reason: t.reason, Day: day, Run: p.run.ID, Line: rec.Line,
		Field: t.field, Detail: clean(t.detail), Text: append([]byte(nil), rec.Text...), Hint: append([]byte(nil), rec.Hint...),
	})
}

// rejectedText bounds how much of an unreadable line is kept.
const rejectedText = 64 << 10

func (p *part) reject(rec *cdr.Record, in *fault.Input) {
	p.rejected = append(p.rejected, store.Rejected{
		Run: p.run.ID, Line: rec.Line, Column: in.Column, Field: in.Field, Value: clean(in.Value), Reason: clean(in.Reason), Advice: clean(in.Advice),
		Text: append([]byte(nil), rec.Text[:min(len(rec.Text), rejectedText)]...),
	})
}
