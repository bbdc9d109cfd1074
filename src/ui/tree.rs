//! Trees of JSON as rows: which members are on screen, and how they differ from before.
//!
//! A tree is a list of runs, one for each stretch of siblings without an open
//! branch between them. An array of 100,000 closed items is one run; only rows
//! on screen become [`TreeRow`]s. Removed members are rows too, at their old place.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::app::action::Tree;
use crate::model::{Node, Object, Pointer, Text};

/// Branches with more members than this have closed members at first.
const MANY: usize = 64;

/// A tree laid out as rows.
pub struct TreeRows {
    runs: Vec<Run>,
    len: u64,
    /// The tree is one leaf, shown as one row.
    leaf: Option<(Node, Option<Node>)>,
}

/// A stretch of siblings.
struct Run {
    /// First row of the tree that is in it.
    start: u64,
    /// First member of the branch that is in it.
    first: usize,
    /// Number of members.
    count: usize,
    branch: Arc<Branch>,
}

/// A branch whose members are on screen.
struct Branch {
    path: Pointer,
    depth: usize,
    now: Option<Node>,
    before: Option<Node>,
    compared: bool,
    members: Members,
}

/// How the members before and now go together.
enum Members {
    /// Member `i` is `i` in both, as far as both have it.
    Aligned(usize),
    /// Pairs of places, now and before, in the order to show.
    Merged(Vec<(Option<u32>, Option<u32>)>),
}

/// How a row differs from before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowChange {
    /// It does not, or nothing is compared.
    Same,
    /// It was not there.
    Added,
    /// It is no longer there.
    Removed,
    /// It had another value.
    Changed,
    /// Something below it differs.
    Inside,
}

/// The name of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A member of an object.
    Name(Text),
    /// An item of an array.
    Index(usize),
    /// The whole tree, where it is one leaf.
    Root,
}

/// One row.
#[derive(Clone, Debug)]
pub struct TreeRow {
    /// How many branches it is inside of.
    pub depth: usize,
    /// Its name.
    pub key: Key,
    /// Where it is.
    pub path: Pointer,
    /// Its value; `None` = removed.
    pub now: Option<Node>,
    /// What it was; `None` = added, or not compared.
    pub before: Option<Node>,
    /// How it differs.
    pub change: RowChange,
    /// A branch, open or closed; `None` = a leaf.
    pub expanded: Option<bool>,
}

impl TreeRow {
    /// The value to show: that of now, or the old one of a removed row.
    pub fn value(&self) -> Option<&Node> {
        self.now.as_ref().or(self.before.as_ref())
    }

    /// Its name as shown: `since`, `[2]`.
    pub fn label(&self) -> String {
        match &self.key {
            Key::Name(name) => name.to_string(),
            Key::Index(i) => format!("[{i}]"),
            Key::Root => "value".to_owned(),
        }
    }
}

/// What decides about open branches while a tree is laid out.
struct Rules {
    tree: Tree,
    /// Toggled steps by the path of their branch.
    toggled: HashMap<Vec<Text>, HashSet<Text>>,
    compared: bool,
}

impl TreeRows {
    /// Lays a tree out.
    pub fn new(tree: Tree, node: &Node, before: Option<&Node>, toggled: &HashSet<Pointer>) -> TreeRows {
        let mut rows = TreeRows { runs: Vec::new(), len: 0, leaf: None };
        if node.len().is_none() {
            rows.leaf = Some((node.clone(), before.cloned()));
            rows.len = 1;
            return rows;
        }
        let mut by_parent: HashMap<Vec<Text>, HashSet<Text>> = HashMap::new();
        for path in toggled {
            if let Some((last, parent)) = path.0.split_last() {
                by_parent.entry(parent.to_vec()).or_default().insert(Arc::clone(last));
            }
        }
        let rules = Rules { tree, toggled: by_parent, compared: before.is_some() };
        rows.push_branch(&rules, Pointer::default(), Some(node.clone()), before.cloned(), 0);
        rows
    }

    /// Number of rows.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// True for an empty object or array.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Row `i`.
    pub fn row(&self, i: u64) -> Option<TreeRow> {
        if let Some((now, before)) = &self.leaf {
            let change = compare(Some(now), before.as_ref(), before.is_some());
            return (i == 0).then(|| TreeRow {
                depth: 0,
                key: Key::Root,
                path: Pointer::default(),
                now: Some(now.clone()),
                before: before.clone(),
                change,
                expanded: None,
            });
        }
        let at = self.runs.partition_point(|run| run.start <= i).checked_sub(1)?;
        let run = &self.runs[at];
        let offset = usize::try_from(i - run.start).ok().filter(|&offset| offset < run.count)?;
        let member = run.branch.member(run.first + offset)?;
        let is_branch = member.now.as_ref().or(member.before.as_ref()).is_some_and(Node::is_branch);
        // An open branch ends its run, and its members follow at once.
        let next = self.runs.get(at + 1);
        let last_of_run = offset + 1 == run.count;
        let open = last_of_run && next.is_some_and(|next| next.branch.depth > run.branch.depth);
        Some(TreeRow {
            depth: run.branch.depth,
            path: run.branch.path.child(&member.step),
            change: compare(member.now.as_ref(), member.before.as_ref(), run.branch.compared),
            key: member.key,
            now: member.now,
            before: member.before,
            expanded: is_branch.then_some(open),
        })
    }

    /// The row of a path, where it is on screen.
    pub fn index_of(&self, path: &Pointer) -> Option<u64> {
        let Some((last, parent)) = path.0.split_last() else {
            return self.leaf.is_some().then_some(0);
        };
        let branch = self.runs.iter().find(|run| run.branch.path.0 == parent).map(|run| &run.branch)?;
        let member = branch.index_of(last)?;
        let run = self
            .runs
            .iter()
            .find(|run| Arc::ptr_eq(&run.branch, branch) && (run.first..run.first + run.count).contains(&member))?;
        Some(run.start + (member - run.first) as u64)
    }

    fn push_branch(&mut self, rules: &Rules, path: Pointer, now: Option<Node>, before: Option<Node>, depth: usize) {
        let toggled = rules.toggled.get(&path.0);
        let members = Members::of(now.as_ref(), before.as_ref());
        let branch = Arc::new(Branch { path, depth, now, before, compared: rules.compared, members });
        let len = branch.len();
        let candidates: Vec<usize> = if len <= MANY {
            (0..len).collect()
        } else {
            let mut found: Vec<usize> =
                toggled.into_iter().flatten().filter_map(|step| branch.index_of(step)).collect();
            found.sort_unstable();
            found
        };
        let mut first = 0;
        for at in candidates {
            let Some(member) = branch.member(at) else { continue };
            let Some(value) = member.now.as_ref().or(member.before.as_ref()).filter(|node| node.is_branch()) else {
                continue;
            };
            let at_first = len <= MANY && member.now.is_some() && open_at_first(rules.tree, value, depth, len);
            let flipped = toggled.is_some_and(|set| set.contains(&member.step));
            if at_first != flipped {
                self.push_run(&branch, first, at + 1 - first);
                let path = branch.path.child(&member.step);
                self.push_branch(rules, path, member.now, member.before, depth + 1);
                first = at + 1;
            }
        }
        if first < len {
            self.push_run(&branch, first, len - first);
        }
    }

    fn push_run(&mut self, branch: &Arc<Branch>, first: usize, count: usize) {
        self.runs.push(Run { start: self.len, first, count, branch: Arc::clone(branch) });
        self.len += count as u64;
    }
}

/// Whether a branch is open before the user says otherwise. It depends on little,
/// so that rows do not open and close while the playhead moves.
fn open_at_first(tree: Tree, node: &Node, depth: usize, siblings: usize) -> bool {
    let len = node.len().unwrap_or(0);
    match tree {
        Tree::State => depth == 0 && (matches!(node, Node::Object(_)) || len <= 16),
        Tree::Payload | Tree::Metadata => depth <= 3 && siblings <= 16 && len <= 32,
    }
}

fn compare(now: Option<&Node>, before: Option<&Node>, compared: bool) -> RowChange {
    if !compared {
        return RowChange::Same;
    }
    match (now, before) {
        (Some(now), Some(before)) if now == before => RowChange::Same,
        (Some(Node::Object(_)), Some(Node::Object(_))) | (Some(Node::Array(_)), Some(Node::Array(_))) => {
            RowChange::Inside
        }
        (Some(_), Some(_)) => RowChange::Changed,
        (Some(_), None) => RowChange::Added,
        (None, _) => RowChange::Removed,
    }
}

struct Member {
    key: Key,
    step: Text,
    now: Option<Node>,
    before: Option<Node>,
}

impl Branch {
    fn len(&self) -> usize {
        match &self.members {
            Members::Aligned(len) => *len,
            Members::Merged(pairs) => pairs.len(),
        }
    }

    fn places(&self, at: usize) -> Option<(Option<usize>, Option<usize>)> {
        match &self.members {
            Members::Aligned(len) => (at < *len).then_some((Some(at), Some(at))),
            Members::Merged(pairs) => {
                pairs.get(at).map(|(now, before)| (now.map(|i| i as usize), before.map(|i| i as usize)))
            }
        }
    }

    fn member(&self, at: usize) -> Option<Member> {
        let (now_at, before_at) = self.places(at)?;
        let (now_key, now) = child(self.now.as_ref(), now_at);
        let (before_key, before) = child(self.before.as_ref(), before_at);
        let key = now_key.or(before_key)?;
        let step = match &key {
            Key::Name(name) => Arc::clone(name),
            Key::Index(i) => Arc::from(i.to_string()),
            Key::Root => return None,
        };
        Some(Member { key, step, now, before })
    }

    fn index_of(&self, step: &str) -> Option<usize> {
        if let Some(Node::Array(_)) = self.now.as_ref().or(self.before.as_ref()) {
            return step.parse().ok().filter(|&at: &usize| at < self.len());
        }
        let name_at = |node: Option<&Node>, at: Option<usize>| match (node, at) {
            (Some(Node::Object(object)), Some(at)) => object.0.get(at).is_some_and(|(key, _)| &**key == step),
            _ => false,
        };
        (0..self.len()).find(|&at| {
            self.places(at)
                .is_some_and(|(now, before)| name_at(self.now.as_ref(), now) || name_at(self.before.as_ref(), before))
        })
    }
}

fn child(node: Option<&Node>, at: Option<usize>) -> (Option<Key>, Option<Node>) {
    let Some(at) = at else { return (None, None) };
    match node {
        Some(Node::Array(items)) => match items.get(at) {
            Some(item) => (Some(Key::Index(at)), Some(item.clone())),
            None => (None, None),
        },
        Some(Node::Object(object)) => match object.0.get(at) {
            Some((name, value)) => (Some(Key::Name(Arc::clone(name))), Some(value.clone())),
            None => (None, None),
        },
        _ => (None, None),
    }
}

impl Members {
    fn of(now: Option<&Node>, before: Option<&Node>) -> Members {
        match (now, before) {
            (Some(Node::Object(now)), Some(Node::Object(before))) => Members::merge(now, before),
            (Some(Node::Array(now)), Some(Node::Array(before))) => Members::Aligned(now.len().max(before.len())),
            (Some(node), _) | (None, Some(node)) => Members::Aligned(node.len().unwrap_or(0)),
            (None, None) => Members::Aligned(0),
        }
    }

    fn merge(now: &Object, before: &Object) -> Members {
        let same = now.0.iter().zip(&before.0).take_while(|(a, b)| Arc::ptr_eq(&a.0, &b.0) || a.0 == b.0).count();
        if same == now.0.len().min(before.0.len()) {
            // One is the beginning of the other, which is by far the most frequent case.
            return Members::Aligned(now.0.len().max(before.0.len()));
        }
        let mut old: HashMap<&str, u32> = HashMap::with_capacity(before.0.len() - same);
        for (i, (key, _)) in before.0.iter().enumerate().skip(same) {
            old.insert(key, i as u32);
        }
        let mut pairs: Vec<(Option<u32>, Option<u32>)> = (0..same as u32).map(|i| (Some(i), Some(i))).collect();
        let mut used: HashSet<u32> = HashSet::new();
        let mut next_old = same as u32;
        let still_there: HashSet<&str> = now.0.iter().skip(same).map(|(key, _)| &**key).collect();
        for (i, (key, _)) in now.0.iter().enumerate().skip(same) {
            // Removed members come before the first one that stood behind them.
            if old.contains_key(&**key) {
                while let Some((gone, _)) = before.0.get(next_old as usize) {
                    if still_there.contains(&**gone) {
                        break;
                    }
                    pairs.push((None, Some(next_old)));
                    used.insert(next_old);
                    next_old += 1;
                }
            }
            let twin = old.get(&**key).copied();
            if let Some(twin) = twin {
                used.insert(twin);
                next_old = next_old.max(twin + 1);
            }
            pairs.push((Some(i as u32), twin));
        }
        let rest = (same as u32..before.0.len() as u32).filter(|i| {
            !used.contains(i) && before.0.get(*i as usize).is_some_and(|(key, _)| !still_there.contains(&**key))
        });
        pairs.extend(rest.map(|i| (None, Some(i))));
        Members::Merged(pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::parse_text;

    #[test]
    fn a_branch_among_very_many_opens() {
        let members: Vec<String> = (0..100).map(|n| format!("\"k{n}\":{{\"inside\":{n}}}")).collect();
        let now = parse_text(&format!("{{{}}}", members.join(","))).node;
        let open = |toggled: &[&str]| {
            let toggled = toggled.iter().map(|path| Pointer::parse(path).expect("a pointer")).collect();
            TreeRows::new(Tree::State, &now, None, &toggled).len()
        };
        assert_eq!((open(&[]), open(&["/k7"]), open(&["/k7", "/k99"])), (100, 101, 102));
    }

    fn rows(now: &str, before: Option<&str>, toggled: &[&str]) -> Vec<String> {
        let toggled = toggled.iter().map(|path| Pointer::parse(path).expect("a pointer")).collect();
        let now = parse_text(now).node;
        let before = before.map(|before| parse_text(before).node);
        let tree = TreeRows::new(Tree::State, &now, before.as_ref(), &toggled);
        let out: Vec<String> = (0..tree.len())
            .map(|i| {
                let row = tree.row(i).expect("a row");
                assert_eq!(tree.index_of(&row.path), Some(i), "{}", row.path);
                let sign = match row.change {
                    RowChange::Same => "",
                    RowChange::Added => "+",
                    RowChange::Removed => "-",
                    RowChange::Changed => "~",
                    RowChange::Inside => "…",
                };
                let open = match row.expanded {
                    None => "",
                    Some(true) => "v",
                    Some(false) => ">",
                };
                format!("{}{}{}{}", " ".repeat(row.depth), open, row.label(), sign)
            })
            .collect();
        assert!(tree.row(tree.len()).is_none());
        out
    }

    #[test]
    fn objects_open_at_the_top_and_toggling_flips() {
        let json = r#"{"id":1,"limit":{"a":1,"deep":{"x":1}},"tags":[1,2],"empty":{}}"#;
        let open = ["id", "vlimit", " a", " >deep", "vtags", " [0]", " [1]", "empty"];
        assert_eq!(rows(json, None, &[]), open);
        assert_eq!(rows(json, None, &["/limit", "/tags"]), ["id", ">limit", ">tags", "empty"]);
        let deep = ["id", "vlimit", " a", " vdeep", "  x", ">tags", "empty"];
        assert_eq!(rows(json, None, &["/limit/deep", "/tags"]), deep);
    }

    #[test]
    fn changes_have_signs_and_removed_rows_keep_their_place() {
        let before = r#"{"a":1,"hold":{"x":1},"b":1,"list":[1,2,3]}"#;
        let now = r#"{"a":2,"b":1,"new":true,"list":[1,2]}"#;
        let want = ["a~", ">hold-", "b", "new+", "vlist…", " [0]", " [1]", " [2]-"];
        assert_eq!(rows(now, Some(before), &[]), want);
        assert_eq!(rows(now, Some(now), &[]), ["a", "b", "new", "vlist", " [0]", " [1]"]);
        assert_eq!(rows(r#"{"b":1,"a":1}"#, Some(r#"{"a":1,"b":1}"#), &[]), ["b", "a"]);
    }

    #[test]
    fn a_leaf_is_one_row_and_nothing_is_none() {
        assert_eq!(rows("3", Some("2"), &[]), ["value~"]);
        assert!(rows("{}", None, &[]).is_empty());
    }

    #[test]
    fn a_hundred_thousand_items_are_one_run() {
        let items: Vec<Node> = (0..100_000).map(|i| Node::array(vec![Node::number(i)])).collect();
        let node = Node::object(vec![(Arc::from("all"), Node::array(items))]);
        let toggled: HashSet<Pointer> = ["/all", "/all/70000"].iter().filter_map(|path| Pointer::parse(path)).collect();
        let tree = TreeRows::new(Tree::State, &node, Some(&node), &toggled);
        assert_eq!(tree.len(), 100_002);
        assert_eq!(tree.runs.len(), 4);
        assert_eq!(tree.row(70_001).map(|row| row.expanded), Some(Some(true)));
        assert_eq!(tree.row(70_002).map(|row| (row.depth, row.label())), Some((2, "[0]".to_owned())));
        assert_eq!(tree.row(100_001).map(|row| row.label()), Some("[99999]".to_owned()));
    }
}
