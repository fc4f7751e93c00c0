package sample

// team is a group of agents with a queue.
type team struct {
	name  string
	queue string
	unit  string // billing unit of its campaigns' numbers
}

var teamKinds = [...]team{
	{"Sales", "sales", "Sales"},
	{"Retention", "retention", "Sales"},
	{"Support", "support", "Customer service"},
	{"Collections", "collections", "Customer service"},
	{"Night desk", "night", "Customer service"},
}

const nightDesk = 4 // among teamKinds
