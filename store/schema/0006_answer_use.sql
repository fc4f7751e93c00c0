-- How many answers and claims each sender has, and how many bytes of answers: in
-- answer they would have to be counted anew with every request. Whatever writes
-- there writes here, in the same transaction.
CREATE TABLE answer_use (
  tenant_id BIGINT NOT NULL,
  who       {{text}} NOT NULL,
  answers   BIGINT NOT NULL,
  bytes     BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, who)
);
INSERT INTO answer_use (tenant_id, who, answers, bytes)
  SELECT tenant_id, who, COUNT(*), SUM(LENGTH(body)) FROM answer GROUP BY tenant_id, who;

-- Whose bytes go first where there are too many.
CREATE INDEX answer_body ON answer (tenant_id, expires_at) WHERE LENGTH(body) > 0;
