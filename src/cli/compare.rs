//! What `check --reducer` compares: the states that a store itself keeps, and those that a module
//! or a program comes to.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::CliError;
use super::store::StoreAndIndex;
use crate::model::json::to_text;
use crate::model::{FindingCode, Node, StreamId, Version};
use crate::replay::diff::{Change, diff};
use crate::replay::host::Stop;
use crate::replay::stored::StoredStates;
use crate::replay::timeline::EventSource;
use crate::replay::{Reducer, Slot};
use crate::session::{Choice, DocumentIndex, ReducerSource, StoredDocuments};

/// Events folded at once.
const BATCH: u64 = 64;
/// Letters of a value that are shown.
const SHOWN: usize = 60;
const SLOT: Slot = Slot::Build;

/// What was compared.
#[derive(Debug, Default)]
pub struct Compared {
    pub documents: u64,
    pub differ: u64,
    /// Streams with documents that no export of the module folds.
    pub not_folded: u64,
    /// Documents behind events that are not in the store: no fold comes to them.
    pub behind_gaps: u64,
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Compared { documents, differ, not_folded, behind_gaps } = self;
        write!(f, "compared: {documents} documents, {differ} differ")?;
        if *behind_gaps > 0 {
            write!(f, "; {behind_gaps} stand behind events that are not in the store")?;
        }
        match not_folded {
            0 => Ok(()),
            count => write!(f, "; {count} streams with documents are of categories that no export folds"),
        }
    }
}

/// One thing that is odd, where.
pub type Tell<'t> = dyn FnMut(StreamId, Version, FindingCode, String) + 't;

/// Folds every stream of `wanted` up to each of its documents.
pub fn compare(
    store: &StoreAndIndex,
    source: &ReducerSource,
    wanted: &dyn Fn(StreamId) -> bool,
    tell: &mut Tell<'_>,
) -> Result<Compared, CliError> {
    let index = Arc::new(DocumentIndex::read(&store.opened, &store.index)?);
    let streams = store.index.streams();
    let mut documents = StoredDocuments::new(Arc::clone(&index));
    let mut reducers: HashMap<String, Box<dyn Reducer>> = HashMap::new();
    let mut compared = Compared::default();
    for stream in streams.ids().filter(|id| wanted(*id)) {
        let Some(kept) = index.of(stream).filter(|kept| !kept.at.is_empty() && !kept.about.other_form) else {
            continue;
        };
        let category = streams.summary(stream).map_or("", |summary| streams.category_name(summary.category));
        let choice = source.choose(category);
        let Choice::Export(export) = &choice else {
            compared.not_folded += 1;
            continue;
        };
        if !reducers.contains_key(export)
            && let Some(reducer) = source.reducer(&choice, &Stop::default())?
        {
            reducers.insert(export.clone(), reducer);
        }
        let Some(reducer) = reducers.get_mut(export) else { continue };
        documents.turn(Some(stream));
        compare_stream(store, stream, &kept.about.except, &mut documents, &mut **reducer, &mut compared, tell)?;
    }
    Ok(compared)
}

fn compare_stream(
    store: &StoreAndIndex,
    stream: StreamId,
    except: &[String],
    documents: &mut StoredDocuments,
    reducer: &mut dyn Reducer,
    compared: &mut Compared,
    tell: &mut Tell<'_>,
) -> Result<(), CliError> {
    let mut source = store.source(stream)?;
    let (name, called) = (Arc::clone(source.name()), source.library_name());
    if let Err(thrown) = reducer.start(SLOT, &called) {
        tell(stream, Version(0), FindingCode::HandlerThrew, thrown.to_string());
        return Ok(());
    }
    let gap = store.index.gaps_of(stream).iter().filter_map(|gap| gap.version).min();
    let (mut at, mut one_by_one) = (0, 0);
    for version in documents.versions().to_vec() {
        let to = source.rows().applied_at(version);
        // The event of that version must be there, and those before it.
        let is_there = to.checked_sub(1).and_then(|last| source.rows().version(last)) == Some(version);
        if !is_there {
            continue;
        }
        if gap.is_some_and(|gap| version >= gap) {
            compared.behind_gaps += 1;
            continue;
        }
        while at < to {
            let most = if at < one_by_one { 1 } else { BATCH };
            let events = source.steps(at, (to - at).min(most))?;
            let stepped = reducer.step(SLOT, &name, &events);
            let end = at + events.len() as u64;
            if stepped.unsure && end > one_by_one && reducer.start(SLOT, &called).is_ok() {
                // One of those up to here is at fault: from the start, each alone.
                (at, one_by_one) = (0, end);
                continue;
            }
            if let Some(thrown) = stepped.thrown {
                let threw = events.get(stepped.done).map_or(version, |event| event.version);
                tell(stream, threw, FindingCode::HandlerThrew, thrown.to_string());
                return Ok(());
            }
            if events.is_empty() {
                return Ok(());
            }
            at = end;
        }
        let kept = match documents.state(version) {
            Ok(kept) => kept,
            Err(cause) => {
                tell(stream, version, FindingCode::NotRead, format!("the store's own document {cause}"));
                continue;
            }
        };
        compared.documents += 1;
        let folded = match reducer.export(SLOT) {
            Ok(folded) => folded,
            Err(thrown) => {
                tell(stream, version, FindingCode::HandlerThrew, thrown.to_string());
                return Ok(());
            }
        };
        if let Some(Change { path, before, after }) = difference(&kept, &folded, except) {
            compared.differ += 1;
            let place = if path.0.is_empty() { String::new() } else { format!(" at {path}") };
            let (kept, folded) = (shown(before.as_ref()), shown(after.as_ref()));
            let message =
                format!("the store's own document differs{place}: it has {kept}, the events come to {folded}");
            tell(stream, version, FindingCode::StateDiffers, message);
        }
    }
    Ok(())
}

fn shown(node: Option<&Node>) -> String {
    let text = node.map_or_else(|| "nothing".to_owned(), to_text);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Where two states differ first. Numbers are equal as numbers, and a member that is null is as
/// good as none.
fn difference(kept: &Node, folded: &Node, except: &[String]) -> Option<Change> {
    let number = |node: &Option<Node>| match node {
        Some(Node::Number(text)) => text.parse::<f64>().ok(),
        _ => None,
    };
    let is_null = |node: &Option<Node>| matches!(node, None | Some(Node::Null));
    let is_same = |change: &Change| {
        let is_number = number(&change.before).is_some_and(|own| number(&change.after) == Some(own));
        let is_left_out = matches!(&change.path.0[..], [member] if except.iter().any(|own| **own == **member));
        is_number || is_left_out || (is_null(&change.before) && is_null(&change.after))
    };
    diff(kept, folded).into_iter().find(|change| !is_same(change))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::parse_text;

    #[test]
    fn spellings_of_one_state_are_no_difference() {
        let differs = |kept: &str, folded: &str| {
            let except = ["Version".to_owned()];
            let change = difference(&parse_text(kept).node, &parse_text(folded).node, &except);
            change.map(|change| change.path.to_string())
        };
        assert_eq!(differs(r#"{"a":10.50,"n":null,"Version":0,"l":[1e2]}"#, r#"{"l":[100],"a":10.5}"#), None);
        assert_eq!(differs(r#"{"a":{"Version":1}}"#, r#"{"a":{"Version":2}}"#).as_deref(), Some("/a/Version"));
        assert_eq!(differs(r#"{"a":"1"}"#, r#"{"a":1}"#).as_deref(), Some("/a"));
        assert_eq!(differs("{}", r#"{"b":false}"#).as_deref(), Some("/b"));
        assert_eq!(differs("1", "null").as_deref(), Some(""));
    }
}
