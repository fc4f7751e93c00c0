-- The books, as they begin. One text for both engines: {{text}} and {{bytes}}
-- are the only column words that differ, and a line that begins with
-- {{postgres}} is for PostgreSQL alone. Every table begins with tenant_id, and
-- so does every key, so that a cluster can spread tenants over machines; the
-- tables of the system as a whole (tenant) are listed in schema_test.go.
-- Instants are microseconds of UTC, days are yyyymmdd, amounts are micros.

CREATE TABLE tenant (
  id         BIGINT NOT NULL PRIMARY KEY,
  name       {{text}} NOT NULL UNIQUE,
  currency   {{text}} NOT NULL,
  zone       {{text}} NOT NULL,
  country    {{text}} NOT NULL,
  cutoff     BIGINT NOT NULL,
  dial_plan  {{text}} NOT NULL,
  created_at BIGINT NOT NULL
);

-- One row a tenant, and one for the system (tenant 0): the lock of its writers.
-- seg_version counts batches of segments, card_version whatever prices depend
-- on, directory_version users, numbers, campaigns and units; a restored backup
-- draws a new epoch. prev_entry and prev_hash are the end of the ledger's chain.
CREATE TABLE account (
  tenant_id         BIGINT NOT NULL PRIMARY KEY,
  writes            BIGINT NOT NULL,
  epoch             BIGINT NOT NULL,
  seg_version       BIGINT NOT NULL,
  card_version      BIGINT NOT NULL,
  directory_version BIGINT NOT NULL,
  closed_through    BIGINT NOT NULL,
  prev_entry        BIGINT NOT NULL,
  prev_hash         {{bytes}} NOT NULL
);

CREATE TABLE member (
  tenant_id BIGINT NOT NULL,
  id        INTEGER NOT NULL,
  username  {{text}} NOT NULL,
  email     {{text}} NOT NULL,
  display   {{text}} NOT NULL,
  role      INTEGER NOT NULL,
  state     INTEGER NOT NULL,
  extension {{text}} NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, username)
);

CREATE TABLE team (
  tenant_id BIGINT NOT NULL,
  id        INTEGER NOT NULL,
  name      {{text}} NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);

-- A user's or a campaign's time in a team, in billing days, both included;
-- from_day 0 is always so far, to_day 0 is still.
CREATE TABLE team_member (
  tenant_id BIGINT NOT NULL,
  member_id INTEGER NOT NULL,
  team_id   INTEGER NOT NULL,
  from_day  INTEGER NOT NULL,
  to_day    INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, member_id, team_id, from_day),
  FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
  FOREIGN KEY (tenant_id, team_id) REFERENCES team (tenant_id, id)
);

CREATE TABLE campaign (
  tenant_id BIGINT NOT NULL,
  id        INTEGER NOT NULL,
  code      {{text}} NOT NULL,
  name      {{text}} NOT NULL,
  state     INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, code)
);

CREATE TABLE team_campaign (
  tenant_id   BIGINT NOT NULL,
  campaign_id INTEGER NOT NULL,
  team_id     INTEGER NOT NULL,
  from_day    INTEGER NOT NULL,
  to_day      INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, campaign_id, team_id, from_day),
  FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id),
  FOREIGN KEY (tenant_id, team_id) REFERENCES team (tenant_id, id)
);

CREATE TABLE unit (
  tenant_id BIGINT NOT NULL,
  id        INTEGER NOT NULL,
  name      {{text}} NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);

CREATE TABLE unit_member (
  tenant_id BIGINT NOT NULL,
  member_id INTEGER NOT NULL,
  unit_id   INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, member_id, unit_id),
  FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
  FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id)
);

CREATE TABLE number (
  tenant_id   BIGINT NOT NULL,
  number      {{text}} NOT NULL,
  unit_id     INTEGER NOT NULL,
  campaign_id INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, number)
);

-- Names that calls hold by id and that nobody sets up: queues, carriers, sources.
CREATE TABLE label (
  tenant_id BIGINT NOT NULL,
  kind      INTEGER NOT NULL,
  id        INTEGER NOT NULL,
  name      {{text}} NOT NULL,
  PRIMARY KEY (tenant_id, kind, id),
  UNIQUE (tenant_id, kind, name)
);

CREATE TABLE card (
  tenant_id BIGINT NOT NULL,
  id        INTEGER NOT NULL,
  name      {{text}} NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);

-- A published revision is never changed: head holds the card's terms as JSON,
-- data its rows in our own deck layout, compressed.
CREATE TABLE card_revision (
  tenant_id  BIGINT NOT NULL,
  card_id    INTEGER NOT NULL,
  revision   INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  rates      INTEGER NOT NULL,
  note       {{text}} NOT NULL,
  head       {{text}} NOT NULL,
  data       {{bytes}} NOT NULL,
  PRIMARY KEY (tenant_id, card_id, revision),
  FOREIGN KEY (tenant_id, card_id) REFERENCES card (tenant_id, id)
);

-- card_own tells a card of this tenant (1) from one of the system (0).
CREATE TABLE assignment (
  tenant_id   BIGINT NOT NULL,
  id          INTEGER NOT NULL,
  scope       INTEGER NOT NULL,
  unit_id     INTEGER NOT NULL,
  campaign_id INTEGER NOT NULL,
  kind        INTEGER NOT NULL,
  card_id     INTEGER NOT NULL,
  card_own    INTEGER NOT NULL,
  from_at     BIGINT NOT NULL,
  to_at       BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE billing_switch (
  tenant_id BIGINT NOT NULL,
  from_at   BIGINT NOT NULL,
  is_on     INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, from_at)
);

CREATE TABLE fx_rate (
  tenant_id BIGINT NOT NULL,
  base      {{text}} NOT NULL,
  quote     {{text}} NOT NULL,
  day       INTEGER NOT NULL,
  factor    BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, base, quote, day)
);

-- The facts, column by column: up to 65,536 calls of one UTC day a row. version
-- is the account's seg_version that wrote it (for a merged one the highest of
-- its inputs), by which other writers find keys they have not seen.
CREATE TABLE call_seg (
  tenant_id BIGINT NOT NULL,
  day       INTEGER NOT NULL,
  seg       BIGINT NOT NULL,
  version   BIGINT NOT NULL,
  calls     INTEGER NOT NULL,
  data      {{bytes}} NOT NULL,
  PRIMARY KEY (tenant_id, day, seg)
);
CREATE INDEX call_seg_version ON call_seg (tenant_id, version);

CREATE TABLE number_seg (
  tenant_id BIGINT NOT NULL,
  day       INTEGER NOT NULL,
  seg       BIGINT NOT NULL,
  data      {{bytes}} NOT NULL,
  PRIMARY KEY (tenant_id, day, seg)
);

-- What rating made of each call of a segment, row for row; the highest revision
-- counts. suspended is how many of its rows wait for a card or a rate.
CREATE TABLE charge_seg (
  tenant_id BIGINT NOT NULL,
  day       INTEGER NOT NULL,
  seg       BIGINT NOT NULL,
  revision  INTEGER NOT NULL,
  suspended INTEGER NOT NULL,
  data      {{bytes}} NOT NULL,
  PRIMARY KEY (tenant_id, day, seg, revision)
);

-- Roll-up deltas by billing day and billing period (yyyymm of the calendar
-- month); they only ever add up.
CREATE TABLE usage_seg (
  tenant_id  BIGINT NOT NULL,
  billed_day INTEGER NOT NULL,
  period     INTEGER NOT NULL,
  seg        BIGINT NOT NULL,
  data       {{bytes}} NOT NULL,
  PRIMARY KEY (tenant_id, billed_day, period, seg)
);

CREATE TABLE raw_seg (
  tenant_id BIGINT NOT NULL,
  seg       BIGINT NOT NULL,
  run_id    BIGINT NOT NULL,
  data      {{bytes}} NOT NULL,
  PRIMARY KEY (tenant_id, seg)
);

{{postgres}}ALTER TABLE call_seg ALTER COLUMN data SET STORAGE EXTERNAL;
{{postgres}}ALTER TABLE number_seg ALTER COLUMN data SET STORAGE EXTERNAL;
{{postgres}}ALTER TABLE charge_seg ALTER COLUMN data SET STORAGE EXTERNAL;
{{postgres}}ALTER TABLE usage_seg ALTER COLUMN data SET STORAGE EXTERNAL;
{{postgres}}ALTER TABLE raw_seg ALTER COLUMN data SET STORAGE EXTERNAL;
{{postgres}}ALTER TABLE card_revision ALTER COLUMN data SET STORAGE EXTERNAL;

-- A run is one reading of one file for one tenant. batches counts what has been
-- committed of it; first_at is the start of the first run of that file, which is
-- when its late records are billed.
CREATE TABLE run (
  tenant_id   BIGINT NOT NULL,
  id          BIGINT NOT NULL,
  file        {{text}} NOT NULL,
  file_hash   {{bytes}} NOT NULL,
  bytes       BIGINT NOT NULL,
  source      {{text}} NOT NULL,
  format      {{text}} NOT NULL,
  zone        {{text}} NOT NULL,
  header      {{bytes}} NOT NULL,
  first_at    BIGINT NOT NULL,
  started_at  BIGINT NOT NULL,
  finished_at BIGINT NOT NULL,
  batches     BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX run_file ON run (tenant_id, file_hash);

-- Where every record ended, by run and UTC day of its start (0 unknown).
CREATE TABLE conservation (
  tenant_id  BIGINT NOT NULL,
  run_id     BIGINT NOT NULL,
  day        INTEGER NOT NULL,
  rated      BIGINT NOT NULL,
  zero_rated BIGINT NOT NULL,
  suspended  BIGINT NOT NULL,
  duplicate  BIGINT NOT NULL,
  conflict   BIGINT NOT NULL,
  rejected   BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, run_id, day)
);

-- Records that cannot be calls yet, and conflicts: once each, for ever.
CREATE TABLE suspense (
  tenant_id   BIGINT NOT NULL,
  identity    {{bytes}} NOT NULL,
  content     BIGINT NOT NULL,
  reason      INTEGER NOT NULL,
  state       INTEGER NOT NULL,
  day         INTEGER NOT NULL,
  run_id      BIGINT NOT NULL,
  line        BIGINT NOT NULL,
  field       {{text}} NOT NULL,
  detail      {{text}} NOT NULL,
  text        {{bytes}} NOT NULL,
  hint        {{bytes}} NOT NULL,
  created_at  BIGINT NOT NULL,
  resolved_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, identity, content)
);
CREATE INDEX suspense_open ON suspense (tenant_id, state, reason);

-- Lines that could not be read, once for each file and line.
CREATE TABLE rejected (
  tenant_id  BIGINT NOT NULL,
  file_hash  {{bytes}} NOT NULL,
  line       BIGINT NOT NULL,
  run_id     BIGINT NOT NULL,
  position   INTEGER NOT NULL,
  field      {{text}} NOT NULL,
  value      {{text}} NOT NULL,
  reason     {{text}} NOT NULL,
  text       {{bytes}} NOT NULL,
  PRIMARY KEY (tenant_id, file_hash, line)
);

CREATE TABLE entry (
  tenant_id  BIGINT NOT NULL,
  id         BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  day        INTEGER NOT NULL,
  cause_kind {{text}} NOT NULL,
  cause_ref  BIGINT NOT NULL,
  cause_text {{text}} NOT NULL,
  prev       {{bytes}} NOT NULL,
  hash       {{bytes}} NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE entry_line (
  tenant_id BIGINT NOT NULL,
  entry_id  BIGINT NOT NULL,
  line      INTEGER NOT NULL,
  account   {{text}} NOT NULL,
  currency  {{text}} NOT NULL,
  amount    BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, entry_id, line),
  FOREIGN KEY (tenant_id, entry_id) REFERENCES entry (tenant_id, id)
);

CREATE TABLE balance (
  tenant_id BIGINT NOT NULL,
  account   {{text}} NOT NULL,
  currency  {{text}} NOT NULL,
  amount    BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, account, currency)
);

INSERT INTO tenant (id, name, currency, zone, country, cutoff, dial_plan, created_at) VALUES (0, '', 'USD', 'UTC', '', 0, '', 0);
INSERT INTO account (tenant_id, writes, epoch, seg_version, card_version, directory_version, closed_through, prev_entry, prev_hash) VALUES (0, 0, 0, 0, 0, 0, 0, 0, {{empty}});
