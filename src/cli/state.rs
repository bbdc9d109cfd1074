//! `state`: the state of a stream, or of several together, at a version.

use std::io::{self, Write};
use std::sync::Arc;

use clap::Args;

use super::CliError;
use super::at::AtArguments;
use super::fold::{Fold, ReducerArguments, StreamArguments};
use super::print::{visible, visible_lines};
use super::store::{Common, StoreAndIndex};
use crate::export::errors_node;
use crate::model::json::{parse_text, to_text, write_pretty};
use crate::model::{Applied, Node, Version};
use crate::replay::Emitted;
use crate::replay::merge::ROWS;
use crate::replay::stored::STORED;
use crate::replay::timeline::StateAt;

/// Events that a projection would write that are printed; the rest are counted.
const SHOWN: usize = 10;

/// The state of a stream at a version, or of several after so many events
#[derive(Args, Debug)]
pub struct State {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    streams: StreamArguments,
    #[command(flatten)]
    at: AtArguments,
    #[command(flatten)]
    reducer: ReducerArguments,
}

impl State {
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, CliError> {
        let place = self.at.place()?;
        let mut fold = Fold::new(&StoreAndIndex::open(&self.common)?, &self.streams, &self.reducer)?;
        let state = fold.state("--at", place)?;
        let last = state.applied.0.checked_sub(1).filter(|_| !fold.source.rows().is_together());
        let version = last.and_then(|last| fold.source.rows().version(last));
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
        let mut members = vec![
            member("stream", Node::text(fold.source.name())),
            member("version", version.map_or(Node::Null, Node::number)),
            member("events_applied", Node::number(state.applied)),
            member("reducer", Node::text(&fold.timeline.reducer_name())),
            member("state", state.state),
            member("errors", errors_node(fold.errors())),
        ];
        if fold.is_projection {
            let emitted = fold.emitted(state.applied).iter().map(|(at, event)| emitted_node(fold, *at, event));
            members.push(member("emitted", Node::array(emitted.collect())));
        }
        Ok(writeln!(out, "{}", to_text(&Node::object(members)))?)
    }

    fn print_text(
        &self,
        fold: &Fold,
        version: Option<Version>,
        state: &StateAt,
        out: &mut dyn Write,
    ) -> Result<(), CliError> {
        let version = match version {
            Some(version) => format!(" v{version}"),
            None if state.applied.0 > 0 => String::new(),
            None => " initial state".to_owned(),
        };
        let guess = if fold.timeline.is_guess() { ", a guess: the top-level keys of every payload" } else { "" };
        let (applied, all) = (state.applied, fold.source.rows().len());
        let (stream, reducer) = (visible(fold.source.name()), fold.timeline.reducer_name());
        let reducer = match &*reducer {
            STORED => "the store's own document",
            ROWS => "the rows that hold it",
            name => name,
        };
        let engine = fold.engine().map(|engine| format!(" ({engine})")).unwrap_or_default();
        writeln!(out, "{stream}{version}, {applied} of {all} events, by {}{engine}{guess}", visible(reducer))?;
        let mut text = String::new();
        write_pretty(&state.state, &mut text);
        writeln!(out, "{}", visible_lines(&text))?;
        out.flush()?;
        let emitted = fold.emitted(state.applied);
        for (at, event) in emitted.iter().take(SHOWN) {
            let Emitted { stream_id, event_type, data, .. } = event;
            let (_, from) = place_of(fold, *at);
            let said = format!("would emit: {event_type} to {stream_id} at {from}: {data}");
            writeln!(io::stderr(), "{}", visible(&said))?;
        }
        if emitted.len() > SHOWN {
            writeln!(io::stderr(), "would emit: … and {} more", emitted.len() - SHOWN)?;
        }
        Ok(())
    }
}

/// Version and name of an event of the fold, counted from 1.
fn place_of(fold: &Fold, at: Applied) -> (Version, String) {
    let version = at.0.checked_sub(1).and_then(|place| fold.source.rows().version(place)).unwrap_or(Version(0));
    (version, fold.event_name(at, version))
}

/// An event that a projection would write, and at which event.
fn emitted_node(fold: &Fold, at: Applied, event: &Emitted) -> Node {
    let member = |key: &str, node: Node| (Arc::from(key), node);
    let place = at.0.saturating_sub(1);
    let (version, _) = place_of(fold, at);
    let from = vec![
        member("stream", Node::text(&fold.source.name_at(place))),
        member("version", Node::number(version)),
        member("applied", Node::number(at)),
    ];
    let data = if event.is_json { parse_text(&event.data).node } else { Node::text(&event.data) };
    let metadata = event.metadata.as_ref().map(|metadata| {
        let text = |value: &Option<String>| value.as_deref().map_or(Node::Null, Node::text);
        Node::object(metadata.iter().map(|(key, value)| member(key, text(value))).collect())
    });
    Node::object(vec![
        member("at", Node::object(from)),
        member("stream", Node::text(&event.stream_id)),
        member("type", Node::text(&event.event_type)),
        member("data", data),
        member("metadata", metadata.unwrap_or(Node::Null)),
        member("json", Node::Bool(event.is_json)),
    ])
}
