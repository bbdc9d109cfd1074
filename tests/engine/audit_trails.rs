//! Audit trails as their libraries write them when they are set up in another way than usual: what a
//! state must be is what the library itself says.

use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Place, folder, look, text};

/// A store in SQLite of these statements.
fn made(place: &Place, sql: &str) -> String {
    let path = place.path("trail.db");
    Connection::open(&path).expect("a store").execute_batch(sql).expect("the rows");
    text(&path)
}

/// The state of a stream at a version, and whether it is a guess.
fn state(place: &Place, store: &str, stream: &str, at: i64) -> (Value, bool) {
    let at = at.to_string();
    let line = place.program.json(&["state", store, "--json", "--stream", stream, "--at", &at]).remove(0);
    (line["state"].clone(), line["reducer"] != json!("rows"))
}

/// What is said of a whole store.
fn findings(store: &str) -> String {
    let cache = folder();
    let look = look(Path::new(store), cache.path()).unwrap_or_else(|error| panic!("{store}: {error}"));
    ["no-time", "not-read"].map(|code| look.findings(code).join("; ")).join("; ")
}

const VERSIONS: &str = "CREATE TABLE versions (id integer PRIMARY KEY, item_type text, item_id integer, event text,
    whodunnit text, object text, object_changes text, created_at text);
INSERT INTO versions (id, item_id, event, object, object_changes) VALUES ";

fn versions(place: &Place, rows: &str) -> String {
    let times = "UPDATE versions SET item_type = 'Poem', created_at = '2026-03-04 05:06:0' || (id % 10)";
    made(place, &format!("{VERSIONS}{rows}; {times}"))
}

#[test]
fn rows_without_changes_are_told_by_the_next_one() {
    let place = Place::new();
    let store = versions(
        &place,
        r#"(1, 1, 'create', NULL, NULL),
        (2, 1, 'update', '{"id":1,"title":"a","lines":1}', NULL),
        (3, 1, 'update', '{"id":1,"title":"b","lines":1}', NULL),
        (4, 1, 'update', '{"id":1,"title":"b","lines":2}', '{"title":["b","c"]}'),
        (5, 1, 'update', '{"id":1,"title":"c","lines":2}', '{"lines":[2,3]}'),
        (6, 2, 'create', NULL, NULL),
        (7, 3, 'update', '{"id":3,"title":"q"}', NULL),
        (8, 4, 'destroy', '{"id":4}', NULL)"#,
    );
    let of_first = |at| state(&place, &store, "Poem/1", at);
    assert_eq!(of_first(1), (json!({"id": 1, "title": "a", "lines": 1}), false));
    assert_eq!(of_first(3), (json!({"id": 1, "title": "b", "lines": 2}), false));
    assert_eq!(of_first(4), (json!({"id": 1, "title": "c", "lines": 2}), false));
    assert_eq!(of_first(5), (json!({"id": 1, "title": "c", "lines": 3}), false));
    // What no row tells is not said to be known.
    let run = place.program.run(&["state", &store, "--json", "--stream", "Poem/2", "--at", "1"]);
    assert!(format!("{run:?}").contains("not stored"), "{run:?}");
    assert_eq!(state(&place, &store, "Poem/3", 1), (json!({"id": 3, "title": "q"}), true));
    assert_eq!(state(&place, &store, "Poem/4", 1), (Value::Null, false));
}

#[test]
fn values_that_no_changes_tell_are_those_of_the_next_row() {
    let place = Place::new();
    let store = versions(
        &place,
        r#"(1, 1, 'create', NULL, '{"id":[null,1],"title":[null,"a"]}'),
        (2, 1, 'update', '{"id":1,"title":"a","views":1}', '{"title":["a","b"]}'),
        (3, 1, 'update', '{"id":1,"title":"b","views":8}', '{"title":["b","c"]}'),
        (4, 2, 'update', '{"id":2,"title":"late","mood":"m"}', '{"title":["late","later"]}'),
        (5, 3, 'create', NULL, '{"id":[null,3]}'),
        (6, 3, 'published', '{"id":3,"title":null}', '{"id":[3,null]}')"#,
    );
    let of_first = |at| state(&place, &store, "Poem/1", at);
    assert_eq!(of_first(1), (json!({"id": 1, "title": "a", "views": 1}), false));
    assert_eq!(of_first(2), (json!({"id": 1, "title": "b", "views": 8}), false));
    // Views changed in silence before: they may have again.
    assert_eq!(of_first(3), (json!({"id": 1, "title": "c", "views": 8}), true));
    assert_eq!(state(&place, &store, "Poem/2", 1), (json!({"id": 2, "title": "later", "mood": "m"}), false));
    // A name of the application's own may stand for the end.
    assert!(state(&place, &store, "Poem/3", 2).1);
}

#[test]
fn changes_of_an_older_form_are_read_and_none_are_not_taken_for_a_state() {
    let place = Place::new();
    let store = made(
        &place,
        r#"CREATE TABLE auditlog_logentry (id integer PRIMARY KEY, object_pk text, object_repr text, action integer,
            changes text, changes_text text, content_type_id integer, actor_id integer, timestamp text);
        INSERT INTO auditlog_logentry VALUES
            (1, '1', 'A', 0, NULL, '{"id": ["None", "1"], "name": ["None", "x"]}', 7, 1, '2026-03-04 05:06:07'),
            (2, '1', 'A', 1, '{"name": ["x", "y"]}', '', 7, 1, '2026-03-04 05:06:08'),
            (3, '1', 'A', 1, NULL, NULL, 7, 1, '2026-03-04 05:06:09'),
            (4, '2', 'B', 0, NULL, NULL, 7, 1, '2026-03-04 05:06:09');"#,
    );
    let of_first = |at| state(&place, &store, "7/1", at);
    assert_eq!(of_first(1), (json!({"id": "1", "name": "x"}), false));
    assert_eq!(of_first(2), (json!({"id": "1", "name": "y"}), false));
    assert_eq!(of_first(3), (json!({"id": "1", "name": "y"}), true));
    assert!(state(&place, &store, "7/2", 1).1);
}

const SUBCLASS: &str = "CREATE TABLE animal_SUFFIX (id integer NOT NULL, rev integer NOT NULL, revtype smallint,
    name text, PRIMARY KEY (id, rev));
CREATE TABLE dog_SUFFIX (id integer NOT NULL, rev integer NOT NULL, bark text, PRIMARY KEY (id, rev));
CREATE TABLE my_revs (num integer PRIMARY KEY, stamp text);
INSERT INTO animal_SUFFIX VALUES (1, 1, 0, 'Rex'), (1, 2, 1, 'Max'), (2, 2, 0, 'Bo');
INSERT INTO dog_SUFFIX VALUES (1, 1, 'wuff'), (1, 2, 'wau');
INSERT INTO my_revs VALUES (1, '2026-03-04 05:06:07'), (2, '2026-03-04 05:06:08');";

#[test]
fn a_revisions_table_and_an_ending_of_the_applications_own() {
    for suffix in ["aud", "history"] {
        let place = Place::new();
        let store = made(&place, &SUBCLASS.replace("SUFFIX", suffix));
        let info = place.program.json(&["info", &store, "--json"]).remove(0);
        assert_eq!((&info["dialect"], &info["events"]), (&json!("envers-own"), &json!(3)), "{info}");
        assert_eq!(state(&place, &store, "1", 2), (json!({"id": 1, "name": "Max"}), false));
        let said = findings(&store);
        assert!(said.contains("when a revision was made is not known"), "{said}");
        assert!(said.contains(&format!("dog_{suffix} holds further fields")), "{said}");
        assert!(!said.contains("my_revs"), "{said}");
        let because = info["evidence"].to_string();
        assert_eq!(because.contains("its name says nothing"), suffix == "history", "{info}");
    }
}

#[test]
fn snapshots_in_tables_of_any_name() {
    let place = Place::new();
    let store = made(
        &place,
        r#"CREATE TABLE audit_commit (commit_pk integer PRIMARY KEY, author text, commit_date text,
            commit_date_instant text, commit_id text);
        CREATE TABLE audit_gid (global_id_pk integer PRIMARY KEY, local_id text, fragment text, type_name text,
            owner_id_fk integer);
        CREATE TABLE audit_snap (snapshot_pk integer PRIMARY KEY, type text, version integer, state text,
            changed_properties text, managed_type text, global_id_fk integer, commit_fk integer);
        INSERT INTO audit_commit VALUES (5, 'ann', '2026-03-04 05:06:07.25', '2026-03-04T05:06:07.250Z', '5.00');
        INSERT INTO audit_gid VALUES (3, '4', NULL, 'shop.Item', NULL);
        INSERT INTO audit_snap VALUES (9, 'INITIAL', 1, '{"id": 4}', '["id"]', 'shop.Item', 3, 5);"#,
    );
    let events = place.program.json(&["events", &store, "--json"]);
    let told = ["stream", "type", "time", "metadata"].map(|key| &events[0][key]);
    let author = json!({"author": "ann", "commit": "5.00", "changed": "[\"id\"]"});
    let want = [json!("shop.Item/4"), json!("INITIAL"), json!("2026-03-04T05:06:07.250Z"), author];
    assert_eq!(told, want.each_ref());
}

#[test]
fn rows_that_name_no_object_are_told_apart_by_their_fields() {
    let place = Place::new();
    let head = "-- PostgreSQL database dump\n\
        CREATE TABLE p1event (pgh_id integer, pgh_created_at timestamptz, pgh_label text, id bigint, name text,
            pgh_obj_id bigint, pgh_context_id uuid);
        CREATE TABLE p4event (pgh_id integer, pgh_created_at timestamptz, pgh_label text, id bigint, name text);
        CREATE TABLE pghistory_context (id uuid, metadata jsonb);\n";
    let rows = "COPY p1event (pgh_id, pgh_created_at, pgh_label, id, name, pgh_obj_id, pgh_context_id) FROM stdin;\n\
        1\t2026-03-04 05:06:07+00\tinsert\t4\tLamp\t4\tc0ffee00-0000-4000-8000-000000000001\n\\.\n\
        COPY p4event (pgh_id, pgh_created_at, pgh_label, id, name) FROM stdin;\n\
        1\t2026-03-04 05:06:07+00\tinsert\t8\tGull\n2\t2026-03-04 05:06:08+00\tupdate\t8\tTern\n\\.\n\
        COPY pghistory_context (id, metadata) FROM stdin;\n\
        c0ffee00-0000-4000-8000-000000000001\t{\"user\": 3}\n\\.\n";
    let store = place.write("trail.sql", format!("{head}{rows}"));
    let events = place.program.json(&["events", &store, "--json"]);
    let mut told: Vec<_> =
        events.iter().map(|event| (event["data"]["name"].clone(), event["metadata"].clone())).collect();
    told.sort_by_key(|(name, _)| name.to_string());
    assert_eq!(
        told,
        [(json!("Gull"), Value::Null), (json!("Lamp"), json!({"user": 3})), (json!("Tern"), Value::Null)],
        "{}",
        findings(&store)
    );
    assert_eq!(state(&place, &store, "8", 2).0, json!({"id": 8, "name": "Tern"}));
}

#[test]
fn booleans_and_json_of_mysql_are_what_they_are() {
    let place = Place::new();
    let head = "-- MySQL dump 10.13  Distrib 8.0\n\
        CREATE TABLE `REVINFO` (`REV` int NOT NULL, `REVTSTMP` bigint, PRIMARY KEY (`REV`));\n\
        CREATE TABLE `lamp_AUD` (`id` int NOT NULL, `REV` int NOT NULL, `REVTYPE` tinyint, `a` bit(1) DEFAULT NULL,\n\
        `b` tinyint(1) DEFAULT NULL, `c` json, `d` longtext COLLATE utf8mb4_bin CHECK (json_valid(`d`)), `e` bit(1),\n\
        `f` tinyint(1), `g` bit(8), PRIMARY KEY (`id`, `REV`));\n\
        INSERT INTO `REVINFO` VALUES (1,1772600767250);\n";
    let rows =
        b"INSERT INTO `lamp_AUD` VALUES (4,1,0,_binary '\x01',1,'{\"x\": [1]}','{\"y\": 2}',_binary '\\0',7,0x05);\n";
    let store = place.write("lamps.sql", [head.as_bytes(), rows].concat());
    let data = place.program.json(&["events", &store, "--json"]).remove(0)["data"].clone();
    let told: Vec<&Value> = ["a", "b", "c", "d", "e", "f"].iter().map(|key| &data[key]).collect();
    let want = [json!(true), json!(true), json!({"x": [1]}), json!({"y": 2}), json!(false), json!(7)];
    assert_eq!(told, want.iter().collect::<Vec<_>>(), "{data}");
}

/// Its streams, each with its number of events.
fn streams(place: &Place, store: &str) -> Vec<(String, u64)> {
    let lines = place.program.json(&["streams", store, "--json"]);
    let of = |line: &Value| {
        (line["stream"].as_str().unwrap_or_default().to_owned(), line["events"].as_u64().unwrap_or_default())
    };
    let mut all: Vec<(String, u64)> = lines.iter().map(of).collect();
    all.sort();
    all
}

fn pairs(all: &[(&str, u64)]) -> Vec<(String, u64)> {
    all.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

/// SQLAlchemy-Continuum 2: the models Article(id, name, body), Tag(id, name), and Doc(tenant, id).
const CONTINUUM: &str = "
    CREATE TABLE \"transaction\" (issued_at DATETIME, id BIGINT NOT NULL PRIMARY KEY, remote_addr VARCHAR(50));
    CREATE TABLE article (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR, body VARCHAR, last_mod VARCHAR);
    CREATE TABLE tag (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR);
    CREATE TABLE doc (tenant VARCHAR NOT NULL, id INTEGER NOT NULL, title VARCHAR, PRIMARY KEY (tenant, id));
    CREATE TABLE article_version (id INTEGER NOT NULL, name VARCHAR, body VARCHAR, last_mod VARCHAR, name_mod BOOLEAN NOT NULL,
        transaction_id BIGINT NOT NULL, end_transaction_id BIGINT, operation_type SMALLINT NOT NULL, PRIMARY KEY (id, transaction_id));
    CREATE TABLE tag_version (id INTEGER NOT NULL, name VARCHAR, transaction_id BIGINT NOT NULL, end_transaction_id BIGINT,
        operation_type SMALLINT NOT NULL, PRIMARY KEY (id, transaction_id));
    CREATE TABLE doc_version (tenant VARCHAR NOT NULL, id INTEGER NOT NULL, title VARCHAR, transaction_id BIGINT NOT NULL,
        end_transaction_id BIGINT, operation_type SMALLINT NOT NULL, PRIMARY KEY (tenant, id, transaction_id));
    INSERT INTO \"transaction\" VALUES ('2026-11-30 10:59:12.1', 1, NULL), ('2026-11-30 10:59:12.2', 2, NULL), ('2026-11-30 10:59:12.3', 3, NULL);
    INSERT INTO article_version VALUES (1, 'a', '1', 'lm1', 1, 1, 2, 0), (1, 'a', '2', 'lm2', 0, 2, 3, 1), (1, 'b', '2', 'lm2', 1, 3, NULL, 1);
    INSERT INTO tag_version VALUES (1, 't', 1, NULL, 0);
    INSERT INTO doc_version VALUES ('acme', 1, 'one', 1, 3, 0), ('acme', 2, 'two', 2, 3, 0), ('acme', 1, 'one-b', 3, NULL, 1), ('acme', 2, 'two', 3, NULL, 2);";

#[test]
fn a_trail_is_not_taken_for_the_table_of_living_objects() {
    let place = Place::new();
    let store = made(&place, CONTINUUM);
    let wanted = [("1 (article_version)", 3), ("1 (tag_version)", 1), ("acme|1", 2), ("acme|2", 2)];
    assert_eq!(streams(&place, &store), pairs(&wanted));
    // `last_mod` is a column of the model; `name_mod` says that the name changed.
    let said = place.program.run(&["state", &store, "--stream", "1 (article_version)", "--at", "3"]).err;
    let (article, _) = state(&place, &store, "1 (article_version)", 3);
    assert_eq!(article, json!({"id": 1, "name": "b", "body": "2", "last_mod": "lm2"}));
    assert!(!said.contains("key-not-proven"), "{said}");
    assert_eq!(state(&place, &store, "acme|1", 3).0, json!({"tenant": "acme", "id": 1, "title": "one-b"}));
    assert_eq!(state(&place, &store, "acme|2", 3).0, Value::Null);
}

/// The columns that django-simple-history 3 adds, with its key.
const HISTORY: &str =
    "history_id INTEGER NOT NULL PRIMARY KEY, history_date DATETIME NOT NULL, history_change_reason VARCHAR(100),
    history_type VARCHAR(1) NOT NULL, history_user_id INTEGER";

#[test]
fn the_key_of_a_history_is_that_of_the_model_it_is_named_after() {
    // Models Tag(id, name), Post(id, name, body), and Code(code, title, secret) whose secret is left out.
    let place = Place::new();
    let store = made(&place, &format!(
        "CREATE TABLE shop_tag (id INTEGER PRIMARY KEY, name VARCHAR(9));
         CREATE TABLE shop_post (id INTEGER PRIMARY KEY, name VARCHAR(9), history_notes TEXT);
         CREATE TABLE shop_code (title VARCHAR(9), secret VARCHAR(9), code VARCHAR(9) PRIMARY KEY);
         CREATE TABLE shop_historicaltag (id INTEGER, name VARCHAR(9), {HISTORY});
         CREATE TABLE shop_historicalpost (id INTEGER, name VARCHAR(9), history_notes TEXT, {HISTORY});
         CREATE TABLE shop_historicalcode (title VARCHAR(9), code VARCHAR(9), {HISTORY});
         INSERT INTO shop_historicaltag VALUES (1, 'x', 1, '2026-11-30 11:00:00.1', NULL, '+', NULL);
         INSERT INTO shop_historicalpost VALUES (1, 'p', 'n1', 1, '2026-11-30 11:00:00.1', NULL, '+', NULL),
             (1, 'q', 'n2', 2, '2026-11-30 11:00:00.2', NULL, '~', NULL), (1, 'o', 'n0', 3, '2026-10-01 00:00:00', NULL, '~', NULL);
         INSERT INTO shop_historicalcode VALUES ('t', 'c1', 1, '2026-11-30 11:00:00.1', NULL, '+', NULL),
             ('t', 'c2', 2, '2026-11-30 11:00:00.2', NULL, '+', NULL), ('u', 'c1', 3, '2026-11-30 11:00:00.3', NULL, '~', NULL);"
    ));
    let wanted = [("1 (shop_historicalpost)", 3), ("1 (shop_historicaltag)", 1), ("c1", 2), ("c2", 1)];
    assert_eq!(streams(&place, &store), pairs(&wanted));
    // The library goes by the date: one that was entered later for an earlier day comes first.
    let post = |at| state(&place, &store, "1 (shop_historicalpost)", at).0;
    assert_eq!(post(1), json!({"id": 1, "name": "o", "history_notes": "n0"}));
    assert_eq!(post(3), json!({"id": 1, "name": "q", "history_notes": "n2"}));
    assert_eq!(state(&place, &store, "c1", 2).0, json!({"title": "u", "code": "c1"}));
}

#[test]
fn where_no_key_of_the_objects_is_known_it_is_said_beside_every_answer() {
    let place = Place::new();
    let store = made(
        &place,
        &format!(
            "CREATE TABLE shop_historicalcode (title VARCHAR(9), code VARCHAR(9), {HISTORY});
         INSERT INTO shop_historicalcode VALUES ('t', 'c1', 1, '2026-11-30 11:00:00.1', NULL, '+', NULL);"
        ),
    );
    let said = place.program.run(&["state", &store, "--stream", "t", "--at", "1"]).err;
    let wanted =
        "finding: key-not-proven: the key of the objects in shop_historicalcode is not known: title is taken for it";
    assert!(said.contains(wanted), "{said}");
    let check = place.program.json(&["check", &store, "--json"]);
    assert!(check.iter().any(|line| line["code"] == "key-not-proven"), "{check:?}");
}

#[test]
fn objects_of_several_databases_are_told_apart_and_what_is_no_json_is_no_null() {
    // django-reversion 6.4, with a second database, and models of format="xml" and "yaml".
    let place = Place::new();
    let store = made(&place, "CREATE TABLE django_content_type (id INTEGER PRIMARY KEY, app_label VARCHAR(9), model VARCHAR(9));
         CREATE TABLE reversion_revision (id INTEGER PRIMARY KEY, date_created DATETIME, comment TEXT, user_id INTEGER);
         CREATE TABLE reversion_version (id INTEGER PRIMARY KEY, object_id VARCHAR(191), format VARCHAR(255), serialized_data TEXT,
             object_repr TEXT, content_type_id INTEGER, revision_id INTEGER, db VARCHAR(191));
         INSERT INTO django_content_type VALUES (7, 'shop', 'item'), (8, 'shop', 'x');
         INSERT INTO reversion_revision VALUES (1, '2026-11-30 11:00:00', '', NULL);
         INSERT INTO reversion_version VALUES
             (1, '1', 'json', '[{\"model\":\"shop.item\",\"pk\":1,\"fields\":{\"name\":\"here\"}}]', 'i', 7, 1, 'default'),
             (2, '1', 'json', '[{\"model\":\"shop.item\",\"pk\":1,\"fields\":{\"name\":\"there\"}}]', 'i', 7, 1, 'other'),
             (3, '1', 'yaml', '- model: shop.x
  pk: 1
  fields: {name: y}
', 'x', 8, 1, 'default'),
             (4, '2', 'xml', '<?xml version=\"1.0\"?><django-objects version=\"1.0\"><object model=\"shop.x\" pk=\"2\"/></django-objects>', 'x', 8, 1, 'default');",
    );
    assert_eq!(
        streams(&place, &store),
        pairs(&[("other/shop.item/1", 1), ("shop.item/1", 1), ("shop.x/1", 1), ("shop.x/2", 1)])
    );
    assert_eq!(state(&place, &store, "shop.item/1", 1).0["fields"], json!({"name": "here"}));
    assert_eq!(state(&place, &store, "other/shop.item/1", 1).0["fields"], json!({"name": "there"}));
    assert_eq!(state(&place, &store, "shop.x/1", 1).0["fields"], json!({"name": "y"}));
    let events = place.program.json(&["events", &store, "--stream", "shop.x/2", "--json"]);
    assert!(events[0]["data"].as_str().is_some_and(|text| text.starts_with("<?xml")), "{events:?}");
    let run = place.program.run(&["events", &store, "--stream", "shop.x/2"]);
    assert!(run.err.contains("undecodable"), "{run:?}");
}

#[test]
fn a_row_under_a_label_of_the_applications_own_is_no_certain_state() {
    // pghistory 3.9: trackers InsertEvent("made") and UpdateEvent("before_update", row=Old).
    let place = Place::new();
    let store = place.write(
        "pg.sql",
        "--\n-- PostgreSQL database dump\n--\n\
         CREATE TABLE public.shop_p2event (pgh_id integer NOT NULL, pgh_created_at timestamp with time zone NOT NULL, pgh_label text NOT NULL, \
         id integer NOT NULL, n integer, pgh_context_id uuid, pgh_obj_id integer NOT NULL);\n\
         COPY public.shop_p2event (pgh_id, pgh_created_at, pgh_label, id, n, pgh_context_id, pgh_obj_id) FROM stdin;\n\
         1\t2026-11-30 11:00:00.1+00\tinsert\t1\t1\t\\N\t1\n2\t2026-11-30 11:00:00.2+00\tbefore_update\t1\t1\t\\N\t1\n\\.\n",
    );
    let at = |at: &str| place.program.run(&["state", &store, "--stream", "1", "--at", at, "--json"]);
    let (first, second) = (at("1"), at("2"));
    assert!(first.out.contains("\"reducer\":\"rows\"") && !first.err.contains("not-merged"), "{first:?}");
    assert!(second.out.contains("\"n\":1") && !second.out.contains("\"reducer\":\"rows\""), "{second:?}");
    assert!(second.err.contains("before_update is a name of the application's own"), "{second:?}");
}
