package cli

// importCommands take in files; import_calls.go, import_rates.go and
// import_table.go have one each.
type importCommands struct {
	Calls importCalls `cmd:"" help:"Call records of a switch, in our own layout or its own."`
}
