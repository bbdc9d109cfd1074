//! Ways out of the jail that a reducer runs in: each is refused, and nothing on the disk changes.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use eventglass::model::{Node, Position, Slice, Version};
use eventglass::replay::host::{Engine, Script, Stop, WantedHost};
use eventglass::replay::{Payload, Reducer, Slot, Step};
use eventglass::session::ReducerFile;

use crate::support::{folder, root, text};

fn event(event_type: &str, version: i64) -> Step {
    Step {
        version: Version(version),
        event_type: Slice::from(event_type),
        id: None,
        position: Position::None,
        stream: None,
        time: None,
        time_text: None,
        is_time_number: false,
        data: Payload::new(Node::Null, None),
        metadata: None,
        stands: Default::default(),
        is_skipped: false,
        is_typed: false,
    }
}

/// Everything that is known of a tree: names, kinds, modes, owners, times, contents.
fn tree(path: &Path, into: &mut BTreeMap<String, String>) {
    let meta = std::fs::symlink_metadata(path).expect("it is there");
    let content = if meta.is_file() { std::fs::read(path).expect("it can be read") } else { Vec::new() };
    let known = (meta.mode(), meta.uid(), meta.gid(), meta.mtime(), meta.mtime_nsec(), meta.ctime(), content);
    into.insert(text(path), format!("{known:?}"));
    if meta.is_dir() {
        for entry in std::fs::read_dir(path).expect("a folder") {
            tree(&entry.expect("an entry").path(), into);
        }
    }
}

/// A machine that lacks Node 20 or a kernel with landlock has no jail; CI must have both.
fn has_jail() -> bool {
    let found = Engine::choose(WantedHost::Node, Path::new("r.mjs"));
    assert!(found.is_ok() || std::env::var_os("EVENTGLASS_CI").is_none(), "{found:?}");
    found.is_ok()
}

#[test]
fn no_way_leads_out_of_the_jail() {
    if !has_jail() {
        return;
    }
    let place = folder();
    let (own, outside) = (place.path().join("own"), place.path().join("outside"));
    for folder in [&own, &own.join("empty"), &outside] {
        std::fs::create_dir(folder).expect("a folder");
    }
    let jail = root().join("tests/engine/jail");
    std::fs::copy(jail.join("ways.mjs"), own.join("ways.mjs")).expect("a copy");
    for (name, content) in [("secret.txt", "SECRET=1"), ("secret.json", "{}"), ("secret.mjs", "export default 1")] {
        std::fs::write(outside.join(name), content).expect("a file");
    }
    std::fs::write(own.join("own.txt"), "own").expect("a file");
    symlink(outside.join("secret.txt"), own.join("way-out.txt")).expect("a link");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(own.join("calls.so"))
        .arg(format!("-DOWN=\"{}\"", own.join("own.txt").display()))
        .arg(jail.join("calls.c"))
        .status()
        .expect("a C compiler");
    assert!(built.success());
    let tcp = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = tcp.local_addr().expect("an address").port();
    let udp = UdpSocket::bind(("127.0.0.1", port)).expect("a port");
    let local = UnixListener::bind(place.path().join("socket")).expect("a socket");
    let given = serde_json::json!({
        "outside": outside, "port": port, "socket": place.path().join("socket"), "parent": std::process::id(),
        "home": std::env::var("HOME").unwrap_or_else(|_| "/root".to_owned()),
    });
    std::fs::write(own.join("target.json"), given.to_string()).expect("a file");
    let elsewhere = ["/tmp/eventglass-jail", "/dev/shm/eventglass-jail", "/tmp/eventglass-jail-pipe"];
    let mut before = BTreeMap::new();
    tree(place.path(), &mut before);

    let source = std::fs::read_to_string(own.join("ways.mjs")).expect("a module");
    let ways: Vec<&str> = source
        .lines()
        .skip_while(|line| !line.starts_with("export const now"))
        .take_while(|line| !line.starts_with("};"))
        .filter_map(|line| line.trim().strip_prefix('\'')?.split_once("':").map(|(name, _)| name))
        .collect();
    assert!(ways.len() >= 60, "{}", ways.len());
    let file = ReducerFile::read(&text(&own.join("ways.mjs")), WantedHost::Node).expect("it loads");
    let mut outcomes: BTreeMap<String, String> = BTreeMap::new();
    let mut fold = |events: &[Step]| {
        let mut script = Script::new(&file.program, "default", &Stop::default()).expect("a reducer");
        script.start(Slot::Build, "s").expect("it starts");
        let stepped = script.step(Slot::Build, "s", events);
        let way = events.last().expect("an event").event_type.to_string();
        if let Some(thrown) = stepped.thrown {
            outcomes.insert(way, format!("refused: {thrown}"));
            return;
        }
        let Node::Object(state) = script.export(Slot::Build).expect("a state") else { panic!("no object") };
        for (name, outcome) in &state.0 {
            outcomes.insert(name.to_string(), eventglass::model::json::to_text(outcome).trim_matches('"').to_owned());
        }
    };
    fold(&[event("look back", 1)]);
    for way in &ways {
        fold(&[event(way, 1)]);
    }

    let through: Vec<_> = outcomes.iter().filter(|(_, outcome)| !outcome.starts_with("refused")).collect();
    assert!(through.is_empty(), "{through:#?}");
    assert!(outcomes.len() >= ways.len() + 60, "{outcomes:#?}");
    let mut after = BTreeMap::new();
    tree(place.path(), &mut after);
    assert_eq!(before, after);
    assert!(elsewhere.iter().all(|path| !Path::new(path).exists()));
    for nonblocking in [tcp.set_nonblocking(true), udp.set_nonblocking(true), local.set_nonblocking(true)] {
        nonblocking.expect("a setting");
    }
    assert!(tcp.accept().is_err() && local.accept().is_err() && udp.recv(&mut [0; 8]).is_err());
}
