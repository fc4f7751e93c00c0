-- Names in small letters, by which lists search and sort. The engines do not
-- agree on what a small letter is, so the program makes them: beside every name
-- it writes, and here for those there are. name_folded of a member is of the
-- display name, else of the username.
ALTER TABLE member ADD COLUMN name_folded {{text}} NOT NULL DEFAULT '';
ALTER TABLE member ADD COLUMN username_folded {{text}} NOT NULL DEFAULT '';
ALTER TABLE member ADD COLUMN email_folded {{text}} NOT NULL DEFAULT '';
ALTER TABLE team ADD COLUMN name_folded {{text}} NOT NULL DEFAULT '';
ALTER TABLE campaign ADD COLUMN code_folded {{text}} NOT NULL DEFAULT '';
ALTER TABLE campaign ADD COLUMN name_folded {{text}} NOT NULL DEFAULT '';

CREATE INDEX member_name ON member (tenant_id, name_folded, username);
CREATE INDEX campaign_code ON campaign (tenant_id, code_folded, code);
