package web_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browserLimit bounds a test in a browser; it ends earlier unless something hangs.
const browserLimit = 4 * time.Minute

// chromium is the one browser process of all tests, started by the first that
// wants it. Each test has a browser context of its own in it: its own cookies.
var chromium = sync.OnceValues(startChromium)

// TestMain ends the browser, if any test has started it.
func TestMain(m *testing.M) {
	code := m.Run()
	stopChromium()
	os.Exit(code)
}

var stopChromium = func() {}

func startChromium() (context.Context, error) {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, fmt.Errorf("there is no Chromium: script/setup chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("force-color-profile", "srgb"))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ := chromedp.NewContext(allocator)
	stopChromium = func() {
		if err := chromedp.Cancel(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "stop Chromium:", err)
		}
		stop()
	}
	return ctx, chromedp.Do(ctx)
}

// browser is a window of one test's own. Whatever it complains of fails the
// test: a script that throws, something that the policy for contents stops, a
// page that asks another host.
type browser struct {
	t        *testing.T
	ctx      context.Context
	mu       sync.Mutex
	expected string // part of a complaint that is meant to come
}

// newBrowser opens a window that knows the site at one address only.
func newBrowser(t *testing.T, at string) *browser {
	t.Helper()
	root, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(root, browserLimit)
	t.Cleanup(cancel)
	b := &browser{t: t}
	b.ctx, cancel = chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	must(t, chromedp.Listen(b.ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			b.complain("script: " + e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
				b.complain("console: " + string(e.Type))
			}
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError || e.Entry.Source == log.EntrySourceSecurity {
				b.complain(e.Entry.Text + " " + e.Entry.URL)
			}
		case *network.EventRequestWillBeSent:
			// Chromium draws its own date fields with data: pictures; ours would
			// be stopped by the policy.
			if url := e.Request.URL; !strings.HasPrefix(url, at+"/") && !strings.HasPrefix(url, "data:") {
				b.complain("the page asks elsewhere: " + url)
			}
		}
	}))
	_, err = chromedp.Call(b.ctx, log.Enable, struct{}{})
	must(t, err)
	_, err = chromedp.Call(b.ctx, network.Enable, network.EnableParams{})
	must(t, err)
	return b
}

func (b *browser) complain(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.expected == "" || !strings.Contains(text, b.expected) {
		b.t.Errorf("the browser complains: %s", text)
	}
}

// expect lets complaints that hold a text pass from now on; "" lets none.
func (b *browser) expect(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expected = text
}

// goes does steps that lead to another page, and insists on the answer's status.
func (b *browser) goes(what string, want int, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	res, err := chromedp.RunResponse(b.ctx, steps...)
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
	if int(res.Status) != want {
		b.t.Errorf("%s: %d, want %d (%s)", what, res.Status, want, http.StatusText(want))
	}
}
