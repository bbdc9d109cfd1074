//! The one virtual list, for every list and tree.
//!
//! The first row on screen is a `u64` with a fraction in `f64`, never a pixel
//! offset: ten million rows scroll as evenly as ten. Only visible rows are asked
//! for and painted. The list is one stop of the Tab key; its rows are nodes of
//! the accessibility tree with the current one as active descendant.

use egui::accesskit::{self, Role};
use egui::{Event, EventFilter, Id, Key, MouseWheelUnit, Painter, Pos2, Rect, Sense, Ui, UiBuilder, pos2, vec2};

use super::context_menu::{AskedAt, asked_by_keys};
use super::scroll::Memory;
use super::tip::tip;
use crate::app::view::FindView;
use crate::ui::paint;
use crate::ui::tokens::{self, Tokens, size};

/// In a list of fewer rows than these none stays at the top.
const ROWS_UNDER_HEAD: f64 = 4.0;

/// Lets a list begin at its beginning: what it lists is another thing by now.
pub fn forget_place(ui: &Ui, id: Id) {
    ui.data_mut(|data| data.remove::<Memory>(id));
}

/// A list about to be shown.
pub struct Rows<'a> {
    /// Unique in the program.
    pub id: Id,
    /// Name in the accessibility tree: "Events".
    pub name: &'a str,
    /// Role of the list and of its rows.
    pub roles: (Role, Role),
    /// Number of rows.
    pub len: u64,
    /// The selected row.
    pub cursor: Option<u64>,
    /// Without a selected row: the place is in front of this one, for the arrow keys.
    pub between: Option<u64>,
    /// A line is drawn there.
    pub between_shown: bool,
    /// The list keeps a keyboard cursor of its own, apart from the selected row, until Enter.
    pub own_cursor: bool,
    /// Row to scroll to this frame, whatever the cursor does.
    pub reveal: Option<u64>,
    /// Row in which something is found.
    pub found: Option<u64>,
    /// The selected row, or the one to scroll to, is kept away from the upper and the lower edge.
    pub in_middle: bool,
    /// The row that stays at the top while the given one is the first on screen, such as its category.
    pub head_of: Option<&'a dyn Fn(u64) -> Option<u64>>,
    /// Height of every row.
    pub row_height: f32,
}

/// What a row needs to paint itself.
pub struct RowPaint<'a> {
    /// Which row.
    pub index: u64,
    /// Its place, over the whole width of the list.
    pub rect: Rect,
    /// Where its fill is, inset from the edges.
    pub fill: Rect,
    /// Paints, clipped to the list.
    pub painter: &'a Painter,
    /// It is the selected row.
    pub selected: bool,
    /// The pointer, where it is over this row.
    pub pointer: Option<Pos2>,
    /// Colours.
    pub t: &'static Tokens,
}

/// What a row says of itself.
#[derive(Default)]
pub struct RowNode {
    /// Its name: "row 57 of 214, Withdrawn, v57".
    pub name: String,
    /// Depth in a tree, from 1.
    pub level: Option<usize>,
    /// A branch, open or closed.
    pub expanded: Option<bool>,
    /// Shown beside the pointer.
    pub tooltip: Option<String>,
}

/// What the user did with the list.
#[derive(Debug, Default)]
pub struct RowsOutput {
    /// A click on a row, and where.
    pub clicked: Option<(u64, Pos2)>,
    /// A double click on a row.
    pub double_clicked: Option<u64>,
    /// Enter on a row.
    pub activated: Option<u64>,
    /// A row's menu is asked for, and where it should be.
    pub menu: Option<(u64, AskedAt)>,
    /// The arrow keys ask for another row.
    pub moved: Option<u64>,
    /// The list has the keyboard.
    pub focused: bool,
    /// The row that has the keyboard.
    pub cursor: Option<u64>,
}

impl<'a> Rows<'a> {
    /// A list of 24-point rows.
    pub fn new(id: Id, name: &'a str, len: u64) -> Rows<'a> {
        Rows {
            id,
            name,
            roles: (Role::ListBox, Role::ListBoxOption),
            len,
            cursor: None,
            between: None,
            between_shown: false,
            own_cursor: false,
            reveal: None,
            found: None,
            in_middle: false,
            head_of: None,
            row_height: size::ROW,
        }
    }

    /// Marks the selected row.
    pub fn cursor(self, cursor: Option<u64>) -> Self {
        Rows { cursor, ..self }
    }

    /// Says where arrow keys start while no row is selected.
    pub fn between(self, between: Option<u64>) -> Self {
        Rows { between, ..self }
    }

    /// Draws a line at that place.
    pub fn show_between(self) -> Self {
        Rows { between_shown: true, ..self }
    }

    /// Gives the list a keyboard cursor of its own.
    pub fn own_cursor(self) -> Self {
        Rows { own_cursor: true, ..self }
    }

    /// Makes it a tree for the accessibility tree.
    pub fn tree(self) -> Self {
        Rows { roles: (Role::Tree, Role::TreeItem), ..self }
    }

    /// Scrolls to a row.
    pub fn reveal(self, row: Option<u64>) -> Self {
        Rows { reveal: row, ..self }
    }

    /// Marks the row in which something is found, and scrolls to it where it is another than before.
    pub fn find(self, ui: &Ui, find: Option<FindView<'_>>) -> Self {
        let Some(find) = find else { return self };
        let kept = self.id.with("jumps");
        let seen: Option<u64> = ui.data(|data| data.get_temp(kept));
        ui.data_mut(|data| data.insert_temp(kept, find.jumps));
        let found = find.row();
        Rows { found, reveal: found.filter(|_| seen != Some(find.jumps)).or(self.reveal), ..self }
    }

    /// Keeps the selected row in the middle third of the list while it moves.
    pub fn in_middle(self, in_middle: bool) -> Self {
        Rows { in_middle, ..self }
    }

    /// Says which row stays at the top while one of those below it is the first on screen.
    pub fn head_of(self, head_of: &'a dyn Fn(u64) -> Option<u64>) -> Self {
        Rows { head_of: Some(head_of), ..self }
    }

    /// Shows the list in `rect`.
    pub fn show(self, ui: &mut Ui, rect: Rect, mut row: impl FnMut(&RowPaint<'_>) -> RowNode) -> RowsOutput {
        let mut child = ui.new_child(
            UiBuilder::new()
                .scope_id(self.id)
                .max_rect(rect)
                .sense(Sense::focusable_noninteractive())
                .accessibility_role(self.roles.0)
                .accessibility_label(self.name),
        );
        child.expand_to_include_rect(rect);
        let ctx = child.ctx().clone();
        ctx.accesskit_node_builder(self.id, |node| node.set_bounds(paint::bounds(rect)));
        let mut memory: Memory = ctx.data(|data| data.get_temp(self.id)).unwrap_or_default();
        let page = f64::from((rect.height() / self.row_height).max(1.0));
        let focused = ctx.memory(|memory| memory.has_focus(self.id));
        if focused {
            let filter = EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: true };
            ctx.memory_mut(|memory| memory.set_focus_lock_filter(self.id, filter));
        }

        let mut output = RowsOutput { focused, ..RowsOutput::default() };
        if self.cursor != memory.seen {
            memory.own = None;
        }
        if self.own_cursor && self.found.is_some() && self.found == self.reveal {
            memory.own = self.found;
        }
        let mut cursor = if self.own_cursor { memory.own.or(self.cursor) } else { self.cursor };
        cursor = cursor.filter(|&cursor| cursor < self.len);
        if focused && self.len > 0 {
            self.keys(&child, page, &mut cursor, &mut output);
        }
        if self.own_cursor {
            memory.own = cursor;
        }

        let wheel = self.wheel(&child, rect, page);
        memory.scroll(wheel, page, self.len);
        let moved = if self.own_cursor { output.moved } else { None };
        memory.asked = output.moved.or(memory.asked);
        if let Some(target) = self.reveal.or(moved).or(self.cursor.filter(|_| self.cursor != memory.seen)) {
            self.bring(&mut memory, target, page);
        }
        let asks_for_menu = focused && asked_by_keys(&child);
        if let Some(cursor) = cursor.filter(|_| asks_for_menu) {
            self.bring(&mut memory, cursor, page);
            let below = cursor.saturating_sub(memory.first) as f32 + 1.0 - memory.fraction as f32;
            let y = (rect.top() + below * self.row_height).clamp(rect.top(), rect.bottom());
            output.menu = Some((cursor, AskedAt { pos: pos2(rect.left() + 24.0, y), by_keys: true }));
        }
        if page != memory.page
            && let Some(cursor) = self.cursor.filter(|&cursor| memory.shows(cursor, memory.page))
        {
            // The list became smaller: what is selected stays on screen.
            self.bring(&mut memory, cursor, page);
        }
        memory.page = page;
        memory.seen = self.cursor;
        memory.asked.take_if(|asked| self.own_cursor || self.cursor == Some(*asked));

        let bar = self.scrollbar(&mut child, rect, page, &mut memory);
        self.paint_rows(&mut child, rect, bar, &mut memory, cursor, &mut output, &mut row);
        if focused && !cursor.is_some_and(|cursor| memory.shows(cursor, page)) {
            // No row can show that the list has the keyboard.
            paint::focus_ring(child.painter(), rect.shrink(2.0), tokens::tokens(&ctx));
        }
        // A child that ends takes the keyboard from itself where the click was on what lies in it.
        drop(child);
        let by_pointer = output.menu.filter(|(_, at)| !at.by_keys).map(|(row, _)| row);
        if let Some(row) = output.clicked.map(|(row, _)| row).or(by_pointer) {
            ctx.memory_mut(|memory| memory.request_focus(self.id));
            if self.own_cursor {
                memory.own = Some(row);
            }
        }
        output.cursor = cursor;
        ctx.data_mut(|data| data.insert_temp(self.id, memory));
        output
    }

    /// Scrolls so that a row is on screen.
    fn bring(&self, memory: &mut Memory, row: u64, page: f64) {
        if self.in_middle {
            memory.keep_in_middle(row, page, self.len);
            return;
        }
        if memory.asked.is_some() {
            memory.reveal(row, page, self.len)
        } else {
            memory.arrive(row, page, self.len)
        }
        // What stays at the top would lie on it.
        let is_under = (row as f64) < memory.first as f64 + memory.fraction + 1.0;
        if is_under && self.head(memory, page).is_some_and(|head| head != row) {
            memory.jump(row.saturating_sub(1) as f64, page, self.len);
        }
    }

    /// The row that stays at the top now, where it is not there anyway and the list has room for it.
    fn head(&self, memory: &Memory, page: f64) -> Option<u64> {
        if page < ROWS_UNDER_HEAD {
            return None;
        }
        let head = self.head_of.and_then(|head_of| head_of(memory.first))?;
        (head < memory.first || memory.fraction > 0.0).then_some(head)
    }

    #[expect(clippy::too_many_arguments, reason = "one loop, split only for its length")]
    fn paint_rows(
        &self,
        ui: &mut Ui,
        rect: Rect,
        bar: bool,
        memory: &mut Memory,
        cursor: Option<u64>,
        output: &mut RowsOutput,
        row: &mut impl FnMut(&RowPaint<'_>) -> RowNode,
    ) {
        let top = rect.top() - paint::snap(ui.painter(), memory.fraction as f32 * self.row_height);
        let head = self.head(memory, f64::from(rect.height() / self.row_height));
        // Rows go under what stays at the top, which the head of the next ones pushes out of the list.
        let mut under = rect;
        let mut head_top = rect.top();
        if let (Some(head), Some(head_of)) = (head, self.head_of) {
            let next = memory.first + 1;
            if next < self.len && head_of(next) == Some(next) && head != next {
                head_top = top;
            }
            under.min.y = (head_top + self.row_height).max(rect.top());
        }
        let mut y = top;
        let mut index = memory.first;
        while y < rect.bottom() && index < self.len {
            let place = Rect::from_min_size(pos2(rect.left(), y), vec2(rect.width(), self.row_height));
            // Rows differ from frame to frame under one place: their id is the place, not the row.
            let slot = (index - memory.first) as usize;
            if place.bottom() > under.top() {
                self.paint_row(ui, under, place, bar, (index, Some(slot)), cursor, output, row);
            }
            y += self.row_height;
            index += 1;
        }
        if let Some(between) = self.between.filter(|_| self.between_shown) {
            let rows = between as f64 - memory.first as f64 - memory.fraction;
            let painter = ui.painter().with_clip_rect(under.intersect(ui.clip_rect()));
            let right = rect.right() - if bar { 14.0 } else { 4.0 };
            let y = rect.top() + paint::snap(&painter, (rows * f64::from(self.row_height)) as f32);
            // At the ends of the list it is seen too.
            paint::playhead_between(
                &painter,
                rect.left() + 4.0,
                right,
                y.clamp(rect.top() + 1.0, rect.bottom() - 1.0),
                tokens::tokens(ui.ctx()),
            );
        }
        if let Some(head) = head {
            let place = Rect::from_min_size(pos2(rect.left(), head_top), vec2(rect.width(), self.row_height));
            let t = tokens::tokens(ui.ctx());
            ui.painter().with_clip_rect(rect.intersect(ui.clip_rect())).rect_filled(place, 0.0, t.panel);
            self.paint_row(ui, rect, place, bar, (head, None), cursor, output, row);
            paint::hline(ui.painter(), rect.left(), rect.right(), place.bottom() - 1.0, t.hairline);
            if output.clicked.is_some_and(|(clicked, _)| clicked == head) {
                memory.jump(head as f64, 1.0, self.len);
            }
        }
    }

    /// One row; `slot` is its place from the first row on screen, or nothing for the one that stays at
    /// the top. It is seen and hit in `sight` only.
    #[expect(clippy::too_many_arguments, reason = "the body of a loop")]
    fn paint_row(
        &self,
        ui: &mut Ui,
        sight: Rect,
        place: Rect,
        bar: bool,
        (index, slot): (u64, Option<usize>),
        cursor: Option<u64>,
        output: &mut RowsOutput,
        row: &mut impl FnMut(&RowPaint<'_>) -> RowNode,
    ) {
        let t = tokens::tokens(ui.ctx());
        let painter = ui.painter().with_clip_rect(sight.intersect(ui.clip_rect()));
        let right = place.right() - if bar { 14.0 } else { 4.0 };
        let fill = Rect::from_min_max(pos2(place.left() + 4.0, place.top()), pos2(right, place.bottom()));
        let hit = fill.intersect(sight);
        let id = slot.map_or_else(|| self.id.with("head"), |slot| self.id.with(("row", slot)));
        let response = ui.interact(hit, id, Sense::CLICK);
        let selected = self.cursor == Some(index);
        if selected {
            painter.rect_filled(fill, size::RADIUS, t.selected);
        } else if response.hovered() || self.found == Some(index) {
            painter.rect_filled(fill, size::RADIUS, t.hover);
        }
        let pointer = response.hover_pos().filter(|_| response.hovered());
        let node = row(&RowPaint { index, rect: place, fill, painter: &painter, selected, pointer, t });
        if output.focused && cursor == Some(index) {
            let ring = painter.with_clip_rect(sight.expand2(vec2(0.0, 2.0)).intersect(ui.clip_rect()));
            paint::focus_ring(&ring, fill, t);
        }
        if response.clicked() {
            output.clicked = response.interact_pointer_pos().or(Some(place.center())).map(|pos| (index, pos));
        }
        if response.double_clicked() {
            output.double_clicked = Some(index);
        }
        if response.secondary_clicked() {
            let pos = response.interact_pointer_pos().unwrap_or(place.center());
            output.menu = Some((index, AskedAt { pos, by_keys: false }));
        }
        ui.ctx().accesskit_node_builder(response.id, |builder| {
            builder.set_role(self.roles.1);
            builder.set_label(node.name);
            builder.set_selected(selected);
            builder.set_bounds(paint::bounds(hit));
            builder.add_action(accesskit::Action::Click);
            builder.add_action(accesskit::Action::ShowContextMenu);
            builder.set_position_in_set(usize::try_from(index).unwrap_or(usize::MAX));
            builder.set_size_of_set(usize::try_from(self.len).unwrap_or(usize::MAX));
            if let Some(level) = node.level {
                builder.set_level(level);
            }
            if let Some(expanded) = node.expanded {
                builder.set_expanded(expanded);
            }
        });
        if ui.input(|input| input.has_accesskit_action_request(response.id, accesskit::Action::ShowContextMenu)) {
            output.menu = Some((index, AskedAt { pos: hit.left_bottom(), by_keys: true }));
        }
        if cursor == Some(index) {
            let active = response.id.accesskit_id();
            ui.ctx().accesskit_node_builder(self.id, |builder| builder.set_active_descendant(active));
        }
        if let Some(words) = node.tooltip {
            tip(response, &words);
        }
    }

    fn keys(&self, ui: &Ui, page: f64, cursor: &mut Option<u64>, output: &mut RowsOutput) {
        let last = self.len - 1;
        let down = |from: Option<u64>, by: u64| match (from, self.between) {
            (Some(at), _) => Some(at.saturating_add(by).min(last)),
            // Behind the last row there is none.
            (None, Some(between)) if between > last => None,
            (None, between) => Some(between.unwrap_or(0).saturating_add(by - 1).min(last)),
        };
        let up = |from: Option<u64>, by: u64| match (from, self.between) {
            (Some(at), _) => Some(at.saturating_sub(by)),
            (None, Some(0)) => None,
            (None, Some(between)) => Some(between.saturating_sub(by)),
            (None, None) => Some(last),
        };
        let rows = (page as u64).saturating_sub(1).max(1);
        let mut target = None;
        let mut enter = false;
        ui.input_mut(|input| {
            input.events.retain(|event| {
                let from = target.or(*cursor);
                let go = match event {
                    Event::Key { key, pressed: true, modifiers, .. } if modifiers.is_none() => match key {
                        Key::ArrowDown => down(from, 1),
                        Key::ArrowUp => up(from, 1),
                        Key::PageDown => down(from, rows),
                        Key::PageUp => up(from, rows),
                        Key::Enter => {
                            enter = true;
                            return false;
                        }
                        _ => return true,
                    },
                    Event::Text(text) if text == "j" => down(from, 1),
                    Event::Text(text) if text == "k" => up(from, 1),
                    _ => return true,
                };
                target = go.or(target);
                false
            });
        });
        if let Some(target) = target
            && Some(target) != *cursor
        {
            output.moved = Some(target);
            if self.own_cursor {
                *cursor = Some(target);
            }
        }
        if enter {
            output.activated = *cursor;
        }
    }

    /// Rows that the wheel moves, down positive. Taken raw: scrolling has no animation.
    fn wheel(&self, ui: &Ui, rect: Rect, page: f64) -> f64 {
        if !ui.rect_contains_pointer(rect) {
            return 0.0;
        }
        let height = f64::from(self.row_height);
        ui.input(|input| {
            let wheel = input.events.iter().filter_map(|event| match event {
                // With Shift it is meant sideways.
                Event::MouseWheel { unit, delta, modifiers, .. } if !modifiers.command && !modifiers.shift => {
                    Some(match unit {
                        MouseWheelUnit::Point => f64::from(delta.y) / height,
                        MouseWheelUnit::Line => f64::from(delta.y) * 3.0,
                        MouseWheelUnit::Page => f64::from(delta.y) * page,
                    })
                }
                _ => None,
            });
            -wheel.sum::<f64>()
        })
    }

    /// Shows the bar where there is something to scroll, and lets it be dragged.
    fn scrollbar(&self, ui: &mut Ui, rect: Rect, page: f64, memory: &mut Memory) -> bool {
        let len = self.len as f64;
        if len <= page {
            return false;
        }
        let t = tokens::tokens(ui.ctx());
        let track = Rect::from_min_max(
            pos2(rect.right() - size::SCROLLBAR - 4.0, rect.top() + 4.0),
            pos2(rect.right() - 4.0, rect.bottom() - 4.0),
        );
        let height = (f64::from(track.height()) * page / len).max(24.0) as f32;
        let room = f64::from((track.height() - height).max(1.0));
        let most = len - page;
        let at = |memory: &Memory| track.top() + ((memory.first as f64 + memory.fraction) / most * room) as f32;
        let thumb = |top: f32| Rect::from_min_size(pos2(track.left(), top), vec2(track.width(), height));
        // Easier to hit than to see.
        let response =
            ui.interact(track.expand2(vec2(4.0, 4.0)).intersect(rect), self.id.with("bar"), Sense::CLICK | Sense::DRAG);
        if let Some(pos) = response.interact_pointer_pos() {
            if response.drag_started() || response.is_pointer_button_down_on() && !response.dragged() {
                let now = thumb(at(memory));
                memory.grab = if now.y_range().contains(pos.y) { pos.y - now.top() } else { height / 2.0 };
            }
            let ratio = f64::from(pos.y - memory.grab - track.top()) / room;
            memory.jump(ratio.clamp(0.0, 1.0) * most, page, self.len);
        }
        let color = if response.hovered() || response.dragged() { t.secondary } else { t.outline };
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        painter.rect_filled(thumb(at(memory)), 3.0, color);
        true
    }
}
