package tenant

import "tollkeeper/core/phone"

// Campaign is a run of calls with a purpose of its own.
type Campaign struct {
	ID    CampaignID `json:"id"`
	Code  string     `json:"campaign"` // as call records name it; unique
	Name  string     `json:"name,omitempty"`
	State State      `json:"state"`
}

// Check refuses names that cannot be.
func (c *Campaign) Check() error {
	if err := CheckName("campaign", c.Code); err != nil {
		return err
	}
	if c.Name != "" {
		return CheckName("campaign name", c.Name)
	}
	return nil
}

// Unit is a billing unit: a department, branch, brand or client inside a
// tenant that is charged on its own.
type Unit struct {
	ID   UnitID `json:"id"`
	Name string `json:"name"`
}

// Number is a number of the tenant's own, in at most one billing unit.
type Number struct {
	Number   phone.Number `json:"number"`
	Unit     UnitID       `json:"unit,omitempty"`
	Campaign CampaignID   `json:"campaign,omitempty"` // of calls into it that name none
}
