package app

import (
	"bytes"
	"context"
	"io"

	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/format/cdr"
)

// liveBody reads a body, so many records at a time.
type liveBody struct {
	key    liveKey
	lines  *liveLines  // of a short body of JSON lines
	reader *cdr.Reader // of any other
	batch  cdr.Batch
}

// shortBody is up to which size JSON lines are read one by one, without the
// buffers that a file deserves.
const shortBody = 16 << 10

// jsonLines is the name of that format.
const jsonLines = "jsonl"

// openLive finds out what a body is.
func (a *App) openLive(ctx context.Context, in *LiveInput) (*liveBody, error) {
	if in.Tenant == tenant.System {
		return nil, fault.New(fault.Invalid, "say whose records these are: name a tenant")
	}
	head := make([]byte, 0, 1<<10)
	var err error
	if head, err = readUpTo(in.Body, head, shortBody); err != nil {
		return nil, err
	}
	b := &liveBody{key: liveKey{tenant: in.Tenant, source: in.Source, format: jsonLines}}
	if len(head) < shortBody && (in.Format == jsonLines || in.Format == "" && bytes.HasPrefix(head, []byte(`{"call_id"`))) {
		b.lines = &liveLines{rest: head}
	} else if err := b.open(ctx, a, in, io.MultiReader(bytes.NewReader(head), in.Body)); err != nil {
		return nil, err
	}
	if b.key.source == "" {
		b.key.source = b.key.format
	}
	return b, nil
}

// open opens a body as files are.
func (b *liveBody) open(ctx context.Context, a *App, in *LiveInput, r io.Reader) (err error) {
	if in.Zone == nil {
		t, err := a.store.FindTenant(ctx, itoa(int64(in.Tenant)))
		if err != nil {
			return err
		}
		known, err := a.booksOf(ctx, &t)
		if err != nil {
			return err
		}
		in.Zone = known.zone
	}
	if b.reader, err = cdr.Open(r, cdr.Options{File: liveName, Format: in.Format, Zone: in.Zone}); err != nil {
		return err
	}
	b.key.format, b.key.header, b.key.zone = b.reader.Format().Name, string(b.reader.Header()), in.Zone.Name()
	b.batch.Want = liveChunk
	return nil
}

// liveName is what a body is called in place of a file.
const liveName = "body"

// readUpTo reads until most bytes are there or the input ends.
func readUpTo(r io.Reader, b []byte, most int) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = append(make([]byte, 0, min(2*cap(b), most)), b...)
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case err == io.EOF || err == nil && len(b) >= most:
			return b, nil
		case err != nil:
			return b, err
		}
	}
}

// next gives further records, or io.EOF and none.
func (b *liveBody) next() ([]cdr.Record, error) {
	if b.lines != nil {
		return b.lines.next()
	}
	// A batch of its own each time: whoever is no longer waited for may still be
	// at work on the last one.
	b.batch = cdr.Batch{Want: liveChunk}
	err := b.reader.ReadBatch(&b.batch)
	return b.batch.Records, err
}

// liveLines reads a few JSON lines that are in memory.
type liveLines struct {
	rest []byte
	line int64
}

func (l *liveLines) next() (records []cdr.Record, err error) {
	for len(l.rest) > 0 {
		line, rest, _ := bytes.Cut(l.rest, []byte{'\n'})
		l.rest = rest
		l.line++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		rec, err := cdr.ReadOne(jsonLines, nil, line, cdr.Options{File: liveName})
		if err != nil {
			return nil, err
		}
		rec.Line = l.line
		if rec.Reject != nil {
			rec.Reject.Line = l.line
		}
		records = append(records, rec)
	}
	if len(records) == 0 {
		return nil, io.EOF
	}
	return records, nil
}
