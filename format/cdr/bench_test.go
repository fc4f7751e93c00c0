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
