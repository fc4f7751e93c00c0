package app

import (
	"errors"
	"fmt"

	"tollkeeper/store"
)

// checkActivity walks the chain of who did what. Nothing else is compared with
// it, so a break in it damages no sums.
func (v *verifying) checkActivity() error {
	rows, err := v.tx.VerifyActivity()
	v.out.Activity = rows
	var broken *store.ActivityBreak
	if !errors.As(err, &broken) {
		return err
	}
	where := "its end"
	if broken.Row > 0 {
		where = fmt.Sprintf("row %d", broken.Row)
	}
	v.find("activity", where, "%v", broken)
	return nil
}
