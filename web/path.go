package web

import (
	"slices"
	"strings"

	"tollkeeper/core/money"
	"tollkeeper/core/rating"
	"tollkeeper/core/when"
)

// way is the way of a charge as _explain.html draws it: the sum written as one
// does on paper, then the steps from the record to the books.
type way struct {
	Sum   []sumLine
	Total sumLine
	Steps []pathStep
}

// sumLine is a line of the sum: Sign, What and the figure it gives. A line that
// begins a result stands under a rule.
type sumLine struct {
	Sign, What, Figure, Unit string
	Rule                     bool
}

// pathStep is a step of the way with its picture.
type pathStep struct {
	rating.ExplainStep
	Icon    string
	Stage   string // record, price, amount or books: its colour
	Heading string // of the stage, on its first step
	Figure  string // what the step came to
	Unit    string
}

// stepLook is how a step is drawn: its picture (an icon), its stage, and which of
// its fields is what it came to.
type stepLook struct {
	Icon          string
	stage, figure string
	unit          string
}

var stepLooks = map[string]stepLook{
	"raw":       {Icon: "file-text", stage: "record", figure: "line", unit: "line"},
	"call":      {Icon: "phone", stage: "record"},
	"record":    {Icon: "phone-call", stage: "record"},
	"card":      {Icon: "cards", stage: "price", figure: "card"},
	"row":       {Icon: "list-search", stage: "price", figure: "rate", unit: "currency a minute"},
	"band":      {Icon: "clock", stage: "price", figure: "band"},
	"seconds":   {Icon: "hourglass", stage: "amount", figure: "billed_s", unit: "s"},
	"bundle":    {Icon: "package", stage: "amount", figure: "charged_s", unit: "s"},
	"discount":  {Icon: "discount", stage: "amount", figure: "percent", unit: "%"},
	"sum":       {Icon: "sum", stage: "amount", figure: "exact"},
	"rounding":  {Icon: "decimal", stage: "amount", figure: "rounded"},
	"bounds":    {Icon: "arrows-horizontal", stage: "amount", figure: "amount"},
	"fx":        {Icon: "currency", stage: "amount", figure: "factor"},
	"amd":       {Icon: "robot", stage: "amount", figure: "amount"},
	"charge":    {Icon: "receipt", stage: "amount", figure: "amount", unit: "currency"},
	"revisions": {Icon: "history", stage: "books"},
	"rollup":    {Icon: "stack-2", stage: "books", figure: "billed_day"},
	"ledger":    {Icon: "book", stage: "books"},
}

var stageTitles = map[string]string{"record": "The record", "price": "The price", "amount": "The amount", "books": "The books"}

// pathOf draws steps; zone is that of the times in them.
func pathOf(steps []rating.ExplainStep, zone *when.Zone) way {
	var p way
	stage := ""
	for _, step := range steps {
		look, known := stepLooks[step.Name]
		if !known {
			look = stepLook{Icon: "point", stage: stage}
		}
		s := pathStep{ExplainStep: inWords(step, zone), Icon: look.Icon, Stage: look.stage, Figure: fieldOf(&step, look.figure), Unit: look.unit}
		if currency := fieldOf(&step, "currency"); s.Figure != "" {
			s.Unit = strings.Replace(s.Unit, "currency", currency, 1)
		}
		if s.Stage != stage {
			stage, s.Heading = s.Stage, stageTitles[s.Stage]
		}
		s.Fields = slices.DeleteFunc(s.Fields, func(f rating.ExplainField) bool { return f.Name == look.figure || f.Name == "currency" })
		p.Steps = append(p.Steps, s)
	}
	p.add(steps)
	return p
}

// fieldOf is a field of a step; of none, empty.
func fieldOf(s *rating.ExplainStep, name string) string {
	for _, f := range s.Fields {
		if name != "" && f.Name == name {
			return f.Value
		}
	}
	return ""
}

// add writes the sum. Each line is a step's own figure; only the last one adds,
// what the voice costs and what detection does.
func (p *way) add(steps []rating.ExplainStep) {
	at := map[string]*rating.ExplainStep{}
	for i := range steps {
		at[steps[i].Name] = &steps[i]
	}
	field := func(step, name string) string {
		if s := at[step]; s != nil {
			return fieldOf(s, name)
		}
		return ""
	}
	currency := field("row", "currency")
	line := func(sign, what, figure, unit string) {
		if figure != "" {
			p.Sum = append(p.Sum, sumLine{Sign: sign, What: what, Figure: figure, Unit: unit})
		}
	}
	if at["sum"] == nil && field("amd", "amount") == "" || field("charge", "amount") == "" {
		return // nothing was added up
	}
	line("", "the call lasted", field("seconds", "length_s"), "s")
	if blocks := field("seconds", "increment_s"); blocks != "" {
		line("→", "billed, in blocks of "+blocks+" s", field("seconds", "billed_s"), "s")
	}
	if at["bundle"] != nil {
		line("−", field("bundle", "bundle_s")+" s that a bundle covers", field("bundle", "charged_s"), "s")
	}
	if added := p.stretches(at["sum"], field("sum", "connect_fee"), currency); added > 1 {
		line("", "exact", field("sum", "exact"), currency)
		p.Sum[len(p.Sum)-1].Rule = true
	}
	if decimals := field("rounding", "decimals"); decimals != "" && field("rounding", "rounded") != field("sum", "exact") {
		line("≈", "rounded to "+decimals+" decimals", field("rounding", "rounded"), currency)
	}
	if bound := field("bounds", "amount"); bound != field("rounding", "rounded") {
		line("→", "within the bounds of the row", bound, currency)
	}
	if factor := field("fx", "factor"); factor != "" {
		line("×", factor+" "+field("fx", "to")+" for one "+field("fx", "from"), field("charge", "amount"), field("charge", "currency"))
	}
	if fee := field("amd", "amount"); fee != "" && fee != "0" {
		line("+", "machine detection", fee, field("charge", "currency"))
	}
	p.Total = sumLine{Sign: "=", What: "The call costs", Figure: totalOf(field("charge", "amount"), field("charge", "amd")), Unit: field("charge", "currency")}
}

// stretches writes what is multiplied, each stretch of one rate, and the fee to
// connect; it tells how many lines that were. The first stands under a rule.
func (p *way) stretches(sum *rating.ExplainStep, connect, currency string) int {
	before := len(p.Sum)
	add := func(what, figure string) {
		l := sumLine{Sign: "+", What: what, Figure: figure, Unit: currency}
		if len(p.Sum) == before {
			l.Sign, l.Rule = "", before > 0
		}
		p.Sum = append(p.Sum, l)
	}
	if connect != "" {
		add("to connect", connect)
	}
	if sum != nil {
		for _, f := range sum.Fields {
			if f.Name == "stretch" {
				_, product, _ := strings.Cut(f.Value, ": ")
				what, cost, _ := strings.Cut(product, " = ")
				add(strings.Replace(what, " / 60 s", " "+currency+" a minute", 1), cost)
			}
		}
	}
	return len(p.Sum) - before
}

// totalOf adds voice and detection.
func totalOf(voice, detection string) string {
	a, err := money.ParseAmount(voice)
	if err != nil {
		return voice
	}
	if b, err := money.ParseAmount(detection); err == nil {
		if sum, err := a.Add(b); err == nil {
			return sum.String()
		}
	}
	return voice
}
