package cdr

import (
	"bytes"
	"io"
	"strings"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

// Options are what a reader is told about a file.
type Options struct {
	File   string     // its name, for messages
	Format string     // a name of Names; "" or "auto": find out
	Zone   *when.Zone // of formats that write local times; nil: UTC, with a warning
	Hint   []byte     // for ReadOne: the Hint the record had

	// OnlyALegs says that a FreeSWITCH was set not to log b-legs as JSON
	// (log-b-leg=false): its a-legs then stand for calls that went out.
	OnlyALegs bool
}

// Reader reads the records of one file in order. It is used by one goroutine.
type Reader struct {
	in     io.Reader
	opts   Options
	format Format
	src    source

	rest     []byte // read and not yet handed out
	err      error  // why nothing more comes: io.EOF, or what broke the input
	line     int64  // of the next record
	offset   int64
	records  int64
	skipping bool // behind a record that was too long, until its line ends
}

// source reads the records of one format.
type source interface {
	// next reads the record at the start of w into rec and returns how many
	// bytes it takes with its line end; got is false where these were blank.
	// It returns 0 where w does not hold the whole record; never when w is final.
	next(w *window, rec *Record) (n int, got bool)

	// header is the text that ReadOne needs beside the record's own.
	header() []byte
}

// window is what a source sees of the input: at most MaxRecord bytes.
type window struct {
	buf    []byte
	final  bool // nothing follows buf
	full   bool // buf has MaxRecord bytes and cannot have more
	more   bool // more may follow buf, and fits
	offset int64
	arena  *arena
}

// text is the first line of w without its end, and its length with it; n is 0
// where the line does not end within w.
func (w *window) text() (line []byte, n int) {
	i := bytes.IndexByte(w.buf, '\n')
	if i < 0 {
		if !w.final {
			return nil, 0
		}
		return trimCR(w.buf), len(w.buf)
	}
	return trimCR(w.buf[:i]), i + 1
}

func trimCR(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}

// unended tells whether the line of n bytes is the last and has no line end,
// as in a file that was cut.
func (w *window) unended(n int) bool {
	return w.final && n == len(w.buf) && (n == 0 || w.buf[n-1] != '\n')
}

// Open looks at the beginning of r, finds out compression and format, and
// reads the header where the format has one. All that is wrong with a header
// comes as one error. A file without a byte in it is no error: it has no records.
func Open(in io.Reader, o Options) (*Reader, error) {
	plain, packing, err := unpack(in)
	if err != nil {
		return nil, fault.Wrap("open "+o.name(), err)
	}
	r := &Reader{in: plain, opts: o, line: 1, format: Format{Packing: packing}}
	if err := r.peek(); err != nil {
		return nil, fault.Wrap("open "+o.name(), err)
	}
	r.drop(len(bom(r.rest)))
	n, err := r.recognise()
	if err != nil {
		return nil, fault.Wrap("open "+o.name(), err)
	}
	r.drop(n)
	return r, nil
}

func (o *Options) name() string {
	if o.File == "" {
		return "call records"
	}
	return o.File
}

// Format is what the file was taken for.
func (r *Reader) Format() Format { return r.format }

// Header is the layout that ReadOne needs to read a single record of this file
// again: a CSV header line, or our description of a layout without one.
func (r *Reader) Header() []byte { return r.src.header() }

const peekSize = 64 << 10

// peek reads the first bytes, so that they can be looked at. An input that
// breaks before its first byte is an error; later, its records come first.
func (r *Reader) peek() error {
	r.rest = r.read(make([]byte, 0, peekSize))
	if r.err != nil && r.err != io.EOF && len(r.rest) == 0 {
		return r.err
	}
	return nil
}

// read fills the capacity of buf, unless the input ends before.
func (r *Reader) read(buf []byte) []byte {
	for idle := 0; len(buf) < cap(buf) && r.err == nil; idle++ {
		n, err := r.in.Read(buf[len(buf):cap(buf)])
		if buf = buf[:len(buf)+n]; n > 0 {
			idle = 0
		}
		switch {
		case err == io.EOF || err == nil && idle < 100:
			r.err = err
		case err == nil:
			r.err = io.ErrNoProgress
		case r.format.Packing == "":
			r.err = err
		case err == io.ErrUnexpectedEOF:
			r.err = fault.New(fault.Invalid, "the %s data breaks off before its end: the file is not complete", r.format.Packing)
		default:
			r.err = fault.New(fault.Invalid, "the %s data is damaged: %w", r.format.Packing, err)
		}
	}
	return buf
}

// drop consumes n bytes that are no record.
func (r *Reader) drop(n int) {
	r.line += int64(bytes.Count(r.rest[:n], []byte{'\n'}))
	r.offset += int64(n)
	r.rest = r.rest[n:]
}

// ReadBatch fills b with the next records. At the end it returns io.EOF and no
// records. An input that breaks (a compressed file cut short) gives the whole
// records before the break, then the piece behind them as rejected, then the
// error.
func (r *Reader) ReadBatch(b *Batch) error {
	b.reset()
	b.buf = append(b.buf, r.rest...)
	r.rest = r.rest[:0]
	for target := r.room(b); ; target = len(b.buf) + peekSize {
		r.fill(b, target)
		r.scan(b)
		if len(b.Records) > 0 {
			r.rest = append(r.rest[:0], b.buf[b.at:]...)
			return nil
		}
		b.buf, b.at = b.buf[:copy(b.buf, b.buf[b.at:])], 0
		if r.err != nil && len(b.buf) == 0 {
			return r.err
		}
	}
}

// room is how many bytes b should hold to have the wanted records.
func (r *Reader) room(b *Batch) int {
	per := 200
	if r.records > 0 {
		per = int(r.offset/r.records) + 1
	}
	return min(max(b.want()*per, peekSize), 4*MaxRecord)
}

// fill reads more behind b.buf, so that it holds target bytes unless the input
// ends before.
func (r *Reader) fill(b *Batch, target int) {
	if target <= len(b.buf) {
		return
	}
	if cap(b.buf) < target {
		b.buf = append(make([]byte, 0, target+target/4), b.buf...)
	}
	b.buf = b.buf[:len(r.read(b.buf[:len(b.buf):target]))]
}

// scan reads records out of b.buf until b has enough or the rest is not whole.
func (r *Reader) scan(b *Batch) {
	want := b.want()
	w := window{arena: &b.arena}
	for len(b.Records) < want && b.at < len(b.buf) {
		rest := b.buf[b.at:]
		if r.skipping {
			r.skip(b, rest)
			continue
		}
		w.buf, w.offset = rest[:min(len(rest), MaxRecord)], r.offset
		w.full = len(rest) >= MaxRecord
		w.more = !w.full && r.err == nil
		w.final = r.err == io.EOF && len(rest) <= MaxRecord
		rec := b.add()
		n, got := r.src.next(&w, rec)
		if n == 0 {
			if n = r.stuck(rec, rest); n == 0 {
				b.Records = b.Records[:len(b.Records)-1]
				return
			}
			got = true
		}
		if got {
			rec.Line, rec.Offset = r.line, r.offset
			if rec.Reject != nil {
				rec.Reject.Line = r.line
			}
			r.records++
		} else {
			b.Records = b.Records[:len(b.Records)-1]
		}
		r.consume(b, rest[:n])
	}
}

func (r *Reader) consume(b *Batch, taken []byte) {
	b.at += len(taken)
	r.offset += int64(len(taken))
	r.line += int64(bytes.Count(taken, []byte{'\n'}))
}

// skip leaves out the rest of a line that was too long.
func (r *Reader) skip(b *Batch, rest []byte) {
	n := bytes.IndexByte(rest, '\n') + 1
	r.skipping = n == 0
	if n == 0 {
		n = len(rest)
	}
	r.consume(b, rest[:n])
}

// stuck decides what to do where the source found no whole record: wait for
// more (0), or reject what there is.
func (r *Reader) stuck(rec *Record, rest []byte) int {
	if len(rest) >= MaxRecord {
		r.skipping = rest[MaxRecord-1] != '\n'
		r.reject(rec, rest[:MaxRecord], fault.Input{Reason: "the record has more than 1 MiB, which no call record has", Advice: "look whether the line breaks of the file were lost"})
		return MaxRecord
	}
	if r.err == nil {
		return 0
	}
	reason := "the file breaks off within this record"
	if r.err != io.EOF {
		reason += ": " + r.err.Error()
	}
	r.reject(rec, rest, fault.Input{Reason: reason, Advice: "get the whole file and import it again"})
	return len(rest)
}

func (r *Reader) reject(rec *Record, text []byte, in fault.Input) {
	in.File, in.Line = r.opts.File, r.line
	*rec = Record{Text: trimEnd(text), Reject: &in}
}

func trimEnd(text []byte) []byte {
	if n := len(text); n > 0 && text[n-1] == '\n' {
		text = text[:n-1]
	}
	return trimCR(text)
}

// ReadOne reads a single record again, from the text that Record.Text held and
// the Header of its file. The record does not share memory with text. Its Line
// is 1: the caller knows the real one.
func ReadOne(format string, header, text []byte, o Options) (Record, error) {
	o.Format = format
	src, err := again(format, header, o)
	if err != nil {
		return Record{}, fault.Wrap("read a "+format+" record again", err)
	}
	b := Batch{buf: bytes.Clone(text)}
	r := &Reader{opts: o, src: src, line: 1, err: io.EOF}
	r.scan(&b)
	if len(b.Records) == 1 && b.at == len(b.buf) {
		return b.Records[0], nil
	}
	rec := Record{Line: 1}
	r.reject(&rec, b.buf, fault.Input{Reason: "the text is not one record of this format"})
	return rec, nil
}

func blank(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 }

// lower is s without blanks at its ends, in lower case.
func lower(s []byte) string { return strings.ToLower(string(bytes.TrimSpace(s))) }
