-- Who gets in, and what they did. login, session, one_time_link and api_key are
-- global like tenant: a person or a program has to be found before its tenant is
-- known. Their tenant_id says whose they are, 0 the operator's; a tenant's
-- transaction asks only for its own. Secrets are kept as hashes alone.

-- email and username are what a person signs in with, in lower case; name is
-- for people without a member, who are operators. password is an argon2id hash,
-- empty until somebody has set one.
CREATE TABLE login (
  id         BIGINT NOT NULL PRIMARY KEY,
  tenant_id  BIGINT NOT NULL,
  member_id  INTEGER NOT NULL,
  email      {{text}} NOT NULL,
  username   {{text}} NOT NULL,
  name       {{text}} NOT NULL,
  password   {{text}} NOT NULL,
  is_off     INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  signed_at  BIGINT NOT NULL
);
CREATE UNIQUE INDEX login_email ON login (email) WHERE email <> '';
CREATE UNIQUE INDEX login_member ON login (tenant_id, member_id) WHERE member_id <> 0;
CREATE INDEX login_username ON login (username);

-- hash is what the session's token hashes to; id is what people call it by.
CREATE TABLE session (
  id         BIGINT NOT NULL PRIMARY KEY,
  tenant_id  BIGINT NOT NULL,
  hash       {{text}} NOT NULL UNIQUE,
  login_id   BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  address    {{text}} NOT NULL,
  agent      {{text}} NOT NULL,
  acting_id  BIGINT NOT NULL,
  data       {{bytes}} NOT NULL
);
CREATE INDEX session_login ON session (tenant_id, login_id);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE one_time_link (
  hash       {{bytes}} NOT NULL PRIMARY KEY,
  tenant_id  BIGINT NOT NULL,
  kind       INTEGER NOT NULL,
  login_id   BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX one_time_link_login ON one_time_link (tenant_id, login_id);

-- prefix is the part of a key that is shown; scopes is a set of privileges.
CREATE TABLE api_key (
  id         BIGINT NOT NULL PRIMARY KEY,
  tenant_id  BIGINT NOT NULL,
  prefix     {{text}} NOT NULL UNIQUE,
  hash       {{bytes}} NOT NULL,
  name       {{text}} NOT NULL,
  scopes     BIGINT NOT NULL,
  login_id   BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL
);
CREATE INDEX api_key_tenant ON api_key (tenant_id, id);

-- What was done, by whom and from where; tenant 0 is the system. Rows are only
-- ever added, each with the hash of the one before it.
CREATE TABLE activity (
  tenant_id BIGINT NOT NULL,
  id        BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  login_id  BIGINT NOT NULL,
  who       {{text}} NOT NULL,
  address   {{text}} NOT NULL,
  what      {{text}} NOT NULL,
  about     {{text}} NOT NULL,
  was       {{text}} NOT NULL,
  became    {{text}} NOT NULL,
  prev      {{bytes}} NOT NULL,
  hash      {{bytes}} NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX activity_at ON activity (tenant_id, at);

-- Where each chain stands, so that rows cut off its end are missed.
CREATE TABLE activity_head (
  tenant_id BIGINT NOT NULL PRIMARY KEY,
  id        BIGINT NOT NULL,
  hash      {{bytes}} NOT NULL
);

CREATE TABLE saved_report (
  tenant_id  BIGINT NOT NULL,
  id         BIGINT NOT NULL,
  report     {{text}} NOT NULL,
  name       {{text}} NOT NULL,
  login_id   BIGINT NOT NULL,
  is_shared  INTEGER NOT NULL,
  parameters {{text}} NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, login_id, report, name)
);
