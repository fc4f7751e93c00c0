package web

import (
	"fmt"
	"html/template"
	"math"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/when"
)

// funcs are what templates can call.
func (s *Site) funcs() template.FuncMap {
	return template.FuncMap{
		"icon":    s.icon,
		"asset":   s.assets.url,
		"flag":    s.flag,
		"at":      instant,
		"day":     func(d when.Day) string { return d.String() },
		"count":   func(n int64) template.HTML { return grouped(strconv.FormatInt(n, 10)) },
		"num":     func(n int) int64 { return int64(n) },
		"seconds": func(n int32) int64 { return int64(n) },
		"sum":     func(a, b int) int { return a + b },
		"minus":   func(n int) int { return -n },
		"money":   amount,
		"cents":   cents,
		"length":  length,
		"percent": percent,
		"capital": capital,
		"nothing": func(title, text, path, action string) empty { return empty{title, text, path, action} },
		"query":   url.QueryEscape,
		"bytes":   byteSize,
		"plural":  plural,
		"label":   label,
		"browser": browserName,
		"parts":   func(address string) []string { return strings.SplitAfter(address, "@") }, // between which a line may end
	}
}

// icon draws one of the icons that the build found in the sources.
func (s *Site) icon(name string) template.HTML {
	sprite := s.assets.url("icons.svg")
	if sprite == "" {
		return ""
	}
	return template.HTML(`<svg class="icon" aria-hidden="true"><use href="` + sprite + `#` + template.HTMLEscapeString(name) + `"/></svg>`)
}

// flag draws a country's flag; its name stands beside it.
func (s *Site) flag(c phone.Country) template.HTML {
	src := s.assets.url("flags/" + strings.ToLower(c.String()) + ".svg")
	if c == 0 || src == "" {
		return ""
	}
	return template.HTML(`<img class="flag-small" src="` + src + `" alt="" width="20" height="15" loading="lazy">`)
}

// grouped sets a number's digits in threes. The gaps are made by style, so that
// what somebody copies is the plain number.
func grouped(s string) template.HTML {
	sign, digits := "", s
	if strings.HasPrefix(s, "-") {
		sign, digits = "−", s[1:]
	}
	whole, rest, fraction := strings.Cut(digits, ".")
	var b strings.Builder
	b.WriteString(`<span class="figure">` + sign)
	for i := 0; i < len(whole); {
		n := (len(whole)-1-i)%3 + 1
		if i > 0 {
			b.WriteString(`<span class="thousand">` + whole[i:i+n] + `</span>`)
		} else {
			b.WriteString(whole[:n])
		}
		i += n
	}
	if fraction {
		b.WriteString("." + rest)
	}
	b.WriteString(`</span>`)
	return template.HTML(b.String())
}

// amount shows all of an amount, with at least the currency's decimals.
func amount(a money.Amount, c money.Currency) template.HTML {
	return grouped(a.Format(c.Digits())) + currency(c)
}

// cents shows an amount rounded to the currency's decimals; pointing at it shows
// all of it.
func cents(a money.Amount, c money.Currency) template.HTML {
	short, err := money.Rounding{Decimals: c.Digits()}.Round(a)
	if err != nil {
		return amount(a, c)
	}
	exact := a.Format(c.Digits())
	return template.HTML(`<span title="`+exact+` `+template.HTMLEscapeString(string(c))+`">`) + grouped(short.Format(c.Digits())) + currency(c) + `</span>`
}

func currency(c money.Currency) template.HTML {
	return template.HTML(` <span class="currency">` + template.HTMLEscapeString(string(c)) + `</span>`)
}

// instant shows a moment in a zone with its offset; pointing at it shows UTC.
func instant(i when.Instant, z *when.Zone) template.HTML {
	if i.IsZero() {
		return `<span class="text-secondary">–</span>`
	}
	if z == nil {
		z = when.UTC
	}
	local := i.In(z)
	date, clock, _ := strings.Cut(local, "T")
	offset := "Z"
	if at := strings.LastIndexAny(clock, "Z+-"); at >= 0 {
		clock, offset = clock[:at], clock[at:]
	}
	clock, _, _ = strings.Cut(clock, ".")
	if offset == "Z" {
		offset = "+00:00"
	}
	return template.HTML(fmt.Sprintf(`<time datetime="%s" title="%s in %s">%s %s <span class="offset">%s</span></time>`,
		i, i, "UTC", date, clock, offset))
}

// length shows seconds as 3:07 or 1:02:03.
func length(seconds int64) string {
	sign := ""
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	if seconds < 3600 {
		return fmt.Sprintf("%s%d:%02d", sign, seconds/60, seconds%60)
	}
	return fmt.Sprintf("%s%d:%02d:%02d", sign, seconds/3600, seconds/60%60, seconds%60)
}

// percent is part of whole in percent with one decimal, or a dash.
func percent(part, whole int64) string {
	if whole == 0 {
		return "–"
	}
	const thousand = 1000
	for part > math.MaxInt64/thousand || part < math.MinInt64/thousand { // amounts of a large center are that large
		part, whole = part/thousand, whole/thousand
	}
	if whole == 0 {
		return "–"
	}
	tenths, sign := part*thousand/whole, ""
	if tenths < 0 {
		tenths, sign = -tenths, "−"
	}
	return fmt.Sprintf("%s%d.%d %%", sign, tenths/10, tenths%10)
}

func byteSize(n int64) string {
	const unit = 1000
	switch {
	case n < unit:
		return strconv.FormatInt(n, 10) + " B"
	case n < unit*unit:
		return fmt.Sprintf("%.1f kB", float64(n)/unit)
	case n < unit*unit*unit:
		return fmt.Sprintf("%.1f MB", float64(n)/unit/unit)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/unit/unit/unit)
}

// capital makes a sentence of a text.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	s = string(unicode.ToUpper(r)) + s[n:]
	if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") {
		s += "."
	}
	return s
}

// capitalWord is a word as a heading begins with it.
func capitalWord(s string) string { return strings.TrimSuffix(capital(s), ".") }

// empty is what to say where nothing is, and the way on from there.
type empty struct{ Title, Text, Path, Action string }

// plural is a number with the word for its things: "1 call", "2 calls".
func plural(n int64, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.FormatInt(n, 10) + " " + word + "s"
}

// label makes a heading of a name that files and programs use: "billed_s" is
// "Billed, seconds".
func label(name string) string {
	if rest, ok := strings.CutSuffix(name, "_s"); ok {
		name = rest + ", seconds"
	}
	return strings.TrimSuffix(capital(strings.ReplaceAll(name, "_", " ")), ".")
}
