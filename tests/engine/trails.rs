//! Audit trails in the forms that applications give them. Columns and rows are those that the named
//! library wrote; what a state must be is what it said itself.

use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Program, folder, text};

/// Asks a store made by these statements.
struct Trail {
    program: Program,
    _place: tempfile::TempDir,
    path: String,
}

impl Trail {
    fn of(sql: &str) -> Trail {
        let place = folder();
        let path = place.path().join("trail.db");
        Connection::open(&path).and_then(|conn| conn.execute_batch(sql)).expect("the tables");
        Trail { program: Program::new(), path: text(Path::new(&path)), _place: place }
    }

    /// Its streams, each with its number of events.
    fn streams(&self) -> Vec<(String, u64)> {
        let lines = self.program.json(&["streams", &self.path, "--json"]);
        let of = |line: &Value| {
            (line["stream"].as_str().unwrap_or_default().to_owned(), line["events"].as_u64().unwrap_or(0))
        };
        let mut all: Vec<(String, u64)> = lines.iter().map(of).collect();
        all.sort();
        all
    }

    /// The state at a version, and what is said of it.
    fn state(&self, stream: &str, at: u64) -> (Value, String) {
        let run = self.program.run(&["state", &self.path, "--stream", stream, "--at", &at.to_string(), "--json"]);
        let answer: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{run:?}"));
        (answer["state"].clone(), run.err)
    }
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
    let trail = Trail::of(CONTINUUM);
    let wanted = [("1 (article_version)", 3), ("1 (tag_version)", 1), ("acme|1", 2), ("acme|2", 2)];
    assert_eq!(trail.streams(), pairs(&wanted));
    // `last_mod` is a column of the model; `name_mod` says that the name changed.
    let (state, said) = trail.state("1 (article_version)", 3);
    assert_eq!(state, json!({"id": 1, "name": "b", "body": "2", "last_mod": "lm2"}));
    assert!(!said.contains("key-not-proven"), "{said}");
    assert_eq!(trail.state("acme|1", 3).0, json!({"tenant": "acme", "id": 1, "title": "one-b"}));
    assert_eq!(trail.state("acme|2", 3).0, Value::Null);
}

/// The columns that django-simple-history 3 adds, with its key.
const HISTORY: &str =
    "history_id INTEGER NOT NULL PRIMARY KEY, history_date DATETIME NOT NULL, history_change_reason VARCHAR(100),
    history_type VARCHAR(1) NOT NULL, history_user_id INTEGER";

#[test]
fn the_key_of_a_history_is_that_of_the_model_it_is_named_after() {
    // Models Tag(id, name), Post(id, name, body), and Code(code, title, secret) whose secret is left out.
    let trail = Trail::of(&format!(
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
    assert_eq!(trail.streams(), pairs(&wanted));
    // The library goes by the date: one that was entered later for an earlier day comes first.
    let post = |at| trail.state("1 (shop_historicalpost)", at).0;
    assert_eq!(post(1), json!({"id": 1, "name": "o", "history_notes": "n0"}));
    assert_eq!(post(3), json!({"id": 1, "name": "q", "history_notes": "n2"}));
    assert_eq!(trail.state("c1", 2).0, json!({"title": "u", "code": "c1"}));
}

#[test]
fn where_no_key_of_the_objects_is_known_it_is_said_beside_every_answer() {
    let trail = Trail::of(&format!(
        "CREATE TABLE shop_historicalcode (title VARCHAR(9), code VARCHAR(9), {HISTORY});
         INSERT INTO shop_historicalcode VALUES ('t', 'c1', 1, '2026-11-30 11:00:00.1', NULL, '+', NULL);"
    ));
    let (_, said) = trail.state("t", 1);
    let wanted =
        "finding: key-not-proven: the key of the objects in shop_historicalcode is not known: title is taken for it";
    assert!(said.contains(wanted), "{said}");
    let check = trail.program.json(&["check", &trail.path, "--json"]);
    assert!(check.iter().any(|line| line["code"] == "key-not-proven"), "{check:?}");
}

#[test]
fn objects_of_several_databases_are_told_apart_and_what_is_no_json_is_no_null() {
    // django-reversion 6.4, with a second database, and models of format="xml" and "yaml".
    let trail = Trail::of(
        "CREATE TABLE django_content_type (id INTEGER PRIMARY KEY, app_label VARCHAR(9), model VARCHAR(9));
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
        trail.streams(),
        pairs(&[("other/shop.item/1", 1), ("shop.item/1", 1), ("shop.x/1", 1), ("shop.x/2", 1)])
    );
    assert_eq!(trail.state("shop.item/1", 1).0["fields"], json!({"name": "here"}));
    assert_eq!(trail.state("other/shop.item/1", 1).0["fields"], json!({"name": "there"}));
    assert_eq!(trail.state("shop.x/1", 1).0["fields"], json!({"name": "y"}));
    let events = trail.program.json(&["events", &trail.path, "--stream", "shop.x/2", "--json"]);
    assert!(events[0]["data"].as_str().is_some_and(|text| text.starts_with("<?xml")), "{events:?}");
    let run = trail.program.run(&["events", &trail.path, "--stream", "shop.x/2"]);
    assert!(run.err.contains("undecodable"), "{run:?}");
}

#[test]
fn a_row_under_a_label_of_the_applications_own_is_no_certain_state() {
    // pghistory 3.9: trackers InsertEvent(\"made\") and UpdateEvent(\"before_update\", row=Old).
    let place = folder();
    let path = place.path().join("pg.sql");
    std::fs::write(
        &path,
        "--\n-- PostgreSQL database dump\n--\n\
         CREATE TABLE public.shop_p2event (pgh_id integer NOT NULL, pgh_created_at timestamp with time zone NOT NULL, pgh_label text NOT NULL, \
         id integer NOT NULL, n integer, pgh_context_id uuid, pgh_obj_id integer NOT NULL);\n\
         COPY public.shop_p2event (pgh_id, pgh_created_at, pgh_label, id, n, pgh_context_id, pgh_obj_id) FROM stdin;\n\
         1\t2026-11-30 11:00:00.1+00\tinsert\t1\t1\t\\N\t1\n2\t2026-11-30 11:00:00.2+00\tbefore_update\t1\t1\t\\N\t1\n\\.\n",
    )
    .expect("a dump");
    let program = Program::new();
    let at = |at: &str| program.run(&["state", &text(&path), "--stream", "1", "--at", at, "--json"]);
    let (first, second) = (at("1"), at("2"));
    assert!(first.out.contains("\"reducer\":\"rows\"") && !first.err.contains("not-merged"), "{first:?}");
    assert!(second.out.contains("\"n\":1") && !second.out.contains("\"reducer\":\"rows\""), "{second:?}");
    assert!(second.err.contains("before_update is a name of the application's own"), "{second:?}");
}
