package web_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"tollkeeper/core/tenant"
)

// lineParams are those of Network.emulateNetworkConditions, which the browsers
// that there are know, old ones too.
type lineParams struct {
	Offline  bool    `json:"offline"`
	Latency  float64 `json:"latency"`
	Download float64 `json:"downloadThroughput"`
	Upload   float64 `json:"uploadThroughput"`
}

// sends lets the browser send so many bytes a second at most; −1: no limit.
func (b *browser) sends(bytes float64) {
	b.t.Helper()
	line := cdp.Command[lineParams, cdp.Empty]{Method: "Network.emulateNetworkConditions"}
	_, err := chromedp.Call(b.ctx, line, lineParams{Download: -1, Upload: bytes})
	must(b.t, err)
}

// TestBrowserUpload watches a file go over a slow line, stops it, and sends it
// again over a quick one.
func TestBrowserUpload(t *testing.T) {
	c, b, at := flow(t, as(tenant.Admin))
	before := len(c.runs())
	file := filepath.Join(t.TempDir(), "slow.csv")
	must(t, os.WriteFile(file, someCalls("slow", 20_000), 0o600))
	b.do(chromedp.Navigate(at+"/imports"), chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{file}))
	b.sends(200_000)
	b.do(click("form[data-upload] button[type=submit]"), visible("[data-upload-state]"))
	if ok, err := chromedp.Run(b.ctx, chromedp.Poll[bool](`document.querySelector("[data-upload-state] progress").value > 0`)); err != nil || !ok {
		t.Fatalf("no progress: %v", err)
	}
	if got := ask[string](b, `document.querySelector("[data-upload-state] [data-text]").textContent`); !strings.Contains(got, " % of 1.9 MB") {
		t.Errorf("it says %q", got)
	}
	b.accessible("while a file is sent")
	if shots := os.Getenv("TOLLKEEPER_SHOTS"); shots != "" {
		picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(shots, "upload.png"), picture, 0o600))
	}
	b.do(click("[data-cancel]"), visible("[data-upload-problem]"))
	if got := ask[string](b, `document.querySelector("[data-upload-problem]").textContent`); got != "Stopped. Nothing was taken in." {
		t.Errorf("it says %q", got)
	}
	b.accessible("a file that was stopped")
	b.sends(-1)
	b.do(click("form[data-upload] button[type=submit]"), visible("#became"))
	if n := len(c.runs()) - before; n != 1 {
		t.Errorf("%d imports", n)
	}
	c.nothingLeft()
}
