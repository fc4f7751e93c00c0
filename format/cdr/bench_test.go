package cdr_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"tollkeeper/format/cdr"
)

const ownHeader = "tenant,call_id,leg,conversation_id,kind,direction,calling,called,agent,campaign,queue,carrier,started_at,answered_at,ended_at,disposition,amd,recording_s,sip_call_id\n"

// ownFile is n records of about 200 bytes.
func ownFile(n int) []byte {
	var b bytes.Buffer
	b.WriteString(ownHeader)
	for i := range n {
		s := i % 60
		fmt.Fprintf(&b, "acme-%d,1772442000.%09d,,conv-%08d,dialer,outbound,+442079460123,+1415555%04d,agent%03d,spring,,carrierA,2026-06-%02dT09:00:%02d.120Z,2026-06-%02dT09:00:%02d.804Z,2026-06-%02dT09:02:19.998Z,answered,human,120,\n",
			i%7, i, i, i%10000, i%500, i/40000%28+1, s, i/40000%28+1, s, i/40000%28+1)
	}
	return b.Bytes()
}

func BenchmarkOwn(b *testing.B) {
	const n = 100_000
	benchmarkFile(b, ownFile(n), n)
}

// BenchmarkOwnQuoted reads the same with every cell in quotes.
func BenchmarkOwnQuoted(b *testing.B) {
	const n = 20_000
	plain := ownFile(n)
	quoted := bytes.ReplaceAll(plain, []byte{','}, []byte(`","`))
	quoted = bytes.ReplaceAll(quoted, []byte{'\n'}, []byte("\"\n\""))
	quoted = append([]byte{'"'}, quoted[:len(quoted)-1]...)
	benchmarkFile(b, quoted, n)
}

// BenchmarkLines reads JSON lines of the same kind.
func BenchmarkLines(b *testing.B) {
	const n = 20_000
	var file bytes.Buffer
	for i := range n {
		fmt.Fprintf(&file, `{"tenant":"acme-%d","call_id":"1772442000.%09d","kind":"dialer","direction":"outbound","calling":"+442079460123","called":"+1415555%04d","agent":"agent%03d","started_at":"2026-06-01T09:00:00.120Z","answered_at":"2026-06-01T09:00:07.804Z","ended_at":"2026-06-01T09:02:19.998Z","disposition":"answered"}`+"\n", i%7, i, i%10000, i%500)
	}
	benchmarkFile(b, file.Bytes(), n)
}

// BenchmarkSamples reads one good record of each switch's sample over and over.
func BenchmarkSamples(b *testing.B) {
	for name, lines := range map[string]int{"testdata/asterisk_18.csv": 2, "testdata/freeswitch_example.csv": 2, "testdata/freeswitch.json": 1} {
		b.Run(name[len("testdata/"):], func(b *testing.B) {
			in, _ := sample(b, name)
			const n = 5000
			benchmarkFile(b, bytes.Repeat(append(bytes.TrimSpace(in), '\n'), n), n*lines)
		})
	}
}

// benchmarkFile reads one file over and over and reports records a second.
func benchmarkFile(b *testing.B, file []byte, n int) {
	var batch cdr.Batch
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := cdr.Open(bytes.NewReader(file), cdr.Options{})
		if err != nil {
			b.Fatal(err)
		}
		got := 0
		for err = r.ReadBatch(&batch); err == nil; err = r.ReadBatch(&batch) {
			got += len(batch.Records)
			for i := range batch.Records {
				if rec := &batch.Records[i]; rec.Reject != nil || rec.Suspend != 0 {
					b.Fatalf("%+v", rec)
				}
			}
		}
		if err != io.EOF || got != n {
			b.Fatal(err, got)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
