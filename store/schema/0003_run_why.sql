-- How the format of a file was found, in words for people: the page of an import
-- shows it. Runs of before have none.
ALTER TABLE run ADD COLUMN why {{text}} NOT NULL DEFAULT '';
