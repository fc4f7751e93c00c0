package web_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"tollkeeper/core/tenant"
)

// mostPicture is how large a picture of the README may be, in bytes.
const mostPicture = 300_000

// TestPictures takes the README's pictures, into the directory that
// TOLLKEEPER_PICTURES names (script/screenshots does) or into one that goes
// with the test: so it is known that they can be taken, and stay small.
func TestPictures(t *testing.T) {
	c, b, at := flow(t, as(tenant.Admin))
	dir := os.Getenv("TOLLKEEPER_PICTURES")
	if dir == "" {
		dir = t.TempDir()
	}
	b.do(chromedp.EmulateViewport(1600, 1000))
	take := func(name string) { b.keep(dir, name) }
	b.scheme("light")
	b.do(chromedp.Navigate(at + "/?period=last-month"))
	take("overview")
	b.scheme("dark")
	b.do(chromedp.Navigate(at + "/?period=last-month"))
	take("overview-dark")
	b.scheme("light")
	b.do(chromedp.Navigate(at + "/calls?period=last-month&status=rated"))
	take("calls")
	b.do(click("table.calls tbody a"), visible(".path-charge"))
	take("call")
	b.do(chromedp.Navigate(at + "/reports/billing?run=1&period=last-month&all=active&all=deactivated&country=GB&country=DE"))
	take("billing")
	b = newBrowser(t, c.at)
	b.do(chromedp.EmulateViewport(1600, 1000))
	b.scheme("light")
	b.signIn(c.at, "operator@example.com")
	b.do(chromedp.Navigate(c.at + "/operator?period=last-month"))
	take("operator")
}

// keep takes a picture of the window as it is, once nothing moves any more.
func (b *browser) keep(dir, name string) {
	b.t.Helper()
	b.do(settle())
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	must(b.t, err)
	if len(picture) > mostPicture {
		b.t.Errorf("%s has %d bytes", name, len(picture))
	}
	must(b.t, os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644))
}
