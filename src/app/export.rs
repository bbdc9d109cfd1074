//! [`ExportSheet`]: what of a store is exported and how it is written, its first rows, and the
//! jobs that write it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Local};
use serde::{Deserialize, Serialize};

use super::action::ExportAction;
use super::desk::{Desk, Effect, Modal};
use super::goto::read_so;
use super::place::{CommandLine, or_default, typed_path};
use super::settings::SettingsChange;
use super::store::{Notice, OpenStore};
use crate::export::job::{ExportJob, To, Wanted};
use crate::export::{Format, Of, Request, What};
use crate::formats::Opened;
use crate::index::{At, NamePart};
use crate::model::{Problem, Shard, Time, visible_name};
use crate::replay::timeline::OnError;
use crate::session::{Found, JobHandle, JobId, JobNews, Progress, Reading, WrittenRows};

/// Letters of a stream's name in the name of a file.
const NAME: usize = 80;

/// What is exported of a kind of store; it comes back the next time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportChoice {
    #[serde(deserialize_with = "or_default")]
    pub what: What,
    #[serde(deserialize_with = "or_default")]
    pub which: Which,
    #[serde(deserialize_with = "or_default")]
    pub until: Until,
    /// Of states: those after so many events, twice as many, and so on.
    #[serde(deserialize_with = "every")]
    pub every: u64,
    /// What is equal to the row before is left out.
    #[serde(deserialize_with = "or_default")]
    pub changed: bool,
    /// `None`: the first that there is.
    #[serde(deserialize_with = "or_default")]
    pub format: Option<Format>,
}

/// Which streams are exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    /// The one that is shown.
    #[default]
    This,
    /// Those that the list is narrowed to.
    Filtered,
    All,
}

/// Where the export of a stream ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Until {
    End,
    /// Of several streams: at the time of the event under it.
    #[default]
    Playhead,
    Time,
}

impl Default for ExportChoice {
    fn default() -> ExportChoice {
        let (what, which, until) = (What::State, Which::This, Until::Playhead);
        ExportChoice { what, which, until, every: 1, changed: false, format: None }
    }
}

fn every<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let every: u64 = or_default(from)?;
    Ok(every.max(1))
}

/// See the module's documentation.
pub(super) struct ExportSheet {
    choice: ExportChoice,
    /// As typed.
    pub(super) time: String,
    pub(super) every: String,
    preview: Option<JobHandle>,
    /// There are no first rows, for something is still being read: they are asked for after that.
    waits: bool,
    /// The first rows, and how far they are computed.
    pub(super) first: (Arc<WrittenRows>, Progress),
    /// They are those of an older choice.
    pub(super) is_old: bool,
    /// Why there are none.
    pub(super) problem: Option<Problem>,
    pub(super) running: Option<Running>,
    pub(super) outcome: Option<Outcome>,
    /// The desktop has no dialog.
    pub(super) types_path: bool,
    /// The desktop is asked where the file goes; another sheet's answer is none of its own.
    awaits_path: bool,
    /// Another store came to the front meanwhile.
    is_hidden: bool,
}

/// An export that runs.
pub(super) struct Running {
    job: JobHandle,
    /// As it was named; `None`: to the clipboard.
    path: Option<PathBuf>,
    pub(super) progress: Progress,
    pub(super) bytes: u64,
}

/// How the last export ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// With its rows, at this path or on the clipboard.
    Written(Option<PathBuf>, u64, Arc<WrittenRows>),
    /// It is more than is copied.
    TooLarge,
    /// There is a file, which is not replaced unasked.
    Exists(PathBuf),
    Canceled,
    Failed(Problem),
}

/// Why something cannot be exported.
type Reason = Cow<'static, str>;

impl ExportSheet {
    fn new(choice: ExportChoice) -> ExportSheet {
        ExportSheet {
            every: choice.every.to_string(),
            choice,
            time: String::new(),
            preview: None,
            waits: false,
            first: Default::default(),
            is_old: false,
            problem: None,
            running: None,
            outcome: None,
            types_path: false,
            awaits_path: false,
            is_hidden: false,
        }
    }

    pub(super) fn has_job(&self, id: JobId) -> bool {
        let running = self.running.as_ref().map(|running| &running.job);
        [self.preview.as_ref(), running].into_iter().flatten().any(|job| job.id() == id)
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.preview.is_some() || self.running.is_some()
    }

    pub(super) fn is_previewing(&self) -> bool {
        self.preview.is_some()
    }

    pub(super) fn what(&self) -> What {
        self.choice.what
    }

    pub(super) fn changed(&self) -> bool {
        self.choice.changed
    }

    /// What there is to choose from among streams.
    pub(super) fn whiches(&self, store: &OpenStore) -> Vec<Which> {
        let is_there = |which: &Which| match which {
            Which::This => store.view.is_some(),
            Which::Filtered => !store.list.order.filter.is_empty(),
            Which::All => true,
        };
        [Which::This, Which::Filtered, Which::All].into_iter().filter(is_there).collect()
    }

    pub(super) fn which(&self, store: &OpenStore) -> Which {
        let there = self.whiches(store);
        if there.contains(&self.choice.which) { self.choice.which } else { there[0] }
    }

    pub(super) fn formats(&self, store: &OpenStore) -> &'static [Format] {
        self.choice.what.formats(self.which(store) == Which::This)
    }

    pub(super) fn format(&self, store: &OpenStore) -> Format {
        let there = self.formats(store);
        self.choice.format.filter(|format| there.contains(format)).unwrap_or(there[0])
    }

    /// What there is to choose from among ends; events are all written.
    pub(super) fn untils(&self, store: &OpenStore) -> Vec<Until> {
        let is_there = |until: &Until| *until != Until::Playhead || self.playhead(store).is_some();
        match self.choice.what {
            What::Events => Vec::new(),
            _ => [Until::End, Until::Playhead, Until::Time].into_iter().filter(is_there).collect(),
        }
    }

    pub(super) fn until(&self, store: &OpenStore) -> Until {
        if self.untils(store).contains(&self.choice.until) { self.choice.until } else { Until::End }
    }

    /// Where the playhead stands: of this stream, or as a time for several.
    pub(super) fn playhead(&self, store: &OpenStore) -> Option<At> {
        let view = store.view.as_ref()?;
        match (self.which(store), view.playhead.applied().0) {
            (Which::This, _) => Some(view.at()),
            (_, 0) => Some(At::Initial),
            (_, applied) => view.rows.time(applied - 1).map(At::Time),
        }
    }

    fn at(&self, store: &OpenStore, utc: bool) -> Result<At, Reason> {
        match self.until(store) {
            Until::End => Ok(At::Last),
            Until::Playhead => Ok(self.playhead(store).unwrap_or_default()),
            Until::Time => {
                let time = parse_time(&self.time, utc).map(At::Time);
                time.ok_or(Cow::Borrowed("it needs a time, such as 2026-11-22T15:00"))
            }
        }
    }

    /// What is asked for, or why it cannot be.
    pub(super) fn request(&self, store: &OpenStore, utc: bool) -> Result<Request, Reason> {
        if store.index.reading == Reading::Running {
            return Err(Cow::Borrowed("the store is still being read"));
        }
        if store.reducers.is_reading() {
            return Err(Cow::Borrowed("the reducer is still being read"));
        }
        let (what, which) = (self.choice.what, self.which(store));
        let of = match (which, &store.view) {
            (Which::This, Some(view)) if view.is_arranging() => {
                return Err(Cow::Borrowed("the events of the stream are being put in order"));
            }
            (Which::This, Some(view)) => Of::Stream(view.id),
            _ => {
                let part = if which == Which::Filtered { store.list.order.filter.as_str() } else { "" };
                let (matching, system) = (NamePart::new(part), store.list.order.system);
                Of::Streams { category: None, matching, shard: Shard::ALL, system }
            }
        };
        let every = match (what, self.every.trim().parse::<u64>()) {
            (What::States, Ok(0) | Err(_)) => return Err(Cow::Borrowed("it needs a number of events, 1 or more")),
            (What::States, Ok(every)) => every,
            _ => 1,
        };
        let at = if what == What::Events { At::Last } else { self.at(store, utc)? };
        let changed = self.choice.changed && matches!(what, What::States | What::Changes);
        let on_error = store.reducers.on_error();
        Ok(Request { what, format: self.format(store), of, at, every, changed, on_error })
    }

    /// The line for a shell that writes the same; `Err` says why there is none.
    pub(super) fn command(&self, store: &OpenStore, utc: bool) -> Result<String, Reason> {
        let request = self.request(store, utc)?;
        if store.index.reading == Reading::Stopped {
            return Err(Cow::Borrowed("reading was stopped, and a command reads all of the store"));
        }
        let reducer = match &self.first.0.reducer {
            Some(Ok(reducer)) => reducer.as_deref(),
            Some(Err(why)) => return Err(Cow::Owned(why.clone())),
            None => return Err(Cow::Borrowed("")),
        };
        let mut line = CommandLine::new("export", &store.path);
        line.option("--what", Some(request.what.name()));
        match &store.view {
            Some(view) if self.which(store) == Which::This => line.option("--stream", Some(&view.called)),
            _ if self.which(store) == Which::Filtered => line.option("--match", Some(&store.list.order.filter)),
            _ => {}
        }
        if self.which(store) != Which::This && store.list.order.system {
            line.flag("--system");
        }
        line.at(request.at);
        if request.every > 1 {
            line.option("--every", Some(&request.every.to_string()));
        }
        if request.changed {
            line.flag("--changed");
        }
        line.option("--format", Some(request.format.name()));
        line.reducer(reducer);
        if request.on_error == OnError::Skip && request.what != What::Events {
            line.option("--on-error", Some("skip"));
        }
        line.read_as(&store.choice);
        if request.format == Format::Parquet {
            line.option("-o", Some(&self.file_name(store)));
        }
        Ok(line.text)
    }

    /// A name for the file.
    pub(super) fn file_name(&self, store: &OpenStore) -> String {
        let (what, format) = (self.choice.what.name(), self.format(store).ending());
        let (of, version) = match &store.view {
            Some(view) if self.which(store) == Which::This => {
                let at_playhead = self.until(store) == Until::Playhead;
                let version = view.version().filter(|_| at_playhead);
                (
                    visible_name(&view.name).into_owned(),
                    version.map(|version| format!("-v{version}")).unwrap_or_default(),
                )
            }
            _ => {
                let stem = store.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
                (stem.unwrap_or_default(), String::new())
            }
        };
        let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
        let of: String = of.chars().take(NAME).map(plain).collect();
        let of = of.trim_matches(['-', '.']);
        format!("{of}{}{what}{version}.{format}", if of.is_empty() { "" } else { "-" })
    }

    /// A time that is still to be typed begins as that of the playhead.
    fn begin_time(&mut self, store: &OpenStore) {
        if self.choice.until == Until::Time && self.time.is_empty() {
            let view = store.view.as_ref();
            let time = view.and_then(|view| view.rows.time(view.playhead.applied().0.checked_sub(1)?));
            self.time = time.map(Time::to_rfc3339).unwrap_or_default();
        }
    }

    /// Computes the first rows of the choice of now.
    fn ask(&mut self, store: &OpenStore, utc: bool) {
        self.preview = None;
        self.problem = None;
        let request = self.request(store, utc);
        self.waits = request.is_err();
        match request {
            Ok(request) => {
                self.is_old = true;
                self.preview = Some(run(store, request, To::Preview, Vec::new()));
            }
            Err(_) => (self.first, self.is_old) = (Default::default(), false),
        }
    }

    fn dispatch(&mut self, action: ExportAction, store: &OpenStore, desk: &mut Desk) {
        let utc = desk.settings.utc;
        match (action, &self.running) {
            (ExportAction::Cancel, Some(_)) => {
                self.running = None;
                self.outcome = Some(Outcome::Canceled);
                return;
            }
            (ExportAction::Cancel, None) | (_, Some(_)) => return,
            (ExportAction::Copy, None) => return self.run(To::Copy, store, desk),
            (ExportAction::SaveAs, None) => {
                if self.request(store, utc).is_ok() {
                    self.awaits_path = true;
                    desk.effect(Effect::PickTarget(self.file_name(store)));
                }
                return;
            }
            (ExportAction::Picked(path), None) => {
                if std::mem::take(&mut self.awaits_path) {
                    self.run(To::File { path, replace: true }, store, desk);
                }
                return;
            }
            (ExportAction::TypePath, None) => {
                self.types_path |= std::mem::take(&mut self.awaits_path);
                return;
            }
            (ExportAction::Save { path, replace }, None) => return self.run(To::File { path, replace }, store, desk),
            (ExportAction::SetWhat(what), None) => self.choice.what = what,
            (ExportAction::SetWhich(which), None) => self.choice.which = which,
            (ExportAction::SetUntil(until), None) => {
                self.choice.until = until;
                self.begin_time(store);
            }
            (ExportAction::SetTime(time), None) => self.time = time,
            (ExportAction::SetEvery(every), None) => {
                self.choice.every = every.trim().parse().unwrap_or(1).max(1);
                self.every = every;
            }
            (ExportAction::SetChanged(changed), None) => self.choice.changed = changed,
            (ExportAction::SetFormat(format), None) => self.choice.format = Some(format),
        }
        self.outcome = None;
        self.ask(store, utc);
    }

    fn run(&mut self, to: To, store: &OpenStore, desk: &mut Desk) {
        let Ok(request) = self.request(store, desk.settings.utc) else { return };
        let path = match &to {
            To::File { path, .. } => Some(path.clone()),
            _ => None,
        };
        self.outcome = None;
        let to = match to {
            To::File { path, replace } => To::File { path: path.to_str().map(typed_path).unwrap_or(path), replace },
            other => other,
        };
        let job = run(store, request, to, desk.opened.clone());
        self.running = Some(Running { job, path, progress: Progress::default(), bytes: 0 });
        self.remember(store, desk);
    }

    /// The choice comes back with the next store of this kind.
    fn remember(&self, store: &OpenStore, desk: &mut Desk) {
        let Some(opened) = store.opened() else { return };
        if desk.settings.exports.get(&opened.dialect) != Some(&self.choice) {
            desk.change(SettingsChange::Exported(opened.dialect.clone(), self.choice.clone()));
        }
    }

    /// Takes in what a job says.
    fn take(&mut self, news: JobNews, desk: &mut Desk) {
        if let Some(running) = self.running.take_if(|running| running.job.id() == news.id) {
            self.take_running(running, news, desk);
            return;
        }
        if news.done {
            self.preview = None;
        }
        match news.found {
            Found::Rows(rows) => (self.first, self.is_old) = ((rows, news.progress), false),
            Found::Failed(problem) => self.problem = Some(problem),
            _ => {}
        }
    }

    fn take_running(&mut self, running: Running, news: JobNews, desk: &mut Desk) {
        let rows = match news.found {
            Found::Rows(rows) => rows,
            Found::Failed(problem) => {
                self.outcome = Some(Outcome::Failed(problem));
                return;
            }
            _ => return,
        };
        if !news.done {
            self.running = Some(Running { progress: news.progress, bytes: rows.bytes, ..running });
            return;
        }
        self.outcome = Some(match running.path {
            Some(path) if rows.exists => Outcome::Exists(path),
            None if rows.more => Outcome::TooLarge,
            path => {
                if path.is_none() {
                    desk.effect(Effect::Copy(rows.text.to_string()));
                }
                self.types_path = false;
                Outcome::Written(path, news.progress.found, rows)
            }
        });
    }
}

/// Runs an export of the store, as its reducer stands.
fn run(store: &OpenStore, request: Request, to: To, others: Vec<Arc<Opened>>) -> JobHandle {
    let (index, source) = (store.index.index.clone(), store.reducers.source().clone());
    let wanted = Wanted { index, request, source, by_hand: store.reducers.by_hand(), to, others };
    store.session.run(Box::new(move || Box::new(ExportJob::new(wanted))))
}

/// A time as people write it; without a zone it is one of the zone that is shown.
fn parse_time(text: &str, utc: bool) -> Option<Time> {
    let time = Time::parse(text)?;
    let text = text.trim();
    let says_no_zone = ["Z", "T00:00Z"].iter().any(|zone| Time::parse(&format!("{text}{zone}")).is_some());
    if utc || !says_no_zone {
        return Some(time);
    }
    let reading = DateTime::from_timestamp_micros(time.0)?.naive_utc();
    // Where clocks read so twice, the first time.
    read_so(reading, &Local).last().copied()
}

impl OpenStore {
    /// Shows the sheet: the one of an export that still runs, or one as the last was left.
    pub(super) fn show_export(&mut self, desk: &mut Desk) {
        let Some(opened) = self.opened() else { return };
        if self.export.as_ref().is_none_or(|sheet| sheet.running.is_none()) {
            let choice = desk.settings.exports.get(&opened.dialect).cloned().unwrap_or_default();
            let mut sheet = ExportSheet::new(choice);
            sheet.begin_time(self);
            sheet.ask(self, desk.settings.utc);
            self.export = Some(sheet);
        }
        if let Some(sheet) = &mut self.export {
            sheet.is_hidden = false;
        }
        desk.modal = Some(Modal::Export);
    }

    pub(super) fn dispatch_export(&mut self, action: ExportAction, desk: &mut Desk) {
        if let Some(mut sheet) = self.export.take() {
            sheet.dispatch(action, self, desk);
            self.export = Some(sheet);
        }
    }

    /// What the sheet waited for may have been read.
    pub(super) fn go_on_with_export(&mut self, desk: &Desk) {
        let Some(mut sheet) = self.export.take() else { return };
        if sheet.waits && !sheet.is_hidden && sheet.request(self, desk.settings.utc).is_ok() {
            sheet.ask(self, desk.settings.utc);
        }
        self.export = Some(sheet);
    }

    /// Another store comes to the front: what runs goes on, and nobody looks at its first rows.
    pub(super) fn hide_export(&mut self) {
        self.export.take_if(|sheet| sheet.running.is_none());
        if let Some(sheet) = &mut self.export {
            (sheet.is_hidden, sheet.preview) = (true, None);
        }
    }

    /// The sheet is to be closed; `false`: it stays, and what ran in it has ended.
    pub(super) fn leave_export(&mut self, desk: &mut Desk) -> bool {
        let Some(sheet) = self.export.take() else { return true };
        if sheet.running.is_some() {
            self.export = Some(sheet);
            self.dispatch_export(ExportAction::Cancel, desk);
            return false;
        }
        sheet.remember(self, desk);
        true
    }

    /// Takes in what a job of the sheet says. Where nobody sees the sheet, a bar says how it ended.
    pub(super) fn take_export(&mut self, news: JobNews, desk: &mut Desk) {
        let Some(sheet) = &mut self.export else { return };
        sheet.take(news, desk);
        let is_seen = desk.modal == Some(Modal::Export) && !sheet.is_hidden;
        if is_seen || sheet.running.is_some() {
            return;
        }
        let path = |path: &Path| path.display().to_string();
        self.notice = match self.export.take().and_then(|sheet| sheet.outcome) {
            Some(Outcome::Written(Some(to), ..)) => Some(Notice::Note(format!("Exported to {}.", path(&to)))),
            Some(Outcome::Exists(to)) => Some(Notice::Note(format!("Not exported: {} is there already.", path(&to)))),
            Some(Outcome::Failed(problem)) => Some(Notice::Problem(problem)),
            _ => self.notice.take(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_comes_back_from_text_and_what_cannot_be_read_is_as_at_first() {
        let choice = ExportChoice {
            what: What::States,
            which: Which::All,
            until: Until::End,
            every: 7,
            changed: true,
            format: Some(Format::JsonLines),
        };
        let text = serde_json::to_string(&choice).expect("text");
        assert!(text.contains("\"jsonl\""), "{text}");
        assert_eq!(serde_json::from_str::<ExportChoice>(&text).expect("a choice"), choice);
        let odd = r#"{"what":"all","which":7,"until":null,"every":0,"changed":"yes","format":"xml"}"#;
        assert_eq!(serde_json::from_str::<ExportChoice>(odd).expect("a choice"), ExportChoice::default());
    }

    #[test]
    fn a_time_without_a_zone_is_of_the_zone_that_is_shown() {
        let utc = Time::parse("2026-11-22T15:00:00Z");
        for text in ["2026-11-22T15:00:00Z", "2026-11-22 16:00 +01:00"] {
            assert_eq!(parse_time(text, false), utc, "{text}");
            assert_eq!(parse_time(text, true), utc, "{text}");
        }
        let local = DateTime::from_timestamp_micros(utc.expect("a time").0).expect("a time").naive_utc();
        let local = local.and_local_timezone(Local).earliest().expect("a time").timestamp_micros();
        for text in ["2026-11-22T15:00", " 2026-11-22 15:00:00"] {
            assert_eq!(parse_time(text, true), utc);
            assert_eq!(parse_time(text, false), Some(Time(local)));
        }
        assert_eq!(parse_time("2026-11-22", true), Time::parse("2026-11-22T00:00Z"));
        assert_eq!(parse_time("soon", true), None);
    }
}
