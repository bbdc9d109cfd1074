PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "messages" (global_position integer, position integer, time text, stream_name text, type text, data blob, metadata text, id text);
INSERT INTO messages VALUES(1,0,'2026-03-04 05:06:07','lamp-0','Lit',X'7b226e223a317d',replace('{\n "by": "ann"\n}','\n',char(10)),'a');
INSERT INTO messages VALUES(2,1,'2026-03-04 05:06:08','lamp-0','Put "out"',unistr('{"text":"\u000a"}'),NULL,'b');
CREATE TRIGGER t AFTER INSERT ON messages BEGIN
 INSERT INTO messages VALUES(9,9,'','','','','','');
END;
INSERT INTO messages VALUES(3,0,'2026-03-04 05:06:09','lamp-1','Lit','{}',NULL,'c');
COMMIT;
