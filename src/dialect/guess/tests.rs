//! The guess at tables made up for it.

use super::*;

fn text(text: impl Into<String>) -> Sampled {
    Sampled::Text(text.into())
}

fn sample(name: &str, columns: &[&str], rows: Vec<Vec<Sampled>>) -> TableSample {
    let table = Table::new(name, columns.iter().map(|column| (*column).to_owned()), true);
    TableSample { table, count: Some(rows.len() as u64), rows, keys: Vec::new() }
}

/// Events of `streams` streams in turn: position, stream, version, type, payload, time.
fn events(streams: i64, versions: i64) -> Vec<Vec<Sampled>> {
    let mut rows = Vec::new();
    for version in 1..=versions {
        for stream in 0..streams {
            let kind = if version == 1 { "Made" } else { "Moved" };
            let payload = format!("{{\"n\":{version},\"of\":{stream}}}");
            let at = Sampled::Integer(1_772_600_000 + version * 60 + stream);
            let position = Sampled::Integer(rows.len() as i64 * 7 + 3);
            rows.push(vec![
                position,
                text(format!("s-{stream}")),
                Sampled::Integer(version),
                text(kind),
                text(payload),
                at,
            ]);
        }
    }
    rows
}

fn said(guess: &Guess) -> String {
    guess.roles.iter().map(|(role, column)| format!("{role}={column}")).collect::<Vec<_>>().join(",")
}

#[test]
fn structure_tells_where_names_say_nothing() {
    let found = guess(&[sample("t", &["a", "b", "c", "d", "e", "f"], events(5, 6))]);
    assert_eq!(said(&found[0]), "stream=b,version=c,type=d,data=e,time=f,position=a");
    assert!(found[0].is_likely() && found[0].rows == Some(30), "{found:?}");
    assert!(found[0].reasons.iter().any(|why| why == "c counts up inside b in 5 of 5 streams"), "{found:?}");
}

#[test]
fn names_tell_where_there_is_one_row() {
    let columns = ["id", "aggregate_id", "version", "event_type", "payload", "timestamp"];
    let row = vec![
        text("e1"),
        text("u-1"),
        Sampled::Integer(1),
        text("Made"),
        text("{\"a\":1}"),
        text("2026-04-24T09:18:47Z"),
    ];
    let snapshots = sample("snapshots", &columns[1..], vec![row[1..].to_vec()]);
    let found = guess(&[snapshots, sample("events", &columns, vec![row])]);
    assert_eq!(found[0].table, "events");
    assert_eq!(
        said(&found[0]),
        "stream=aggregate_id,version=version,type=event_type,data=payload,time=timestamp,id=id"
    );
}

#[test]
fn a_version_that_is_the_same_in_every_row_is_none_of_a_stream() {
    let columns = ["id", "aggregateId", "eventType", "payload", "version", "amount"];
    let row = |stream: &str, kind: &str, version: i64, place: i64| {
        let id = text(format!("{stream}/{place}"));
        vec![id, text(stream), text(kind), text("{\"a\":1}"), Sampled::Integer(version), Sampled::Integer(place)]
    };
    let few = vec![row("s", "Planned", 1, 9), row("s", "Ended", 1, 4), row("t", "Planned", 1, 9)];
    let found = guess(&[sample("event_stream", &columns, few)]);
    assert_eq!(said(&found[0]), "stream=aggregateId,type=eventType,data=payload,id=id");
    // One row of each stream says nothing against it.
    let firsts = vec![row("s", "Planned", 1, 1), row("t", "Planned", 1, 1)];
    let found = guess(&[sample("event_stream", &columns, firsts)]);
    assert_eq!(said(&found[0]), "stream=aggregateId,version=version,type=eventType,data=payload,id=id");
    // Of two that are named alike the one that counts is taken.
    let columns = ["id", "aggregateId", "eventType", "payload", "version", "sequence"];
    let two = vec![row("s", "Planned", 1, 1), row("s", "Ended", 1, 2), row("t", "Planned", 1, 1)];
    let found = guess(&[sample("event_stream", &columns, two)]);
    assert_eq!(said(&found[0]), "stream=aggregateId,version=sequence,type=eventType,data=payload,id=id");
}

#[test]
fn copies_and_lists_are_no_events() {
    let columns = ["position", "stream_id", "version", "type", "data", "created"];
    let archive = sample("outbox", &columns, events(5, 3));
    let people = (0..20).map(|n| vec![Sampled::Integer(n), text(format!("name {n}")), text("x@y")]).collect();
    let people = sample("customers", &["id", "name", "mail"], people);
    let found =
        guess(&[archive, people, sample("things", &columns, events(5, 6)), sample("events", &columns, Vec::new())]);
    let tables: Vec<&str> = found.iter().map(|guess| guess.table.as_str()).collect();
    assert_eq!(tables[0], "things", "{found:?}");
    assert!(!tables.contains(&"customers") && !tables.contains(&"events"), "{found:?}");
}

#[test]
fn rows_of_a_dump_may_lie_in_any_order() {
    let mut rows = events(4, 6);
    rows.rotate_left(9);
    let found = guess(&[sample("t", &["pos", "b", "c", "d", "e", "f"], rows)]);
    assert_eq!(said(&found[0]), "stream=b,version=c,type=d,data=e,time=f,position=pos");
}

#[test]
fn a_key_says_which_columns_are_the_stream() {
    // Two shops count their orders alike: only the key of all three tells them apart.
    let rows = |shops: i64| {
        let row = move |n: i64| {
            let (shop, order, version) = (n % shops, n / shops % 4, n / shops / 4 + 1);
            let kind = if version == 1 { "Made" } else { "Moved" };
            vec![
                text(format!("shop {shop}")),
                text(format!("o{order}")),
                Sampled::Integer(version),
                text(kind),
                text(format!("{{\"n\":{n}}}")),
            ]
        };
        (0..48).map(row).collect::<Vec<_>>()
    };
    let columns = ["branch", "nr_of_it", "step", "kind", "body"];
    let with_key = |rows| TableSample { keys: vec![vec![0, 1, 2]], ..sample("t", &columns, rows) };
    let found = guess(&[with_key(rows(2))]);
    assert_eq!(said(&found[0]), "stream=branch+nr_of_it,version=step,type=kind,data=body");
    let found = guess(&[with_key(rows(1))]);
    assert_eq!(said(&found[0]), "stream=nr_of_it,version=step,type=kind,data=body", "one shop says nothing");
}

#[test]
fn an_id_that_no_other_thing_has_needs_nothing_beside_it() {
    let row = |n: i64| {
        let (kind, id) = (["user", "team"][n as usize % 2], n % 6);
        vec![
            text(kind),
            text(format!("406e2ac5-3c59-4776-9f4a-f37552a78c{id:02}")),
            Sampled::Integer(n / 6 + 1),
            text(if n < 6 { "Made" } else { "Moved" }),
            text(format!("{{\"n\":{n}}}")),
        ]
    };
    let columns = ["aggregate_type", "aggregate_id", "version", "type", "data"];
    let found = guess(&[sample("events", &columns, (0..48).map(row).collect())]);
    assert_eq!(said(&found[0]), "stream=aggregate_id,version=version,type=type,data=data,category=aggregate_type");
}
