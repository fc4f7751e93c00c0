package web_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"tollkeeper/core/tenant"
)

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// ask evaluates an expression in the page.
func ask[T any](b *browser, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	must(b.t, err)
	return value
}

func (b *browser) signIn(at, email string) {
	b.t.Helper()
	b.do(chromedp.Navigate(at+"/sign-in"), chromedp.SendKeys(chromedp.CSS("#f-name"), email), chromedp.SendKeys(chromedp.CSS("#f-password"), password), chromedp.Submit(chromedp.CSS("#f-password")),
		visible(".page-title"))
}

func visible(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.WaitVisible(chromedp.CSS(selector))
}

// settled is when a page has everything: its charts are drawn, and no part of it
// is being fetched or put in.
const settled = `document.readyState == "complete" && [...document.querySelectorAll("canvas")].every(c => c.style.width) &&
	!document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")`

func settle() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](settled, chromedp.WithPollingTimeout(browserLimit)))
		return err
	})
}

// stands scrolls to an element, and is true when it stood where it stands a frame
// ago and nothing lies over it: a pointer sent to a thing that still moves, as a
// page that scrolls smoothly does, comes to where the thing was.
const stands = `selector => {
	const e = document.querySelector(selector);
	if (!e) return false;
	e.scrollIntoView({block: "center", behavior: "instant"});
	const box = e.getClientRects()[0];
	if (!box) return false;
	const [before, now] = [window.stoodAt, [selector, box.x, box.y, box.width, box.height].join()];
	window.stoodAt = now;
	return before == now && e.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
}`

// click sends the pointer to an element once the page has settled and it stands.
func click(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(settle(), visible(selector), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Run(ctx, chromedp.PollFunction[bool](stands, chromedp.WithPollingArgs(selector), chromedp.WithPollingTimeout(browserLimit)))
		if err != nil {
			return fmt.Errorf("%s does not stand still to be clicked, or lies under something: %w", selector, err)
		}
		return nil
	}), chromedp.Click(chromedp.CSS(selector)))
}

// views are the sizes that pages are looked at in.
var views = []int64{390, 1024, 1600}

// look opens a page in every size and both looks, checks that nothing is wider
// than the window, and keeps pictures where TOLLKEEPER_SHOTS names a directory.
func (b *browser) look(name, url string) {
	b.t.Helper()
	shots := os.Getenv("TOLLKEEPER_SHOTS")
	for _, scheme := range []string{"light", "dark"} {
		for i, width := range views {
			_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
			}})
			must(b.t, err)
			b.do(chromedp.EmulateViewport(width, 900))
			if i == 0 { // then it is only made wider
				b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(url), visible("main"))
			}
			b.do(settle())
			if wide := ask[int64](b, "document.documentElement.scrollWidth"); wide > width {
				b.t.Errorf("%s: %d wide in a window of %d", name, wide, width)
			}
			if got, want := ask[string](b, "getComputedStyle(document.documentElement).colorScheme"), scheme; !strings.Contains(got, want) {
				b.t.Errorf("%s: looks %q, want %s", name, got, want)
			}
			b.accessible(fmt.Sprintf("%s, %d wide, %s", name, width, scheme))
			if shots == "" {
				continue
			}
			drawn, err := chromedp.Run(b.ctx, chromedp.Poll[bool]("[...document.querySelectorAll('canvas')].every(c => c.style.width)"))
			if err != nil || !drawn {
				b.t.Errorf("%s: its charts are not drawn: %v", name, err)
			}
			picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
			must(b.t, err)
			must(b.t, os.WriteFile(filepath.Join(shots, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)), picture, 0o644))
		}
	}
}

// axe is where npm ci puts the rules of accessibility.
const axe = "assets/node_modules/axe-core/axe.min.js"

// accessible asks axe about the page that is open.
func (b *browser) accessible(name string) {
	b.t.Helper()
	rules, err := os.ReadFile(axe)
	if err != nil {
		b.t.Fatalf("the rules of accessibility are not here: make assets (%v)", err)
	}
	b.do(chromedp.Evaluate[chromedp.Void](string(rules)))
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](
		`axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => v.id + ": " + v.nodes.map(n => n.target + " " + n.failureSummary).slice(0, 3).join("; ")).join("\n"))`,
		chromedp.EvalAwaitPromise))
	must(b.t, err)
	if found != "" {
		b.t.Errorf("%s: %s", name, found)
	}
}

// TestBrowserPanels chooses in the panels of the Billing report, and sorts what
// comes of it.
func TestBrowserPanels(t *testing.T) {
	_, b, at := flow(t, as(tenant.Admin))
	b.do(chromedp.EmulateViewport(1600, 900), chromedp.Navigate(at+"/reports/billing"))
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#f-period").value = "last-month"`),
		click("input[name=country][value=GB]"), click("input[name=country][value=US]"))
	if got := ask[string](b, `document.querySelectorAll("[data-panel=countries] [data-count-all]")[0].textContent`); got != "2" {
		t.Errorf("the panel counts %s countries, want 2", got)
	}
	b.do(chromedp.Submit(chromedp.CSS("#f-period")), visible("#manual tfoot"))
	if got := ask[string](b, "location.search"); strings.Contains(got, "user=") || !strings.Contains(got, "all=active") {
		t.Errorf("everybody makes the address %s", got)
	}
	sum := ask[string](b, `document.querySelector("#manual tfoot").textContent`)
	b.do(click(`#manual th:nth-child(3) a`), visible(`#manual th:nth-child(3)[aria-sort=descending]`))
	if got := ask[bool](b, `(() => { const ns = [...document.querySelectorAll("#manual tbody tr td:nth-child(3)")].map(c => +c.textContent); return ns.length > 1 && ns.every((n, i) => i == 0 || ns[i-1] >= n) })()`); !got {
		t.Error("the rows are not sorted by their total")
	}
	b.do(settle())
	if !ask[bool](b, `document.activeElement.matches("#manual th:nth-child(3) a")`) {
		t.Error("the keyboard does not go on at the heading that was pressed")
	}
	if got := ask[string](b, `document.querySelector("#manual tfoot").textContent`); got != sum {
		t.Errorf("the total changed from %q to %q", sum, got)
	}
	if got := ask[int](b, `document.querySelectorAll(".report-charts canvas").length`); got != 2 {
		t.Errorf("%d charts, want one by country and one by team", got)
	}
}

// TestBrowserParts goes through lists without leaving their pages.
func TestBrowserParts(t *testing.T) {
	_, b, at := flow(t, as(tenant.Admin))
	b.do(chromedp.EmulateViewport(1024, 900), chromedp.Navigate(at+"/calls?period=last-month"), chromedp.Evaluate[chromedp.Void]("window.kept = true"))
	first := ask[string](b, `document.querySelector("#list tbody a").href`)
	b.do(click("a[rel=next]"), chromedp.WaitReady(chromedp.CSS(`#list a[rel=prev]`)))
	if got := ask[string](b, `document.querySelector("#list tbody a").href`); got == first {
		t.Error("the next page begins as the first")
	}
	if !strings.Contains(ask[string](b, "location.search"), "after=") || !ask[bool](b, "window.kept === true") {
		t.Error("the address stayed, or the page was left")
	}
	b.do(settle())
	if !ask[bool](b, `document.activeElement.id === "list"`) {
		t.Error("the keyboard does not go on at the list")
	}
	b.do(chromedp.Navigate(at+"/users"), chromedp.SendKeys(chromedp.CSS("#list-filter input[type=search]"), "dario"))
	if ok, err := chromedp.Run(b.ctx, chromedp.Poll[bool](`document.querySelectorAll("#list tbody tr").length == 1`)); err != nil || !ok {
		t.Errorf("the search finds another number than one: %v", err)
	}
}
