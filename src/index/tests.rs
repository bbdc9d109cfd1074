//! The index against a plain model of it.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::builder::Header;
use super::*;
use crate::model::{FindingCode, Listing, Marks, NameForm, Numbering, StreamStatus};

fn build(events: &[(String, Option<i64>, Option<i64>)]) -> EventIndex {
    filled(IndexBuilder::default(), events)
}

fn filled(mut builder: IndexBuilder, events: &[(String, Option<i64>, Option<i64>)]) -> EventIndex {
    for (at, (stream, version, time)) in events.iter().enumerate() {
        assert!(
            builder
                .push(&Header {
                    key: RowKey(at as i64 * 10),
                    stream,
                    category: stream.split('-').next().unwrap_or_default(),
                    event_type: if at % 3 == 0 { "A" } else { "B" },
                    version: version.map(Version),
                    time: time.map(Time),
                    position: &Position::None,
                    status: StreamStatus::Active,
                    marks: Marks::NONE,
                    name_form: NameForm::default(),
                    part: 0,
                })
                .is_some()
        );
    }
    builder.examine(None);
    builder.publish()
}

fn codes(index: &EventIndex) -> Vec<(FindingCode, u64)> {
    index.findings().counts().iter().map(|(code, count)| (*code, *count)).collect()
}

#[test]
fn a_stream_is_ordered_by_version_over_segments() {
    // Two streams over three segments, one of them scanned from the highest version down.
    let total = SEGMENT_ROWS as i64 * 2 + 500;
    let events: Vec<_> = (0..total)
        .map(|i| if i % 2 == 0 { ("up-1".to_owned(), Some(i), Some(i)) } else { ("down-1".to_owned(), Some(-i), None) })
        .collect();
    let index = build(&events);
    for (name, first) in [("up-1", 0), ("down-1", -(total - 1))] {
        let id = index.streams().find(name).expect("stream");
        let rows = index.rows_of(id);
        assert_eq!(rows.len() as i64, total / 2);
        assert_eq!(rows.version(0), Some(Version(first)));
        assert!((1..rows.len()).all(|at| rows.version(at) > rows.version(at - 1)), "{name}");
        let middle = rows.version(1_000).expect("version");
        assert_eq!(rows.applied_at(middle), 1_001);
        assert_eq!(rows.key(1_000).map(|key| key.0), Some(middle.0.abs() * 10));
    }
    let gaps = (FindingCode::Gap, total as u64 - 2);
    assert!(codes(&index).contains(&gaps), "nothing says that a step of two is none");
}

#[test]
fn numbers_that_streams_share_have_no_gaps() {
    let events = [1, 5, 9, 9].map(|version| ("s".to_owned(), Some(version), Some(version * 1_000)));
    let index =
        filled(IndexBuilder::of_store(Numbering { is_shared: true, ..Numbering::default() }, &[], false), &events);
    assert_eq!(codes(&index), [(FindingCode::DuplicateVersion, 1), (FindingCode::OrderNotProven, 1)]);
}

#[test]
fn odd_numbers_are_findings_that_name_the_version() {
    let of = |versions: &[i64]| {
        let events: Vec<_> = versions.iter().map(|v| ("s".to_owned(), Some(*v), Some(*v * 1_000))).collect();
        build(&events)
    };
    let order = (FindingCode::OrderNotProven, 1);
    assert_eq!(codes(&of(&[1, 2, 3])), [order]);
    assert_eq!(codes(&of(&[1, 2, 5, 6])), [(FindingCode::Gap, 1), order]);
    assert_eq!(codes(&of(&[0, 5])), [(FindingCode::Gap, 1), order]);
    assert_eq!(codes(&of(&[0, 5, 10])), [(FindingCode::Gap, 2), order], "a stride is no excuse");
    assert_eq!(of(&[1, 2, 5, 6]).findings().kept()[1].message, "v3 to v4 are not in the store");
    assert_eq!(codes(&of(&[1, 2, 2, 3])), [(FindingCode::DuplicateVersion, 1), order]);
    assert_eq!(codes(&of(&[1, 3, 3])), [(FindingCode::DuplicateVersion, 1), (FindingCode::Gap, 1), order]);
    assert_eq!(codes(&of(&[3, 1, 2])), [order], "shuffled lines are in order once sorted");
    let backwards = build(&[("s".to_owned(), Some(1), Some(50_000)), ("s".to_owned(), Some(2), Some(12_000))]);
    assert_eq!(backwards.findings().kept()[1].message, "38 ms before v1");
    assert_eq!(backwards.rows_of(StreamId(0)).applied_at_time(Time(20_000)), (2, true));
}

#[test]
fn listing_groups_filters_and_sorts() {
    let events: Vec<_> = ["b-2", "a-10", "a-9", "b-2", "plain"].map(|name| (name.to_owned(), None, None)).to_vec();
    let index = build(&events);
    let names = |order: &StreamOrder| {
        let list = index.streams().list(order);
        let groups: Vec<_> =
            list.categories.iter().map(|group| (group.name.to_string(), group.listed, group.total)).collect();
        (groups, list.streams.iter().map(|id| index.streams().name(*id).to_owned()).collect::<Vec<_>>())
    };
    let (groups, streams) = names(&StreamOrder::default());
    assert_eq!(streams, ["a-9", "a-10", "b-2", "plain"]);
    assert_eq!(groups[0], ("a".to_owned(), 2, 2));
    let (groups, streams) = names(&StreamOrder { filter: "-1".to_owned(), ..Default::default() });
    assert_eq!((streams, groups), (vec!["a-10".to_owned()], vec![("a".to_owned(), 1, 2)]));
    let order = StreamOrder { sort: StreamSort::Name, descending: true, ..Default::default() };
    assert_eq!(names(&order).1, ["a-10", "a-9", "b-2", "plain"], "categories stay in their order");
}

#[test]
fn kinds_stand_below_their_category_which_may_have_no_streams_of_its_own() {
    let events = ["b:command-1", "a:position", "b-1", "ab-1", "a:command-1", "b:command-2"];
    let events = events.map(|name| (name.to_owned(), None, None));
    let listing = Listing { kinds: Some(Text::from(":")), with_system: false };
    let index = filled(IndexBuilder::default().with_listing(listing), &events);
    let groups = |filter: &str| -> Vec<(String, u32, u32, bool)> {
        let list = index.streams().list(&StreamOrder { filter: filter.to_owned(), ..Default::default() });
        let group = |own: &CategoryGroup| (own.name.to_string(), own.listed, own.kinds_listed, own.base.is_some());
        list.categories.iter().map(group).collect()
    };
    let row = |name: &str, listed, kinds, below| (name.to_owned(), listed, kinds, below);
    let all = [
        row("a", 0, 2, false),
        row("a:command", 1, 0, true),
        row("a:position", 1, 0, true),
        row("ab", 1, 0, false),
        row("b", 1, 2, false),
        row("b:command", 2, 0, true),
    ];
    assert_eq!(groups(""), all);
    assert_eq!(groups("b:command-2"), [row("b", 0, 1, false), row("b:command", 1, 0, true)]);
}

proptest! {
    #[test]
    fn rows_of_a_stream_are_its_events_by_version(
        events in prop::collection::vec((0u8..4, prop::option::of(-5i64..20), prop::option::of(0i64..1_000)), 0..200)
    ) {
        let events: Vec<_> = events.into_iter().map(|(s, v, t)| (format!("s-{s}"), v.or(Some(7)), t)).collect();
        let index = build(&events);
        let mut model: BTreeMap<&str, Vec<(i64, usize)>> = BTreeMap::new();
        for (at, (stream, version, _)) in events.iter().enumerate() {
            model.entry(stream).or_default().push((version.expect("set above"), at));
        }
        for (stream, mut want) in model {
            want.sort();
            let rows = index.rows_of(index.streams().find(stream).expect("stream"));
            let got: Vec<_> = (0..rows.len())
                .map(|at| (rows.version(at).expect("version").0, rows.row(at).expect("row").0 as usize))
                .collect();
            prop_assert_eq!(&got, &want);
            for probe in -7..23 {
                let applied = want.iter().filter(|(version, _)| *version <= probe).count() as u64;
                prop_assert_eq!(rows.applied_at(Version(probe)), applied);
            }
        }
    }
}

#[test]
fn a_finding_of_an_archived_stream_names_that_stream() {
    let mut builder = IndexBuilder::default();
    for (at, (version, status)) in [
        (1, StreamStatus::Active),
        (2, StreamStatus::Active),
        (1, StreamStatus::Archived),
        (2, StreamStatus::Archived),
        (5, StreamStatus::Archived),
    ]
    .into_iter()
    .enumerate()
    {
        let key = RowKey(at as i64);
        let (version, time) = (Some(Version(version)), None);
        builder.push(&Header {
            key,
            stream: "a-1",
            category: "a",
            event_type: "T",
            version,
            time,
            position: &Position::None,
            status,
            marks: Marks::NONE,
            name_form: NameForm::default(),
            part: 0,
        });
    }
    builder.examine(None);
    let index = builder.publish();
    let archived = index.streams().find("a-1 (archived)").expect("the stream");
    assert_ne!(Some(archived), index.streams().find("a-1"));
    let places = index.findings().kept().iter().map(|finding| finding.stream_id).collect::<Vec<_>>();
    assert_eq!(places, [None, Some(archived)], "the order, and the gap");
}

#[test]
fn the_last_row_says_what_became_of_a_stream() {
    let header = |version: i64, status, marks| Header {
        key: RowKey(version),
        stream: "a-1",
        category: "a",
        event_type: "T",
        version: Some(Version(version)),
        time: None,
        position: &Position::None,
        status,
        marks,
        name_form: NameForm::default(),
        part: 0,
    };
    let (active, dead) = (StreamStatus::Active, StreamStatus::Tombstoned);
    for (order, wanted) in
        [([(1, active), (2, dead)], dead), ([(2, dead), (1, active)], dead), ([(1, dead), (2, active)], active)]
    {
        let mut builder = IndexBuilder::default();
        for (version, status) in order {
            builder.push(&header(version, status, Marks::NONE));
        }
        let index = builder.publish();
        assert_eq!(index.streams().summary(StreamId(0)).map(|summary| summary.status), Some(wanted), "{order:?}");
    }
}

#[test]
fn the_least_number_is_a_number_and_marks_are_kept() {
    let mut builder = IndexBuilder::default();
    let command = Marks::of("command").expect("a mark");
    for (number, marks) in [(i64::MIN, Marks::NONE), (7, command)] {
        let (key, version, status) = (RowKey(number), Some(Version(number)), StreamStatus::Active);
        builder.push(&Header {
            key,
            stream: "a",
            category: "a",
            event_type: "T",
            version,
            time: None,
            position: &Position::None,
            status,
            marks,
            name_form: NameForm::default(),
            part: 0,
        });
    }
    let index = builder.publish();
    let rows = [EventRow(0), EventRow(1), EventRow(2)];
    assert_eq!(rows.map(|row| index.key_of(row)), [Some(RowKey(i64::MIN)), Some(RowKey(7)), None]);
    assert_eq!(rows.map(|row| index.version_of(row)), [Some(Version(i64::MIN)), Some(Version(7)), None]);
    assert_eq!(rows.map(|row| index.marks_of(row)), [Marks::NONE, command, Marks::NONE]);
}

/// Events of two streams without versions: (stream, time, position), and how the position is told.
fn counted(events: &[(&str, i64, i64)], positions: fn(i64) -> Position, heap: bool) -> Vec<(String, Vec<i64>)> {
    let mut builder = IndexBuilder::of_store(Numbering { is_heap: heap, ..Numbering::default() }, &[], false);
    for (at, (stream, time, position)) in events.iter().enumerate() {
        let position = positions(*position);
        builder.push(&Header {
            key: RowKey(at as i64),
            stream,
            category: "",
            event_type: "T",
            version: None,
            time: Some(Time(*time)),
            position: &position,
            status: StreamStatus::Active,
            marks: Marks::NONE,
            name_form: NameForm::default(),
            part: 0,
        });
    }
    builder.examine(None);
    let index = builder.publish();
    let keys = |id| {
        let rows = index.rows_of(id);
        assert!((0..rows.len()).all(|at| rows.version(at) == Some(Version(at as i64 + 1))));
        (0..rows.len()).filter_map(|at| Some(rows.key(at)?.0)).collect()
    };
    index.streams().ids().map(|id| (index.streams().name(id).to_owned(), keys(id))).collect()
}

#[test]
fn events_without_numbers_are_counted_in_the_order_of_the_store() {
    let rows = [("a", 30, 1), ("b", 10, 5), ("a", 10, 3), ("a", 20, 2), ("b", 5, 4)];
    let of = |a: &[i64], b: &[i64]| vec![("a".to_owned(), a.to_vec()), ("b".to_owned(), b.to_vec())];
    let none = |_: i64| Position::None;
    assert_eq!(counted(&rows, Position::Number, false), of(&[0, 3, 2], &[4, 1]), "by position");
    assert_eq!(counted(&rows, none, true), of(&[2, 3, 0], &[4, 1]), "a heap without positions by time");
    assert_eq!(counted(&rows, none, false), of(&[0, 2, 3], &[1, 4]), "else as they were written");
    // Letters tell an order, unless they are drawn by lot.
    let text = |position: i64| Position::Text(format!("{position:03}-000").into());
    assert_eq!(counted(&rows, text, false), of(&[0, 3, 2], &[4, 1]));
    let drawn = |position: i64| Position::Text(format!("{:08x}-70c3-4f0e-b1a2-0123456789ab", 9 - position).into());
    let by_time = |position: i64| Position::Text(format!("{position:08x}-70c3-7f0e-b1a2-0123456789ab").into());
    assert_eq!(counted(&rows, by_time, false), of(&[0, 3, 2], &[4, 1]), "a UUID of version 7");
    assert_eq!(counted(&rows, drawn, false), of(&[0, 2, 3], &[1, 4]));
    assert_eq!(counted(&rows, drawn, true), of(&[2, 3, 0], &[4, 1]));
    // Over more than one segment.
    let many: Vec<(&str, i64, i64)> = (0..SEGMENT_ROWS as i64 + 10).map(|at| ("a", at, -at)).collect();
    let keys: Vec<i64> = (0..many.len() as i64).rev().collect();
    assert_eq!(counted(&many, Position::Number, false), vec![("a".to_owned(), keys)]);
}
