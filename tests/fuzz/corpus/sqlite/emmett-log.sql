-- The same two tables, whose newest events are in a log that its writer left.
PRAGMA journal_mode = WAL;
PRAGMA wal_autocheckpoint = 0;
CREATE TABLE emt_streams (stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL DEFAULT 0,
    partition TEXT NOT NULL DEFAULT 'global', stream_type TEXT NOT NULL, stream_metadata JSONB NOT NULL,
    is_archived BOOLEAN NOT NULL DEFAULT FALSE, PRIMARY KEY (stream_id, stream_position, partition, is_archived));
CREATE TABLE emt_messages (stream_id TEXT NOT NULL, stream_position BIGINT NOT NULL,
    partition TEXT NOT NULL DEFAULT 'global', message_kind CHAR(1) NOT NULL DEFAULT 'E',
    message_data JSONB NOT NULL, message_metadata JSONB NOT NULL, message_schema_version TEXT NOT NULL,
    message_type TEXT NOT NULL, message_id TEXT NOT NULL, is_archived BOOLEAN NOT NULL DEFAULT FALSE,
    global_position INTEGER PRIMARY KEY, created DATETIME DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (stream_id, stream_position, partition, is_archived));
INSERT INTO emt_messages VALUES ('a-1', 1, 'global', 'E', '{"n":1}', '{}', '1', 'T', 'm1', 0, 1, '2026-03-04 05:06:07');
PRAGMA wal_checkpoint(TRUNCATE);
INSERT INTO emt_messages VALUES ('a-1', 2, 'global', 'E', '{"n":2}', '{}', '1', 'T', 'm2', 0, 2, '2026-03-04 05:06:08');
INSERT INTO emt_messages VALUES ('b-1', 1, 'global', 'E', '{"n":3}', '{}', '1', 'T', 'm3', 0, 3, '2026-03-04 05:06:09');
UPDATE emt_messages SET message_data = '{"n":1,"changed":true}' WHERE global_position = 1;
