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
fn few_rows_tell_where_the_stream_is_named_and_all_begin_alike() {
    let row = |entity: &str, n: i64, kind: &str| vec![text(entity), Sampled::Integer(n), text(kind), text("{\"a\":1}")];
    let columns = ["entity", "n", "kind", "body"];
    let said = |numbers: [i64; 3]| {
        let [a, b, c] = numbers;
        let rows = vec![row("lamp", a, "Made"), row("lamp", b, "Moved"), row("desk", c, "Made")];
        said(&guess(&[TableSample { count: None, ..sample("things", &columns, rows) }])[0])
    };
    assert_eq!(said([10, 20, 10]), "stream=entity,version=n,type=kind,data=body");
    assert_eq!(said([1, 2, 1]), "stream=entity,version=n,type=kind,data=body");
    assert_eq!(said([17, 230, 4]), "stream=entity,type=kind,data=body");
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

fn of<'g>(found: &'g [Guess], table: &str) -> Option<&'g Guess> {
    found.iter().find(|guess| guess.table == table)
}

#[test]
fn events_whose_streams_another_table_tells_are_the_events() {
    let id = |n: i64| text(format!("5f2c0f{n:06}"));
    let own = |n: i64| {
        let kind = if n < 4 { "Made" } else { "Moved" };
        vec![id(n), text(kind), text(format!("{{\"n\":{n}}}")), text(format!("2026-03-04 05:06:{n:02}"))]
    };
    let link = |n: i64| vec![Sampled::Integer(n), text(format!("lamp-{}", n % 4)), Sampled::Integer(n / 4), id(n)];
    let events = sample("happened", &["uid", "event_type", "data", "created_at"], (0..40).map(own).collect());
    let links = sample("happened_in", &["id", "stream", "position", "uid"], (0..40).map(link).collect());
    let found = guess(&[links, events]);
    assert_eq!(said(&found[0]), "stream=event_type,type=event_type,data=data,time=created_at,id=uid", "{found:?}");
    let why = &found[0].reasons;
    assert!(why.iter().any(|why| why.starts_with("the rows of happened_in point at its own")), "{why:?}");
    assert!(why.iter().any(|why| why.starts_with("no column is a stream")), "{why:?}");
}

#[test]
fn a_history_of_a_table_comes_before_it() {
    // Things with a payload of their own, as they are and as they were.
    let thing =
        |n: i64, change: i64| vec![Sampled::Integer(n), text(format!("n{n}")), text(format!("{{\"a\":{change}}}"))];
    let was = |n: i64| {
        let change = n / 6;
        let kind = text(if change == 0 { "+" } else { "~" });
        let at = text(format!("2026-03-04 05:{change:02}:{:02}", n % 6));
        [vec![Sampled::Integer(100 + n)], thing(n % 6, change), vec![at, kind]].concat()
    };
    let live = sample("boat", &["id", "name", "parts"], (0..6).map(|n| thing(n, 7)).collect());
    let columns = ["history_id", "id", "name", "parts", "history_date", "history_type"];
    let history = sample("boat_past", &columns, (0..48).map(was).collect());
    let found = guess(&[live.clone(), history.clone()]);
    assert_eq!(said(&found[0]), "stream=id,type=history_type,time=history_date,position=history_id");
    assert!(of(&found, "boat").is_none(), "{found:?}");
    assert!(found[0].reasons.iter().any(|why| why == "its rows are those of boat as they were"), "{found:?}");
    // Where things are as no row says, they are others.
    let other = sample("boat", &["id", "name", "parts"], (0..6).map(|n| thing(n, 99)).collect());
    let found = looks(&[other, history]);
    assert!(found.iter().all(|guess| !guess.reasons.iter().any(|why| why.contains("as they were"))), "{found:?}");
}

#[test]
fn the_streams_beside_events_make_them_no_history() {
    let mut rows = events(5, 6);
    rows.iter_mut().for_each(|row| row.push(text("acme")));
    let columns = ["position", "stream", "version", "type", "data", "created", "owner"];
    // Each with its newest version and the time of it.
    let newest = |row: &Vec<Sampled>| vec![row[1].clone(), row[2].clone(), row[5].clone(), row[6].clone()];
    let streams =
        sample("streams", &["stream", "version", "created", "owner"], rows[25..].iter().map(newest).collect());
    let found = guess(&[streams, sample("events", &columns, rows)]);
    assert_eq!(said(&found[0]), "stream=stream,version=version,type=type,data=data,time=created,position=position");
}

#[test]
fn a_type_may_be_two_objects_deep_and_stands_in_where_there_is_none() {
    let row = |n: i64, payload: String| {
        vec![
            Sampled::Integer(n),
            text(format!("l{}", n % 4)),
            Sampled::Integer(n / 4 + 1),
            text("default"),
            text(payload),
        ]
    };
    let columns = ["id", "root_id", "version", "shelf", "payload"];
    let deep = |n: i64| {
        let kind = if n < 4 { "lit" } else { "dimmed" };
        row(n, format!("{{\"headers\":{{\"event_type\":\"{kind}\"}},\"body\":{{\"n\":{n}}}}}"))
    };
    let found = guess(&[sample("own", &columns, (0..40).map(deep).collect())]);
    let wanted = "stream=root_id,version=version,type=payload.headers.event_type,data=payload,";
    assert!(said(&found[0]).starts_with(wanted), "{found:?}");
    let plain = (0..40).map(|n| row(n, format!("{{\"n\":{n}}}"))).collect();
    let found = guess(&[sample("own", &columns, plain)]);
    assert_eq!(said(&found[0]), "stream=root_id,version=version,type=shelf,data=payload,position=id");
    assert!(found[0].reasons.iter().any(|why| why == "no column is a type: shelf stands for it"), "{found:?}");
}

#[test]
fn what_grows_with_the_table_or_fits_by_chance_counts_no_versions() {
    // A key into another table is higher in each later row, whatever the word beside it.
    let property = |n: i64| {
        let word = ["ticket", "reason"][n as usize % 2];
        vec![text(word), text(format!("T-{}", n * 7 % 11)), Sampled::Integer(n / 2 + 100)]
    };
    let found = looks(&[sample("property", &["word", "value", "commit_fk"], (0..40).map(property).collect())]);
    assert!(found.iter().all(|guess| !said(guess).contains("version=")), "{found:?}");
    // Of seven things two have one price, and their ratings differ.
    let thing = |n: i64| {
        let price = Sampled::Real([1.5, 3.0, 3.0, 4.0, 9.0, 8.0, 7.0][n as usize]);
        vec![Sampled::Integer(n), text(format!("n{}", n % 3)), price, Sampled::Integer(n * 3 % 7), text("{\"a\":1}")]
    };
    let found = looks(&[sample("recipes", &["id", "name", "price", "rating", "steps"], (0..7).map(thing).collect())]);
    assert!(found.iter().all(|guess| !said(guess).contains("version=")), "{found:?}");
}

#[test]
fn rows_that_lie_in_no_order_count_all_the_same() {
    let mut rows = events(6, 5);
    rows.iter_mut().for_each(|row| {
        row.remove(0);
    });
    rows.reverse();
    let mut heap = sample("t", &["id", "revision", "kind", "data", "at"], rows);
    heap.table.has_rowid = false;
    let found = guess(&[heap]);
    assert_eq!(said(&found[0]), "stream=id,version=revision,type=kind,data=data,time=at");
    assert!(found[0].reasons.iter().any(|why| why.ends_with("in 6 of 6 streams")), "{found:?}");
}

#[test]
fn a_kind_beside_an_id_is_part_of_the_stream_whatever_it_is_called() {
    // Two kinds have the same ids; what happened varies from row to row and is no kind.
    let row = |n: i64| {
        let kind = text(["insert", "update", "delete"][n as usize * 7 % 3]);
        let of = Sampled::Integer(5 + i64::from(n % 5 < 2));
        vec![
            Sampled::Integer(n),
            text((n % 4).to_string()),
            text(format!("Thing {n}")),
            kind,
            of,
            text("{\"a\":[1,2]}"),
        ]
    };
    let columns = ["id", "object_pk", "object_repr", "action", "content_type_id", "changes"];
    let found = guess(&[sample("logentry", &columns, (0..60).map(row).collect())]);
    assert_eq!(said(&found[0]), "stream=content_type_id+object_pk,type=action,data=changes,position=id");
}

#[test]
fn partitions_and_offsets_are_no_streams_and_versions() {
    let row = |n: i64| {
        let line = [Sampled::Integer(n % 3), Sampled::Integer(n / 3), text(format!("cart-{}", n % 4))];
        [line.to_vec(), vec![text(if n % 5 == 0 { "Opened" } else { "Filled" }), text(format!("{{\"n\":{n}}}"))]]
            .concat()
    };
    let columns = ["partition", "offset", "key_id", "type", "payload"];
    let found = guess(&[sample("log", &columns, (0..60).map(row).collect())]);
    assert_eq!(said(&found[0]), "stream=key_id,type=type,data=payload");
}

#[test]
fn a_copy_may_be_of_several_tables_of_one_shape() {
    let columns = ["id", "stream", "version", "type", "data", "created"];
    let named = |name: &str| {
        let mut rows = events(3, 6);
        rows.iter_mut().for_each(|row| row[1] = text(format!("{name} {:?}", row[1])));
        rows
    };
    let (flights, baskets) = (named("f"), named("b"));
    let copied = flights[9..14].iter().chain(&baskets[9..14]).cloned().collect();
    let found = guess(&[
        sample("outbox", &columns, copied),
        sample("flight", &columns, flights),
        sample("basket", &columns, baskets),
    ]);
    assert_eq!(found.iter().map(|guess| guess.table.as_str()).next_back(), Some("outbox"), "{found:?}");
}

#[test]
fn numbers_may_be_texts_and_payloads_strings_of_json() {
    let mut rows = events(4, 6);
    for row in &mut rows {
        if let (Sampled::Integer(version), Sampled::Text(payload)) = (row[2].clone(), row[4].clone()) {
            row[2] = text(format!("{version:05}"));
            row[4] = text(format!("\"{}\"", payload.replace('"', "\\\"")));
        }
    }
    let found = guess(&[sample("t", &["place", "subject", "sequence", "type", "a", "at"], rows)]);
    assert_eq!(said(&found[0]), "stream=subject,version=sequence,type=type,data=a,time=at,position=place");
}

#[test]
fn lines_of_another_kind_between_events_are_passed_over() {
    let mut rows = Vec::new();
    for row in events(5, 6) {
        let null = || Sampled::Null;
        let [position, stream, version, kind, payload, at] = row.try_into().expect("six");
        rows.push(vec![text("index"), position, null(), null(), null(), null(), null()]);
        rows.push(vec![null(), null(), stream, version, kind, payload, at]);
    }
    let mut log = sample("each line", &["k", "o", "stream_id", "revision", "name", "payload", "at"], rows);
    log.table.is_open = true;
    let found = guess(&[log]);
    assert_eq!(said(&found[0]), "stream=stream_id,version=revision,type=name,data=payload,time=at");
}

#[test]
fn when_a_row_was_written_is_what_its_own_column_says() {
    let mut rows = events(5, 6);
    for (n, row) in rows.iter_mut().enumerate() {
        row[4] = text(format!("{{\"recordedAt\":\"2026-03-04T05:06:{n:02}Z\"}}"));
        row[1] = text(format!("{{\"of\":\"{n}\"}}"));
    }
    let columns = ["id", "extra", "attempt", "event_type", "body", "publication_date"];
    let found = looks(&[sample("publications", &columns, rows)]);
    assert!(said(&found[0]).contains("time=publication_date"), "{found:?}");
}

#[test]
fn of_one_stream_alone_names_tell() {
    let columns = ["log_position", "streamId", "eventNumber", "eventType", "data", "created"];
    let found = guess(&[sample("each line", &columns, events(1, 12))]);
    let wanted = "stream=streamId,version=eventNumber,type=eventType,data=data,time=created,position=log_position";
    assert_eq!(said(&found[0]), wanted);
    // The same numbers with a point.
    let mut rows = events(1, 12);
    for row in &mut rows {
        if let Sampled::Integer(version) = row[2] {
            row[2] = Sampled::Real(version as f64);
        }
    }
    assert_eq!(said(&guess(&[sample("each line", &columns, rows)])[0]), wanted);
}

#[test]
fn a_table_of_things_with_a_type_is_no_store() {
    let row = |n: i64| {
        let (kind, state) = (["concert", "play"][n as usize % 2], ["planned", "over"][n as usize / 2 % 2]);
        vec![Sampled::Integer(n), text(format!("Evening {n}")), text(kind), text(state), text("2026-03-04 05:06:07")]
    };
    let columns = ["event_id", "title", "event_type", "state", "created_at"];
    let found = guess(&[sample("events", &columns, (0..20).map(row).collect())]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn the_first_rows_may_be_one_of_each_stream() {
    let columns = ["seq", "aggregate_id", "version", "event_type", "payload", "at"];
    let first = || events(600, 1);
    let all = "stream=aggregate_id,version=version,type=event_type,data=payload,time=at,position=seq";
    let keyed = TableSample { keys: vec![vec![1, 2]], ..sample("events", &columns, first()) };
    assert_eq!(said(&guess(&[keyed])[0]), all);
    // Names tell alone, where there are both.
    assert_eq!(said(&guess(&[sample("events", &columns, first())])[0]), all);
}

#[test]
fn what_a_payload_holds_counts_no_versions() {
    let rows = (0..40).map(|at| {
        let payload = format!("{{\"before\":{{\"n\":{}}},\"after\":{{\"n\":{}}}}}", at / 8, at / 8 + 1);
        let kind = if at % 3 == 0 { "Made" } else { "Moved" };
        vec![Sampled::Integer(at + 5), text(format!("s-{}", at % 8)), text(kind), text(payload)]
    });
    let found = guess(&[sample("events", &["id", "entity_id", "kind", "body"], rows.collect())]);
    assert!(!said(&found[0]).contains("version="), "{found:?}");
}

#[test]
fn the_name_of_a_table_beside_an_id_says_of_what_it_is() {
    let rows = (0..60).map(|at| {
        let table = if at % 2 == 0 { "users" } else { "orders" };
        let action = if at < 6 { "INSERT" } else { "UPDATE" };
        let new = format!("{{\"total\":{at}}}");
        vec![Sampled::Integer(at + 3), text(table), Sampled::Integer(at % 6 / 2), text(action), text(new)]
    });
    let found = guess(&[sample("audit_log", &["id", "table_name", "record_id", "action", "new_data"], rows.collect())]);
    assert!(said(&found[0]).contains("stream=table_name+record_id"), "{found:?}");
}
