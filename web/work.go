package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"tollkeeper/core/fault"
	"tollkeeper/core/when"
)

// workPage is what work.html shows.
type workPage struct {
	Title   string
	Back    string
	Running bool
	Live    live
	Done    string
	Problem string
	Inputs  fault.Inputs
}

// live is what _progress.html draws.
type live struct {
	Events, Stage, Text string
	Percent             int
}

// wait makes a browser without script ask again.
func (p *workPage) wait() int {
	if p.Running {
		return 2
	}
	return 0
}

func (s *Site) work(w http.ResponseWriter, v *visit) error {
	one, err := s.works.find(v.owner(), v.PathValue("work"))
	if err != nil {
		return err
	}
	st := one.state()
	if to, ok := st.Result.(leadsTo); ok && st.Done && st.Err == nil {
		http.Redirect(w, v.Request, string(to), http.StatusSeeOther)
		return nil
	}
	p := &workPage{
		Title: one.Title, Back: one.Back, Running: !st.Done,
		Live: live{v.URL.Path + "/events", stageTitle(st.Stage), st.text(), st.percent()},
	}
	if st.Err != nil {
		var f form
		if !f.blame(st.Err) {
			return st.Err
		}
		p.Problem, p.Inputs = f.Problem, inputsOf(st.Err)
		if len(p.Inputs) > 0 {
			p.Problem = "These have to be mended first."
		}
	}
	if said, ok := st.Result.(saying); ok {
		p.Done = string(said)
	}
	s.show(w, v.Request, http.StatusOK, "work", one.Title, p)
	return nil
}

// leadsTo is a result that is looked at on another page.
type leadsTo string

// saying is a result that is told in words.
type saying string

// eventPace is how often at most news of a work go out.
const eventPace = 200 * time.Millisecond

// stillWithin is how soon somebody whose session has ended gets no more news.
const stillWithin = 10 * time.Second

// workEvents tells how a work goes on, as server-sent events, until it is done.
func (s *Site) workEvents(w http.ResponseWriter, v *visit) error {
	one, err := s.works.find(v.owner(), v.PathValue("work"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	pace, look := time.NewTicker(eventPace), time.NewTicker(stillWithin)
	defer pace.Stop()
	defer look.Stop()
	for looked := s.clock(); ; {
		if now := s.clock(); now-looked >= when.Instant(stillWithin/time.Microsecond) {
			looked = now
			still, err := s.auth.Still(v.Context())
			if err != nil {
				s.log.WarnContext(v.Context(), "news of a work end", "error", err)
			}
			if !still {
				return nil // whose session has ended is told nothing more
			}
		}
		st := one.state()
		news, err := json.Marshal(map[string]any{"stage": stageTitle(st.Stage), "text": st.text(), "percent": st.percent(), "done": st.Done})
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", news); err != nil {
			return nil // nobody listens any more
		}
		if err := out.Flush(); err != nil || st.Done {
			return nil
		}
		select {
		case <-st.next:
		case <-look.C:
		case <-v.Context().Done():
			return nil
		case <-s.lifetime.Done():
			return nil
		}
		select {
		case <-pace.C:
		case <-v.Context().Done():
			return nil
		}
	}
}

func stageTitle(stage string) string {
	switch stage {
	case "":
		return "Starting"
	case "check":
		return "Reading the file"
	case "rerun":
		return "Trying tenant after tenant again"
	case "import":
		return "Taking calls into the books"
	}
	return capital(stage)
}
