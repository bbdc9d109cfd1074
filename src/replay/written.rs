//! *Last written by*: which event last changed each part of a state.
//!
//! Works backwards from the state shown, a block between two keyframes at a time. A block
//! is folded anew only when a part that is still open differs between its two ends, so a
//! part that changed inside a block and came back to the same value by its end is
//! attributed to an earlier block. Inside the block of the state shown, and in streams
//! shorter than one block, it is exact.

use std::time::Duration;

use super::timeline::{EventSource, Timeline};
use crate::model::{Applied, Node};

/// For every node of a state, the number of events after which it last changed.
/// Children stand in the order of the state's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// `None`: not known yet.
    pub at: Option<Applied>,
    pub children: Vec<Written>,
}

impl Written {
    fn unknown(node: &Node) -> Written {
        let children = match node {
            Node::Array(items) => items.iter().map(Written::unknown).collect(),
            Node::Object(object) => object.0.iter().map(|(_, node)| Written::unknown(node)).collect(),
            _ => Vec::new(),
        };
        Written { at: None, children }
    }

    fn is_open(&self) -> bool {
        self.at.is_none() || self.children.iter().any(Written::is_open)
    }

    /// The newest change of the node or anything below it.
    pub fn newest(&self) -> Option<Applied> {
        self.children.iter().map(Written::newest).fold(self.at, |newest, at| newest.max(at))
    }

    fn close(&mut self, at: Applied) {
        self.at.get_or_insert(at);
        self.children.iter_mut().for_each(|child| child.close(at));
    }
}

/// The work on one state, resumed slice by slice.
pub struct WrittenJob {
    target: u64,
    node: Node,
    written: Written,
    /// Blocks at and above this are done.
    open_below: u64,
    /// The state at `open_below`, once known.
    end: Option<Node>,
    block: Option<Block>,
}

/// A block that is being folded anew.
struct Block {
    at: u64,
    to: u64,
    fresh: Written,
    before: Node,
    base: Node,
}

impl WrittenJob {
    pub fn new(target: Applied, node: Node) -> WrittenJob {
        let written = Written::unknown(&node);
        WrittenJob { target: target.0, node, written, open_below: target.0, end: None, block: None }
    }

    /// What is known so far.
    pub fn written(&self) -> &Written {
        &self.written
    }

    pub fn target(&self) -> Applied {
        Applied(self.target)
    }

    /// Works for about `budget`. `true`: all is known. Uses [`super::Slot::Written`], which
    /// nobody else may use until then.
    ///
    /// # Errors
    /// Where the events do not come.
    pub fn advance<S: EventSource>(
        &mut self,
        timeline: &mut Timeline,
        source: &mut S,
        budget: Duration,
    ) -> Result<bool, S::Error> {
        let Some(mut block) = self.block.take() else { return self.next_block(timeline, source) };
        let (node, open) = (&self.node, &self.written);
        let (fresh, before) = (&mut block.fresh, &mut block.before);
        let came = timeline.replay_some(source, block.at, block.to, budget, |at, state| {
            let state = state.sharing(before);
            mark(fresh, open, node, Some(before), Some(&state), Applied(at));
            *before = state;
        })?;
        match came {
            Ok(at) if at < block.to && at > block.at => {
                block.at = at;
                self.block = Some(block);
                Ok(false)
            }
            Ok(_) => {
                adopt(&mut self.written, &block.fresh);
                self.end = Some(block.base);
                Ok(!self.written.is_open())
            }
            // A reducer that does not repeat itself: better unknown than wrong.
            Err(_) => Ok(true),
        }
    }

    /// Goes to the block below, and folds it anew where something open changed in it.
    fn next_block<S: EventSource>(&mut self, timeline: &mut Timeline, source: &mut S) -> Result<bool, S::Error> {
        let top = self.open_below;
        let Some(from) = timeline.keyframe_below(top) else {
            // What is still open stood in the initial state.
            self.written.close(Applied(0));
            return Ok(true);
        };
        // A state that cannot be shown: better unknown than wrong.
        let Some(base) = timeline.keyframe_node(from) else { return Ok(true) };
        self.open_below = from;
        let differs = top == self.target
            || self.end.as_ref().is_none_or(|end| differs(&self.written, &self.node, Some(&base), Some(end)));
        if !differs {
            self.end = Some(base);
            return Ok(false);
        }
        if timeline.begin_block(source, from)?.ok() != Some(from) {
            return Ok(true);
        }
        let fresh = Written::unknown(&self.node);
        self.block = Some(Block { at: from, to: top, fresh, before: base.clone(), base });
        Ok(false)
    }
}

fn child<'n>(node: Option<&'n Node>, like: &Node, at: usize) -> Option<&'n Node> {
    match (node?, like) {
        (Node::Object(object), Node::Object(wanted)) => {
            let key = &wanted.0.get(at)?.0;
            // Neighbouring states mostly have the same keys in the same places.
            match object.0.get(at) {
                Some((name, node)) if name == key => Some(node),
                _ => object.get(key),
            }
        }
        (Node::Array(items), Node::Array(_)) => items.get(at),
        _ => None,
    }
}

fn same(a: Option<&Node>, b: Option<&Node>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a.same(b),
        _ => false,
    }
}

/// Whether a part that is still open differs between two states.
fn differs(written: &Written, node: &Node, before: Option<&Node>, after: Option<&Node>) -> bool {
    if same(before, after) || !written.is_open() {
        return false;
    }
    if written.children.is_empty() || before.is_none() || after.is_none() {
        return before != after;
    }
    kind(before) != kind(after)
        || written.children.iter().enumerate().any(|(at, written)| {
            let inner = nth(node, at);
            differs(written, inner, child(before, node, at), child(after, node, at))
        })
}

fn nth(node: &Node, at: usize) -> &Node {
    match node {
        Node::Array(items) => items.get(at).unwrap_or(&Node::Null),
        Node::Object(object) => object.0.get(at).map_or(&Node::Null, |(_, node)| node),
        _ => &Node::Null,
    }
}

fn kind(node: Option<&Node>) -> u8 {
    match node {
        None => 0,
        Some(Node::Object(_)) => 1,
        Some(Node::Array(_)) => 2,
        Some(_) => 3,
    }
}

/// Marks the open parts of `node` that one event changed.
fn mark(fresh: &mut Written, open: &Written, node: &Node, before: Option<&Node>, after: Option<&Node>, at: Applied) {
    if same(before, after) {
        return;
    }
    let leaf = fresh.children.is_empty();
    let came_or_turned = kind(before) != kind(after);
    if open.at.is_none() && (came_or_turned || (leaf && before != after)) {
        fresh.at = Some(at);
    }
    for (place, (fresh, open)) in fresh.children.iter_mut().zip(&open.children).enumerate() {
        mark(fresh, open, nth(node, place), child(before, node, place), child(after, node, place), at);
    }
}

fn adopt(written: &mut Written, fresh: &Written) {
    if written.at.is_none() {
        written.at = fresh.at;
    }
    for (written, fresh) in written.children.iter_mut().zip(&fresh.children) {
        adopt(written, fresh);
    }
}
