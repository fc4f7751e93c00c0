package cli

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"tollkeeper/api"
	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/fault"
	"tollkeeper/core/tenant"
	"tollkeeper/core/when"
	"tollkeeper/operate"
	"tollkeeper/store"
	"tollkeeper/web"
)

// serveCommand runs the site and the API.
type serveCommand struct {
	Listen       string  `default:"127.0.0.1:8080" placeholder:"ADDR" help:"Where the site and the API are (${default})."`
	Admin        string  `default:"127.0.0.1:9090" placeholder:"ADDR" help:"Where /metrics, /debug/pprof and the health checks are (${default}); off: nowhere."`
	HTTPS        bool    `name:"https" help:"People come by https, through a proxy in front of this address."`
	APIRate      *string `name:"api-rate" placeholder:"RATE" help:"How many requests one API key may send (20000/s): COUNT/s, COUNT/m, COUNT/10s, or none for no limit."`
	APIStrangers *string `name:"api-strangers" placeholder:"RATE" help:"How many requests without a key that works may come from one address (600/m)."`
	Uploads      *string `placeholder:"DIR" help:"Directory for files while they are uploaded (uploads within --data, else the system's for temporary files)."`
	Log          string  `enum:"text,json" default:"text" placeholder:"HOW" help:"How the log is written to the error stream: text or json."`
}

// Help is the long help.
func (serveCommand) Help() string {
	return "Ends on Ctrl-C or SIGTERM: what is being answered and committed is finished first. " +
		"The first start prints a link by which the first operator is set up. An address with port 0 gets a free one."
}

func (c *serveCommand) Run(s *session) error {
	a, err := s.newBooks()
	if err != nil {
		return err
	}
	v := &serving{session: s, command: c, app: a}
	if err := v.open(); err != nil {
		if v.site != nil {
			v.site.Close()
		}
		return err
	}
	return v.run()
}

// serving is the program while it serves.
type serving struct {
	*session
	command *serveCommand
	app     *app.App
	log     *slog.Logger
	watch   *operate.Watch
	auth    *auth.Auth
	live    *app.Live
	site    *web.Site

	main, admin *server
	failed      chan error
}

// server is one address.
type server struct {
	http.Server
	listener net.Listener
	cancel   context.CancelFunc // ends the requests that go on for ever
}

// routes are the patterns by which requests are told apart in metrics.
var routes = []string{
	"/healthz", "/readyz", "/{$}", "/{page}", "/static/{name...}", "/operator/{page...}", "/t/{tenant}/{page}", "/t/{tenant}/{page}/{rest...}",
	"/v1/usage", "/v1/calls", "/v1/calls/{id}", "/v1/reports", "/v1/reports/{name}", "/docs/{name...}",
}

// open takes the addresses and makes what answers at them.
func (v *serving) open() (err error) {
	v.failed = make(chan error, 2)
	v.log = newLog(v.Err, v.command.Log)
	v.watch = operate.New(operate.Options{App: v.app, Clock: v.Clock, Log: v.log, Version: v.Version, Routes: routes})
	secure := v.command.HTTPS || !loopback(v.command.Listen)
	v.auth = auth.New(v.store, auth.Options{Clock: v.Clock, Secure: secure})
	v.site, err = web.New(web.Options{App: v.app, Auth: v.auth, Clock: v.Clock, Version: v.Version, Uploads: v.conf.Uploads, Log: v.log})
	if err != nil {
		return err
	}
	if v.main, err = listen(v.ctx, v.command.Listen, v.log); err != nil {
		return err
	}
	if v.command.Admin != "off" {
		if v.admin, err = listen(v.ctx, v.command.Admin, v.log); err != nil {
			return errors.Join(err, v.main.listener.Close())
		}
		v.admin.Handler = v.watch.Admin()
		v.admin.WriteTimeout = 2 * time.Minute // a profile takes half of one
	}
	v.live = v.app.GoLive(v.watch.Live)
	v.main.Handler = v.handler()
	return nil
}

// handler is all that the main address answers.
func (v *serving) handler() http.Handler {
	programs := api.New(api.Options{App: v.app, Auth: v.auth, Live: v.live, Clock: v.Clock, Version: v.Version, Log: v.log,
		Limits: api.Limits{Keys: v.conf.KeyRate, Strangers: v.conf.StrangerRate}})
	programs = http.NewCrossOriginProtection().Handler(programs)
	mux := http.NewServeMux()
	v.watch.Health(mux)
	for _, pattern := range []string{"/v1/", "/openapi.json", "/docs", "/docs/"} {
		mux.Handle(pattern, programs)
	}
	mux.Handle("/", v.site)
	return v.watch.Requests(patient(mux, v.Clock))
}

// The limits of a connection. A body may be long and may take long, as long as
// something of it comes.
const (
	headerWithin = 10 * time.Second
	bodyIdle     = when.Minute
	idleWithin   = 2 * time.Minute
	headerBytes  = 64 << 10
)

// listen takes an address.
func listen(ctx context.Context, address string, log *slog.Logger) (*server, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fault.New(fault.Invalid, "listen at %s: %w", address, err)
	}
	s := &server{listener: l}
	base, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.BaseContext = func(net.Listener) context.Context { return base }
	s.ReadHeaderTimeout, s.IdleTimeout, s.MaxHeaderBytes = headerWithin, idleWithin, headerBytes
	s.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelWarn)
	return s, nil
}

// patient ends requests whose body stops coming.
func patient(next http.Handler, clock when.Clock) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = &patientBody{r.Body, http.NewResponseController(w), clock, 0}
		}
		next.ServeHTTP(w, r)
	})
}

type patientBody struct {
	io.ReadCloser
	control *http.ResponseController
	clock   when.Clock
	until   when.Instant // how long reading may take as it is set now
}

// Read gives the next piece a minute, setting the connection's alarm anew when
// half of it is over.
func (b *patientBody) Read(p []byte) (int, error) {
	if now := b.clock(); b.until-now < bodyIdle/2 {
		b.until = now + bodyIdle
		if err := b.control.SetReadDeadline(b.until.Time()); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return 0, err
		}
	}
	return b.ReadCloser.Read(p)
}

// run serves until it is told to stop, or cannot go on.
func (v *serving) run() error {
	for _, s := range v.servers() {
		go func() {
			if err := s.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
				v.failed <- err
			}
		}()
	}
	err := v.welcome()
	if err == nil {
		select {
		case err = <-v.failed:
		case <-v.ctx.Done():
		}
	}
	return errors.Join(err, v.stop())
}

func (v *serving) servers() []*server {
	if v.admin == nil {
		return []*server{v.main}
	}
	return []*server{v.main, v.admin}
}

// How long stopping may take: for requests that end by themselves, then for
// those that are told to, then for the live intake.
const (
	stopGently = 10 * time.Second
	stopFirmly = 5 * time.Second
	stopLive   = 10 * time.Second
)

// stop finishes what has begun.
func (v *serving) stop() error {
	v.watch.Stopping()
	v.log.Info("stopping")
	var all sync.WaitGroup
	errs := make([]error, len(v.servers()))
	for i, s := range v.servers() {
		all.Go(func() { errs[i] = s.stop() })
	}
	all.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), stopLive)
	defer cancel()
	err := v.live.Close(ctx)
	v.site.Close()
	v.log.Info("stopped")
	return errors.Join(append(errs, err)...)
}

func (s *server) stop() error {
	gently, cancel := context.WithTimeout(context.Background(), stopGently)
	defer cancel()
	err := s.Shutdown(gently)
	s.cancel()
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	firmly, cancel := context.WithTimeout(context.Background(), stopFirmly)
	defer cancel()
	if err = s.Shutdown(firmly); errors.Is(err, context.DeadlineExceeded) {
		return s.Close()
	}
	return err
}

// welcome says where everything is, and what is still to be done.
func (v *serving) welcome() error {
	site := v.address()
	v.printf("Tollkeeper %s serves the books of %s\n", v.Version, v.store.Where())
	v.printf("  site  %s/\n  API   %s/docs\n", site, site)
	if v.admin != nil {
		v.printf("  admin http://%s/metrics\n", v.admin.listener.Addr())
	}
	todo, err := v.todo(site)
	if err != nil {
		return err
	}
	for _, line := range todo {
		v.printf("%s\n", line)
	}
	v.log.Info("serving", "listen", v.main.listener.Addr().String(), "version", v.Version)
	return v.out.Flush()
}

// address is how the site is reached, as far as it is known here.
func (v *serving) address() string {
	if v.command.HTTPS {
		return "https://YOUR-HOST"
	}
	address := v.main.listener.Addr().String()
	if at, err := netip.ParseAddrPort(address); err == nil && at.Addr().IsUnspecified() {
		_, port, _ := net.SplitHostPort(address)
		address = "localhost:" + port
	}
	return "http://" + address
}

// todo is what is not configured and should be.
func (v *serving) todo(site string) (lines []string, err error) {
	token, needed, err := v.auth.SetUpLink(v.ctx)
	if err != nil {
		return nil, err
	}
	if needed {
		lines = append(lines, "Nobody can sign in yet. Set up the first operator, within a day and once:", "  "+site+"/set-up?token="+token)
	}
	tenants, err := v.store.Tenants(v.ctx)
	if err != nil {
		return nil, err
	}
	if len(tenants) == 0 {
		lines = append(lines, "There is no tenant yet: add one on the site, or with tollkeeper tenant add.")
	}
	if !v.command.HTTPS && !loopback(v.command.Listen) {
		lines = append(lines, "Browsers sign in by https only, as this address is open to others: put a proxy in front and say --https.")
	}
	keys := 0
	err = v.store.View(v.ctx, tenant.System, func(tx *store.Tx) error {
		all, err := tx.Keys()
		keys = len(all)
		return err
	})
	if needed && keys == 0 {
		lines = append(lines, "Mail is not set up: links to set a password are handed over by whoever makes them.")
	}
	return lines, err
}

// loopback tells whether an address is reached from this machine only.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// newLog is the log of a running program.
func newLog(w io.Writer, how string) *slog.Logger {
	if strings.EqualFold(how, "json") {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}
