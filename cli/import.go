package cli

// importCommands take in files; each has a file of its own here, except for the
// plain lists, which import_table.go has together.
type importCommands struct {
	Calls     importCalls     `cmd:"" help:"Call records of a switch, in our own layout or its own."`
	Rates     importRates     `cmd:"" help:"A deck of rates, worked into a rate card."`
	Users     importUsers     `cmd:"" help:"Users: username, email, display_name, teams, state, role, extension."`
	Numbers   importNumbers   `cmd:"" help:"The tenant's own numbers: number, billing_unit, campaign."`
	Campaigns importCampaigns `cmd:"" help:"Campaigns: campaign, name, teams, state."`
	FX        importFX        `cmd:"" name:"fx" help:"Rates of exchange: from, to, day, rate. They hold for every tenant."`
}
