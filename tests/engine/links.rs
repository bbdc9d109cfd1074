//! Links between events, both ways: of EventStoreDB as its own server resolves them, of Message DB
//! and Marten by what causes what.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use eventglass::model::{Link, Version};
use eventglass::session::links::{Follow, LinksHere};
use eventglass::session::{Found, Job, LinkEnd, LinkHere};
use serde_json::Value;

use crate::support::{Look, Place, Program, look, root, text};

fn sample(file: &str) -> PathBuf {
    root().join("sample-stores/kurrentdb").join(file)
}

/// Works to the end.
fn run(mut job: impl Job, look: &Look) -> Found {
    while !job.step(&look.opened, Duration::from_secs(1)).expect("a store that can be read") {}
    job.found()
}

/// Where the links of an event lead.
fn ends(look: &Look, stream: &str, at: u64, reads_ids: bool) -> Vec<LinkEnd> {
    let id = look.find(stream);
    let links: Vec<Link> = look.source(id).and_then(|mut source| source.links(at)).expect("an event");
    match run(Follow::new(look.index.clone(), id, links, reads_ids), look) {
        Found::LinkEnds(ends) => ends.to_vec(),
        other => panic!("{other:?}"),
    }
}

/// A link as a text: what it says, where it leads, and why not.
fn said(look: &Look, end: &LinkEnd) -> String {
    let place = end.place.as_ref().map(|place| {
        let version = place.version.map(|version| format!(" v{version}")).unwrap_or_default();
        format!(" -> {}{version} {}", look.index.streams().name(place.stream), place.event_type)
    });
    let reason = end.reason.as_ref().map(|reason| format!(" !! {reason}"));
    format!("{} {}{}{}", end.link.name, end.link.to, place.unwrap_or_default(), reason.unwrap_or_default())
}

fn all_said(look: &Look, stream: &str, at: u64) -> Vec<String> {
    ends(look, stream, at, true).iter().map(|end| said(look, end)).collect()
}

fn here(look: &Look, stream: &str, at: u64) -> Vec<LinkHere> {
    let id = look.find(stream);
    let event = look.source(id).and_then(|mut source| source.event(at)).expect("read").expect("an event");
    match run(LinksHere::new(look.index.clone(), id, &event), look) {
        Found::LinksHere(rows) => rows.to_vec(),
        other => panic!("{other:?}"),
    }
}

fn here_said(look: &Look, stream: &str, at: u64) -> Vec<String> {
    let streams = look.index.streams();
    let row = |row: &LinkHere| {
        let version = row.place.version.unwrap_or(Version(-1));
        format!("{} v{version} {}", streams.name(row.place.stream), row.name)
    };
    here(look, stream, at).iter().map(row).collect()
}

/// Of each link of the sample: its stream and number, and the stream and number it names.
fn links_of_the_server() -> Vec<((String, i64), (String, i64))> {
    let expected: Value =
        serde_json::from_slice(&std::fs::read(sample("expected.json")).expect("a file")).expect("JSON");
    let link = |event: &Value| {
        let to = event[7].as_str().filter(|_| event[2] == "$>")?;
        let (number, stream) = to.split_once('@')?;
        let from = (event[0].as_str()?.to_owned(), event[1].as_i64()?);
        Some((from, (stream.to_owned(), number.parse().ok()?)))
    };
    expected["events"].as_array().expect("events").iter().filter_map(link).collect()
}

/// Whether the server shows an event.
fn is_readable(expected: &Value, (stream, number): &(String, i64)) -> bool {
    let ranges = expected["streams"][stream]["readable"].as_array();
    let holds = |range: &Value| (range[0].as_i64()..=range[1].as_i64()).contains(&Some(*number));
    ranges.is_some_and(|ranges| ranges.iter().any(holds))
}

#[test]
fn links_lead_where_the_server_resolves_them() {
    let program = Program::new();
    let look = look(&sample("db"), program.home.path()).expect("a store");
    let expected: Value =
        serde_json::from_slice(&std::fs::read(sample("expected.json")).expect("a file")).expect("JSON");
    let links = links_of_the_server();
    assert!(links.len() > 100);
    let mut unresolved: BTreeMap<String, u64> = BTreeMap::new();
    for ((from, number), to) in &links {
        let rows = look.index.rows_of(look.find(from));
        let at = rows.applied_at(Version(*number)) - 1;
        let ends = ends(&look, from, at, false);
        let end = ends.iter().find(|end| end.link.stands_for).unwrap_or_else(|| panic!("{from} {number} is a link"));
        let is_resolved = end.place.is_some() && end.reason.is_none();
        assert_eq!(is_resolved, is_readable(&expected, to), "{from} {number}: {}", said(&look, end));
        if let (Some(place), Some(event)) = (&end.place, &end.event) {
            assert_eq!((look.index.streams().name(place.stream), place.version), (&*to.0, Some(Version(to.1))));
            assert_eq!((&*event.stream, event.version), (&*to.0, Version(to.1)));
        }
        *unresolved.entry(from.clone()).or_insert(0) += u64::from(!is_resolved);
    }
    // `check` says so, a line for each stream.
    unresolved.retain(|_, count| *count > 0);
    assert!(!unresolved.is_empty(), "the sample has links that lead nowhere");
    let lines = program.json(&["check", &text(&sample("db")), "--json"]);
    let of_links = lines.iter().filter(|line| line["code"] == "unresolved-link");
    let counts: BTreeMap<String, u64> = of_links
        .map(|line| {
            assert_eq!(line["severity"], "note");
            (line["stream"].as_str().expect("a stream").to_owned(), line["count"].as_u64().expect("a count"))
        })
        .collect();
    assert_eq!(counts, unresolved);
}

#[test]
fn what_links_to_an_event_is_found() {
    let program = Program::new();
    let look = look(&sample("db"), program.home.path()).expect("a store");
    let links = links_of_the_server();
    for target in [("order-7001", 0), ("order-7004", 1), ("payment-1", 0)] {
        let to = (target.0.to_owned(), target.1);
        let Some(id) = look.index.streams().find(&to.0) else { continue };
        let at = look.index.rows_of(id).applied_at(Version(to.1)) - 1;
        let found: BTreeSet<(String, i64)> = here(&look, &to.0, at)
            .into_iter()
            .filter(|row| &*row.name == "links to")
            .map(|row| (look.index.streams().name(row.place.stream).to_owned(), row.place.version.expect("v").0))
            .collect();
        let want: BTreeSet<_> = links.iter().filter(|(_, own)| *own == to).map(|(from, _)| from.clone()).collect();
        assert_eq!(found, want, "{to:?}");
    }
}

/// The messages of a Message DB as pg_dump writes them: stream, position, type, data, metadata.
fn message_db(rows: &[(&str, i64, &str, &str, &str)]) -> Place {
    let mut dump = String::from(
        "CREATE TABLE message_store.messages (\n    global_position bigint NOT NULL,\n    \"position\" bigint NOT NULL,\n    \
         \"time\" timestamp without time zone NOT NULL,\n    stream_name text NOT NULL,\n    type text NOT NULL,\n    \
         data jsonb,\n    metadata jsonb,\n    id uuid NOT NULL\n);\n\nCOPY message_store.messages (global_position, \
         \"position\", \"time\", stream_name, type, data, metadata, id) FROM stdin;\n",
    );
    for (at, (stream, position, kind, data, metadata)) in rows.iter().enumerate() {
        let (global, second) = (10 + at, at % 60);
        let id = format!("00000000-0000-4000-8000-{at:012}");
        dump += &format!(
            "{global}\t{position}\t2026-03-04 05:06:{second:02}.5\t{stream}\t{kind}\t{data}\t{metadata}\t{id}\n"
        );
    }
    dump += "\\.\n";
    let place = Place::new();
    place.write("messages.sql", dump);
    place
}

const BY_COMMAND: &str = r#"{"causationMessageStreamName":"account:command-7","causationMessagePosition":0,"causationMessageGlobalPosition":10,"correlationStreamName":"transfer-1"}"#;

#[test]
fn causes_of_messages_are_links() {
    let place = message_db(&[
        ("account:command-7", 0, "Open", r#"{"a":1}"#, "{}"),
        ("account-7", 0, "Opened", r#"{"a":1}"#, BY_COMMAND),
        (
            "account-7",
            1,
            "Closed",
            "{}",
            r#"{"causationMessageStreamName":"account:command-7","causationMessagePosition":4}"#,
        ),
        ("account-7", 2, "Reopened", "{}", r#"{"causationMessageGlobalPosition":11}"#),
        ("transfer-1", 0, "Initiated", "{}", "\\N"),
        ("account:position", 0, "Recorded", r#"{"position":12}"#, "{}"),
    ]);
    let look = look(&place.path("messages.sql"), place.program.home.path()).expect("a store");
    assert_eq!(
        all_said(&look, "account-7", 0),
        [
            "caused by account:command-7 v0 -> account:command-7 v0 Open",
            "correlated with stream transfer-1 -> transfer-1 ",
        ]
    );
    let gone = "caused by account:command-7 v4 !! account:command-7 has no v4: its last is v0";
    assert_eq!(all_said(&look, "account-7", 1), [gone]);
    assert_eq!(all_said(&look, "account-7", 2), ["caused by position 11 -> account-7 v0 Opened"]);
    assert_eq!(all_said(&look, "account:position", 0), ["has read to position 12 -> account-7 v1 Closed"]);
    assert_eq!(all_said(&look, "transfer-1", 0), Vec::<String>::new());
    assert_eq!(here_said(&look, "account:command-7", 0), ["account-7 v0 caused by"]);
    assert_eq!(here_said(&look, "account-7", 0), ["account-7 v2 caused by"]);
    // How far behind a consumer is: of its category, not of others.
    assert_eq!(ends(&look, "account:position", 0, false)[0].rest, Some(1));
    let lines = place.program.json(&["check", &text(&place.path("messages.sql")), "--json"]);
    let line = lines.iter().find(|line| line["code"] == "unresolved-link").expect("a line");
    assert_eq!((&line["stream"], &line["version"], &line["count"]), (&"account-7".into(), &1.into(), &1.into()));
    assert_eq!(line["message"], "caused by account:command-7 v4: account:command-7 has no v4: its last is v0");
}

#[test]
fn kinds_of_messages_are_marked_and_keep_their_category() {
    let place = message_db(&[
        ("account:command-7", 0, "Open", "{}", "{}"),
        ("account-7", 0, "Opened", "{}", "{}"),
        ("account:snapshot-7", 0, "Recorded", r#"{"entityData":{},"entityVersion":0}"#, "{}"),
        ("account:command+position", 0, "Recorded", r#"{"position":10}"#, "{}"),
        ("auditLog", 0, "Touched", "{}", "{}"),
    ]);
    let events = place.program.json(&["events", &text(&place.path("messages.sql")), "--json"]);
    let said: Vec<String> = events.iter().map(|event| format!("{} {}", event["category"], event["marks"])).collect();
    assert_eq!(
        said,
        [
            r#""account:command" ["command"]"#,
            r#""account" []"#,
            r#""account:snapshot" ["snapshot"]"#,
            r#""account:command+position" []"#,
            r#""auditLog" []"#,
        ]
    );
    let look = look(&place.path("messages.sql"), place.program.home.path()).expect("a store");
    let said = all_said(&look, "account:command+position", 0);
    assert_eq!(said, ["has read to position 10 -> account:command-7 v0 Open"]);
    assert_eq!(ends(&look, "account:command+position", 0, false)[0].rest, Some(0));
}

#[test]
fn an_id_that_a_column_or_the_metadata_names_is_looked_for_in_the_store() {
    let place = Place::new();
    let (first, second) = ("11111111-aaaa-4bbb-8ccc-000000000001", "11111111-aaaa-4bbb-8ccc-000000000002");
    let columns = "seq_id, id, stream_id, version, data, type, \"timestamp\", tenant_id, mt_dotnet_type, correlation_id, causation_id, headers, is_archived";
    let row = |seq: u64, id: &str, version: u64, cause: &str| {
        format!(
            "{seq}\t{id}\tcart-1\t{version}\t{{}}\tadded\t2026-03-04 05:06:0{seq}+00\t*DEFAULT*\tX\t\\N\t{cause}\t\\N\tf\n"
        )
    };
    let dump = format!(
        "CREATE TABLE public.mt_events (\n    seq_id bigint NOT NULL,\n    id uuid NOT NULL,\n    stream_id character varying,\n    version bigint NOT NULL,\n    data jsonb NOT NULL,\n    type character varying(500) NOT NULL,\n    \"timestamp\" timestamp with time zone,\n    tenant_id character varying,\n    mt_dotnet_type character varying,\n    correlation_id character varying,\n    causation_id character varying,\n    headers jsonb,\n    is_archived boolean\n);\n\nCOPY public.mt_events ({columns}) FROM stdin;\n{}{}{}\\.\n",
        row(1, first, 1, "\\N"),
        row(2, second, 2, &first.to_uppercase()),
        row(3, "11111111-aaaa-4bbb-8ccc-000000000003", 3, "a-request"),
    );
    place.write("marten.sql", dump);
    let marten = look(&place.path("marten.sql"), place.program.home.path()).expect("a store");
    assert_eq!(all_said(&marten, "cart-1", 0), Vec::<String>::new());
    let said = format!("caused by event {} -> cart-1 v1 added", first.to_uppercase());
    assert_eq!(all_said(&marten, "cart-1", 1), [said]);
    let none = "caused by event a-request !! no event of this store has the id a-request";
    assert_eq!(all_said(&marten, "cart-1", 2), [none]);
    assert_eq!(here_said(&marten, "cart-1", 0), ["cart-1 v2 caused by"]);
    // Nobody reads the whole store unasked, and an id of another store is nothing odd.
    assert!(ends(&marten, "cart-1", 1, false).iter().all(|end| end.place.is_none() && end.reason.is_none()));
    let check = place.program.json(&["check", &text(&place.path("marten.sql")), "--json"]);
    assert!(check.iter().all(|line| line["code"] != "unresolved-link"), "{check:?}");

    let lines = concat!(
        r#"{"stream":"a-1","version":1,"type":"A","id":"e1","data":{}}"#,
        "\n",
        r#"{"stream":"b-1","version":1,"type":"B","id":"e2","data":{},"metadata":{"causationId":"e1"}}"#,
        "\n",
    );
    place.write("log.jsonl", lines);
    let log = look(&place.path("log.jsonl"), place.program.home.path()).expect("a store");
    assert_eq!(all_said(&log, "b-1", 0), ["caused by event e1 -> a-1 v1 A"]);
    assert_eq!(here_said(&log, "a-1", 0), ["b-1 v1 caused by"]);
    assert_eq!(here_said(&log, "b-1", 0), Vec::<String>::new());
}

#[test]
fn a_dialect_of_the_users_says_where_links_stand() {
    let place = Place::new();
    let dialects = place.program.home.path().join("dialects");
    std::fs::create_dir_all(&dialects).expect("a folder");
    let dialect = |link: &str| {
        format!(
            "id = \"mine\"\nname = \"Mine\"\nengines = [\"json-lines\"]\n[[detect]]\ntable = \"*\"\n\
             columns = [\"flow\", \"seq\", \"kind\", \"body\"]\n[events]\ntable = \"*\"\n[events.map]\n\
             stream = \"{{flow}}\"\nversion = {{ col = \"seq\" }}\ntype = {{ col = \"kind\" }}\n\
             payload = {{ col = \"body\" }}\n[[events.link]]\nname = \"undoes\"\n{link}\n"
        )
    };
    std::fs::write(dialects.join("mine.toml"), dialect("stream = \"$.of.flow\"\nversion = \"$.of.seq\""))
        .expect("written");
    let store = place.write(
        "flow.jsonl",
        "{\"flow\":\"x\",\"seq\":1,\"kind\":\"A\",\"body\":{}}\n{\"flow\":\"y\",\"seq\":1,\"kind\":\"B\",\"body\":{\"of\":{\"flow\":\"x\",\"seq\":3}}}\n",
    );
    let lines = place.program.json(&["check", &store, "--json"]);
    let line = lines.iter().find(|line| line["code"] == "unresolved-link").expect("a line");
    assert_eq!(line["message"], "undoes x v3: x has no v3: its last is v1");
    // A rule that says nothing is no rule, and is named.
    std::fs::write(dialects.join("mine.toml"), dialect("type = \"B\"")).expect("written");
    let run = place.program.run(&["info", &store, "--dialect", "mine"]);
    assert!(run.code == 1 && run.err.contains("the link undoes has no stream"), "{run:?}");
}
