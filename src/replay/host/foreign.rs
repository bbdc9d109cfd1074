//! [`Foreign`]: a reducer that is any program of the user's. It is given events in lines of JSON
//! and answers with states, as `sample-stores/hosts/README.md` has it.
//!
//! Each slot has a run of the program for itself: what the program keeps beside the state is its
//! own matter. Only a program that speaks the whole protocol can be asked for copies.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::str::Chars;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::Stop;
use super::run::{Failure, Run};
use crate::home;
use crate::model::json::{parse_text, write as write_json, write_string};
use crate::model::{Node, Text};
use crate::replay::module::ModuleError;
use crate::replay::{Packed, Reducer, SLOTS, Saved, Slot, Step, Stepped, Thrown, Why};

/// What an answer that is no state may begin with, spaces and all.
const HEAD: usize = 64;
/// Of each file that a command names, so much is compared.
const MOST_STAMPED: u64 = 64 << 20;
/// Of an answer that cannot be read, so much is shown.
const SHOWN: usize = 80;

/// A program and its arguments, as the user wrote them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    text: String,
    words: Vec<OsString>,
    stamp: String,
}

impl CommandLine {
    /// Splits the text into words as a shell does; nothing else in it is special, no shell runs.
    /// Files that it names are read, none is run.
    ///
    /// # Errors
    /// No word, or a quote without an end.
    pub fn read(text: &str) -> Result<CommandLine, ModuleError> {
        let wrong = |message: &str| ModuleError {
            file: "the command of a program".to_owned(),
            message: message.to_owned(),
            help: "write it as in a shell: 'ruby fold.rb'".to_owned(),
        };
        let words = split(text).ok_or_else(|| wrong("a quote in it has no end"))?;
        if words.first().is_none_or(String::is_empty) {
            return Err(wrong("it names no program"));
        }
        let words: Vec<OsString> = words.into_iter().map(OsString::from).collect();
        let text = text.trim().to_owned();
        let stamp = stamp(&text, &words);
        Ok(CommandLine { text, words, stamp })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Changes with the command, and with what the files that it names hold: the program, and
    /// arguments that are files.
    pub fn stamp(&self) -> &str {
        &self.stamp
    }
}

fn stamp(text: &str, words: &[OsString]) -> String {
    let mut whole = Sha256::new();
    whole.update(text);
    let program = words.first().and_then(|word| on_path(word));
    // On another machine it is another program.
    let machine = PathBuf::from("/etc/machine-id");
    for file in program.into_iter().chain(words.iter().skip(1).map(PathBuf::from)).chain([machine]) {
        // What is no file, or is not there, is in the text already.
        let mut bytes = Vec::new();
        let read = home::open_regular(&file).and_then(|file| file.take(MOST_STAMPED).read_to_end(&mut bytes));
        if read.is_ok() {
            whole.update(Sha256::digest(&bytes));
        }
    }
    whole.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where the system finds a program of that name.
fn on_path(word: &OsStr) -> Option<PathBuf> {
    if Path::new(word).components().count() > 1 {
        return Some(PathBuf::from(word));
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(word)).find(|file| file.is_file())
}

/// Words as a shell splits them; `None`: a quote has no end.
fn split(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' => quoted(&mut chars, word.get_or_insert_default())?,
            '"' => double_quoted(&mut chars, word.get_or_insert_default())?,
            // Where the separator of paths is a backslash, it is no more than that.
            '\\' if cfg!(unix) => word.get_or_insert_default().push(chars.next()?),
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

fn quoted(chars: &mut Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match chars.next()? {
            '\'' => return Some(()),
            c => word.push(c),
        }
    }
}

fn double_quoted(chars: &mut Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match chars.next()? {
            '"' => return Some(()),
            '\\' => match chars.next()? {
                c @ ('"' | '\\' | '$' | '`') => word.push(c),
                c => word.extend(['\\', c]),
            },
            c => word.push(c),
        }
    }
}

/// See the module's documentation.
pub struct Foreign {
    name: Text,
    command: Arc<CommandLine>,
    category: String,
    stop: Stop,
    slots: [Place; SLOTS],
    /// Text of a batch, reused.
    text: String,
}

/// A slot, and the run of the program that folds in it.
#[derive(Default)]
struct Place {
    run: Option<Run>,
    /// There is a state; that of a fold that begins with the next event, where `state` is none.
    filled: bool,
    /// The last answer of a program that answers with states.
    state: Option<Text>,
    /// The fold began for this stream; for that of a copy where the name is none.
    begun: Option<Option<String>>,
    /// It speaks the whole protocol.
    whole: bool,
    /// Why the last run is gone.
    gone: Option<Thrown>,
}

impl Place {
    /// The run failed, and is gone: what is said of that.
    fn fail(&mut self, failure: &Failure) -> Thrown {
        let thrown = thrown(failure);
        *self = Place { gone: Some(thrown.clone()), ..Place::default() };
        thrown
    }
}

/// The answer to a batch of the whole protocol.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Done {
    done: usize,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Refused {
    #[serde(rename = "$error")]
    error: Box<RawValue>,
}

#[derive(Deserialize)]
struct Hosts {
    #[serde(rename = "$host")]
    version: u32,
}

impl Foreign {
    /// One that folds streams of the category; nothing runs before there is something to fold.
    pub fn new(command: &Arc<CommandLine>, category: &str, stop: &Stop) -> Foreign {
        Foreign {
            name: Arc::from(command.text()),
            command: Arc::clone(command),
            category: category.to_owned(),
            stop: stop.clone(),
            slots: Default::default(),
            text: String::new(),
        }
    }

    /// Has the slot's run begin a fold of the stream, where it has not.
    fn begin(&mut self, slot: Slot, stream: &str) -> Result<(), Thrown> {
        let place = &mut self.slots[slot as usize];
        if !place.filled {
            let void = || Thrown { fatal: true, ..Thrown::new(Why::Void, "the state went with a run that is gone") };
            return Err(place.gone.clone().unwrap_or_else(void));
        }
        match &place.begun {
            // What was restored, or folded, goes on; only what nothing was folded into begins anew.
            Some(None) => return Ok(()),
            Some(Some(name)) if name == stream || stream.is_empty() => return Ok(()),
            _ => {}
        }
        let mut line = String::from("{\"start\":{\"stream\":");
        write_string(stream, &mut line);
        line.push_str(",\"category\":");
        write_string(&self.category, &mut line);
        line.push_str("}}\n");
        let run = match &mut place.run {
            Some(run) => run,
            None => place.run.insert(Run::start(&self.command.words, &self.stop).map_err(|failure| thrown(&failure))?),
        };
        let answer = run.ask(line.into_bytes()).and_then(|answer| checked(run, answer));
        match answer {
            Ok(Answer::State(text)) => {
                place.whole = is_whole(&text);
                place.state = (!place.whole).then_some(text);
                place.begun = Some(Some(stream.to_owned()));
                Ok(())
            }
            Ok(Answer::Error(message)) => Err(Thrown::new(Why::Threw, message)),
            Err(failure) => Err(place.fail(&failure)),
        }
    }

    /// Sends a line of the whole protocol.
    fn ask(&mut self, slot: Slot, line: String) -> Result<Text, Thrown> {
        let place = &mut self.slots[slot as usize];
        let Some(run) = &mut place.run else { return Err(thrown(&Failure::gone())) };
        match run.ask(line.into_bytes()).and_then(|answer| checked(run, answer)) {
            Ok(Answer::State(text)) => Ok(text),
            Ok(Answer::Error(message)) => Err(Thrown::new(Why::Threw, message)),
            Err(failure) => Err(place.fail(&failure)),
        }
    }

    /// One line for each event, and an answer for each line.
    fn step_by_state(&mut self, slot: Slot, events: &[Step], stream: &str) -> Stepped {
        self.text.clear();
        for event in events.iter().filter(|event| !event.is_skipped) {
            self.text.push_str("{\"event\":");
            write_event(event, stream, &mut self.text);
            self.text.push_str("}\n");
        }
        let place = &mut self.slots[slot as usize];
        let Some(run) = &mut place.run else { return failed(0, &Failure::gone()) };
        if let Err(failure) = run.send(self.text.clone().into_bytes()) {
            place.fail(&failure);
            return failed(0, &failure);
        }
        let mut fault = None;
        for (at, event) in events.iter().enumerate() {
            if event.is_skipped {
                continue;
            }
            // Behind a fault answers are taken out of the way.
            match (run.answer().and_then(|answer| checked(run, answer)), &fault) {
                (Ok(_), Some(_)) => {}
                (Ok(Answer::State(text)), None) => place.state = Some(text),
                (Ok(Answer::Error(message)), None) => fault = Some((at, Thrown::new(Why::Threw, message))),
                (Err(failure), _) => {
                    let stepped = fault.map_or_else(|| failed(at, &failure), |(done, thrown)| threw(done, thrown));
                    place.fail(&failure);
                    return stepped;
                }
            }
        }
        fault.map_or_else(|| folded(events.len()), |(done, thrown)| threw(done, thrown))
    }

    /// All events in one line, which says how many were folded.
    fn step_at_once(&mut self, slot: Slot, events: &[Step], stream: &str) -> Stepped {
        let mut line = String::from("{\"step\":[");
        // Place in the batch of each event in the line.
        let mut places = Vec::with_capacity(events.len());
        for (at, event) in events.iter().enumerate().filter(|(_, event)| !event.is_skipped) {
            if !places.is_empty() {
                line.push(',');
            }
            write_event(event, stream, &mut line);
            places.push(at);
        }
        line.push_str("]}\n");
        let answer = match self.ask(slot, line) {
            Ok(answer) => answer,
            Err(thrown) => return Stepped { thrown: Some(thrown), unsure: true, ..Stepped::default() },
        };
        match serde_json::from_str::<Done>(&answer) {
            Ok(Done { done, error: None }) if done == places.len() => folded(events.len()),
            Ok(Done { done, error: Some(message) }) if done < places.len() => {
                threw(places.get(done).copied().unwrap_or(0), Thrown::new(Why::Threw, message))
            }
            _ => {
                let said = format!("answered a step of {} events with {}", places.len(), cut(&answer));
                let failure = Failure::Rubbish(said);
                self.slots[slot as usize].fail(&failure);
                failed(0, &failure)
            }
        }
    }
}

fn folded(done: usize) -> Stepped {
    Stepped { done, ..Stepped::default() }
}

fn threw(done: usize, thrown: Thrown) -> Stepped {
    Stepped { done, thrown: Some(thrown), ..Stepped::default() }
}

/// The program did not answer, or answered what nobody can read.
fn failed(done: usize, failure: &Failure) -> Stepped {
    // What it had answered may have waited in it when it ended.
    let unsure = matches!(failure, Failure::Ended(_));
    Stepped { done: if unsure { 0 } else { done }, thrown: Some(thrown(failure)), unsure, ..Stepped::default() }
}

fn thrown(failure: &Failure) -> Thrown {
    let why = match failure {
        Failure::TooSlow(_) => Why::TooSlow,
        Failure::Memory(_) => Why::Memory,
        Failure::Stopped => Why::Stopped,
        Failure::Ended(_) | Failure::Rubbish(_) | Failure::NotStarted(_) => Why::Program,
    };
    Thrown { fatal: true, ..Thrown::new(why, failure.to_string()) }
}

/// What a line of the program says.
enum Answer {
    State(Text),
    Error(String),
}

/// The line, where it is JSON.
fn checked(run: &mut Run, line: Vec<u8>) -> Result<Answer, Failure> {
    let rubbish =
        |line: &[u8]| Failure::Rubbish(format!("printed what is no JSON: {}", cut(&String::from_utf8_lossy(line))));
    let Ok(text) = std::str::from_utf8(&line) else { return Err(run.fail(rubbish(&line))) };
    let text = text.trim();
    let head = text.get(..text.floor_char_boundary(HEAD)).unwrap_or(text);
    if head.starts_with('{')
        && head.contains("\"$error\"")
        && let Ok(Refused { error }) = serde_json::from_str(text)
    {
        return Ok(Answer::Error(serde_json::from_str(error.get()).unwrap_or_else(|_| error.get().to_owned())));
    }
    // The quick look refuses deep states, which the parser proper takes.
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() && parse_text(text).error.is_some() {
        return Err(run.fail(rubbish(text.as_bytes())));
    }
    Ok(Answer::State(Arc::from(text)))
}

fn is_whole(answer: &str) -> bool {
    answer.len() <= HEAD && serde_json::from_str(answer).is_ok_and(|Hosts { version }| version == 1)
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl Reducer for Foreign {
    fn name(&self) -> &Text {
        &self.name
    }

    fn is_guess(&self) -> bool {
        false
    }

    fn start(&mut self, slot: Slot, _stream: &str) -> Result<(), Thrown> {
        let place = &mut self.slots[slot as usize];
        // The name of the stream comes with the first event; only then is the program told.
        *place = Place { run: place.run.take(), filled: true, ..Place::default() };
        Ok(())
    }

    fn step(&mut self, slot: Slot, stream: &str, events: &[Step]) -> Stepped {
        if let Err(thrown) = self.begin(slot, stream) {
            let unsure = thrown.fatal;
            return Stepped { thrown: Some(thrown), unsure, ..Stepped::default() };
        }
        let mut stepped = if self.slots[slot as usize].whole {
            self.step_at_once(slot, events, stream)
        } else {
            self.step_by_state(slot, events, stream)
        };
        // It runs ahead of what is read: its words belong to one of these events.
        let words = self.slots[slot as usize].run.as_mut().and_then(Run::words);
        stepped.said.extend(words.map(|words| (events.len().saturating_sub(1), Arc::from(words))));
        stepped
    }

    fn export(&mut self, slot: Slot) -> Result<Node, Thrown> {
        self.begin(slot, "")?;
        let place = &mut self.slots[slot as usize];
        let text = match (&place.state, &mut place.run) {
            (Some(text), Some(run)) => {
                // It is not the first of several.
                let text = Arc::clone(text);
                if let Err(failure) = run.quiet() {
                    return Err(place.fail(&failure));
                }
                text
            }
            _ => self.ask(slot, "{\"export\":true}\n".to_owned())?,
        };
        let parsed = parse_text(&text);
        match parsed.error {
            None => Ok(parsed.node),
            Some(error) => Err(Thrown::new(Why::NotJson, format!("the state cannot be shown as JSON: {error}"))),
        }
    }

    fn save(&mut self, slot: Slot) -> Result<Saved, Thrown> {
        self.begin(slot, "")?;
        if !self.slots[slot as usize].whole {
            return Err(Thrown::new(Why::NoCopy, "the program gives no copies of its state"));
        }
        let text = self.ask(slot, "{\"save\":true}\n".to_owned())?;
        Ok(Saved::Script(Packed::of(&text)))
    }

    fn restore(&mut self, slot: Slot, saved: &Saved) -> Result<(), Thrown> {
        let Saved::Script(packed) = saved else {
            return Err(Thrown::new(Why::Void, "the copy is of another reducer"));
        };
        let text = packed.text().ok_or_else(|| Thrown::new(Why::Void, "the copy cannot be read"))?;
        // A run that has not begun does not know yet how it is spoken to.
        self.slots[slot as usize].filled = true;
        self.begin(slot, "")?;
        let mut line = String::with_capacity(text.len() + 16);
        let _ = writeln!(line, "{{\"restore\":{text}}}");
        let answer = self.ask(slot, line)?;
        match serde_json::from_str::<Done>(&answer) {
            Ok(Done { error: None, .. }) => {
                self.slots[slot as usize].begun = Some(None);
                Ok(())
            }
            Ok(Done { error: Some(message), .. }) => Err(Thrown::new(Why::Void, message)),
            Err(_) => Err(Thrown::new(Why::Void, format!("the program answered `restore` with {}", cut(&answer)))),
        }
    }

    fn longest_interval(&self) -> u64 {
        8_192
    }
}

/// One event as a program gets it.
fn write_event(event: &Step, stream: &str, out: &mut String) {
    let optional = |text: Option<&str>, out: &mut String| match text {
        Some(text) => write_string(text, out),
        None => out.push_str("null"),
    };
    out.push_str("{\"type\":");
    write_string(&event.event_type, out);
    out.push_str(",\"data\":");
    match event.data.json() {
        Some(text) => write_line(text, out),
        None => write_json(event.data.node(), out),
    }
    // Writing to a String cannot fail.
    let _ = write!(out, ",\"version\":{},\"streamId\":", event.version);
    write_string(event.stream.as_deref().unwrap_or(stream), out);
    out.push_str(",\"id\":");
    optional(event.id.as_deref(), out);
    out.push_str(",\"timestamp\":");
    optional(event.time_text.as_deref(), out);
    out.push_str(",\"metadata\":");
    write_line(event.metadata.as_deref().unwrap_or("{}"), out);
    out.push_str(",\"position\":");
    write_json(&event.position.to_node(), out);
    out.push('}');
}

/// JSON in one line: between its parts, ends of lines say nothing.
fn write_line(text: &str, out: &mut String) {
    if text.contains(['\n', '\r']) {
        out.extend(text.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }));
    } else {
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_as_a_shell_splits_it() {
        let words = |text: &str| split(text).expect("words");
        assert_eq!(words("java -cp 'a b/*' X.java"), ["java", "-cp", "a b/*", "X.java"]);
        assert_eq!(words(r#"a "b \"c\" \n" '' d''e"#), ["a", r#"b "c" \n"#, "", "de"]);
        #[cfg(unix)]
        assert_eq!(words(r"a\ b $HOME; rm|x"), ["a b", "$HOME;", "rm|x"]);
        for (text, why) in [("  ", "no program"), ("'' x", "no program"), ("a 'b", "no end"), ("a \"b", "no end")] {
            let error = CommandLine::read(text).expect_err(text);
            assert!(error.message.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn a_command_changes_with_the_files_it_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("fold.rb");
        let read = || CommandLine::read(&format!("ruby '{}'", file.display())).expect("a command");
        std::fs::write(&file, "one").expect("a file");
        let before = read();
        assert_eq!(before.stamp(), read().stamp());
        std::fs::write(&file, "two").expect("a file");
        assert_ne!(before.stamp(), read().stamp());
    }
}
