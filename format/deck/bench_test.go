package deck_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/when"
	"tollkeeper/format/deck"
)

// bigCard is n rows such as a large carrier has, in no order of prefixes.
func bigCard(n int) []rating.Row {
	rnd := rand.New(rand.NewPCG(1, 2))
	rows := make([]rating.Row, n)
	for i, k := range rnd.Perm(n) {
		rows[i] = rating.Row{
			Prefix: phone.MustPrefix(fmt.Sprint(1_000_000 + k)), Destination: fmt.Sprintf("Country %d, mobile operator %d", k%230, k%7919), Rate: money.Rate(rnd.IntN(500_000)) * 1000,
			Initial: 30, Increment: 6, UsageGroup: "MOB", CallType: "Mobile", From: when.MustParse("2026-03-01T00:00:00Z"),
		}
	}
	return rows
}

func BenchmarkRead(b *testing.B) {
	const n = 200_000
	rows := bigCard(n)
	var text bytes.Buffer
	if err := deck.Write(&text, rows); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		d, err := deck.Read(bytes.NewReader(text.Bytes()), deck.Options{Expect: n})
		if err != nil || len(d.Rows) != n {
			b.Fatal(err, d.Err())
		}
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkReadGeneric(b *testing.B) {
	const n = 200_000
	var text bytes.Buffer
	text.WriteString("Code,Destination,Rate,Effective Date,Min,Increment\n")
	for i := range n {
		fmt.Fprintf(&text, "%d,Country %d,0.%04d,15/03/2026,60,1\n", 1_000_000+i, i%5000, i%9999)
	}
	b.ReportAllocs()
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		d, err := deck.Read(bytes.NewReader(text.Bytes()), deck.Options{Expect: n})
		if err != nil || len(d.Rows) != n {
			b.Fatal(err, d.Err())
		}
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkWrite(b *testing.B) {
	const n = 200_000
	rows := bigCard(n)
	for b.Loop() {
		if err := deck.Write(io.Discard, rows); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
