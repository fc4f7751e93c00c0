package sample

import (
	"math/bits"
	"math/rand/v2"
)

// dice is chance that falls alike on every machine: whole numbers drawn from a
// generator whose algorithm is laid down. The ways to bound a draw that
// math/rand/v2 has are not, so they are made here.
type dice struct{ pcg rand.PCG }

// purpose keeps the draws for one thing from shifting those for another.
type purpose uint64

const (
	forPeople purpose = iota
	forCalls
	forDeck
	forFX
	purposes
)

// streamOf is the stream of draws of a tenant for a purpose.
func streamOf(tenant int, p purpose) uint64 { return uint64(tenant)*uint64(purposes) + uint64(p) }

func newDice(seed, stream uint64) dice { return dice{*rand.NewPCG(mix(seed), mix(^stream))} }

func (d *dice) word() uint64 { return d.pcg.Uint64() }

// below is between 0 and n−1; the bias of some n in 2³² does not matter here.
func (d *dice) below(n uint32) uint32 { return uint32(d.word() >> 32 * uint64(n) >> 32) }

// between is between a and b, both included.
func (d *dice) between(a, b uint32) uint32 { return a + d.below(b-a+1) }

// percent is true p times in 100.
func (d *dice) percent(p uint32) bool { return d.below(100) < p }

// oneIn is true once in n times.
func (d *dice) oneIn(n uint32) bool { return d.below(n) == 0 }

// cubeRoots are 2^(i/3), as 1024ths.
var cubeRoots = [4]int64{1024, 1290, 1625, 2048}

// around is near median, half of the time below it, as lengths of talks are:
// their logarithm is a bell. The ones among random bits make the bell, each
// three more of them double the length. It is at most 128 times the median.
func (d *dice) around(median int64) int64 {
	steps := min(max(bits.OnesCount64(d.word())-32, -21), 20) + 21
	low, high := cubeRoots[steps%3], cubeRoots[steps%3+1]
	factor := low + (high-low)*int64(d.below(1024))/1024
	return median * factor >> 10 << (steps / 3) >> 7
}

// mix scrambles x one to one: different x have different results.
func mix(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
