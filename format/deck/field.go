package deck

import "strings"

// field is what a column holds. The zero field is a column that is not used.
type field uint8

// The fields of a rate row, in the order of our own layout, and after them
// those that only carriers' layouts have.
const (
	unused field = iota
	direction
	prefix
	originPrefix
	band
	destination
	rate
	connectFee
	initial
	increment
	grace
	steps
	minCharge
	maxCharge
	blocked
	usageGroup
	callType
	effectiveFrom
	effectiveTo

	countryCode  // digits before those of prefix
	nextRate     // of what lies beyond the first interval
	status       // new, increase, blocked, discontinued, …
	discontinued // a flag
	fields       // how many there are
)

const ownFields = effectiveTo + 1

var fieldNames = [fields]string{
	"", "direction", "prefix", "origin_prefix", "band", "destination", "rate", "connect_fee", "initial", "increment", "grace", "steps",
	"min_charge", "max_charge", "blocked", "usage_group", "call_type", "effective_from", "effective_to",
	"country_code", "next_rate", "status", "discontinued",
}

// String is the field's name, as headings of our own layout and mistakes have it.
func (f field) String() string { return fieldNames[f] }

// synonyms are the headings of carriers and switches (JeraSoft, PortaBilling,
// A2Billing, ASTPP, MagnusBilling and what goes round by mail) in the form of
// plain. Of two that a file has for one field, the earlier counts. Our own
// names are understood besides.
var synonyms = [fields]string{
	direction:     "direction",
	prefix:        "prefix|dial code|dialcode|dial prefix|dialprefix|code|codes|dial codes|dialcodes|dialing code|dialling code|dial string|destination code|dest code|dst code|destination prefix|number prefix|pattern|npanxx|npa nxx|breakout|area code|areacode|city code|npa",
	originPrefix:  "origin prefix|origin code|origination prefix|origination code|source prefix|ani prefix|origin|origination",
	band:          "band|time profile|time band",
	destination:   "destination|destination name|dest name|code name|breakout name|dest|name|description|comment|area name|location|area|country name|country|zone",
	rate:          "new rate|new price|rate|price|call rate|sell rate|sell price|rateinitial|price first|rate first|price 1|cost|buy rate|buy price|buyrate|cost price|termination rate|charge|tariff|interstate|interstate rate|inter rate",
	connectFee:    "connect fee|connection fee|connection cost|connect cost|connectcost|connectcharge|connect charge|connection charge|setup fee|set up fee|setup cost|setup charge|setup|sf|flagfall",
	initial:       "initial|min duration|minimum duration|min|minimum|initblock|init block|initial block|init inc|initial increment|initial interval|first interval|interval first|first increment|first period|interval 1|min time|minimum time|minimal time|initial period",
	increment:     "increment|inc|int|interval next|next interval|interval n|interval 2|interval|intervals|billingblock|billing block|billing increment|billing increments|billing interval|billing terms|increments|next increment|increment next|subsequent increment|sub increment|next period|rounding|billing",
	grace:         "grace|grace time|grace period|grace seconds|includedseconds|included seconds|additional grace|free seconds",
	steps:         "steps",
	minCharge:     "min charge|minimum charge|minimal cost|minimal charge",
	maxCharge:     "max charge|maximum charge",
	blocked:       "blocked|block|forbidden|barred",
	usageGroup:    "usage group",
	callType:      "call type",
	effectiveFrom: "effective from|effective date|effective|eff date|effective start|valid from|start date|startdate|from date|date from|activation date|begin date|start|from",
	effectiveTo:   "effective to|end date|enddate|stopdate|stop date|valid to|valid until|valid till|expiry|expiry date|expires|expiration date|expiration|effective end|to date|date to|until|end|to",
	countryCode:   "country code|countrycode|country prefix|country dial code|cc",
	nextRate:      "price next|rate next|next rate|next price|price n|rate n|price 2",
	status:        "status|change|change type|rate change|change status|code status|action|type",
	discontinued:  "discontinued|discontinued flag|deleted|delete",
}

// known finds a field and the rank of a heading among its synonyms.
var known = func() map[string]struct {
	f    field
	rank int
} {
	m := map[string]struct {
		f    field
		rank int
	}{}
	for f := unused + 1; f < fields; f++ {
		for rank, s := range strings.Split(synonyms[f], "|") {
			if _, twice := m[s]; twice {
				panic("deck: two fields are headed " + s)
			}
			m[s] = struct {
				f    field
				rank int
			}{f, rank}
		}
	}
	return m
}()
