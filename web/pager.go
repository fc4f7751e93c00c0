package web

// pager is the ways to the other pages of a list, as _pager.html draws them: an
// address each, empty where there is none, and the words for it.
type pager struct {
	First, Before, After             string
	FirstText, BeforeText, AfterText string
}

// Any tells whether there is another page.
func (p pager) Any() bool { return p.First != "" || p.Before != "" || p.After != "" }

// newestFirst is the pager of a list that goes back in time and knows no way
// forward but to its beginning.
func newestFirst() pager { return pager{FirstText: "Newest", AfterText: "Older"} }

// numbered is the pager of a list whose pages are counted.
func numbered() pager { return pager{BeforeText: "Before", AfterText: "After"} }
