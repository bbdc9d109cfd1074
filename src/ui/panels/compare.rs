//! The lines above the state while it is compared with another stream: which one, where it stands,
//! and where the two begin to differ.

use egui::{Id, Rect, Ui, pos2, vec2};

use super::split_if_room;
use crate::app::action::Action;
use crate::app::view::{DivergenceView, OtherView};
use crate::model::visible_name;
use crate::ui::icons::Icon;
use crate::ui::tokens::{self, size};
use crate::ui::widgets::button::{Look, button, button_width, icon_button_enabled, spoken};
use crate::ui::{format, paint, text};

const LINE: f32 = 32.0;

/// Shows the lines on top of `rect`; returns what is left.
pub fn other_ui(ui: &mut Ui, id: Id, rect: Rect, view: &OtherView<'_>, out: &mut Vec<Action>) -> Rect {
    let t = tokens::tokens(ui.ctx());
    let (Some(line), rest) = split_if_room(rect, LINE) else { return rect };
    let painter = ui.painter().with_clip_rect(line.intersect(ui.clip_rect()));
    let y = line.center().y;
    paint::point_a_mark(&painter, pos2(line.left() + size::PAD + 5.0, y), t);
    let mut right = line.right() - 8.0;
    let name = visible_name(view.name);
    let whole = view.store.map_or(name.to_string(), |store| format!("{name} in {store}"));
    let ready = |ok: bool, why: &'static str| if ok { Ok(()) } else { Err(why) };
    let buttons = [
        (Icon::X, "End the comparison", Action::Compare(false), Ok(())),
        (
            Icon::STEP_FORWARD,
            "Step A on",
            Action::StepSideA(1),
            ready(view.applied.0 < view.events, "it is at its last event"),
        ),
        (
            Icon::STEP_BACK,
            "Step A back",
            Action::StepSideA(-1),
            ready(view.applied.0 > 0, "it is at its initial state"),
        ),
    ];
    for (icon, name, action, enabled) in buttons {
        let place = Rect::from_center_size(pos2(right - 12.0, y), vec2(24.0, 24.0));
        if icon_button_enabled(ui, id.with(name), place, icon, 14.0, name, enabled).clicked() {
            out.push(action);
        }
        right = place.left() - 2.0;
    }
    let version = view.version.map_or("initial".to_owned(), format::version);
    let at = format!("{version} · {} of {}", format::number(view.applied.0), format::number(view.events));
    let left = line.left() + size::PAD + 18.0;
    let begins = right - 8.0 - text::width(&painter, &at, text::DATA);
    if begins > left + 60.0 {
        text::right(&painter, right - 8.0, y, &at, text::DATA, t.secondary);
    }
    let room = if begins > left + 60.0 { begins } else { right } - 12.0 - left;
    let end = text::left_cut(&painter, left, y, &whole, text::DATA, t.text, room);
    let said = format!("Side A: {whole}, {at}");
    spoken(ui, id.with("side A"), Rect::from_min_max(line.min, pos2(end, line.bottom())), &said).on_hover_text(&said);
    let rest = if view.is_twin { divergence_ui(ui, id, rest, view.divergence.as_ref(), out) } else { rest };
    paint::hline(ui.painter(), rect.left(), rect.right(), rest.top() - 1.0, t.hairline);
    rest
}

/// Where the two begin to differ, or the button to find it out; returns what is left.
fn divergence_ui(ui: &mut Ui, id: Id, rect: Rect, found: Option<&DivergenceView<'_>>, out: &mut Vec<Action>) -> Rect {
    let t = tokens::tokens(ui.ctx());
    let (words, color, act) = match found {
        None => (String::new(), t.text, Some(("First divergence", Action::FindDivergence))),
        Some(DivergenceView::Looking(percent)) => {
            (format!("Comparing the streams, {percent} %"), t.secondary, Some(("Stop", Action::StopFilter)))
        }
        Some(DivergenceView::Found { words, leads }) => {
            (words.clone(), t.text, leads.then_some(("Go there in both", Action::GoToDivergence)))
        }
        Some(DivergenceView::Failed(problem)) => {
            let words = format!("{}: {}. help: {}", problem.what, problem.cause, problem.help);
            (words, t.error, Some(("Try again", Action::FindDivergence)))
        }
    };
    let width = act.as_ref().map_or(0.0, |(word, _)| button_width(ui.painter(), word, None));
    let left = rect.left() + size::PAD;
    // Beside a sentence that is short, below a long one.
    let whole = rect.width() - 2.0 * size::PAD;
    let beside = whole - width - 12.0;
    let is_beside = words.is_empty() || text::width(ui.painter(), &words, text::BODY) <= beside;
    let lines = text::paragraph_galley(ui.painter(), whole, &words, text::BODY, color, 4).size().y;
    let height = match (is_beside, width > 0.0) {
        (true, _) => LINE,
        (false, true) => lines + 36.0,
        (false, false) => lines + 8.0,
    };
    let (Some(place), rest) = split_if_room(rect, height) else { return rect };
    let top = if is_beside { place.center().y - 9.0 } else { place.top() };
    let spot = Rect::from_min_size(pos2(left, top), vec2(whole, lines));
    if !words.is_empty() {
        text::paragraph(ui.painter(), spot, &words, text::BODY, color, 4);
        spoken(ui, id.with("divergence"), spot.intersect(place), &words);
    }
    if let Some((word, action)) = act {
        let x = if is_beside && !words.is_empty() { place.right() - size::PAD - width } else { left };
        let at = Rect::from_min_size(pos2(x, place.bottom() - 28.0), vec2(width.min(whole), 24.0));
        if button(ui, id.with("divergence button"), at, Look::Outlined, word, None).clicked() {
            out.push(action);
        }
    }
    rest
}
