//! Columns out of the payload in the list of events: those worth one, or those that the user
//! chose for events of this category in stores of this kind.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::action::{ColumnAction, Tree};
use super::desk::Desk;
use super::place::or_default;
use super::settings::SettingsChange;
use super::store::OpenStore;
use super::stream::StreamView;
use crate::model::Pointer;
use crate::session::{CELL_BLOCK, CellNews, CellRow, PayloadColumn, PayloadPaths};

/// Blocks of cells kept.
const CELL_BLOCKS: usize = 256;
/// Columns of one list.
const MOST: usize = 24;
/// Narrowest and widest column, in points.
pub const WIDTHS: (f32, f32) = (40.0, 800.0);

/// A column that the user chose.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeptColumn {
    /// A JSON pointer into the payload.
    #[serde(deserialize_with = "or_default")]
    pub path: String,
    /// In points; `None`: as it comes.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub width: Option<f32>,
}

/// A column of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct EventColumn {
    pub payload: PayloadColumn,
    /// In points, where the user chose one.
    pub width: Option<f32>,
}

/// The columns, and the cells of the events on screen and some others.
#[derive(Default)]
pub(super) struct Cells {
    pub(super) columns: Vec<EventColumn>,
    /// The user chose them.
    pub(super) are_chosen: bool,
    pub(super) paths: PayloadPaths,
    /// Those worth a column, where nobody chose.
    worth: Vec<PayloadColumn>,
    /// Of the cells that are asked for.
    pointers: Arc<[Pointer]>,
    blocks: HashMap<u64, Arc<Vec<CellRow>>>,
    /// Blocks in the order they came.
    order: VecDeque<u64>,
    /// Blocks that were drawn without being there.
    missing: RefCell<BTreeSet<u64>>,
    asked: BTreeSet<u64>,
}

impl Cells {
    /// What the payloads have.
    pub(super) fn learn(&mut self, worth: Vec<PayloadColumn>, paths: PayloadPaths) {
        (self.worth, self.paths) = (worth, paths);
    }

    /// Shows the columns that the user chose, or those worth one.
    pub(super) fn arrange(&mut self, chosen: Option<&[KeptColumn]>) {
        let known = |path: Pointer| {
            let found = self.paths.paths.iter().map(|(column, _)| column).find(|column| column.path == path);
            found.cloned().unwrap_or_else(|| PayloadColumn::of(path))
        };
        self.are_chosen = chosen.is_some();
        self.columns = match chosen {
            None => self.worth.iter().cloned().map(|payload| EventColumn { payload, width: None }).collect(),
            Some(chosen) => {
                let column = |own: &KeptColumn| {
                    Some(EventColumn { payload: known(Pointer::parse(&own.path)?), width: own.width })
                };
                chosen.iter().filter_map(column).take(MOST).collect()
            }
        };
        let pointers: Arc<[Pointer]> = self.columns.iter().map(|column| column.payload.path.clone()).collect();
        if pointers != self.pointers {
            self.pointers = pointers;
            self.forget();
        }
    }

    pub(super) fn is_waiting(&self) -> bool {
        !self.asked.is_empty() || self.lack_some()
    }

    /// What was asked for is not answered any more.
    pub(super) fn forget_asked(&mut self) {
        self.asked.clear();
    }

    pub(super) fn forget(&mut self) {
        self.blocks.clear();
        self.order.clear();
        self.asked.clear();
    }

    pub(super) fn forget_block(&mut self, block: u64) {
        self.blocks.remove(&block);
        self.order.retain(|other| *other != block);
    }

    pub(super) fn take(&mut self, news: CellNews) {
        if news.columns != self.pointers {
            return;
        }
        self.asked.remove(&news.block);
        if self.blocks.insert(news.block, Arc::new(news.rows)).is_none() {
            self.order.push_back(news.block);
        }
        while self.order.len() > CELL_BLOCKS {
            if let Some(old) = self.order.pop_front() {
                self.blocks.remove(&old);
            }
        }
    }

    /// The columns of an event, counted from 0. What is not there is noted as missing.
    pub(super) fn row(&self, at: u64) -> Option<&CellRow> {
        let Some(block) = self.blocks.get(&(at / CELL_BLOCK)) else {
            self.missing.borrow_mut().insert(at / CELL_BLOCK);
            return None;
        };
        block.get((at % CELL_BLOCK) as usize)
    }

    /// Something was drawn without being there, and was not asked for.
    pub(super) fn lack_some(&self) -> bool {
        let missing = self.missing.borrow();
        !missing.is_empty() && *missing != self.asked
    }

    /// The blocks to ask for, and what of them, where they are others than those asked for last.
    pub(super) fn wanted(&mut self) -> Option<(Arc<[Pointer]>, Vec<u64>)> {
        let missing = std::mem::take(self.missing.get_mut());
        if missing.is_empty() || missing == self.asked {
            return None;
        }
        let blocks = missing.iter().copied().collect();
        self.asked = missing;
        Some((Arc::clone(&self.pointers), blocks))
    }
}

impl StreamView {
    /// The member of the payload that is selected.
    pub(super) fn payload_path(&self) -> Option<&Pointer> {
        self.trees.selected().filter(|(tree, path)| *tree == Tree::Payload && !path.0.is_empty()).map(|(_, path)| path)
    }

    /// It has a column.
    pub(super) fn is_column(&self, path: &Pointer) -> bool {
        self.cells.columns.iter().any(|column| column.payload.path == *path)
    }
}

impl OpenStore {
    /// Shows the columns as they are chosen for this kind of store.
    pub(super) fn arrange_columns(&mut self, desk: &Desk) {
        let kind = self.opened().map(|opened| opened.dialect.as_str()).unwrap_or_default();
        let of_kind = desk.settings.columns.get(kind);
        if let Some(view) = &mut self.view {
            let chosen = of_kind.and_then(|of_kind| of_kind.get(&*view.category_name));
            view.cells.arrange(chosen.map(Vec::as_slice));
        }
    }

    /// Does what the user asked of the columns.
    pub(super) fn dispatch_column(&mut self, action: ColumnAction, desk: &mut Desk) {
        let Some(kind) = self.opened().map(|opened| opened.dialect.clone()) else { return };
        let Some(view) = &self.view else { return };
        let mut kept: Vec<KeptColumn> = view.cells.columns.iter().map(KeptColumn::of).collect();
        let place = |kept: &[KeptColumn], path: &Pointer| {
            let path = path.to_string();
            kept.iter().position(|own| own.path == path)
        };
        let chosen = match action {
            ColumnAction::Toggle(path) => {
                let path = path.or_else(|| view.payload_path().cloned());
                let Some(path) = path.filter(|path| !path.0.is_empty()) else { return };
                match place(&kept, &path) {
                    Some(at) => drop(kept.remove(at)),
                    None if kept.len() >= MOST => {
                        desk.say(format!("{MOST} columns are shown: hide one first"), 4.0);
                        return;
                    }
                    None => kept.push(KeptColumn { path: path.to_string(), width: None }),
                }
                Some(kept)
            }
            ColumnAction::Move(path, to) => {
                let Some(at) = place(&kept, &path) else { return };
                let own = kept.remove(at);
                kept.insert(to.min(kept.len()), own);
                Some(kept)
            }
            ColumnAction::Width(path, width) => {
                let Some(at) = place(&kept, &path) else { return };
                kept[at].width = width;
                Some(kept)
            }
            ColumnAction::ResetWidths => {
                kept.iter_mut().for_each(|own| own.width = None);
                Some(kept)
            }
            ColumnAction::Reset => None,
        };
        desk.change(SettingsChange::Columns(kind, view.category_name.to_string(), chosen));
        self.arrange_columns(desk);
    }
}

impl KeptColumn {
    fn of(column: &EventColumn) -> KeptColumn {
        KeptColumn { path: column.payload.path.to_string(), width: column.width }
    }

    /// Brings a list of them within its bounds.
    pub(super) fn bound(columns: &mut Vec<KeptColumn>, longest: usize) {
        columns.retain(|own| own.path.len() <= longest && Pointer::parse(&own.path).is_some());
        columns.truncate(MOST);
        for own in columns {
            own.width = own.width.filter(|width| width.is_finite()).map(|width| width.clamp(WIDTHS.0, WIDTHS.1));
        }
    }
}
