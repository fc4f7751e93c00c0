-- Words for people that the page of an import shows: how the format of its file
-- was found, and what to do about a line that was refused. What came in before
-- has none.
ALTER TABLE run ADD COLUMN why {{text}} NOT NULL DEFAULT '';
ALTER TABLE rejected ADD COLUMN advice {{text}} NOT NULL DEFAULT '';

-- What waits is asked of every tenant at once; few segments hold anything that
-- does.
CREATE INDEX charge_seg_waits ON charge_seg (tenant_id, day, seg) WHERE suspended > 0;
