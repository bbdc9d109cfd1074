//! The state at the playhead: as a tree, as the last event's changes, as JSON.

use std::borrow::Cow;

use egui::{Id, Rect, Ui, pos2, vec2};

use super::compare::other_ui;
use super::matrix::matrix_ui;
use super::{PanelCx, labels, placeholder_rows, problem, sentence, split_header, split_if_room};
use crate::app::action::{Action, CopyWhat, Panel, StateTab, Tree};
use crate::app::command::{self as c, CommandContext};
use crate::app::view::{
    AgainstView, ChangeLine, Content, FindView, HaltView, StateBody, StateSource, StateView, ThrowView, WorkspaceView,
};
use crate::model::{Node, Version, visible_name};
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, mix, size};
use crate::ui::widgets::button::{Look, button, button_width, flow, icon_button, spoken};
use crate::ui::widgets::context_menu::{Asked, Groups, context_menu};
use crate::ui::widgets::find_line::{find_line_ui, places};
use crate::ui::widgets::node_rows::{StateColumns, TreeColumns, change_tint, needs, node_rows_ui, state_columns};
use crate::ui::widgets::raw::raw_ui;
use crate::ui::widgets::rows::{RowNode, RowPaint, Rows};
use crate::ui::widgets::tabs::{Tab, tabs};
use crate::ui::{format, paint, text};

const TABS: [StateTab; 4] = [StateTab::Tree, StateTab::Changes, StateTab::Raw, StateTab::Matrix];

/// Narrower than this there is no room for the whole words of the tabs.
const ALL_WORDS: f32 = 240.0;
/// Narrower than this there is no room for the title beside the tabs.
const WITH_TITLE: f32 = 344.0;

/// Shows the panel in `rect`.
pub fn state_ui(ui: &mut Ui, rect: Rect, cx: &PanelCx<'_>, out: &mut Vec<Action>) {
    let (view, id) = (&cx.view.state, cx.id(Panel::State));
    let t = tokens::tokens(ui.ctx());
    let guess = matches!(&view.content, Content::Ready(body) if matches!(body.source, StateSource::Guess { .. }));
    if guess {
        paint::hatch_border(ui.painter(), rect, 6.0, mix(t.panel, t.warning, 0.42));
    }
    let rect = if guess { rect.shrink(6.0) } else { rect };
    let painter = ui.painter().clone();
    let (header, rest) = split_header(&painter, rect, t);
    let y = header.center().y;
    let wide = header.width() >= WITH_TITLE || !matches!(view.content, Content::Ready(_));
    let end = if wide {
        text::left(&painter, header.left() + size::PAD, y, "State", text::TITLE, t.text) + 20.0
    } else {
        header.left() + size::PAD
    };
    let body = match &view.content {
        Content::Ready(body) => body,
        Content::Empty => {
            sentence(ui, id, rest, "The state of a stream appears here, at any of its versions.", None);
            return;
        }
        Content::Loading => {
            placeholder_rows(&painter, rest, t);
            spoken(ui, id.with("loading"), rest, "Computing the state");
            if let Some(folding) = &view.folding {
                folding_ui(ui, id, rest, folding);
            }
            return;
        }
        Content::Failed(why) => {
            problem(ui, id, rest, why);
            return;
        }
    };
    header_ui(ui, id, header, end, view, body, out);
    let rest = match &body.other {
        Some(other) => other_ui(ui, id, rest, other, out),
        None => rest,
    };
    let rest = source_ui(ui, id, rest, &body.source, out);
    let rest = match &body.threw {
        Some(threw) => throw_ui(ui, id, rest, threw, out),
        None => rest,
    };
    let rest = match body.halted {
        Some(halted) => halted_ui(ui, id, rest, halted, out),
        None => rest,
    };
    let rest = find_line_ui(ui, id, rest, Panel::State, view.find, id.with(view.tab), out);
    match view.tab {
        StateTab::Tree => tree_ui(ui, id, rest, cx, body, out),
        StateTab::Changes => changes_ui(ui, id, rest, body, cx.commands, out),
        StateTab::Raw if body.raw.is_empty() => {
            placeholder_rows(&painter, rest, t);
            // The list that is to come has the keyboard already.
            Rows::new(id.with(view.tab), "State as JSON", 0).show(ui, rest, |_| RowNode::default());
        }
        StateTab::Matrix => matrix_ui(ui, id, rest, body, cx, out),
        StateTab::Raw => {
            let starts = view.find.map(FindView::starts).unwrap_or_default();
            let text = (body.raw.as_bytes(), body.tree.revision);
            raw_ui(ui, id.with(view.tab), "State as JSON", rest, text, places(view.find, &starts));
        }
    }
    if view.stale {
        ui.painter().rect_filled(rest, 0.0, t.veil);
        spoken(ui, id.with("stale"), rest, "Computing the state");
        if let Some(folding) = &view.folding {
            folding_ui(ui, id, rest, folding);
            return;
        }
        let place = Rect::from_center_size(rest.center_top() + vec2(0.0, 40.0), vec2(140.0, 28.0)).intersect(rest);
        ui.painter().rect_filled(place, size::RADIUS, t.panel);
        paint::outline(ui.painter(), place, size::RADIUS, t.hairline);
        text::center(ui.painter(), place.center().x, place.center().y, "Computing…", text::BODY, t.secondary);
    }
}

/// How far the fold came, and how it is ended.
fn folding_ui(ui: &mut Ui, id: Id, rect: Rect, folding: &str) {
    let t = tokens::tokens(ui.ctx());
    let words = format!("{folding}. Esc stops it.");
    let painter = ui.painter().clone();
    let room = (rect.width() - 2.0 * size::PAD).max(40.0);
    let galley = text::paragraph_galley(&painter, room - 24.0, &words, text::BODY, t.text, 3);
    let place = Rect::from_center_size(rect.center_top() + vec2(0.0, 40.0), galley.size() + vec2(24.0, 12.0));
    painter.rect_filled(place, size::RADIUS, t.panel);
    paint::outline(&painter, place, size::RADIUS, t.hairline);
    painter.galley(place.min + vec2(12.0, 6.0), galley, t.text);
    spoken(ui, id.with("folding"), place, &words);
}

fn header_ui(
    ui: &mut Ui,
    id: Id,
    header: Rect,
    left: f32,
    view: &StateView<'_>,
    body: &StateBody<'_>,
    out: &mut Vec<Action>,
) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let y = header.center().y;
    let changes = body.changes.len();
    let words = [
        Tab::new("Tree"),
        Tab {
            count: (changes > 0 && header.width() >= WITH_TITLE).then(|| format::number(changes)),
            // All four are in reach in the smallest window.
            word: if header.width() >= ALL_WORDS { "Changes" } else { "Diff" },
            ..Tab::new("Changes")
        },
        Tab::new("JSON"),
        Tab::new("Matrix"),
    ];
    let active = TABS.iter().position(|tab| *tab == view.tab).unwrap_or(0);
    let (clicked, end) = tabs(ui, id.with("tabs"), left, header, &words, active);
    if let Some(tab) = clicked {
        out.push(Action::SetStateTab(TABS[tab]));
    }
    let copy = Rect::from_center_size(pos2(header.right() - 20.0, y), vec2(28.0, 28.0));
    if copy.left() < end + 4.0 {
        return;
    }
    let (what, words) = match view.tab {
        StateTab::Changes => (CopyWhat::Changes, "Copy changes as CSV"),
        StateTab::Tree | StateTab::Raw | StateTab::Matrix => (CopyWhat::State, "Copy state as JSON"),
    };
    if icon_button(ui, id.with("copy"), copy, Icon::COPY, 16.0, words).clicked() {
        out.push(Action::Copy(what));
    }
    let right = copy.left() - 8.0;
    let room = right - end - 16.0;
    let (icon, color, note) = match (&body.source, &body.threw) {
        _ if body.against.is_some() => (None, t.text, compared(body)),
        (_, Some(threw)) => {
            let good = threw.last_good.map_or("initial state".to_owned(), format::version);
            (None, t.secondary, format!("last good {good}"))
        }
        _ if body.halted.is_some() => (None, t.secondary, "stopped".to_owned()),
        (StateSource::Guess { .. }, None) => (Some(Icon::CIRCLE_DASHED), t.warning, "Merge, a guess".to_owned()),
        (StateSource::Reducer, None) if body.skipped > 0 => {
            let errors = format::plural(body.skipped, "skipped error", "skipped errors");
            (Some(Icon::TRIANGLE_ALERT), t.warning, format!("after {errors}"))
        }
        (StateSource::Reducer, None) => return,
    };
    let width = text::width(&painter, &note, text::BODY);
    let icon_room = if icon.is_some() { 22.0 } else { 0.0 };
    if width + icon_room <= room {
        text::right(&painter, right, y, &note, text::BODY, color);
    }
    if let Some(icon) = icon.filter(|_| room >= 16.0) {
        let x = if width + icon_room <= room { right - width - 14.0 } else { right - 8.0 };
        icon.paint(&painter, pos2(x, y), 16.0, color);
    }
    let spot = Rect::from_min_max(pos2(right - width.min(room.max(16.0)), y - 10.0), pos2(right, y + 10.0));
    spoken(ui, id.with("note"), spot, &note).on_hover_text(&note);
}

/// `A: v12 ⇄ v57`, `A: account-7 v12 ⇄ v57`.
fn compared(body: &StateBody<'_>) -> String {
    let words = |version: Option<Version>| version.map_or("initial".to_owned(), format::version);
    let against = body.against.as_ref();
    let stream = against.and_then(|against| against.stream).map(|name| format!("{name} ")).unwrap_or_default();
    format!("A: {stream}{} ⇄ {}", words(against.and_then(|against| against.version)), words(body.version))
}

/// Says that the state is a guess, and offers the way out; returns what is left.
fn source_ui(ui: &mut Ui, id: Id, rect: Rect, source: &StateSource<'_>, out: &mut Vec<Action>) -> Rect {
    let StateSource::Guess { category, file } = source else { return rect };
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let what = if category.is_empty() { "these streams" } else { category };
    let words = match file {
        Some(file) => format!(
            "{file} has no reducer for {what}. This merges the top-level keys of each payload; it may not be what \
             your program computes."
        ),
        None => format!(
            "No reducer for {what}. This merges the top-level keys of each payload; it may not be what your program \
             computes."
        ),
    };
    let place = rect.shrink2(vec2(size::PAD, 0.0));
    let place = Rect::from_min_max(pos2(place.left(), rect.top() + 8.0), place.max);
    let height = text::paragraph_galley(&painter, place.width(), &words, text::BODY, t.secondary, 3).size().y;
    // In very little space the sign in the header and the toolbar say it.
    if split_if_room(rect, height + 56.0).0.is_none() {
        return rect;
    }
    text::paragraph(&painter, place, &words, text::BODY, t.secondary, 3);
    spoken(ui, id.with("guess"), Rect::from_min_size(place.min, vec2(place.width(), height)), &words);
    let top = (place.top() + height + 8.0).round();
    let word = "Choose a reducer…";
    let width = button_width(&painter, word, None).min(place.width());
    let at = Rect::from_min_size(pos2(place.left(), top), vec2(width, 28.0));
    if button(ui, id.with("choose"), at, Look::Filled, word, None).clicked() {
        out.push(Action::ChooseReducer);
    }
    let bottom = at.bottom() + 12.0;
    paint::hline(&painter, rect.left(), rect.right(), bottom - 1.0, t.hairline);
    Rect::from_min_max(pos2(rect.left(), bottom), rect.max)
}

/// Says what the reducer threw, and asks what to do; returns what is left.
fn throw_ui(ui: &mut Ui, id: Id, rect: Rect, threw: &ThrowView<'_>, out: &mut Vec<Action>) -> Rect {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let whole = Action::ShowMessage {
        title: format!("Thrown at {}", format::version(threw.version)),
        text: threw.message.to_owned(),
    };
    let buttons = [
        ("Skip it and continue", Look::Filled, Action::SkipErrors),
        ("Stop here", Look::Outlined, Action::StopAtErrors),
        ("Whole message…", Look::Outlined, whole),
    ];
    // The last one where the message is cut at all.
    let is_short = !threw.message.contains('\n')
        && text::width(&painter, threw.message, text::DATA) < (rect.right() - size::PAD - rect.left() - 36.0) / 2.0;
    let buttons = if is_short { &buttons[..2] } else { &buttons[..] };
    let widths: Vec<f32> = buttons.iter().map(|(word, ..)| button_width(&painter, word, None)).collect();
    let (left, right) = (rect.left() + 36.0, rect.right() - size::PAD);
    let least = if threw.help.is_empty() { 55.0 } else { 75.0 };
    // A long message has lines of its own, and the place one below them.
    let place_width = if threw.place.is_empty() { 0.0 } else { text::width(&painter, threw.place, text::DATA) + 12.0 };
    let is_long =
        threw.message.contains('\n') || text::width(&painter, threw.message, text::DATA) > right - left - place_width;
    let long = is_long.then(|| text::paragraph_galley(&painter, right - left, threw.message, text::DATA, t.text, 6));
    let place_line = if threw.place.is_empty() { 0.0 } else { 20.0 };
    let more = long.as_ref().map_or(0.0, |galley| galley.size().y - 18.0 + place_line);
    let flow_at =
        |top: f32| flow(Rect::from_min_max(pos2(left, rect.top() + top), pos2(right, rect.bottom())), &widths, 24.0);
    let fits = |more: f32| split_if_room(rect, least + more + flow_at(least + more).1 + 11.0).0.is_some();
    let long = long.filter(|_| fits(more));
    let top = least + if long.is_some() { more } else { 0.0 };
    let (places, height) = flow_at(top);
    let (Some(block), rest) = split_if_room(rect, top + height + 11.0) else { return rect };
    painter.rect_filled(block, 0.0, mix(t.panel, t.error, 0.08));
    painter.rect_filled(Rect::from_min_size(block.min, vec2(2.0, block.height())), 0.0, t.error);
    paint::hline(&painter, block.left(), block.right(), block.bottom() - 1.0, t.hairline);
    let mut y = block.top() + 20.0;
    Icon::CIRCLE_ALERT.paint(&painter, pos2(block.left() + 20.0, y), 16.0, t.error);
    let version = format::version(threw.version);
    let end = text::left(&painter, left, y, threw.file, text::BODY_STRONG, t.text);
    let end = text::left(&painter, end + 4.0, y, "threw at", text::BODY, t.text);
    let end = text::left(&painter, end + 4.0, y, &version, text::DATA, t.text);
    text::left_name(&painter, end + 5.0, y, threw.type_name, text::BODY, t.text, right - end - 5.0);
    y += 21.0;
    match long {
        Some(galley) => {
            let below = galley.size().y - 18.0;
            painter.galley(pos2(left, (y - 9.0).round()), galley, t.text);
            y += below + place_line;
            text::left_name(&painter, left, y, threw.place, text::DATA, t.accent, right - left);
        }
        None => {
            text::right(&painter, right, y, threw.place, text::DATA, t.accent);
            text::left_cut(&painter, left, y, threw.message, text::DATA, t.text, right - place_width - left);
        }
    }
    let event_type = visible_name(threw.type_name);
    let mut words = format!("{} threw at {version} {event_type}: {}", threw.file, threw.message);
    if !threw.help.is_empty() {
        y += 20.0;
        let end = text::left(&painter, left, y, "help:", text::BODY, t.quiet);
        text::left_cut(&painter, end + 4.0, y, threw.help, text::BODY, t.text, right - end - 4.0);
        words.push_str(&format!(". help: {}", threw.help));
    }
    let what = Rect::from_min_max(block.min, pos2(block.right(), y + 10.0));
    spoken(ui, id.with("threw"), what, &words).on_hover_text(threw.message);
    for ((word, look, action), at) in buttons.iter().zip(places) {
        if button(ui, id.with(word), at, *look, word, None).clicked() {
            out.push(action.clone());
        }
    }
    rest
}

/// Says where the user stopped the fold, and offers to go on; returns what is left.
fn halted_ui(ui: &mut Ui, id: Id, rect: Rect, halted: HaltView, out: &mut Vec<Action>) -> Rect {
    let t = tokens::tokens(ui.ctx());
    let (Some(block), rest) = split_if_room(rect, 40.0) else { return rect };
    let painter = ui.painter().clone();
    painter.rect_filled(block, 0.0, mix(t.panel, t.secondary, 0.08));
    paint::hline(&painter, block.left(), block.right(), block.bottom() - 1.0, t.hairline);
    let (word, y) = ("Continue", block.center().y);
    let width = button_width(&painter, word, None);
    let at = Rect::from_center_size(pos2(block.right() - size::PAD - width / 2.0, y), vec2(width, 24.0));
    let good = halted.at.map_or("the initial state".to_owned(), format::version);
    let count = format::plural(halted.not_reached, "event", "events");
    let words = format!("Stopped by you at {good}, {count} not reached");
    let left = block.left() + size::PAD;
    text::left_cut(&painter, left, y, &words, text::BODY, t.text, at.left() - 12.0 - left);
    let what = Rect::from_min_max(block.min, pos2(at.left() - 8.0, block.bottom()));
    spoken(ui, id.with("halted"), what, &words).on_hover_text(&words);
    if button(ui, id.with(word), at, Look::Filled, word, None).clicked() {
        out.push(Action::GoOnFolding);
    }
    rest
}

fn tree_ui(ui: &mut Ui, id: Id, rect: Rect, cx: &PanelCx<'_>, body: &StateBody<'_>, out: &mut Vec<Action>) {
    let list = id.with(StateTab::Tree);
    let is_guess = matches!(body.source, StateSource::Guess { .. });
    let kind = format!("{is_guess} {}", cx.view.events.stream.unwrap_or_default());
    let needs = needs(ui, list, &body.tree, &kind);
    let has_was = body.tree.before.is_some();
    let columns = state_columns(rect.width(), longest_version(cx.view, body), has_was, needs);
    let rest = labels(ui, rect, |ui, line| tree_labels_ui(ui, line, body, columns));
    if body.tree.node.is_empty() && body.tree.before.is_none_or(crate::model::Node::is_empty) {
        let words = format!("The state is {}.", if body.tree.node.get("").is_none() { empty_name(body) } else { "{}" });
        // It keeps the keyboard until there is something in it again.
        Rows::new(list, "State", 0).show(ui, rest, |_| RowNode::default());
        sentence(ui, id, rest, &words, None);
        return;
    }
    let tint = change_tint(ui, id.with("tint"), body.tree.revision, body.stepped);
    let was = was_word(body);
    let state = StateColumns { written: body.written, tint, was: &was };
    node_rows_ui(ui, list, "State", rest, &body.tree, columns, Some(&state), cx.commands, out);
}

/// What stands before the value of the other state: one that is later was not before.
fn was_word(body: &StateBody<'_>) -> Cow<'static, str> {
    let of_stream = body.against.as_ref().filter(|against| against.stream.is_none());
    let later =
        of_stream.and_then(|against| against.version).filter(|version| body.version.is_none_or(|own| *version > own));
    later.map_or(Cow::Borrowed("was"), |version| Cow::Owned(format!("at {}:", format::version(version))))
}

/// Characters of the stream's last version, so that columns stand still while the playhead moves.
fn longest_version(view: &WorkspaceView<'_>, body: &StateBody<'_>) -> usize {
    let last = match &view.time.content {
        Content::Ready(time) => time.events.len().checked_sub(1).map(|last| time.events.version(last)),
        _ => None,
    };
    let chars = |version| format::version(version).chars().count();
    last.map_or(0, chars).max(body.version.map_or(0, chars))
}

fn tree_labels_ui(ui: &Ui, line: Rect, body: &StateBody<'_>, columns: TreeColumns) {
    let t = tokens::tokens(ui.ctx());
    let (painter, x, y) = (ui.painter(), line.left(), line.center().y);
    let at =
        body.version.map_or("Initial value".to_owned(), |version| format!("Value at {}", format::version(version)));
    text::left(painter, x + 12.0, y, "Written", text::LABEL, t.quiet);
    text::left(painter, x + columns.key, y, "Path", text::LABEL, t.quiet);
    let room = columns.was.map_or(f32::INFINITY, |was| was - columns.value - 6.0);
    text::left_cut(painter, x + columns.value, y, &at, text::LABEL, t.quiet, room);
    if let Some(was) = columns.was {
        let label = body.previous.map_or("Initially".to_owned(), |version| format!("At {}", format::version(version)));
        text::left(painter, x + was, y, &label, text::LABEL, t.quiet);
    }
}

fn empty_name(body: &StateBody<'_>) -> &'static str {
    match body.tree.node {
        crate::model::Node::Array(_) => "an empty array",
        _ => "an empty object",
    }
}

/// The menu of a changed value.
const CHANGE_MENU: Groups = &[
    &[&c::LOOK_AT_VALUE, &c::BLAME, &c::PREVIOUS_WRITE, &c::NEXT_WRITE],
    &[&c::COPY_VALUE, &c::COPY_PATH, &c::COPY_CHANGES],
    &[&c::SET_A, &c::COMPARE],
];

fn changes_ui(ui: &mut Ui, id: Id, rect: Rect, body: &StateBody<'_>, commands: &CommandContext, out: &mut Vec<Action>) {
    let len = body.changes.len();
    if len == 0 {
        let words = match (&body.against, body.version) {
            (Some(AgainstView { problem: Some(problem), .. }), _) => {
                format!("There is nothing to compare with at A: {}", problem.cause)
            }
            (Some(_), _) => "The state is as it is at A.".to_owned(),
            (None, Some(version)) => format!("{} changed nothing.", format::version(version)),
            (None, None) => "Nothing has happened before the first event.".to_owned(),
        };
        Rows::new(id.with(StateTab::Changes), "Changed values", 0).show(ui, rect, |_| RowNode::default());
        sentence(ui, id, rect, &words, None);
        return;
    }
    let path = rect.left() + 36.0;
    let value = rect.left() + (rect.width() * 0.42).round();
    let was = rect.left() + (rect.width() * 0.72).round();
    let word = was_word(body);
    let heads = match (&*word, body.version) {
        ("was", _) => ["Became".to_owned(), "Was".to_owned()],
        (_, own) => {
            let other = body.against.as_ref().and_then(|against| against.version);
            [own, other]
                .map(|version| version.map_or("Initially".to_owned(), |own| format!("At {}", format::version(own))))
        }
    };
    let rest = labels(ui, rect, |ui, line| {
        for (x, label) in [(path, "Path"), (value, &heads[0]), (was, &heads[1])] {
            text::left(ui.painter(), x, line.center().y, label, text::LABEL, tokens::tokens(ui.ctx()).quiet);
        }
    });
    let selected = body.tree.selected;
    let cursor = (0..len.min(1_000)).find(|&i| selected.is_some_and(|path| *body.changes.change(i).path == *path));
    let list = id.with(StateTab::Changes);
    let shown = Rows::new(list, "Changed values", len)
        .cursor(cursor)
        .find(ui, body.tree.find)
        .show(ui, rest, |at| change_row_ui(at, &body.changes.change(at.index), len, [path, value, was], &word));
    if let Some(row) = shown.moved.or(shown.clicked.map(|(row, _)| row)).filter(|&row| row < len) {
        let path = body.changes.change(row).path.into_owned();
        out.push(Action::SelectPath(Tree::State, Some(path)));
    }
    let asked = shown.menu.filter(|(row, _)| *row < len).map(|(row, at)| {
        let path = body.changes.change(row).path.into_owned();
        out.push(Action::SelectPath(Tree::State, Some(path)));
        Asked { at, groups: CHANGE_MENU, target: None }
    });
    context_menu(ui, list.with("menu"), asked, commands, out);
}

fn change_row_ui(at: &RowPaint<'_>, change: &ChangeLine<'_>, len: u64, columns: [f32; 3], was: &str) -> RowNode {
    let (t, y, painter) = (at.t, at.rect.center().y, at.painter);
    let (sign, color, word) = match (change.before, change.after) {
        (None, _) => ("+", t.added, "added"),
        (Some(_), None) => ("−", t.removed, "removed"),
        (Some(_), Some(_)) => ("~", t.changed, "changed"),
    };
    let [path_x, value_x, was_x] = columns;
    text::center(painter, at.rect.left() + 20.0, y, sign, text::DATA, if at.selected { t.text } else { color });
    let path = change.path.readable();
    let label = if path.is_empty() { "(the whole state)" } else { &path };
    text::left_name(painter, path_x, y, label, text::DATA, t.secondary, value_x - 12.0 - path_x);
    let mut name = format!("row {} of {len}, {label} {word}", at.index + 1);
    // Of two long values the part that differs is seen.
    let beside = |own: &Node, other: Option<&Node>, room: f32| match other {
        Some(other) => format::value_beside(own, other, text::data_chars(room)).into_owned(),
        None => format::value(own).into_owned(),
    };
    if let Some(after) = change.after {
        let room = was_x - 12.0 - value_x;
        let value = beside(after, change.before, room);
        text::left_cut(painter, value_x, y, &value, text::DATA, t.text, room);
        name.push_str(&format!(", {}", text::head(&value, 200)));
    }
    if let Some(before) = change.before {
        let room = at.fill.right() - 8.0 - was_x;
        let value = beside(before, change.after, room);
        text::left_cut(painter, was_x, y, &value, text::DATA, t.secondary, room);
        name.push_str(&format!(", {was} {}", text::head(&value, 200)));
    }
    let tooltip = at.pointer.map(|_| {
        let became = change.after.map(|after| format!("\n{}", format::whole(after))).unwrap_or_default();
        let was = change.before.map(|before| format!("\n{was} {}", format::whole(before))).unwrap_or_default();
        format!("{label}{became}{was}")
    });
    RowNode { name, tooltip, ..RowNode::default() }
}
