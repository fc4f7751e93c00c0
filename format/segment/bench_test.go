package segment_test

import (
	"fmt"
	"testing"

	"tollkeeper/core/usage"
	"tollkeeper/format/segment"
)

var algorithms = []struct {
	name string
	a    segment.Algorithm
}{{"planes", segment.Planes}, {"zstd", segment.PlanesZstd}}

// rate reports rows a second and, where blobs are given, bytes a row.
func rate(b *testing.B, rows int, blobs ...[]byte) {
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
	size := 0
	for _, blob := range blobs {
		size += len(blob)
	}
	if size > 0 {
		b.ReportMetric(float64(size)/float64(rows), "bytes/row")
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, n := range []int{1, 4_000, segment.MaxCalls} {
		calls, charges := day(n, 1)
		for _, alg := range algorithms {
			var e segment.Encoder
			var c, m, x []byte
			name := fmt.Sprintf("%s/%d/", alg.name, n)
			b.Run(name+"calls", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					c = must(e.Calls(c[:0], calls, alg.a))
				}
				rate(b, n, c)
			})
			b.Run(name+"numbers", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					m = must(e.Numbers(m[:0], calls, alg.a))
				}
				rate(b, n, m)
			})
			b.Run(name+"charges", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					x = must(e.Charges(x[:0], charges, calls, alg.a))
				}
				rate(b, n, x)
			})
			b.Run(name+"all", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					c = must(e.Calls(c[:0], calls, alg.a))
					m = must(e.Numbers(m[:0], calls, alg.a))
					x = must(e.Charges(x[:0], charges, calls, alg.a))
				}
				rate(b, n, c, m, x)
			})
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	const n = segment.MaxCalls
	calls, charges := day(n, 1)
	var e segment.Encoder
	for _, alg := range algorithms {
		c, m, x := must(e.Calls(nil, calls, alg.a)), must(e.Numbers(nil, calls, alg.a)), must(e.Charges(nil, charges, calls, alg.a))
		var cr, nr, xr segment.Reader
		var cx segment.CallReader
		var xx segment.ChargeReader
		keys := make([]segment.Key, 0, n)
		someCalls, someCharges := make([]usage.Call, 512), make([]usage.Charge, 512)
		b.Run(alg.name+"/keys", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				check(cr.Reset(c), cx.Reset(&cr, nil, segment.CallIdentity|segment.CallContent))
				keys = must(cx.Keys(keys[:0]))
			}
			rate(b, n)
		})
		b.Run(alg.name+"/calls", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				check(cr.Reset(c), nr.Reset(m), cx.Reset(&cr, &nr, segment.AllCalls))
				for row := 0; row < n; row += len(someCalls) {
					check(cx.Read(row, someCalls))
				}
			}
			rate(b, n)
		})
		b.Run(alg.name+"/rating", func(b *testing.B) {
			b.ReportAllocs()
			const want = segment.CallAnswered | segment.CallEnded | segment.CallNumbers | segment.CallKind | segment.CallDirection |
				segment.CallAMD | segment.CallCampaign | segment.CallUnit | segment.CallCountry
			for b.Loop() {
				check(cr.Reset(c), nr.Reset(m), cx.Reset(&cr, &nr, want))
				for row := 0; row < n; row += len(someCalls) {
					check(cx.Read(row, someCalls))
				}
			}
			rate(b, n)
		})
		b.Run(alg.name+"/charges", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				check(xr.Reset(x), xx.Reset(&xr, segment.AllCharges))
				for row := 0; row < n; row += len(someCharges) {
					check(xx.Read(row, someCharges, calls[row:row+len(someCharges)]))
				}
			}
			rate(b, n)
		})
		b.Run(alg.name+"/one", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				check(cr.Reset(c), nr.Reset(m), cx.Reset(&cr, &nr, segment.AllCalls))
				check(cx.Read(must(cx.Find(calls[n/2].Identity)), someCalls[:1]))
			}
		})
	}
}

func BenchmarkRollups(b *testing.B) {
	const n = 50_000
	deltas := rollup(n, 1)
	for _, alg := range algorithms {
		var e segment.Encoder
		var blob []byte
		b.Run(alg.name+"/encode", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				blob = must(e.Rollups(blob[:0], deltas, alg.a))
			}
			rate(b, n, blob)
		})
		var r segment.Reader
		var x segment.RollupReader
		some := make([]usage.Delta, 512)
		b.Run(alg.name+"/decode", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				check(r.Reset(blob), x.Reset(&r, segment.AllRollups))
				for row := 0; row < n; row += len(some) {
					check(x.Read(row, some[:min(len(some), n-row)]))
				}
			}
			rate(b, n)
			b.ReportMetric(14*n*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mvalues/s")
		})
		var agents, amounts []int64
		b.Run(alg.name+"/columns", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				check(r.Reset(blob), x.Reset(&r, 0))
				agents = must(x.Column(segment.RollupAgent, agents))
				amounts = must(x.Column(segment.RollupAmount, amounts))
			}
			b.ReportMetric(2*n*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mvalues/s")
		})
	}
}

func BenchmarkRaw(b *testing.B) {
	const n = 20_000
	texts := rawTexts(n)
	var w segment.RawEncoder
	var blob []byte
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for i, s := range texts {
				check(w.Add(int64(i+2), s))
			}
			blob = must(w.Finish(blob[:0]))
		}
		rate(b, n, blob)
		b.ReportMetric(float64(len(texts[0])), "text/row")
	})
	b.Run("decode", func(b *testing.B) {
		var x segment.RawReader
		b.ReportAllocs()
		for b.Loop() {
			check(x.Reset(blob))
		}
		rate(b, n)
	})
}

// must and check are for benchmarks and set-up, where an error is a mistake.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func check(errs ...error) {
	for _, err := range errs {
		if err != nil {
			panic(err)
		}
	}
}
