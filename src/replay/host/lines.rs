//! Lines to and from another process, each way in a thread of its own: it may fill its output
//! before it reads on.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Child;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// What it printed.
pub(super) enum Line {
    /// Without its end.
    Whole(Vec<u8>),
    /// More bytes than a line may have; nothing follows.
    TooLong,
}

/// Takes the child's input and output; no line of it may have more than `most` bytes.
///
/// # Errors
/// There is no thread.
pub(super) fn connect(child: &mut Child, most: u64) -> std::io::Result<(Sender<Vec<u8>>, Receiver<Line>)> {
    let (to, lines) = channel::<Vec<u8>>();
    // A few at most are under way: what it says unasked must not pile up.
    let (answers, from) = sync_channel(16);
    if let Some(input) = child.stdin.take() {
        std::thread::Builder::new().name("to-host".to_owned()).spawn(move || write(input, &lines))?;
    }
    if let Some(output) = child.stdout.take() {
        std::thread::Builder::new().name("from-host".to_owned()).spawn(move || read(output, most, &answers))?;
    }
    Ok((to, from))
}

fn write(mut input: impl Write, lines: &Receiver<Vec<u8>>) {
    while let Ok(line) = lines.recv() {
        if input.write_all(&line).and_then(|()| input.flush()).is_err() {
            return;
        }
    }
}

fn read(output: impl Read, most: u64, answers: &SyncSender<Line>) {
    let mut output = BufReader::with_capacity(64 << 10, output);
    loop {
        let mut line = Vec::new();
        let read = output.by_ref().take(most).read_until(b'\n', &mut line);
        let is_long = line.len() as u64 >= most;
        let (line, is_last) = match (read, line.pop()) {
            (Ok(_), Some(b'\n')) => (Line::Whole(line), false),
            (Ok(_), Some(_)) if is_long => (Line::TooLong, true),
            _ => return,
        };
        if answers.send(line).is_err() || is_last {
            return;
        }
    }
}
