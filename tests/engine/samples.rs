//! Every sample store is opened as what wrote it, and holds what its README says of it.

use serde_json::json;

use crate::support::{Program, root, text};

#[test]
fn every_sample_store_is_opened_as_what_wrote_it() {
    let table = [
        ("bank", "bank.db", "emmett-sqlite", 42, "2,289"),
        ("castore", "AWSDynamoDB", "castore-dynamodb", 66, "509"),
        ("kurrentdb", "db", "kurrentdb", 181, "702"),
        ("library", "lending.db", "python-es", 22, "362"),
        ("marten", "bank.dump", "marten", 15, "205"),
        ("messagedb", "bank.dump", "message-db", 127, "556"),
        ("modulith", "workshop.dump", "modulith", 36, "222"),
        ("orders", "orders.db", "python-es", 64, "299"),
    ];
    let all: Vec<String> = std::fs::read_dir(root().join("sample-stores"))
        .expect("the samples")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        // Programs that fold, and no store.
        .filter(|name| name != "hosts")
        .collect();
    assert_eq!(all.len(), table.len(), "{all:?}");
    let program = Program::new();
    for (sample, store, dialect, streams, events) in table {
        let folder = root().join("sample-stores").join(sample);
        let info = program.run(&["info", &text(&folder.join(store)), "--json"]).one();
        let count: u64 = events.replace(',', "").parse().expect("a number");
        let told = [&info["dialect"], &info["streams"], &info["events"]];
        assert_eq!(told, [&json!(dialect), &json!(streams), &json!(count)], "{sample}: {info}");
        let readme = std::fs::read_to_string(folder.join("README.md")).expect("a README");
        assert!(readme.contains(events), "{sample}: its README does not say {events} events");
        for file in ["reducers.mjs", "expected.json"] {
            assert!(folder.join(file).is_file(), "{sample} has no {file}");
        }
    }
}

#[test]
fn messages_of_the_message_db_are_grouped_by_what_they_are() {
    let store = text(&root().join("sample-stores/messagedb/bank.dump"));
    let streams = Program::new().json(&["streams", &store, "--json"]);
    let count = |category: &str| streams.iter().filter(|stream| stream["category"] == category).count();
    for (category, wanted) in [
        ("account", 12),
        ("account:command", 12),
        ("account:snapshot", 12),
        ("account:position", 1),
        ("fundsTransfer", 29),
        ("fundsTransfer:command", 29),
        ("teller:reply", 29),
        // The name of a stream of positions is often that of a category, without an id.
        ("account:command+position", 1),
        ("fundsTransfer:command+position", 1),
        ("fundsTransfer:position", 1),
    ] {
        assert_eq!(count(category), wanted, "{category}");
    }
}
