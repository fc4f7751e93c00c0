// Package cli is the command line: one file for each command.
//
// It owns the commands' names and flags, how results and progress look on a
// terminal and in a file, and exit codes: 0 fine, 1 the work found problems
// (which it lists), 2 wrong use. It does not own what the work is: a command
// reads its flags, calls app, and prints.
//
//	code := cli.Main(ctx, cli.Process{Args: []string{"tenant", "list"}, Out: os.Stdout, …})
package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/alecthomas/kong"

	"tollkeeper/config"
	"tollkeeper/core/when"
)

// Process is what a command is run with. Clock is required; streams that are
// nil are empty.
type Process struct {
	Args    []string // without the program's name
	In      io.Reader
	Out     io.Writer // results
	Err     io.Writer // progress, questions and errors
	Env     func(string) (string, bool)
	Clock   when.Clock
	Version string
}

// program is the grammar: every command with its flags.
type program struct {
	Settings settings `embed:"" group:"settings"`

	Demo  demoCommand  `cmd:"" group:"start" help:"Make a sample contact center with a month of calls, and look at it."`
	Serve serveCommand `cmd:"" group:"start" help:"Run the site and the API."`

	Tenant tenantCommands `cmd:"" group:"set-up" help:"Contact centers: add, list, show, change, switch billing."`
	User   userCommands   `cmd:"" group:"set-up" help:"Users of a tenant: list, add, change."`
	Card   cardCommands   `cmd:"" group:"set-up" help:"Rate cards and where they hold."`
	Login  loginCommands  `cmd:"" group:"set-up" help:"Who gets into the site: list, add, give a new link."`
	Key    keyCommands    `cmd:"" group:"set-up" help:"API keys: list, add, revoke."`

	Import   importCommands  `cmd:"" group:"work" help:"Take in files: calls, rates, users, numbers, campaigns, rates of exchange."`
	Suspense suspenseCommand `cmd:"" group:"work" help:"List what cannot be rated yet, by cause, or try it again."`
	Rerate   rerateCommand   `cmd:"" group:"work" help:"Rate calls again with the prices of now: first shown, then posted."`

	Quote   quoteCommand   `cmd:"" group:"ask" help:"Rate calls with a card, both from files, without a database."`
	Report  reportCommand  `cmd:"" group:"ask" help:"Print a report."`
	Explain explainCommand `cmd:"" group:"ask" help:"Explain what a call costs, from its record to the ledger."`
	Export  exportCommand  `cmd:"" group:"ask" help:"Write calls with their charges as CSV or JSON lines."`

	Verify  verifyCommand  `cmd:"" group:"run" help:"Check that all books agree with themselves."`
	Compact compactCommand `cmd:"" group:"run" help:"Make the books smaller and quicker to read."`
	Backup  backupCommand  `cmd:"" group:"run" help:"Copy the books while others go on working."`
	Restore restoreCommand `cmd:"" group:"run" help:"Make books of a backup, and check them."`
	Bench   benchCommand   `cmd:"" group:"run" help:"Measure speed and size on this machine."`
	Config  configCommand  `cmd:"" group:"run" help:"Print the settings in force and where each comes from."`
	Version versionCommand `cmd:"" group:"run" help:"Print the program's version."`
}

// groups are the headings of the help, in its order.
var groups = []kong.Group{
	{Key: "start", Title: "First steps:"},
	{Key: "set-up", Title: "Who is billed:"},
	{Key: "work", Title: "Calls and prices:"},
	{Key: "ask", Title: "Asking:"},
	{Key: "run", Title: "Running it:"},
	{Key: "terms", Title: "Terms of the card (what is not given stays as it is):"},
	{Key: "deck", Title: "The deck's layout:"},
	{Key: "settings", Title: "Settings (also TOLLKEEPER_… in the environment, and lines in a file):"},
}

// settings are the flags of package config: nil where they are not given.
type settings struct {
	Data     *string `placeholder:"DIR" help:"Directory with the books in a SQLite database (./tollkeeper-data)."`
	DB       *string `name:"db" placeholder:"URL" help:"The books in PostgreSQL instead: postgres://user@host/name."`
	Progress *string `placeholder:"HOW" help:"How long work shows how far it is: auto, plain, json or none."`
	Config   *string `placeholder:"FILE" help:"File with further settings, one a line: name = value."`
}

// given are the settings that flags say; those of serve stand with its own.
func (p *program) given() map[string]string {
	s, v := &p.Settings, &p.Serve
	flags := map[string]string{}
	for name, value := range map[string]*string{
		"data": s.Data, "db": s.DB, "progress": s.Progress, config.FileSetting: s.Config,
		"api-rate": v.APIRate, "api-strangers": v.APIStrangers, "uploads": v.Uploads,
	} {
		if value != nil {
			flags[name] = *value
		}
	}
	return flags
}

const about = "Tollkeeper bills contact centers: it rates their calls, keeps the books, and answers for every amount."

// Main runs the command that p.Args names and returns the exit code. A
// cancelled ctx stops the work cleanly.
func Main(ctx context.Context, p Process) int {
	s := newSession(ctx, p)
	err := s.run()
	if closing := s.close(); err == nil {
		err = closing
	}
	return s.exit(err)
}

// exitNow is how kong's help ends the program from inside its parser.
type exitNow int

// run parses the arguments and runs the command they select.
func (s *session) run() (err error) {
	var grammar program
	parser, err := kong.New(&grammar, kong.Name("tollkeeper"), kong.Description(about), kong.Writers(s.out, s.Err),
		kong.Exit(func(code int) { panic(exitNow(code)) }), kong.ExplicitGroups(groups),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: helpWidth}))
	if err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(exitNow); !ok {
				panic(r)
			}
			err = nil
			if len(s.Args) == 0 {
				err = &usageError{errors.New("name a command")}
			}
		}
	}()
	if len(s.Args) == 0 {
		if _, err := parser.Parse([]string{"--help"}); err != nil {
			return err
		}
	}
	command, err := parser.Parse(joinSort(s.Args))
	if err != nil {
		return &usageError{err}
	}
	if s.conf, err = config.Read(config.Sources{Flags: grammar.given(), Env: s.Env}); err != nil {
		return &usageError{err}
	}
	return command.Run(s)
}

// joinSort makes --sort -Total one argument, since the parser would take the
// column behind its minus for a flag.
func joinSort(args []string) []string {
	for i := 0; i+1 < len(args); i++ {
		if args[i] == "--sort" && len(args[i+1]) > 1 && args[i+1][0] == '-' && args[i+1][1] != '-' {
			return append(append(slices.Clone(args[:i]), "--sort="+args[i+1]), args[i+2:]...)
		}
	}
	return args
}

// helpWidth is where help is wrapped at the latest, in columns.
const helpWidth = 100

func newSession(ctx context.Context, p Process) *session {
	if p.In == nil {
		p.In = eof{}
	}
	if p.Out == nil {
		p.Out = io.Discard
	}
	if p.Err == nil {
		p.Err = io.Discard
	}
	return &session{ctx: ctx, Process: p, out: bufio.NewWriterSize(p.Out, 64<<10), width: columns(p.Out)}
}

// eof is a stream with nothing in it.
type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }
