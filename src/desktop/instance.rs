//! The one window that a desktop has of the program: a second start hands its stores over to
//! it and ends.
//!
//! The first holds a lock in `XDG_RUNTIME_DIR` for as long as it lives, so that nobody has to
//! guess whether a socket is dead, and listens at a socket beside it. A message is one line of
//! JSON, the answer one word.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::app::Place;
use crate::home;
use crate::session::Waker;

/// A first window that does not answer for so long is none.
const PATIENCE: Duration = Duration::from_secs(1);
/// A message; a start with more opens a window of its own.
const MOST_BYTES: u64 = 1 << 20;
const TAKEN: &[u8] = b"taken\n";

/// What this start is.
pub enum Joined {
    /// The first: it opens the window, and is told of the stores of later starts.
    First(Instance),
    /// The first has taken the stores.
    HandedOver,
    /// Nobody listens, or nobody can: it opens a window and is told nothing.
    Alone,
}

#[derive(Serialize, Deserialize)]
struct Message {
    places: Vec<Place>,
}

/// The first start. Later ones are told apart from it until it is dropped.
pub struct Instance {
    socket: PathBuf,
    /// Holds the lock while it is open.
    _lock: std::fs::File,
    waker: Arc<OnceLock<Waker>>,
    ended: Arc<AtomicBool>,
    places: Receiver<Vec<Place>>,
}

impl Instance {
    /// Who is called when a later start has come.
    pub fn wake_by(&self, waker: Waker) {
        let _ = self.waker.set(waker);
    }

    /// The stores of a later start, none where it had none.
    pub fn taken(&self) -> Option<Vec<Place>> {
        self.places.try_recv().ok()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = std::fs::remove_file(&self.socket);
    }
}

/// Finds out whether the desktop has a window already, and hands it these places.
pub fn join(places: &[Place]) -> Joined {
    let Some(path) = runtime_folder().zip(desktop()).map(|(folder, name)| folder.join(name)) else {
        return Joined::Alone;
    };
    join_at(&path, places)
}

/// The user's own folder for sockets, where there is one that is nobody else's.
fn runtime_folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR")?);
    let meta = std::fs::metadata(&folder).ok()?;
    let is_own = meta.uid() == rustix::process::geteuid().as_raw() && meta.permissions().mode() & 0o077 == 0;
    (folder.is_absolute() && meta.is_dir() && is_own).then_some(folder)
}

/// The name of what can share a window: the display, this version, and its settings.
fn desktop() -> Option<String> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let display = set("WAYLAND_DISPLAY").or_else(|| set("DISPLAY"))?;
    let mut hash = Sha256::new();
    for part in
        [display.as_encoded_bytes(), home::data().as_os_str().as_encoded_bytes(), env!("CARGO_PKG_VERSION").as_bytes()]
    {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let name: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Some(format!("eventglass-{name}"))
}

fn join_at(path: &Path, places: &[Place]) -> Joined {
    let (lock, socket) = (path.with_extension("lock"), path.with_extension("sock"));
    let Ok(lock) = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(&lock) else {
        return Joined::Alone;
    };
    match lock.try_lock() {
        Ok(()) => listen(lock, socket).map_or(Joined::Alone, Joined::First),
        Err(std::fs::TryLockError::WouldBlock) if hand_over(&socket, places).is_some() => Joined::HandedOver,
        Err(_) => Joined::Alone,
    }
}

fn listen(lock: std::fs::File, socket: PathBuf) -> Option<Instance> {
    // Of one that ended without a word.
    let _ = std::fs::remove_file(&socket);
    let listener = UnixListener::bind(&socket).ok()?;
    let (send, places) = channel();
    let (waker, ended) = (Arc::new(OnceLock::<Waker>::new()), Arc::new(AtomicBool::new(false)));
    let (wake, over) = (Arc::clone(&waker), Arc::clone(&ended));
    let serve = move || {
        for stream in listener.incoming() {
            if over.load(Ordering::SeqCst) {
                return;
            }
            if let Some(()) = stream.ok().and_then(|stream| take(stream, &over, &send))
                && let Some(wake) = wake.get()
            {
                wake();
            }
        }
    };
    std::thread::Builder::new().name("instance".to_owned()).spawn(serve).ok()?;
    Some(Instance { socket, _lock: lock, waker, ended, places })
}

/// Takes what a later start hands over. It is not taken where the other has gone since, for
/// then it has opened its stores by itself.
fn take(mut stream: UnixStream, over: &AtomicBool, send: &Sender<Vec<Place>>) -> Option<()> {
    let line = read_line(&stream)?;
    let Message { places } = serde_json::from_slice(&line).ok()?;
    if over.load(Ordering::SeqCst) {
        return None;
    }
    stream.write_all(TAKEN).ok()?;
    let places = places.into_iter().filter(|place| place.store.is_absolute()).collect();
    send.send(places).ok()
}

fn hand_over(socket: &Path, places: &[Place]) -> Option<()> {
    let absolute = |place: &Place| Some(Place { store: std::path::absolute(&place.store).ok()?, ..place.clone() });
    let message = Message { places: places.iter().map(absolute).collect::<Option<_>>()? };
    let mut line = serde_json::to_vec(&message).ok()?;
    line.push(b'\n');
    if line.len() as u64 > MOST_BYTES {
        return None;
    }
    let start = Instant::now();
    let mut stream = loop {
        match UnixStream::connect(socket) {
            Ok(stream) => break stream,
            Err(_) if start.elapsed() >= PATIENCE => return None,
            // It has the lock and will listen in a moment.
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(&line).ok()?;
    (read_line(&stream)? == TAKEN).then_some(())
}

/// One line that comes within the patience, with its end.
fn read_line(stream: &UnixStream) -> Option<Vec<u8>> {
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut line = Vec::new();
    BufReader::new(stream.take(MOST_BYTES)).read_until(b'\n', &mut line).ok()?;
    line.ends_with(b"\n").then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(path: &Path) -> Instance {
        match join_at(path, &[]) {
            Joined::First(instance) => instance,
            _ => panic!("it is not the first"),
        }
    }

    #[test]
    fn a_second_start_hands_its_stores_over_whatever_they_are_called() {
        use std::os::unix::ffi::OsStringExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x");
        let instance = first(&path);
        let odd = PathBuf::from(std::ffi::OsString::from_vec(b"/o\xffdd\n.db".to_vec()));
        let place = Place { stream: Some("s-1".to_owned()), ..Place::of("/a b.db") };
        let places = [place, Place::of(odd), Place::of("relative.db")];
        assert!(matches!(join_at(&path, &places), Joined::HandedOver));
        let taken = instance.places.recv().expect("they were handed over");
        assert_eq!(taken[..2], places[..2]);
        assert_eq!(taken[2].store, std::path::absolute("relative.db").expect("a path"));
        assert!(matches!(join_at(&path, &[]), Joined::HandedOver), "without a store it asks for the window");
        assert_eq!(instance.places.recv().expect("asked"), []);
    }

    #[test]
    fn a_dead_socket_is_replaced_and_a_deaf_first_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x");
        drop(UnixListener::bind(path.with_extension("sock")).expect("a socket"));
        let instance = first(&path);
        drop(instance);
        assert!(!path.with_extension("sock").exists());
        // It has the lock, and nobody answers at the socket.
        let lock = std::fs::File::open(path.with_extension("lock")).expect("the lock");
        lock.try_lock().expect("it is free");
        let _deaf = UnixListener::bind(path.with_extension("sock")).expect("a socket");
        assert!(matches!(join_at(&path, &[Place::of("/a.db")]), Joined::Alone));
    }

    #[test]
    fn what_is_no_message_is_not_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x");
        let instance = first(&path);
        let long = vec![b'x'; MOST_BYTES as usize + 9];
        for bytes in [&b"\n"[..], b"nonsense\n", b"{}\n", b"{\"places\":7}\n", &long] {
            let mut stream = UnixStream::connect(path.with_extension("sock")).expect("it listens");
            // It may hang up before the end.
            let _ = stream.write_all(bytes);
            assert_eq!(read_line(&stream), None);
        }
        assert!(matches!(join_at(&path, &[]), Joined::HandedOver), "it listens on");
        assert_eq!(instance.places.recv().expect("asked"), []);
        assert_eq!(instance.taken(), None);
    }
}
