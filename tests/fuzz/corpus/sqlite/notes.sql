-- A table that no dialect knows, with rows of every type, gone rows and a gone table.
PRAGMA auto_vacuum = INCREMENTAL;
CREATE TABLE gone (a); INSERT INTO gone VALUES (zeroblob(2000)); DROP TABLE gone;
CREATE TABLE notes (author, place, kind, body, doubled GENERATED ALWAYS AS (place * 2));
CREATE INDEX by_author ON notes (author, place);
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29)
INSERT INTO notes SELECT 'ann-' || (i % 4), i / 4, 'Said', '{"words":"' || hex(i * 77777) || '"}' FROM n;
INSERT INTO notes VALUES (NULL, 1, 'Nobody', '{}'), (5, '7', 'Number', 5.5), (x'ff00', 1.0, NULL, NULL),
    ('late', 'many', 'Text', '[1,2'), ('', 1e300, '', x'1f8b'), (1.5, 9223372036854775807, x'00', '"{\"a\":1}"');
DELETE FROM notes WHERE rowid % 5 = 0;
