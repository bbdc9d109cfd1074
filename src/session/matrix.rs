//! [`MatrixColumn`]: what one event changed in the state, path by path and in short. Those of a
//! window of versions are put together by [`Matrix`], for the replayer, while nobody waits for a
//! state.

use std::collections::{BTreeMap, HashMap};
use std::ops::{Bound, RangeInclusive};
use std::sync::Arc;

use super::Ticket;
use super::writes::value_in_short;
use crate::model::node::Members;
use crate::model::{Applied, Node, Pointer, Text};

/// Versions in a window at most.
pub const MATRIX_COLUMNS: u64 = 64;
/// Changed paths of one event that are kept.
const MOST_CELLS: usize = 1_024;

/// Events of a stream, by their number from 1.
pub type Window = RangeInclusive<u64>;

/// The value of a path before an event and after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatrixCell {
    /// `None`: there was no value.
    pub before: Option<Text>,
    /// `None`: there is none any more.
    pub after: Option<Text>,
}

/// See the module's documentation.
#[derive(Clone, Debug, Default)]
pub struct MatrixColumn {
    /// Changed paths; of what was added or removed as a whole, all that is inside as well.
    cells: BTreeMap<Pointer, MatrixCell>,
    /// There are more than are kept: of the others nothing is known.
    pub is_cut: bool,
    /// Why it is not known what the event changed.
    pub lack: Option<Lack>,
}

/// Why there is no telling what an event changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The reducer threw; this is its message.
    Threw(Text),
    /// The fold ended before it.
    NotReached,
    /// The state before or after it cannot be shown.
    NotShown(Text),
}

/// What a column says of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// The event left it as it was.
    Same,
    Changed(&'a MatrixCell),
    /// So many values inside it changed.
    Inside(usize),
    Unknown,
}

/// A window as far as it is known.
#[derive(Clone, Debug)]
pub struct MatrixNews {
    pub ticket: Ticket,
    pub window: Window,
    pub columns: BTreeMap<u64, Arc<MatrixColumn>>,
    /// The last state of the window, with every path that changed in it: what is not there at its end is
    /// null.
    pub paths: Node,
}

impl MatrixNews {
    /// All of the window is known.
    pub fn is_whole(&self) -> bool {
        self.columns.len() as u64 == self.window.end() + 1 - self.window.start()
    }
}

impl MatrixColumn {
    /// What differs between the states before and after an event. Items of a list are compared place
    /// by place, as the tree of the state does.
    pub fn new(before: &Node, after: &Node) -> MatrixColumn {
        let mut column = MatrixColumn::default();
        column.compare(&Pointer::default(), Some(before), Some(after));
        column
    }

    pub fn lacking(lack: Lack) -> MatrixColumn {
        MatrixColumn { lack: Some(lack), ..MatrixColumn::default() }
    }

    fn compare(&mut self, path: &Pointer, before: Option<&Node>, after: Option<&Node>) {
        let is_same = match (before, after) {
            (Some(was), Some(now)) => was.same(now) || (was.len().is_none() && was == now),
            (was, now) => was.is_none() && now.is_none(),
        };
        if is_same || self.is_cut {
            return;
        }
        let (was, now) = (before.map(Inside::of), after.map(Inside::of));
        if was != now || was == Some(Inside::Nothing) {
            let short = |own: Option<&Node>, other| own.map(|own| value_in_short(own, other));
            self.put(path, MatrixCell { before: short(before, after), after: short(after, before) });
        }
        match (before, after) {
            (Some(Node::Array(was)), Some(Node::Array(now))) => {
                for at in 0..was.len().max(now.len()) {
                    self.compare_inside(path, &at.to_string(), was.get(at), now.get(at));
                }
            }
            (Some(Node::Object(was)), Some(Node::Object(now))) => {
                let (mut in_now, mut in_was) = (Members::of(now), Members::of(was));
                for (at, (key, node)) in was.0.iter().enumerate() {
                    if in_now.find(at, key).is_none() {
                        self.compare_inside(path, key, Some(node), None);
                    }
                }
                for (at, (key, node)) in now.0.iter().enumerate() {
                    let twin = in_was.find(at, key).map(|(_, (_, twin))| twin);
                    self.compare_inside(path, key, twin, Some(node));
                }
            }
            // All that is inside a value which came or went as a whole.
            (was, now) => {
                self.one_sided(path, was, |own| (Some(own), None));
                self.one_sided(path, now, |own| (None, Some(own)));
            }
        }
    }

    fn one_sided<'n>(
        &mut self,
        path: &Pointer,
        node: Option<&'n Node>,
        sides: fn(&'n Node) -> (Option<&'n Node>, Option<&'n Node>),
    ) {
        let mut inside = |step: &str, node| {
            let (before, after) = sides(node);
            self.compare_inside(path, step, before, after);
        };
        match node {
            Some(Node::Object(object)) => object.0.iter().for_each(|(key, node)| inside(key, node)),
            Some(Node::Array(items)) => items.iter().enumerate().for_each(|(at, node)| inside(&at.to_string(), node)),
            _ => {}
        }
    }

    fn compare_inside(&mut self, path: &Pointer, step: &str, before: Option<&Node>, after: Option<&Node>) {
        let is_same = before.zip(after).is_some_and(|(was, now)| was.same(now));
        if !is_same && !self.is_cut {
            self.compare(&path.child(step), before, after);
        }
    }

    fn put(&mut self, path: &Pointer, cell: MatrixCell) {
        if self.cells.len() >= MOST_CELLS && !self.cells.contains_key(path) {
            self.is_cut = true;
            return;
        }
        let own = self.cells.entry(path.clone()).or_default();
        (own.before, own.after) = (own.before.take().or(cell.before), own.after.take().or(cell.after));
    }

    /// What it says of a path.
    pub fn find(&self, path: &Pointer) -> Found<'_> {
        if self.lack.is_some() {
            return Found::Unknown;
        }
        if let Some(cell) = self.cells.get(path) {
            return Found::Changed(cell);
        }
        let after = (Bound::Excluded(path), Bound::Unbounded);
        let inside = self.cells.range(after).take_while(|(other, _)| other.0.starts_with(&path.0)).count();
        match inside {
            0 if self.is_cut => Found::Unknown,
            0 => Found::Same,
            inside => Found::Inside(inside),
        }
    }

    /// The paths that it has, in order.
    pub fn paths(&self) -> impl Iterator<Item = &Pointer> {
        self.cells.keys()
    }
}

/// What kind of branch a value is.
#[derive(PartialEq)]
enum Inside {
    Nothing,
    Members,
    Items,
}

impl Inside {
    fn of(node: &Node) -> Inside {
        match node {
            Node::Object(_) => Inside::Members,
            Node::Array(_) => Inside::Items,
            _ => Inside::Nothing,
        }
    }
}

/// The window that is wanted, for the replayer.
#[derive(Default)]
pub(super) struct Matrix {
    window: Option<Window>,
    columns: BTreeMap<u64, Arc<MatrixColumn>>,
    /// The last state of the window, or the last there is.
    last: Option<Node>,
    /// It is asked for and not answered.
    is_due: bool,
}

impl Matrix {
    /// Another window is wanted, or none: what is known of it already holds.
    pub fn want(&mut self, window: Option<Window>) {
        let window = window.filter(|window| *window.start() > 0 && !window.is_empty());
        let within = |window: Window| *window.start()..=(*window.end()).min(window.start() + MATRIX_COLUMNS - 1);
        self.window = window.map(within);
        self.columns.retain(|at, _| self.window.as_ref().is_some_and(|window| window.contains(at)));
        self.last = None;
        self.is_due = self.window.is_some();
    }

    /// The events or what computes the states are others.
    pub fn forget(&mut self) {
        *self = Matrix::default();
    }

    /// The next event whose changes are to be found out.
    pub fn next(&self) -> Option<Applied> {
        let mut lacking = self.window.clone()?.filter(|at| !self.columns.contains_key(at));
        lacking.next().map(Applied)
    }

    /// The event whose state is to be known for the paths.
    pub fn end(&self) -> Option<Applied> {
        self.window.as_ref().filter(|_| self.last.is_none()).map(|window| Applied(*window.end()))
    }

    pub fn put(&mut self, at: Applied, column: MatrixColumn) {
        self.columns.insert(at.0, Arc::new(column));
    }

    pub fn put_end(&mut self, state: Node) {
        self.last = Some(state);
    }

    pub fn has_work(&self) -> bool {
        self.is_due
    }

    /// All that was asked for, once it is known.
    pub fn news(&mut self, ticket: Ticket) -> Option<MatrixNews> {
        let window = self.window.clone()?;
        let last = self.last.as_ref().filter(|_| self.next().is_none())?;
        let mut all = Paths::default();
        self.columns.values().flat_map(|column| column.paths()).for_each(|path| all.add(path));
        let paths = all.within(last);
        self.is_due = false;
        Some(MatrixNews { ticket, window, columns: self.columns.clone(), paths })
    }
}

/// Paths as a tree.
#[derive(Default)]
struct Paths(BTreeMap<Text, Paths>);

/// Items that may be added to an array: as many as a window can name.
const MOST_ITEMS: usize = MATRIX_COLUMNS as usize * MOST_CELLS;

impl Paths {
    fn add(&mut self, path: &Pointer) {
        let mut own = self;
        for step in &path.0 {
            own = own.0.entry(Arc::clone(step)).or_default();
        }
    }

    /// The tree with all of these paths in it; what it lacks is null, behind what it has.
    fn within(&self, node: &Node) -> Node {
        if self.0.is_empty() {
            return node.clone();
        }
        match node {
            Node::Array(items) if self.0.keys().all(|step| step.parse::<usize>().is_ok()) => {
                let mut items = items.to_vec();
                let most = items.len() + MOST_ITEMS;
                for (step, inner) in &self.0 {
                    let Some(at) = step.parse::<usize>().ok().filter(|at| *at < most) else { continue };
                    if at >= items.len() {
                        items.resize(at + 1, Node::Null);
                    }
                    items[at] = inner.within(&items[at]);
                }
                Node::array(items)
            }
            Node::Object(_) | Node::Array(_) => {
                let mut members = match node {
                    Node::Object(object) => object.0.clone(),
                    _ => Vec::new(),
                };
                let places: HashMap<Text, usize> =
                    members.iter().enumerate().map(|(at, (key, _))| (Arc::clone(key), at)).collect();
                for (step, inner) in &self.0 {
                    match places.get(step) {
                        Some(at) => members[*at].1 = inner.within(&members[*at].1),
                        None => members.push((Arc::clone(step), inner.within(&Node::Null))),
                    }
                }
                Node::object(members)
            }
            // What is a plain value by now was a branch before.
            _ => self.within(&match self.0.keys().all(|step| step.parse::<usize>().is_ok_and(|at| at < MOST_ITEMS)) {
                true => Node::array(Vec::new()),
                false => Node::object(Vec::new()),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::{parse_text, to_text};

    fn node(text: &str) -> Node {
        parse_text(text).node
    }

    fn path(text: &str) -> Pointer {
        Pointer::parse(text).expect("a pointer")
    }

    fn column(before: &str, after: &str) -> MatrixColumn {
        MatrixColumn::new(&node(before), &node(after))
    }

    fn said(column: &MatrixColumn, at: &str) -> String {
        let value = |value: &Option<Text>| value.as_deref().unwrap_or("nothing").to_owned();
        match column.find(&path(at)) {
            Found::Changed(cell) => format!("{} to {}", value(&cell.before), value(&cell.after)),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn what_came_or_went_as_a_whole_is_told_inside_as_well() {
        let column = column(
            r#"{"n":1,"hold":{"sum":5,"by":["a"]},"kept":{"x":1},"turned":[7]}"#,
            r#"{"n":2,"kept":{"x":1,"y":2},"turned":{"0":8,"k":9}}"#,
        );
        for (at, want) in [
            ("/n", "1 to 2"),
            ("/hold", "{2} to nothing"),
            ("/hold/sum", "5 to nothing"),
            ("/hold/by/0", "\"a\" to nothing"),
            ("/kept", "Inside(1)"),
            ("/kept/x", "Same"),
            ("/kept/y", "nothing to 2"),
            ("/turned", "[1] to {2}"),
            ("/turned/0", "7 to 8"),
            ("/turned/k", "nothing to 9"),
            ("/none", "Same"),
        ] {
            assert_eq!(said(&column, at), want, "{at}");
        }
        assert_eq!(said(&MatrixColumn::lacking(Lack::NotReached), "/n"), "Unknown");
    }

    #[test]
    fn items_are_compared_place_by_place() {
        let column = column(r#"{"a":[1,2,3]}"#, r#"{"a":[1,3]}"#);
        assert_eq!(
            ["/a", "/a/0", "/a/1", "/a/2"].map(|at| said(&column, at)),
            ["Inside(2)", "Same", "2 to 3", "3 to nothing"]
        );
    }

    #[test]
    fn of_more_changes_than_are_kept_nothing_is_said_to_be_the_same() {
        let many = |n: usize| format!("{{\"all\":[{}]}}", vec!["1"; n].join(","));
        let column = column("{}", &many(5_000));
        assert!(column.is_cut && column.cells.len() == MOST_CELLS);
        assert_eq!(said(&column, "/all/3"), "nothing to 1");
        assert_eq!(said(&column, "/all/4000"), "Unknown");
        assert_eq!(said(&column, "/other"), "Unknown");
    }

    #[test]
    fn paths_that_are_gone_at_the_end_are_in_the_tree() {
        let mut all = Paths::default();
        for at in ["/b/x", "/gone/a/0", "/gone/k", "/list/3", "/leaf/1", ""] {
            all.add(&path(at));
        }
        let tree = all.within(&node(r#"{"a":1,"b":{"y":2},"list":[1],"leaf":null}"#));
        assert_eq!(
            to_text(&tree),
            r#"{"a":1,"b":{"y":2,"x":null},"list":[1,null,null,null],"leaf":[null,null],"gone":{"a":[null],"k":null}}"#
        );
        // A number that no window names makes no room for itself.
        let mut far = Paths::default();
        far.add(&path("/4000000000"));
        assert_eq!(to_text(&far.within(&node("[1]"))), "[1]");
        assert_eq!(to_text(&far.within(&Node::Null)), r#"{"4000000000":null}"#);
    }

    #[test]
    fn a_window_that_moves_keeps_what_is_known() {
        let mut matrix = Matrix::default();
        matrix.want(Some(3..=500));
        assert_eq!(matrix.end(), Some(Applied(66)), "no more than fit a window");
        matrix.want(Some(3..=5));
        for at in 3..=5 {
            assert_eq!(matrix.next(), Some(Applied(at)));
            matrix.put(Applied(at), MatrixColumn::default());
        }
        assert!(matrix.news(Ticket::default()).is_none(), "the last state is not there");
        matrix.put_end(Node::Null);
        let news = matrix.news(Ticket::default()).expect("all of it");
        assert!(news.is_whole() && !matrix.has_work());
        matrix.want(Some(4..=6));
        assert_eq!((matrix.next(), matrix.has_work()), (Some(Applied(6)), true));
        #[expect(clippy::reversed_empty_ranges, reason = "what nobody should ask for")]
        for none in [None, Some(0..=4), Some(7..=6)] {
            matrix.want(none);
            assert_eq!((matrix.next(), matrix.has_work()), (None, false));
        }
    }
}
