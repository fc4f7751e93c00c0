-- The first answer to a request that came with an Idempotency-Key (name), by the
-- tenant and the key or login (who) that sent it. claim is whose request it is,
-- a random number; until status is set that request is still being answered, or
-- was until held_at. hash is over the request. expires_at says when it may go.
CREATE TABLE answer (
  tenant_id  BIGINT NOT NULL,
  who        {{text}} NOT NULL,
  name       {{text}} NOT NULL,
  claim      BIGINT NOT NULL,
  hash       {{bytes}} NOT NULL,
  status     INTEGER NOT NULL,
  kind       {{text}} NOT NULL,
  body       {{bytes}} NOT NULL,
  held_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, who, name)
);
CREATE INDEX answer_expiry ON answer (tenant_id, expires_at);
