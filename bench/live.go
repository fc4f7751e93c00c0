package bench

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"tollkeeper/api"
	"tollkeeper/app"
	"tollkeeper/auth"
	"tollkeeper/core/access"
	"tollkeeper/core/fault"
	"tollkeeper/core/when"
	"tollkeeper/sample"
	"tollkeeper/store"
	"tollkeeper/store/pgtemp"
)

// What the live intake is measured with.
const (
	liveClients = 32
	liveTenants = 8
	liveShare   = 10 // of so many calls of the month one is sent
)

// liveCall is a record that a client sends, and whose key it has.
type liveCall struct{ key, record, ended string }

// liveSQLite and livePostgres measure single calls on the one and the other
// engine; the latter on a server of its own, since it has to be empty.
func (r *runner) liveSQLite(ctx context.Context) error {
	return r.live(ctx, "", store.Options{Dir: filepath.Join(r.dir, "live")})
}

func (r *runner) livePostgres(ctx context.Context) error {
	server, err := pgtemp.Start(ctx, pgtemp.Options{Durability: pgtemp.Durable})
	if err != nil {
		return err
	}
	defer server.Stop()
	return r.live(ctx, "_postgres", store.Options{URL: server.DSN("")})
}

// live measures single calls: each a request over HTTP of its own, answered when
// it is durable. The limit is a server that reads the same requests and answers
// them at once.
func (r *runner) live(ctx context.Context, engine string, place store.Options) error {
	center := sample.New(sample.Options{
		Seed: 1, Tenants: liveTenants, Calls: max(r.Calls/liveShare, 1000), First: when.DayOf(2026, 6, 1), Days: 1, DeckRows: 100_000, Clean: true,
	})
	place.Clock = func() when.Instant { return when.MustParse("2026-06-05T00:00:00Z") }
	s, err := store.Open(ctx, place)
	if err != nil {
		return err
	}
	defer s.Close()
	a := app.New(s)
	if err := a.LoadSample(ctx, center, r.Report); err != nil {
		return err
	}
	doors := auth.New(s, auth.Options{Clock: place.Clock})
	calls, err := liveCalls(ctx, s, doors, center)
	if err != nil {
		return err
	}
	bare, _, err := r.sendAll(ctx, calls, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		_, _ = io.Copy(io.Discard, q.Body) // the client tells of whatever goes wrong
		_, _ = io.WriteString(w, "{}")
	}))
	if err != nil {
		return err
	}
	intake := a.GoLive(nil)
	front := api.New(api.Options{App: a, Auth: doors, Live: intake, Clock: place.Clock})
	alone := len(calls) * 3 / 4
	rate, p99, err := r.sendAll(ctx, calls[:alone], front)
	if err != nil {
		return err
	}
	r.add(Figure{"live_calls" + engine, rate, "calls/s", bare, "single calls over HTTP, 32 clients, durable; limit: the same requests without work"})
	r.add(Figure{"live_p99" + engine + "_ms", p99, "ms", 0, "99 of 100 of these answers came within this"})
	beside, stop := r.importing(ctx, a, center)
	_, crowded, err := r.sendAll(ctx, calls[alone:], front)
	stop()
	if err := errors.Join(err, <-beside, intake.Close(ctx)); err != nil {
		return err
	}
	r.add(Figure{"live_p99_import" + engine + "_ms", crowded, "ms", p99, "the same while files are imported beside them; limit: without"})
	return nil
}

// importing imports the calls of a center over and over, each time as another
// switch's, until it is told to stop; then it gives what went wrong.
func (r *runner) importing(ctx context.Context, a *app.App, center *sample.Center) (<-chan error, context.CancelFunc) {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		var file bytes.Buffer
		err := center.Calls(&file)
		for i := 0; err == nil && ctx.Err() == nil; i++ {
			_, err = a.ImportCalls(ctx, app.ImportCalls{
				Path: "calls.csv", Input: bytes.NewReader(file.Bytes()), Source: "switch " + strconv.Itoa(i),
			}, nil)
		}
		if ctx.Err() != nil { // stopped in the middle of a file, as it was told to
			err = nil
		}
		done <- err
	}()
	return done, stop
}

// liveCalls are all calls of a center as JSON lines, with their tenants' keys.
func liveCalls(ctx context.Context, s *store.Store, a *auth.Auth, center *sample.Center) (all []liveCall, err error) {
	for _, x := range center.Tenants() {
		t, err := s.FindTenant(ctx, x.Name)
		if err != nil {
			return nil, err
		}
		by := auth.Program("bench")
		by.ActingIn = t.ID
		key, _, err := a.NewKey(ctx, by, "bench", access.Of(access.EditIntegrations), 0)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := x.Calls(&b); err != nil {
			return nil, err
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil {
			return nil, err
		}
		for i := 1; i < len(rows); i++ {
			fields := map[string]string{}
			for k, cell := range rows[i] {
				fields[rows[0][k]] = cell
			}
			record, err := json.Marshal(fields)
			if err != nil {
				return nil, err
			}
			all = append(all, liveCall{key, string(record), fields["ended_at"]})
		}
	}
	// As they come in life: when they end, of all tenants mixed.
	slices.SortStableFunc(all, func(a, b liveCall) int { return strings.Compare(a.ended, b.ended) })
	return all, nil
}

// sendAll sends every call to a handler behind a socket, and gives how many a
// second were answered and within how many milliseconds 99 of 100.
func (r *runner) sendAll(ctx context.Context, calls []liveCall, h http.Handler) (rate, p99 float64, err error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, 0, err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(l) }) // ends by Close
	defer served.Wait()
	defer server.Close()
	transport := &http.Transport{MaxIdleConnsPerHost: liveClients}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	address := "http://" + l.Addr().String() + "/v1/usage"
	took := make([][]when.Instant, liveClients)
	errs := make([]error, liveClients)
	seconds, _ := r.timed(func() error {
		var clients sync.WaitGroup
		for k := range liveClients {
			clients.Go(func() {
				for i := k; i < len(calls) && errs[k] == nil; i += liveClients {
					from := r.Clock()
					errs[k] = sendOne(ctx, client, address, &calls[i])
					took[k] = append(took[k], r.Clock()-from)
				}
			})
		}
		clients.Wait()
		return nil
	})
	for _, e := range errs {
		if e != nil {
			return 0, 0, e
		}
	}
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	return float64(len(calls)) / seconds, float64(all[len(all)*99/100]) / 1000, nil
}

func sendOne(ctx context.Context, client *http.Client, address string, c *liveCall) error {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(c.record))
	if err != nil {
		return err
	}
	q.Header.Set("Authorization", "Bearer "+c.key)
	q.Header.Set("Content-Type", "application/x-ndjson")
	answer, err := client.Do(q)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fault.New(fault.Internal, "a call was answered with %s: %s", answer.Status, text)
	}
	return err
}
