package web

import (
	"regexp"
	"slices"
	"strings"

	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

var (
	writtenInstant = regexp.MustCompile(`\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})`)
	writtenMode    = regexp.MustCompile(`\((half)_(up|even)\)`)
	writtenDays    = regexp.MustCompile(`\b(mon|tue|wed|thu|fri|sat|sun)(,(mon|tue|wed|thu|fri|sat|sun))*\b ([0-9]{2}:[0-9]{2})`)
)

// fieldNames are fields of an explanation that are abbreviated.
var fieldNames = map[string]string{"amd": "machine_detection", "recording_s": "recorded_s", "initial_s": "first_block_s", "increment_s": "block_s"}

// inWords is a step as the pages write: instants in the tenant's zone, as
// everywhere on the site but with their fractions, because those decide which
// second was begun; days of the week and names of settings as words.
func inWords(step rating.ExplainStep, zone *when.Zone) rating.ExplainStep {
	if reason, err := usage.ParseReason(fieldOf(&step, "reason")); err == nil && reason != usage.NoReason {
		// The command line's way to mend it is not the site's.
		if told, _, advised := strings.Cut(step.Text, " What to do: "); advised {
			step.Text = told + " " + causeAdvice(reason)
		}
		step.Text = strings.Replace(step.Text, "as "+reason.String(), "as “"+causeTitle(reason)+"”", 1)
	}
	step.Text = plainly(step.Text, zone)
	step.Fields = slices.Clone(step.Fields)
	for i := range step.Fields {
		f := &step.Fields[i]
		if f.Name == "text" {
			continue // the record as it came
		}
		f.Value = plainly(f.Value, zone)
		if f.Name == "mode" || f.Name == "reason" {
			f.Value = strings.ReplaceAll(f.Value, "_", " ")
		}
		if name, known := fieldNames[f.Name]; known {
			f.Name = name
		}
	}
	return step
}

func plainly(text string, zone *when.Zone) string {
	text = writtenInstant.ReplaceAllStringFunc(text, func(s string) string {
		i, err := when.Parse(s)
		if err != nil {
			return s
		}
		local := strings.Replace(i.In(zone), "T", " ", 1)
		if clock := strings.IndexByte(local, ' '); clock > 0 {
			if at := strings.LastIndexAny(local, "+-Z"); at > clock {
				local = local[:at] + " " + strings.Replace(local[at:], "Z", "UTC", 1)
			}
		}
		return local
	})
	text = writtenMode.ReplaceAllString(text, "($1 $2)")
	return writtenDays.ReplaceAllStringFunc(text, func(s string) string {
		days, hours, _ := strings.Cut(s, " ")
		if days == "mon,tue,wed,thu,fri" {
			return "Monday to Friday " + hours
		}
		var list []string
		for day := range strings.SplitSeq(days, ",") {
			list = append(list, capitalWord(day))
		}
		return strings.Join(list, ", ") + " " + hours
	})
}
