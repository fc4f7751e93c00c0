package web

import (
	"fmt"
	"html/template"
	"strconv"

	"tollkeeper/core/usage"
)

// stat is one figure, as _stat.html shows it, and how it moved.
type stat struct {
	Name   string
	Figure template.HTML
	Change change
	Was    template.HTML // the figure of the period before
	Note   string
}

// change is how a figure moved against the period before.
type change struct {
	Text string // empty: nothing is known of before
	Icon string
	Tone string // a class: more is neither good nor bad, so it is only a colour's shade
}

var (
	changeNone = change{Text: "unchanged", Icon: "minus", Tone: "text-secondary"}
	changeUp   = change{Icon: "trending-up", Tone: "tone-up"}
	changeDown = change{Icon: "trending-down", Tone: "tone-down"}
)

// From manyTimes on a factor says more than a percentage, and from tooMany on it
// says nothing: what was before was as good as none.
const manyTimes, tooMany = 10, 1000

// rise says how much more a figure is than it was. Of nothing, or of less than
// nothing, there is no percentage.
func rise(now, before int64) change {
	c := changeUp
	if now < before {
		c = changeDown
	}
	switch {
	case now == before:
		return changeNone
	case before <= 0 && now > before, before > 0 && now/before >= tooMany:
		c.Text = "more"
	case before <= 0:
		c.Text = "less"
	case now/before >= manyTimes:
		c.Text = fmt.Sprintf("%d times", now/before)
	default:
		c.Text = fmt.Sprintf("%+.1f %%", (float64(now)-float64(before))/float64(before)*100)
		if now < before {
			c.Text = "−" + c.Text[1:]
		}
	}
	return c
}

// usageStats are the figures of usage that are no money.
func usageStats(now, before *usage.Sums) []stat {
	number := func(n int64) template.HTML { return grouped(strconv.FormatInt(n, 10)) }
	const minute = 60
	return []stat{
		{Name: "Calls", Figure: number(now.Calls), Change: rise(now.Calls, before.Calls), Was: number(before.Calls)},
		{Name: "Billed minutes", Figure: number(now.Billed / minute), Change: rise(now.Billed/minute, before.Billed/minute), Was: number(before.Billed / minute)},
		answerStat(now, before),
	}
}

// answerStat is the share of calls that were answered, and how long those were.
// Of calls whose roll-ups do not tell, there is none.
func answerStat(now, before *usage.Sums) stat {
	s := stat{Name: "Answer rate", Figure: template.HTML(percent(now.Answered, now.Told()))}
	switch {
	case now.Calls == 0:
		return s
	case now.Told() == 0:
		s.Note = "Not known: these calls came in before answers were counted."
		return s
	case now.Untold > 0:
		s.Note = "Of the " + plural(now.Told(), "call") + " that came in since answers are counted."
	case now.Answered > 0:
		s.Note = "Answered calls last " + length(now.Seconds/now.Answered) + " on average."
	}
	if before.Told() == 0 {
		return s
	}
	s.Was = template.HTML(percent(before.Answered, before.Told()))
	const tenths = 1000
	switch d := now.Answered*tenths/now.Told() - before.Answered*tenths/before.Told(); {
	case d == 0:
		s.Change = changeNone
	case d > 0:
		s.Change = changeUp
		s.Change.Text = fmt.Sprintf("+%d.%d points", d/10, d%10)
	default:
		s.Change = changeDown
		s.Change.Text = fmt.Sprintf("−%d.%d points", -d/10, -d%10)
	}
	return s
}
