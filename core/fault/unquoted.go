package fault

import "regexp"

// quoted is a value as sentences quote it, with %q.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// Unquoted is a sentence about a record without the values that it quotes, for
// who may not see them: where columns are mixed up, a telephone number can stand
// in any field.
func Unquoted(sentence string) string { return quoted.ReplaceAllString(sentence, "“…”") }
