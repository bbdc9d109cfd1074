//! [`MappingPage`]: what a store could mean, settled by its user. What is chosen here is read at
//! once, by a [`Mapper`] beside the session, as it would be read if the store were opened so.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::VEIL_AFTER;
use super::action::MappingAction;
use super::desk::{Desk, Modal};
use super::place::Place;
use super::reducers::Reducers;
use super::settings::ReadAs;
use super::store::{OpenStore, Phase};
use crate::dialect::guess::Guess;
use crate::dialect::{MapOverride, ROLES};
use crate::formats::{OpenChoice, Survey, TableShape, TieChoice};
use crate::model::{Helpful, Problem, TimeUnit};
use crate::session::{Mapper, MapperAnswer, MapperAsk, Misfit, Preview, Save, SaveError, Saved};

/// See the module's documentation.
pub(super) struct MappingPage {
    mapper: Mapper,
    path: PathBuf,
    /// Why the store is not open.
    pub(super) problem: Option<Problem>,
    /// `None` while it is being looked at.
    pub(super) survey: Option<Result<Survey, Problem>>,
    /// What may be meant.
    pub(super) candidates: Vec<Candidate>,
    /// How the store is read now.
    pub(super) choice: OpenChoice,
    /// The user pointed at the columns: nothing of them is found out.
    by_hand: bool,
    /// The store by the last choice that could be read.
    pub(super) preview: Option<Preview>,
    /// Why the choice of now cannot be read.
    pub(super) misfit: Option<Misfit>,
    /// Counts the choices; the number of the one of now.
    ticket: u64,
    /// Since when there is no answer to the choice of now.
    stale_since: Option<f64>,
    pub(super) saving: Saving,
}

/// One of the stores, or guesses, that may be meant.
pub(super) struct Candidate {
    pub choice: OpenChoice,
    pub table: String,
    pub rows: Option<u64>,
    /// Of a store that is known: its dialect. Of a guess: how likely it is, 60 and more is likely.
    pub is: Result<Option<String>, i32>,
    /// Why, in words.
    pub reasons: Vec<String>,
}

/// How far the sheet for saving a dialect is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Saving {
    /// It asks for a name.
    #[default]
    Asking,
    /// This one is being saved.
    Running(String),
    /// There is a dialect of this name.
    Exists(String),
    Failed(Problem),
}

/// Guesses that are offered.
const CANDIDATES: usize = 50;

impl MappingPage {
    /// The page of a store that is, or was to be, opened by `choice`.
    pub(super) fn new(
        mapper: Mapper,
        path: &Path,
        problem: Option<Problem>,
        choice: OpenChoice,
        now: f64,
    ) -> MappingPage {
        MappingPage {
            mapper,
            path: path.to_owned(),
            problem,
            survey: None,
            candidates: Vec::new(),
            by_hand: is_by_hand(&choice),
            choice,
            preview: None,
            misfit: None,
            ticket: 0,
            stale_since: Some(now),
            saving: Saving::default(),
        }
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.stale_since.is_some() || matches!(self.saving, Saving::Running(_))
    }

    /// What is shown is the answer to an older choice, and that for long enough to be seen.
    pub(super) fn is_veiled(&self, now: f64) -> bool {
        self.preview.is_some() && self.stale_since.is_some_and(|since| now - since >= VEIL_AFTER.as_secs_f64())
    }

    /// When that will be so.
    pub(super) fn veils_in(&self, now: f64) -> Option<Duration> {
        (self.preview.is_some() && self.stale_since.is_some() && !self.is_veiled(now)).then_some(VEIL_AFTER)
    }

    /// Takes in what the mapper says.
    pub(super) fn poll(&mut self, desk: &mut Desk) {
        while let Some(answer) = self.mapper.answer() {
            match answer {
                MapperAnswer::Survey(survey) => self.take_survey(survey, desk.now),
                MapperAnswer::Preview { ticket, result } if ticket == self.ticket => {
                    self.stale_since = None;
                    match result {
                        Ok(preview) => (self.preview, self.misfit) = (Some(preview), None),
                        Err(misfit) => self.misfit = Some(misfit),
                    }
                }
                // The answer to what was chosen before.
                MapperAnswer::Preview { .. } => {}
                MapperAnswer::Saved(result) => self.take_saved(result, desk),
            }
        }
    }

    fn take_survey(&mut self, survey: Result<Survey, Problem>, now: f64) {
        self.survey = Some(survey);
        let Some(Ok(survey)) = &self.survey else {
            self.stale_since = None;
            return;
        };
        self.candidates = candidates(survey, &self.choice);
        let has = |table: &str| survey.tables.iter().any(|own| own.table.name.as_str().eq_ignore_ascii_case(table));
        let named = self.choice.map.table.clone().filter(|table| has(table));
        let first = || self.candidates.first().map(|first| first.choice.clone());
        let only = || survey.tables.first().filter(|_| survey.tables.len() == 1).map(read_by_guess);
        if self.problem.is_some() {
            // What was said did not do: it is kept as far as it goes.
            let said = std::mem::take(&mut self.choice.map.columns);
            let shape =
                |table: &str| survey.tables.iter().find(|own| own.table.name.as_str().eq_ignore_ascii_case(table));
            self.choice = match &named {
                Some(table) if survey.ties.is_empty() => shape(table).map(read_by_guess),
                _ => first().or_else(only),
            }
            .unwrap_or_default();
            if self.by_hand {
                self.choice.map.columns = said;
                self.choice.dialect = None;
            } else if survey.ties.is_empty() {
                self.choice.map.columns.extend(said);
            }
            let is_guess = survey.ties.is_empty() && self.choice.map.table.is_some();
            self.by_hand = is_guess || is_by_hand(&self.choice);
        }
        self.ask(now);
    }

    /// Reads the store by the choice of now.
    fn ask(&mut self, now: f64) {
        self.ticket += 1;
        self.misfit = self.lacks();
        if self.misfit.is_some() {
            self.stale_since = None;
            return;
        }
        self.stale_since.get_or_insert(now);
        self.mapper.ask(MapperAsk::Preview { ticket: self.ticket, choice: self.choice.clone() });
    }

    /// What is missing in the choice itself, whatever the store holds.
    pub(super) fn lacks(&self) -> Option<Misfit> {
        let misfit = |role, cause: String, help: String| Misfit {
            role,
            problem: Problem { what: "It cannot be read yet".to_owned(), cause, help },
        };
        if self.problem.is_some() && ReadAs::of(&self.choice).is_found_out() {
            let cause = "no table is chosen".to_owned();
            return Some(misfit(None, cause, "choose the table that holds the events".to_owned()));
        }
        if !self.by_hand {
            return None;
        }
        if let Some(role) = ["stream", "type"].into_iter().find(|role| !self.choice.map.columns.contains_key(*role)) {
            return Some(misfit(Some(role), "it needs a column".to_owned(), "choose one".to_owned()));
        }
        let error = self.choice.map.check().err()?;
        Some(misfit(None, error.message.clone(), error.help()))
    }

    /// The choice to open the store by; `None` where it cannot be read.
    pub(super) fn opens(&self) -> Option<OpenChoice> {
        self.can_open().is_ok().then(|| self.choice.clone())
    }

    /// Why the store cannot be opened so.
    pub(super) fn can_open(&self) -> Result<(), Cow<'_, str>> {
        match (&self.survey, &self.misfit) {
            (None, _) => Err(Cow::Borrowed("the store is being looked at")),
            (Some(Err(problem)), _) => Err(Cow::Borrowed(&problem.cause)),
            (_, Some(Misfit { role: Some(role), problem })) => Err(Cow::Owned(format!("{role}: {}", problem.cause))),
            (_, Some(Misfit { role: None, problem })) => Err(Cow::Borrowed(&problem.cause)),
            _ => Ok(()),
        }
    }

    /// Why it cannot be saved as a dialect.
    pub(super) fn can_save(&self) -> Result<(), Cow<'_, str>> {
        self.can_open()?;
        match &self.preview {
            _ if self.stale_since.is_some() => Err(Cow::Borrowed("it is being read")),
            Some(preview) if preview.layout.is_some() && self.table().is_some() => Ok(()),
            _ => Err(Cow::Borrowed("no table alone is the store")),
        }
    }

    /// The name of the table that is read.
    pub(super) fn table_name(&self) -> Option<&str> {
        let layout = self.preview.as_ref().and_then(|preview| preview.layout.as_ref());
        self.choice.map.table.as_deref().or_else(|| Some(layout?.table.as_str()))
    }

    pub(super) fn table(&self) -> Option<&TableShape> {
        let Some(Ok(survey)) = &self.survey else { return None };
        let name = self.table_name()?;
        let named = |own: &&TableShape| own.table.name.as_str() == name;
        let like = |own: &&TableShape| own.table.name.as_str().eq_ignore_ascii_case(name);
        survey.tables.iter().find(named).or_else(|| survey.tables.iter().find(like))
    }

    /// Where a role is read now, as `--map` says it.
    pub(super) fn role(&self, role: &str) -> Option<Cow<'_, str>> {
        if self.by_hand {
            return self.choice.map.columns.get(role).map(|column| Cow::Borrowed(column.as_str()));
        }
        let layout = self.preview.as_ref()?.layout.as_ref()?;
        layout.roles.iter().find(|(own, _)| *own == role).map(|(_, spot)| Cow::Owned(spot.to_string()))
    }

    /// A role's column, and what its numbers or bytes are.
    pub(super) fn column_and_way(&self, role: &str) -> Option<(Cow<'_, str>, Option<&'static str>)> {
        let whole = self.role(role)?;
        let is_column = self.table().is_some_and(|own| own.table.columns.iter().any(|name| name.as_str() == whole));
        let way = whole.rsplit_once(':').and_then(|(column, word)| {
            let way = ways(role).into_iter().find(|(way, _)| *way == word)?;
            Some((column.to_owned(), way.0))
        });
        match way.filter(|_| !is_column) {
            Some((column, way)) => Some((Cow::Owned(column), Some(way))),
            None => Some((whole, None)),
        }
    }

    pub(super) fn dispatch(&mut self, action: MappingAction, desk: &mut Desk) {
        match action {
            MappingAction::Choose(at) => {
                let Some(candidate) = self.candidates.get(at) else { return };
                self.choice = candidate.choice.clone();
                self.by_hand = is_by_hand(&self.choice);
            }
            MappingAction::ChooseTable(at) => {
                let Some(Ok(survey)) = &self.survey else { return };
                let Some(shape) = survey.tables.get(at) else { return };
                self.choice = read_by_guess(shape);
                self.by_hand = true;
            }
            MappingAction::SetRole(role, column) => self.set(role, column),
            MappingAction::SetWay(role, way) => {
                let Some((column, _)) = self.column_and_way(role) else { return };
                let column = way.map_or_else(|| column.to_string(), |way| format!("{column}:{way}"));
                self.set(role, Some(column));
            }
            MappingAction::ShowSave => {
                self.saving = Saving::Asking;
                if self.can_save().is_ok() {
                    desk.modal = Some(Modal::SaveDialect);
                }
                return;
            }
            MappingAction::Save { name, replace } => {
                self.save(name, replace);
                return;
            }
            MappingAction::Open | MappingAction::Leave => return,
        }
        self.ask(desk.now);
    }

    fn set(&mut self, role: &'static str, column: Option<String>) {
        let table = self.table_name().map(str::to_owned);
        let now = ROLES.iter().filter_map(|role| Some(((*role).to_owned(), self.role(role)?.into_owned())));
        let mut columns: BTreeMap<String, String> = now.collect();
        match column {
            Some(column) => drop(columns.insert(role.to_owned(), column)),
            None => drop(columns.remove(role)),
        }
        self.choice = OpenChoice { map: MapOverride { table, columns }, ..OpenChoice::default() };
        self.by_hand = true;
    }

    fn save(&mut self, id: String, replace: bool) {
        let layout = self.preview.as_ref().and_then(|preview| preview.layout.clone());
        let (Ok(()), Some(layout), Some(shape), Some(Ok(survey))) =
            (self.can_save(), layout, self.table(), &self.survey)
        else {
            return;
        };
        let save = Save { id: id.clone(), layout, table: shape.table.clone(), format: survey.format, replace };
        self.mapper.ask(MapperAsk::Save(Box::new(save)));
        self.saving = Saving::Running(id);
    }

    fn take_saved(&mut self, result: Result<Saved, SaveError>, desk: &mut Desk) {
        let Saving::Running(id) = std::mem::take(&mut self.saving) else { return };
        match result {
            Ok(saved) => {
                desk.modal.take_if(|modal| *modal == Modal::SaveDialect);
                desk.say(format!("Saved as {}", saved.path.display()), 6.0);
                self.choice = saved.choice;
                self.by_hand = false;
                self.problem = None;
                self.ask(desk.now);
            }
            Err(SaveError::Exists) => self.saving = Saving::Exists(id),
            Err(SaveError::Failed(problem)) => self.saving = Saving::Failed(problem),
        }
    }

    /// A name for the dialect: the store's, and the table's where it has one of its own.
    pub(super) fn suggested_name(&self) -> String {
        let stem = self.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let table = self.table().filter(|own| !own.table.is_open).map(|own| own.table.name.to_string());
        let words = [Some(stem), table].into_iter().flatten().collect::<Vec<_>>().join("-").to_lowercase();
        let plain: String = words.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
        let name: String = parts.join("-").chars().take(48).collect();
        if name.is_empty() { "my-dialect".to_owned() } else { name }
    }

    /// The command line that opens a store by this choice.
    pub(super) fn command(&self, choice: &OpenChoice) -> String {
        Place::of(&self.path).command_line(choice)
    }
}

/// What numbers or bytes in a role's column may be: the word for it, and in a sentence.
pub(super) fn ways(role: &str) -> Vec<(&'static str, &'static str)> {
    match role {
        "time" => TimeUnit::ALL.map(|unit| (unit.name(), unit.sentence())).to_vec(),
        "stream" | "id" => vec![("guid", "a UUID as Windows lays it out")],
        _ => Vec::new(),
    }
}

/// The user points at all that is needed.
fn is_by_hand(choice: &OpenChoice) -> bool {
    choice.map.is_whole() && choice.dialect.is_none()
}

/// A table read by the likeliest column of each role.
fn read_by_guess(shape: &TableShape) -> OpenChoice {
    let columns = shape.roles.iter().map(|(role, column)| ((*role).to_owned(), column.clone())).collect();
    let map = MapOverride { table: Some(shape.table.name.to_string()), columns };
    OpenChoice { map, ..OpenChoice::default() }
}

/// Several stores in one place, as they are; else the guesses.
fn candidates(survey: &Survey, choice: &OpenChoice) -> Vec<Candidate> {
    let of_tie = |tie: &TieChoice| {
        let map = MapOverride { table: Some(tie.table.clone()), ..choice.map.clone() };
        Candidate {
            choice: OpenChoice {
                dialect: tie.dialect.clone().or_else(|| choice.dialect.clone()),
                map,
                ..OpenChoice::default()
            },
            table: tie.table.clone(),
            rows: tie.rows,
            is: Ok(tie.dialect.clone()),
            reasons: Vec::new(),
        }
    };
    let of_guess = |guess: &Guess| {
        let columns = guess.roles.iter().map(|(role, column)| ((*role).to_owned(), column.clone())).collect();
        let map = MapOverride { table: Some(guess.table.clone()), columns };
        Candidate {
            choice: OpenChoice { map, ..OpenChoice::default() },
            table: guess.table.clone(),
            rows: guess.rows,
            is: Err(guess.score),
            reasons: guess.reasons.clone(),
        }
    };
    if survey.ties.is_empty() {
        return survey.guesses.iter().take(CANDIDATES).map(of_guess).collect();
    }
    survey.ties.iter().take(CANDIDATES).map(of_tie).collect()
}

impl Candidate {
    /// It is what the store is read by.
    pub(super) fn is_chosen(&self, choice: &OpenChoice) -> bool {
        ReadAs::of(&self.choice) == ReadAs::of(choice)
    }
}

impl OpenStore {
    /// The page that asks what the store means.
    pub(super) fn map(&self, problem: Option<Problem>, desk: &Desk) -> MappingPage {
        let mapper = desk.mapper(&self.path, self.choice.clone());
        MappingPage::new(mapper, &self.path, problem, self.choice.clone(), desk.now)
    }

    /// Does what the user asked on that page.
    pub(super) fn dispatch_page(&mut self, action: MappingAction, desk: &mut Desk) {
        match (action, &mut self.page) {
            (MappingAction::Open, Some(page)) => {
                if let Some(choice) = page.opens() {
                    self.reopen(choice, desk);
                }
            }
            (MappingAction::Leave, _) if matches!(self.phase, Phase::Open(_)) => self.page = None,
            (action, Some(page)) => page.dispatch(action, desk),
            (_, None) => {}
        }
    }

    /// Opens the store anew, read by another choice: its streams may be other ones.
    pub(super) fn reopen(&mut self, choice: OpenChoice, desk: &mut Desk) {
        let (_, session) = desk.session(&self.path, choice.clone());
        let fresh = OpenStore::opening(self.id, std::mem::take(&mut self.path), choice, session, desk.host);
        *self = OpenStore {
            name: std::mem::take(&mut self.name),
            reducers: std::mem::replace(&mut self.reducers, Reducers::run_by(desk.host)),
            tabs: self.tabs,
            start: self.start.take(),
            ..fresh
        };
    }
}
