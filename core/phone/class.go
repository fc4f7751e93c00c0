package phone

// Class says what the digits that a switch wrote turned out to be. The zero
// Class is Bad.
type Class uint8

const (
	Bad       Class = iota // not a number; a Reason says why
	E164                   // an international number, complete
	Extension              // an internal number, digits as dialled
	ShortCode              // an emergency, operator or service number, digits as dialled
	Anonymous              // a caller who withholds the number: "anonymous", "restricted", …
)

var classNames = [...]string{"bad", "e164", "extension", "short_code", "anonymous"}

// String is the class's name as records and JSON show it.
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return classNames[Bad]
}

// Reason says why a number is Bad. The zero Reason is none: nothing is wrong.
type Reason uint8

const (
	Fine        Reason = iota // nothing is wrong
	Empty                     // there is nothing
	NotDigits                 // letters, or signs that no number has
	TooShort                  // and neither an extension nor a short code
	TooLong                   // more than 15 digits
	UnknownCode               // starts with a calling code that nobody has
	Implausible               // fits neither the home country nor any other
	Spreadsheet               // digits lost by a spreadsheet: 4.4E+11
)

var reasonTexts = [...]string{
	"",
	"is empty",
	"is not made of digits",
	"is too short for a number and is no extension or short code",
	"has more than 15 digits",
	"starts with a calling code that is not assigned",
	"fits no number of the home country and no international number",
	"was rounded by a spreadsheet and has lost digits: format the column as text and export again",
}

// String completes "the number …": "has more than 15 digits". Empty for Fine.
func (r Reason) String() string {
	if int(r) < len(reasonTexts) {
		return reasonTexts[r]
	}
	return reasonTexts[Implausible]
}
