-- UTF-16 inside, and a WITHOUT ROWID table beside.
PRAGMA encoding = 'UTF-16le';
CREATE TABLE notes (author TEXT, place INTEGER, kind TEXT, body TEXT);
CREATE TABLE keyed (author TEXT PRIMARY KEY, place INTEGER) WITHOUT ROWID;
CREATE VIEW seen AS SELECT * FROM notes;
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19)
INSERT INTO notes SELECT 'grün-' || (i % 4), i / 4, 'Gesagt🚀', '{"wört":"' || i || '"}' FROM n;
INSERT INTO keyed SELECT DISTINCT author, 1 FROM notes;
