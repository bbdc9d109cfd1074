//! `state`: the state of a stream at a version.

use std::io::Write;
use std::sync::Arc;

use clap::Args;

use super::CliError;
use super::at::AtArguments;
use super::fold::{Fold, ReducerArguments};
use super::print::{visible, visible_lines};
use super::store::{Common, StoreAndIndex};
use crate::export::errors_node;
use crate::model::json::{to_text, write_pretty};
use crate::model::{Node, Version};
use crate::replay::stored::STORED;
use crate::replay::timeline::StateAt;

/// The state of a stream at a version
#[derive(Args, Debug)]
pub struct State {
    #[command(flatten)]
    common: Common,
    #[arg(long, value_name = "S")]
    stream: String,
    #[command(flatten)]
    at: AtArguments,
    #[command(flatten)]
    reducer: ReducerArguments,
}

impl State {
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, CliError> {
        let place = self.at.place()?;
        let mut fold = Fold::new(&StoreAndIndex::open(&self.common)?, &self.stream, &self.reducer)?;
        let state = fold.state("--at", place)?;
        let version = state.applied.0.checked_sub(1).and_then(|last| fold.source.rows().version(last));
        fold.rest();
        if self.common.json {
            self.print_json(&fold, version, state, out)?;
        } else {
            self.print_text(&fold, version, &state, out)?;
        }
        fold.report()
    }

    fn print_json(
        &self,
        fold: &Fold,
        version: Option<Version>,
        state: StateAt,
        out: &mut dyn Write,
    ) -> Result<(), CliError> {
        let member = |key: &str, node: Node| (Arc::from(key), node);
        let node = Node::object(vec![
            member("stream", Node::text(fold.source.name())),
            member("version", version.map_or(Node::Null, Node::number)),
            member("events_applied", Node::number(state.applied)),
            member("reducer", Node::text(&fold.timeline.reducer_name())),
            member("state", state.state),
            member("errors", errors_node(fold.errors())),
        ]);
        Ok(writeln!(out, "{}", to_text(&node))?)
    }

    fn print_text(
        &self,
        fold: &Fold,
        version: Option<Version>,
        state: &StateAt,
        out: &mut dyn Write,
    ) -> Result<(), CliError> {
        let version = version.map_or_else(|| "initial state".to_owned(), |version| format!("v{version}"));
        let guess = if fold.timeline.is_guess() { ", a guess: the top-level keys of every payload" } else { "" };
        let (applied, all) = (state.applied, fold.source.rows().len());
        let (stream, reducer) = (visible(fold.source.name()), fold.timeline.reducer_name());
        let reducer = if *reducer == *STORED { "the store's own document" } else { &reducer };
        let engine = fold.engine().map(|engine| format!(" ({engine})")).unwrap_or_default();
        writeln!(out, "{stream} {version}, {applied} of {all} events, by {}{engine}{guess}", visible(reducer))?;
        let mut text = String::new();
        write_pretty(&state.state, &mut text);
        Ok(writeln!(out, "{}", visible_lines(&text))?)
    }
}
