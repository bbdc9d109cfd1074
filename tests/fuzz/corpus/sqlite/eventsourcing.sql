-- Python's eventsourcing 9: packed payloads, and snapshots in a table of the same columns.
CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB,
    PRIMARY KEY (originator_id, originator_version));
CREATE TABLE stored_snapshots (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB,
    PRIMARY KEY (originator_id, originator_version)) WITHOUT ROWID;
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19)
INSERT INTO stored_events SELECT 'd' || (i % 3), i / 3 + 1, 'dogs.domain:Dog.Trick' || (i % 2),
    x'789c158a4b0a80201086af12b32de347e835e7682f522e2445b12188e8eed9f27b3c24c56f0731951442932e57a823f1d19d6263267ec8c89d9da9c76ec5fdc5f833d5c954b6bfd7d0a3c2a030ae98183363e901e8012dc000bdef07e0f31ecb'
    FROM n;
INSERT INTO stored_events VALUES ('e1', 1, 'dogs.domain:Dog.Plain', '{"a":[{"_type_":"uuid_hex","_data_":"0a"}]}'),
    ('e1', 2, 'no topic', x'789c01'), ('e1', 3, '', x'9a00ff'), (x'0102030405060708090a0b0c0d0e0f10', 1, 'x:Y.Z', NULL);
INSERT INTO stored_snapshots VALUES ('d0', 2, 'eventsourcing.domain:Snapshot', '{}');
