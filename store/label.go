package store

// LabelKind is which of the names that nobody sets up a label is.
type LabelKind int64

// Queues, carriers and sources are known by the names that records give them.
const (
	QueueLabel LabelKind = iota + 1
	CarrierLabel
	SourceLabel
)

// Labels gives the names of a kind, by id.
func (tx *Tx) Labels(kind LabelKind) (map[int32]string, error) {
	ls := map[int32]string{}
	err := tx.each(func(scan func(...any) error) error {
		var id int64
		var name string
		if err := scan(&id, &name); err != nil {
			return err
		}
		ls[int32(id)] = name
		return nil
	}, `SELECT id, name FROM label WHERE tenant_id = $1 AND kind = $2`, tx.id(), int64(kind))
	return ls, err
}

// PutLabel gives name an id of its kind: the one it has, or the next.
func (tx *Tx) PutLabel(kind LabelKind, name string) (int32, error) {
	var id int64
	err := tx.one([]any{&id}, `SELECT id FROM label WHERE tenant_id = $1 AND kind = $2 AND name = $3`, tx.id(), int64(kind), name)
	if err != errNoRow {
		return int32(id), err
	}
	if err := tx.one([]any{&id}, `SELECT COALESCE(MAX(id), 0) + 1 FROM label WHERE tenant_id = $1 AND kind = $2`, tx.id(), int64(kind)); err != nil {
		return 0, err
	}
	if err := tx.exec(`INSERT INTO label (tenant_id, kind, id, name) VALUES ($1, $2, $3, $4)`, tx.id(), int64(kind), id, name); err != nil {
		return 0, err
	}
	return int32(id), tx.bumpDirectory()
}
