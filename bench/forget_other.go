//go:build !linux

package bench

// forgetFile does nothing where there is no way to ask for it: there the report
// is measured with a warm file.
func forgetFile(string) error { return nil }
