package api_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"tollkeeper/api"
	"tollkeeper/core/access"
	"tollkeeper/core/tenant"
	"tollkeeper/store"
	"tollkeeper/store/storetest"
)

// TestIdempotencyKey sends requests again: the same one, others of the same
// name, and those that may use that name too.
func TestIdempotencyKey(t *testing.T) {
	each(t, func(s *service) {
		mine := s.tenant(0).ID
		key, other, theirs := s.key(mine, access.EditIntegrations), s.key(mine, access.EditIntegrations, access.ViewCalls), s.key(s.tenant(1).ID, access.EditIntegrations)
		post := func(key, path, body string, headers ...string) *httptest.ResponseRecorder {
			return s.send(key, "POST", path, body, append([]string{"Content-Type", "application/x-ndjson", "Idempotency-Key", "order 1"}, headers...)...)
		}
		wantProblem(s.t, "a mistake", post(key, "/v1/usage?zone=Nowhere", record), 400, "invalid")
		first := post(key, "/v1/usage", record)
		again := post(key, "/v1/usage", record)
		if first.Code != 200 || again.Code != 200 || !bytes.Equal(first.Body.Bytes(), again.Body.Bytes()) || !strings.Contains(first.Body.String(), `"rated":1`) {
			s.t.Errorf("%d %s\nthen %d %s", first.Code, first.Body, again.Code, again.Body)
		}
		if first.Header().Get("Idempotency-Replayed") != "" || again.Header().Get("Idempotency-Replayed") != "true" ||
			first.Header().Get("Content-Type") != again.Header().Get("Content-Type") {
			s.t.Errorf("%v\nthen %v", first.Header(), again.Header())
		}
		another := strings.Replace(record, "live 1", "live 2", 1)
		wantProblem(s.t, "another body", post(key, "/v1/usage", another), 409, "conflict")
		wantProblem(s.t, "another query", post(key, "/v1/usage?source=pbx", record), 409, "conflict")
		wantProblem(s.t, "another kind", post(key, "/v1/usage", record, "Content-Type", "text/csv"), 409, "conflict")
		wantProblem(s.t, "no name", post(key, "/v1/usage", record, "Idempotency-Key", "\x7f"), 400, "invalid")
		wantProblem(s.t, "a long name", post(key, "/v1/usage", record, "Idempotency-Key", strings.Repeat("x", 256)), 400, "invalid")
		wantProblem(s.t, "without a key", post("", "/v1/usage", record), 401, "unauthenticated")
		if w := post(other, "/v1/usage", another); w.Code != 200 || w.Header().Get("Idempotency-Replayed") != "" || !strings.Contains(w.Body.String(), `"rated":1`) {
			s.t.Errorf("another key of the tenant: %d %s", w.Code, w.Body)
		}
		if w := post(theirs, "/v1/usage", record); w.Code != 200 || w.Header().Get("Idempotency-Replayed") != "" {
			s.t.Errorf("another tenant: %d %s", w.Code, w.Body)
		}
		operator := s.key(tenant.System, access.Operate, access.EditIntegrations)
		if w := post(operator, "/v1/usage?tenant="+itoa(mine), another); w.Code != 200 || w.Header().Get("Idempotency-Replayed") != "" {
			s.t.Errorf("an operator: %d %s", w.Code, w.Body)
		}
	})
}

// TestIdempotencyKeyMeanwhile asks again while the first request still comes,
// and after one that was cut off.
func TestIdempotencyKeyMeanwhile(t *testing.T) {
	each(t, func(s *service) {
		key := s.key(s.tenant(0).ID, access.EditIntegrations)
		request := func(body io.Reader) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodPost, "/v1/usage", body)
			r.Header.Set("Authorization", "Bearer "+key)
			r.Header.Set("Content-Type", "application/x-ndjson")
			r.Header.Set("Idempotency-Key", "slow")
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, r)
			return w
		}
		whole := record + "\n" + strings.Replace(record, "live 1", "live 2", 1) + "\n"
		cut := io.MultiReader(strings.NewReader(record+"\n"), iotest.ErrReader(io.ErrUnexpectedEOF))
		wantProblem(s.t, "cut off", request(cut), 408, "incomplete")

		body, sender := io.Pipe()
		done := make(chan *httptest.ResponseRecorder)
		go func() { done <- request(body) }()
		if _, err := sender.Write([]byte(whole[:10])); err != nil { // it is being read
			s.t.Fatal(err)
		}
		w := request(strings.NewReader(whole))
		wantProblem(s.t, "meanwhile", w, 409, "in_progress")
		if w.Header().Get("Retry-After") == "" {
			s.t.Error(w.Header())
		}
		_, err := sender.Write([]byte(whole[10:]))
		if err = errors.Join(err, sender.Close()); err != nil {
			s.t.Fatal(err)
		}
		first := <-done
		again := request(strings.NewReader(whole))
		if first.Code != 200 || !bytes.Equal(first.Body.Bytes(), again.Body.Bytes()) || again.Header().Get("Idempotency-Replayed") != "true" {
			s.t.Errorf("%d %s\nthen %d %s", first.Code, first.Body, again.Code, again.Body)
		}
	})
}

// TestIdempotencyKeysKept sends more requests with names than are remembered:
// what is beyond is taken as if it had none, which its answer tells, and of what is
// remembered nothing is done again.
func TestIdempotencyKeysKept(t *testing.T) {
	each(t, func(s *service) {
		live := s.app.GoLive(nil)
		t := s.t
		handler := api.New(api.Options{App: s.app, Auth: s.auth, Live: live, Clock: storetest.Clock, Version: "test",
			Kept: store.AnswerBounds{OfSender: 8, OfTenant: 12, Bytes: 600}})
		mine := s.tenant(0).ID
		keys := []string{s.key(mine, access.EditIntegrations), s.key(mine, access.EditIntegrations), s.key(s.tenant(1).ID, access.EditIntegrations)}
		post := func(key, name string, n int) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodPost, "/v1/usage", strings.NewReader(strings.Replace(record, "live 1", fmt.Sprint("live ", n), 1)))
			r.Header.Set("Authorization", "Bearer "+key)
			r.Header.Set("Content-Type", "application/x-ndjson")
			if name != "" {
				r.Header.Set("Idempotency-Key", name)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			return w
		}
		var wg sync.WaitGroup
		var done, full atomic.Int64
		for n := range 20 {
			wg.Go(func() {
				w := post(keys[0], fmt.Sprint("order ", n), n)
				if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"rated":1`) {
					t.Errorf("%d: %d %s", n, w.Code, w.Body)
				}
				if w.Header().Get("Idempotency-Remembered") == "false" {
					full.Add(1)
				} else {
					done.Add(1)
				}
			})
		}
		wg.Wait()
		if done.Load() != 8 || full.Load() != 12 {
			t.Errorf("%d are remembered and %d not", done.Load(), full.Load())
		}
		again, known, forgotten := 0, 0, 0
		for n := range 20 {
			w := post(keys[0], fmt.Sprint("order ", n), n)
			switch {
			case w.Code == http.StatusOK && w.Header().Get("Idempotency-Replayed") == "true":
				known++
			case w.Code == http.StatusConflict && strings.Contains(w.Body.String(), "was done before"):
				forgotten++
			case w.Code == http.StatusOK && w.Header().Get("Idempotency-Remembered") == "false" && strings.Contains(w.Body.String(), `"duplicate":1`):
				again++
			default:
				t.Errorf("order %d: %d %s", n, w.Code, w.Body)
			}
		}
		if again != 12 || known == 0 || forgotten == 0 || known+forgotten != 8 {
			t.Errorf("%d are duplicates, %d answered as before and %d known to be done", again, known, forgotten)
		}
		for n := range 4 {
			if w := post(keys[1], fmt.Sprint("order ", n), 30+n); w.Code != http.StatusOK || w.Header().Get("Idempotency-Remembered") != "" {
				t.Errorf("the tenant's other key: %d %s", w.Code, w.Body)
			}
		}
		if w := post(keys[1], "order 5", 35); w.Code != http.StatusOK || w.Header().Get("Idempotency-Remembered") != "false" {
			t.Errorf("more than the tenant may: %d %v", w.Code, w.Header())
		}
		if w := post(keys[2], "order 1", 1); w.Code != http.StatusOK || w.Header().Get("Idempotency-Remembered") != "" {
			t.Errorf("another tenant: %d %s", w.Code, w.Body)
		}
		if err := live.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
