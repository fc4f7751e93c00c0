package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"

	"tollkeeper/app"
	"tollkeeper/config"
	"tollkeeper/core/when"
)

// How often progress is drawn, and written as lines: often enough to be
// believed, seldom enough to cost nothing.
const (
	drawEvery = 100 * when.Millisecond
	lineEvery = when.Second
)

// progress shows how far one piece of work is. Its report may be called from
// any goroutine.
type progress struct {
	w     io.Writer
	clock when.Clock
	how   config.Progress // Auto: a bar
	name  string
	width int

	mu    sync.Mutex
	stage string
	start when.Instant // of the stage
	last  when.Instant // drawn or written
	drawn bool         // a bar stands on the terminal's line
}

// progress begins to show how far the work called name is.
func (s *session) progress(name string) *progress {
	p := &progress{w: s.Err, clock: s.Clock, how: s.conf.Progress, name: name, width: columns(s.Err)}
	if p.how == config.Auto && p.width == 0 {
		p.how = config.None
	}
	return p
}

// report is told by app how far it is.
func (p *progress) report(now app.Progress) {
	if p.how == config.None {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.clock()
	if now.Stage != p.stage {
		p.stage, p.start, p.last = now.Stage, at, 0
	}
	every := lineEvery
	if p.how == config.Auto {
		every = drawEvery
	}
	finished := now.Total > 0 && now.Done >= now.Total
	if p.last != 0 && at-p.last < every && !finished {
		return
	}
	p.last = at
	switch p.how {
	case config.Auto:
		fmt.Fprintf(p.w, "\r\x1b[K%s", bar(p.name, now, at-p.start, p.width-1))
		p.drawn = true
	case config.Plain:
		fmt.Fprintf(p.w, "%s: %s\n", p.name, strings.Join(figures(now, at-p.start), ", "))
	case config.JSON:
		p.line(now, at-p.start)
	}
}

// line writes an object a line.
func (p *progress) line(now app.Progress, elapsed when.Instant) {
	b, err := json.Marshal(struct {
		Name    string `json:"name"`
		Stage   string `json:"stage"`
		Done    int64  `json:"done"`
		Total   int64  `json:"total"`
		Unit    string `json:"unit"`
		Records int64  `json:"records"`
		Elapsed int64  `json:"elapsed_ms"`
	}{p.name, now.Stage, now.Done, now.Total, now.Unit, now.Records, int64(elapsed / when.Millisecond)})
	if err == nil {
		fmt.Fprintf(p.w, "%s\n", b)
	}
}

// done takes the bar away, so that what is printed next begins a line.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}

// The bar's length in columns.
const (
	leastBar = 10
	mostBar  = 40
)

// bar is one line of at most width columns: a name, a bar, and figures, of
// which the last are left out where they do not fit.
func bar(name string, now app.Progress, elapsed when.Instant, width int) string {
	facts := figures(now, elapsed)
	for len(facts) > 1 && runes(name)+2+leastBar+2+runes(strings.Join(facts, "  ")) > width {
		facts = facts[:len(facts)-1]
	}
	tail := strings.Join(facts, "  ")
	room := min(width-runes(name)-runes(tail)-4, mostBar)
	line := name + "  " + tail
	if now.Total > 0 && room >= leastBar {
		full := int(min(now.Done, now.Total) * int64(room) / now.Total)
		line = name + "  " + strings.Repeat("█", full) + strings.Repeat("░", room-full) + "  " + tail
	}
	if rs := []rune(line); len(rs) > width {
		return string(rs[:max(width, 0)])
	}
	return line
}

func runes(s string) int { return len([]rune(s)) }

// figures say how far it is, how fast it goes and how long it will take; what is
// not known is left out.
func figures(now app.Progress, elapsed when.Instant) []string {
	facts := []string{now.Stage}
	if now.Total > 0 {
		facts = append(facts, fmt.Sprintf("%d %%", min(now.Done, now.Total)*100/now.Total))
	}
	n, unit := now.Records, "records"
	if n == 0 && now.Unit != "bytes" {
		n, unit = now.Done, now.Unit
	}
	if n > 0 {
		facts = append(facts, grouped(n)+" "+unit)
	}
	if ms := int64(elapsed / when.Millisecond); ms > 0 {
		if n > 0 {
			facts = append(facts, grouped(n*1000/ms)+"/s")
		}
		if left := now.Total - now.Done; left > 0 && now.Done > 0 && ms >= 1000 {
			facts = append(facts, clock(ms*left/now.Done/1000)+" left")
		}
	}
	return facts
}

// clock is seconds as 0:07 or 1:02:03.
func clock(s int64) string {
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// grouped is a count as people read it: 1,234,567.
func grouped(n int64) string {
	digits := fmt.Sprint(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
