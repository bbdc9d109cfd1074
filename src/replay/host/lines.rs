//! [`Lines`]: what goes to another process and what comes from it, line by line. It may fill its
//! output before it reads on, so both are attended to while an answer is waited for.

use std::process::Child;
use std::time::Duration;

#[cfg(unix)]
pub(super) use polled::Lines;
#[cfg(not(unix))]
pub(super) use threaded::Lines;

/// What it printed.
pub(super) enum Line {
    /// Without its end.
    Whole(Vec<u8>),
    /// More bytes than a line may have; nothing follows.
    TooLong,
}

/// Why there is no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// Not yet.
    Timeout,
    /// Its output is at its end.
    Ended,
}

#[cfg(unix)]
mod polled {
    use std::io::{ErrorKind, Read, Write};
    use std::process::{ChildStdin, ChildStdout};
    use std::time::Instant;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::ioctl_fionbio;

    use super::*;

    /// Bytes that may be under way without anyone waiting, where the system lets us.
    #[cfg(target_os = "linux")]
    const PIPE_BYTES: usize = 1 << 20;
    const PART_BYTES: usize = 64 << 10;

    /// See the module's documentation. A thread for each way would be woken for every line.
    pub struct Lines {
        /// `None`: it is closed.
        input: Option<ChildStdin>,
        output: Option<ChildStdout>,
        /// What it did not take yet.
        unsent: Vec<u8>,
        /// What it printed, its lines up to `begin` taken; up to `looked` there is no other end of one.
        printed: Vec<u8>,
        begin: usize,
        looked: usize,
        part: Vec<u8>,
        most: u64,
    }

    impl Lines {
        /// Takes the child's input and output; no line of it may have `most` bytes or more.
        ///
        /// # Errors
        /// The system does not give them.
        pub fn connect(child: &mut Child, most: u64) -> std::io::Result<Lines> {
            let (input, output) = (child.stdin.take(), child.stdout.take());
            if let Some(input) = &input {
                ioctl_fionbio(input, true)?;
                #[cfg(target_os = "linux")]
                // Smaller pipes are slower, no worse.
                let _ = rustix::pipe::fcntl_setpipe_size(input, PIPE_BYTES);
            }
            if let Some(output) = &output {
                ioctl_fionbio(output, true)?;
                #[cfg(target_os = "linux")]
                let _ = rustix::pipe::fcntl_setpipe_size(output, PIPE_BYTES);
            }
            let (unsent, printed) = (Vec::new(), Vec::new());
            Ok(Lines { input, output, unsent, printed, begin: 0, looked: 0, part: vec![0; PART_BYTES], most })
        }

        /// Sends lines, each with its end; what it does not take now goes while it is listened to.
        /// Where it is gone, whoever listens is told.
        pub fn send(&mut self, lines: Vec<u8>) {
            if self.unsent.is_empty() {
                self.unsent = lines;
            } else {
                self.unsent.extend(lines);
            }
            self.write();
        }

        /// Nothing more comes: it reads the end.
        pub fn close(&mut self) {
            self.input = None;
        }

        /// The next line, as soon as there is one within this time.
        ///
        /// # Errors
        /// There is none.
        pub fn receive(&mut self, time: Duration) -> Result<Line, Silence> {
            let start = Instant::now();
            loop {
                if let Some(line) = self.line() {
                    return Ok(line);
                }
                let Some(output) = &self.output else { return Err(Silence::Ended) };
                let left = Timespec::try_from(time.saturating_sub(start.elapsed())).unwrap_or_default();
                let mut ready = vec![PollFd::new(output, PollFlags::IN)];
                if let Some(input) = self.input.as_ref().filter(|_| !self.unsent.is_empty()) {
                    ready.push(PollFd::new(input, PollFlags::OUT));
                }
                match poll(&mut ready, Some(&left)) {
                    Ok(0) => return Err(Silence::Timeout),
                    Err(rustix::io::Errno::INTR) => continue,
                    Err(_) => return Err(Silence::Ended),
                    Ok(_) => {}
                }
                let (speaks, listens) =
                    (!ready[0].revents().is_empty(), ready.get(1).is_some_and(|input| !input.revents().is_empty()));
                if listens {
                    self.write();
                }
                if speaks {
                    self.read();
                }
            }
        }

        fn line(&mut self) -> Option<Line> {
            let end = memchr::memchr(b'\n', self.printed.get(self.looked..)?).map(|at| self.looked + at);
            let Some(end) = end else {
                self.looked = self.printed.len();
                if (self.looked - self.begin) as u64 >= self.most {
                    self.output = None;
                    self.printed.clear();
                    (self.begin, self.looked) = (0, 0);
                    return Some(Line::TooLong);
                }
                return None;
            };
            let line = self.printed[self.begin..end].to_vec();
            (self.begin, self.looked) = (end + 1, end + 1);
            if self.begin == self.printed.len() {
                self.printed.clear();
                (self.begin, self.looked) = (0, 0);
            }
            Some(Line::Whole(line))
        }

        fn write(&mut self) {
            let Some(input) = &mut self.input else { return self.unsent.clear() };
            let mut sent = 0;
            while sent < self.unsent.len() {
                match input.write(&self.unsent[sent..]) {
                    Ok(count @ 1..) => sent += count,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Ok(0) | Err(_) => {
                        // Nobody reads any more; what it still says is heard.
                        self.input = None;
                        return self.unsent.clear();
                    }
                }
            }
            self.unsent.drain(..sent);
        }

        fn read(&mut self) {
            let Some(output) = &mut self.output else { return };
            self.printed.drain(..self.begin);
            self.looked -= self.begin;
            self.begin = 0;
            match output.read(&mut self.part) {
                Ok(count @ 1..) => self.printed.extend_from_slice(&self.part[..count]),
                Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
                Ok(0) | Err(_) => self.output = None,
            }
        }
    }
}

#[cfg(not(unix))]
mod threaded {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};

    use super::*;

    /// See the module's documentation. Each way has a thread: pipes cannot be waited for here.
    pub struct Lines {
        to: Option<Sender<Vec<u8>>>,
        from: Receiver<Line>,
    }

    impl Lines {
        /// Takes the child's input and output; no line of it may have `most` bytes or more.
        ///
        /// # Errors
        /// There is no thread.
        pub fn connect(child: &mut Child, most: u64) -> std::io::Result<Lines> {
            let (to, lines) = channel::<Vec<u8>>();
            // A few at most are under way: what it says unasked must not pile up.
            let (answers, from) = sync_channel(16);
            if let Some(input) = child.stdin.take() {
                std::thread::Builder::new().name("to-host".to_owned()).spawn(move || write(input, &lines))?;
            }
            if let Some(output) = child.stdout.take() {
                std::thread::Builder::new().name("from-host".to_owned()).spawn(move || read(output, most, &answers))?;
            }
            Ok(Lines { to: Some(to), from })
        }

        /// Sends lines, each with its end. Where it is gone, whoever listens is told.
        pub fn send(&mut self, lines: Vec<u8>) {
            let _ = self.to.as_ref().map(|to| to.send(lines));
        }

        /// Nothing more comes: it reads the end.
        pub fn close(&mut self) {
            self.to = None;
        }

        /// The next line, as soon as there is one within this time.
        ///
        /// # Errors
        /// There is none.
        pub fn receive(&mut self, time: Duration) -> Result<Line, Silence> {
            self.from.recv_timeout(time).map_err(|error| match error {
                RecvTimeoutError::Timeout => Silence::Timeout,
                RecvTimeoutError::Disconnected => Silence::Ended,
            })
        }
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
}
