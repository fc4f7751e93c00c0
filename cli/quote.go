package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"

	"tollkeeper/core/fault"
	"tollkeeper/core/money"
	"tollkeeper/core/phone"
	"tollkeeper/core/rating"
	"tollkeeper/core/usage"
	"tollkeeper/core/when"
)

// quoteCommand rates calls with a card, both from files.
type quoteCommand struct {
	Card    string `required:"" placeholder:"CARD.json" help:"The rate card."`
	Calls   string `required:"" placeholder:"CALLS.jsonl" help:"The calls, an object a line; - is the standard input."`
	Explain bool   `help:"Add the steps from the call to its amount."`
}

// Help is the long help.
func (quoteCommand) Help() string {
	return "Prints an object a line for each call, in order. No database is needed, and it is the same engine that rates imports. " +
		"A suspended call has only its id, status and reason, and the prefix where the row found is blocked. " +
		"A call that answering machine detection looked at has its fee as amd, where the card has one."
}

// quoteCall is a call as the file has it.
type quoteCall struct {
	ID        string          `json:"id"`
	Direction usage.Direction `json:"direction"`
	Kind      string          `json:"kind"`
	Calling   phone.Number    `json:"calling"`
	Called    phone.Number    `json:"called"`
	Started   when.Instant    `json:"started_at"`
	Answered  when.Instant    `json:"answered_at"`
	Ended     when.Instant    `json:"ended_at"`
	Bundle    int32           `json:"bundle_s"`
	Discount  rating.Percent  `json:"discount_percent"`
	AMD       string          `json:"amd"`
}

// quoted is the answer for one call.
type quoted struct {
	ID      string               `json:"id"`
	Status  string               `json:"status"`
	Reason  string               `json:"reason,omitempty"`
	Billed  *int32               `json:"billed_s,omitempty"`
	Charged *int32               `json:"charged_s,omitempty"`
	Prefix  *string              `json:"prefix,omitempty"`
	Amount  *money.Amount        `json:"amount,omitempty"`
	AMD     *money.Amount        `json:"amd,omitempty"`
	Steps   []rating.ExplainStep `json:"steps,omitempty"`
}

func (c *quoteCommand) Run(s *session) error {
	tariff, book, err := c.readCard()
	if err != nil {
		return err
	}
	ids, calls, err := c.readCalls(s)
	if err != nil {
		return err
	}
	charges := make([]usage.Charge, len(calls))
	var ws rating.Workspace
	book.Rate(calls, charges, &ws)
	for i := range calls {
		if i%1024 == 0 && s.ctx.Err() != nil {
			return fault.Wrap("quote", s.ctx.Err())
		}
		q := answer(tariff, ids[i], &charges[i])
		if c.Explain {
			steps, err := book.Explain(calls[i], charges[i], rating.ExplainFacts{})
			if err != nil {
				return fault.Wrap("quote: explain "+ids[i], err)
			}
			q.Steps = steps.Steps
		}
		b, err := json.Marshal(&q)
		if err != nil {
			return err
		}
		s.out.Write(append(b, '\n')) // the buffer keeps its first error for close
	}
	return nil
}

// answer is what is printed of a charge. That a call costs nothing is a price
// like any other here: its amount says so.
func answer(t *rating.Tariff, id string, charge *usage.Charge) quoted {
	q := quoted{ID: id, Status: usage.Rated.String()}
	blocked := charge.Status == usage.Suspended && charge.Reason == usage.Blocked
	if charge.Row >= 0 && (charge.Status != usage.Suspended || blocked) {
		prefix := t.Row(charge.Row).Prefix.String()
		q.Prefix = &prefix
	}
	if charge.Status == usage.Suspended {
		q.Status, q.Reason = charge.Status.String(), charge.Reason.String()
		return q
	}
	charged := charge.Charged()
	q.Billed, q.Charged, q.Amount = &charge.Billed, &charged, &charge.Amount
	if charge.AMD != 0 {
		q.AMD = &charge.AMD
	}
	return q
}

// readCard compiles the card and makes a book in which it is the only one, for
// calls of every kind.
func (c *quoteCommand) readCard() (*rating.Tariff, *rating.Book, error) {
	text, err := os.ReadFile(c.Card)
	if err != nil {
		return nil, nil, cannotRead(err)
	}
	card, err := rating.ReadCard(bytes.NewReader(text))
	if err != nil {
		return nil, nil, inFile(c.Card, err)
	}
	tariff, err := rating.Compile(card)
	if err != nil {
		return nil, nil, inFile(c.Card, err)
	}
	ref := usage.NewCardRef(1, 1, false)
	book, err := rating.NewBook(rating.BookParts{
		Currency: card.Currency, Zone: when.UTC, Cards: []rating.BookCard{{Ref: ref, Tariff: tariff}},
		Assignments: []rating.Assignment{{ID: 1, Card: 1}, {ID: 2, Card: 1, Kind: usage.Internal}},
	})
	return tariff, book, err
}

// maxQuoteLine bounds a line of the calls, in bytes.
const maxQuoteLine = 1 << 20

// readCalls reads all calls before any is rated, so that a mistake in the last
// line is told before half an answer has been believed.
func (c *quoteCommand) readCalls(s *session) (ids []string, calls []rating.Call, err error) {
	in := s.In
	if c.Calls != "-" {
		f, err := os.Open(c.Calls)
		if err != nil {
			return nil, nil, cannotRead(err)
		}
		defer f.Close()
		in = f
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxQuoteLine)
	var mistakes fault.Inputs
	n := int64(1)
	for ; lines.Scan(); n++ {
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 {
			continue
		}
		id, call, err := readQuoteCall(text)
		if err == nil {
			ids, calls = append(ids, id), append(calls, call)
		} else if len(mistakes) < rating.MaxMistakes {
			mistakes = append(mistakes, fault.Input{File: c.Calls, Line: n, Value: "", Reason: err.Error()})
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		mistakes = append(mistakes, fault.Input{File: c.Calls, Line: n, Reason: "a line of more than a mebibyte"})
	} else if err != nil {
		return nil, nil, fault.Wrap("read "+c.Calls, err)
	}
	return ids, calls, mistakes.Err()
}

// readQuoteCall reads one line.
func readQuoteCall(text []byte) (string, rating.Call, error) {
	var q quoteCall
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil {
		return "", rating.Call{}, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return "", rating.Call{}, errors.New("more than one object on the line")
	}
	kind, err := usage.ParseKind(q.Kind)
	if err != nil {
		return "", rating.Call{}, err
	}
	amd, err := usage.ParseAMD(q.AMD)
	if err != nil {
		return "", rating.Call{}, err
	}
	switch {
	case q.Bundle < 0:
		return "", rating.Call{}, errors.New("bundle_s is below zero")
	case q.Answered != 0 && q.Ended < q.Answered:
		return "", rating.Call{}, errors.New("ended_at is before answered_at")
	case q.Answered != 0 && q.Ended-q.Answered > usage.MaxLength:
		return "", rating.Call{}, errors.New("longer than a day")
	}
	return q.ID, rating.Call{
		Calling: q.Calling, Called: q.Called, Started: q.Started, Answered: q.Answered, Ended: q.Ended,
		Bundle: q.Bundle, Discount: int32(q.Discount), Kind: kind, Direction: q.Direction, AMD: amd,
	}, nil
}

// cannotRead says of a file that a flag names why it cannot be read.
func cannotRead(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.NotFound, "%w", err)
	}
	return err
}

// inFile gives mistakes the name of the file they stand in.
func inFile(name string, err error) error {
	var inputs fault.Inputs
	if !errors.As(err, &inputs) {
		return fault.Wrap(name, err)
	}
	for i := range inputs {
		inputs[i].File = name
	}
	return inputs
}
