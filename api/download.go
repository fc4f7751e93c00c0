package api

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// download answers with a file that write writes. One that cannot be finished
// cuts the connection: its length was not promised, so nothing else would tell
// that it is not whole.
func (s *server) download(ctx context.Context, kind, name string, write func(io.Writer) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", kind)
		out.SetHeader("Content-Disposition", `attachment; filename="`+name+`"`)
		if err := write(out.BodyWriter()); err != nil {
			s.Log.WarnContext(ctx, "download cut off", "name", name, "error", err)
			panic(http.ErrAbortHandler)
		}
	}}
}
