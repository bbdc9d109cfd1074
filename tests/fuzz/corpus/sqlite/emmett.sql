-- Emmett's two tables, with what is met there: archived streams, commands, gaps, odd JSON.
CREATE TABLE emt_streams (stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL DEFAULT 0,
    partition TEXT NOT NULL DEFAULT 'global', stream_type TEXT NOT NULL, stream_metadata JSONB NOT NULL,
    is_archived BOOLEAN NOT NULL DEFAULT FALSE, PRIMARY KEY (stream_id, stream_position, partition, is_archived));
CREATE TABLE emt_messages (stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL,
    partition TEXT NOT NULL DEFAULT 'global', message_kind CHAR(1) NOT NULL DEFAULT 'E',
    message_data JSONB NOT NULL, message_metadata JSONB NOT NULL, message_schema_version TEXT NOT NULL,
    message_type TEXT NOT NULL, message_id TEXT NOT NULL, is_archived BOOLEAN NOT NULL DEFAULT FALSE,
    global_position INTEGER PRIMARY KEY, created DATETIME DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (stream_id, stream_position, partition, is_archived));
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 39)
INSERT INTO emt_messages SELECT 'cart-' || (i % 5), i / 5 + 1, 'global', iif(i % 7 = 3, 'C', 'E'),
    '{"n":' || i || ',"fill":"' || substr('abcdefghijklmnopqrstuvwxyz', i % 20) || '"}', '{"by":"ann"}', '1',
    'Counted' || (i % 3), 'id-' || i, i % 5 = 4, i + 1, datetime(1772600767 + i, 'unixepoch') FROM n;
INSERT INTO emt_messages VALUES
    ('odd-1', 1, 'global', 'E', '{"a":1,"a":2}', '', '1', 'Twice', 'x1', 0, 100, '2026-03-04T05:06:07.25+01:00'),
    ('odd-1', 3, 'global', 'E', 'no JSON', 'null', '1', 'Words', 'x2', 0, 101, 'yesterday'),
    ('odd-1', 4, 'global', 'E', x'00ff80', '{}', '1', 'Bytes', 'x3', 0, 103, 1772600767),
    ('odd-1', 4, 'other', 'E', '"\ud800"', '{}', '1', 'Half', 'x4', 0, 104, NULL),
    ('odd-2', -9223372036854775808, 'global', 'E', 5, '{}', '1', 'Number', 'x5', 0, 9223372036854775807, 1.5),
    ('odd-3', 1, 'global', 'E', '{"fill":"' || printf('%.*c', 3000, 'x') || '"}', '{}', '1', 'Long', 'x6', 0, -5, NULL);
INSERT INTO emt_streams SELECT DISTINCT stream_id, 8, 'global', '', '[]', 0 FROM emt_messages;
