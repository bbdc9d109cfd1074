//! The sheet of keys, made from the table of commands.

use egui::{Context, Id, Key, Modifiers, Rect, Ui, pos2, vec2};

use crate::app::action::Action;
use crate::app::command::{Command, Key as CommandKey, Listed, Menu};
use crate::ui::text;
use crate::ui::tokens;
use crate::ui::widgets::button::{key_cap, key_cap_width, spoken};
use crate::ui::widgets::page::{begin_with, page_ui};
use crate::ui::widgets::sheet::{HEAD, head_ui, room, sheet_ui};

/// Keys of lists and trees, which are no commands.
const LIST_KEYS: [(&[&str], &str); 7] = [
    (&["↑", "↓", "or", "k", "j"], "Move in a list or tree"),
    (&["PgUp", "PgDn"], "Move by a page"),
    (&["Enter"], "Open, or open and close a branch"),
    (&["Menu", "or", "Shift", "F10"], "Menu of the row"),
    (&["Home", "End"], "First or last line of a menu"),
    (&["Tab"], "To the next control"),
    (&["←", "→", "Home", "End"], "Move the line between two panels"),
];

const LINE: f32 = 22.0;
/// Height of a title with the space around it.
const TITLE: f32 = 38.0;
/// Least width of a column in which the words are whole.
const COLUMN: f32 = 344.0;
const MOST_COLUMNS: usize = 4;

/// One line: keys and what they do.
struct Line {
    caps: Vec<String>,
    text: String,
}

/// A titled group of lines.
struct Group {
    title: &'static str,
    lines: Vec<Line>,
}

/// What stands in a column.
enum Part<'a> {
    Title(&'a str),
    Line(&'a Line),
}

impl Part<'_> {
    fn height(&self) -> f32 {
        if matches!(self, Part::Title(_)) { TITLE } else { LINE }
    }
}

/// Shows the sheet: in as many columns as make it fit, where there is room for them; else it scrolls.
pub fn keys_sheet_ui(ctx: &Context, out: &mut Vec<Action>) {
    let id = Id::unique("keys sheet");
    let groups = groups();
    let room = room(ctx);
    let most = ((room.x / COLUMN) as usize).clamp(1, MOST_COLUMNS);
    let of_height = |columns: &[Vec<Part<'_>>]| {
        columns.iter().map(|parts| parts.iter().map(Part::height).sum::<f32>()).fold(0.0, f32::max) + 16.0
    };
    let laid = (1..=most).map(|count| flow(&groups, count));
    let mut laid: Vec<_> = laid.map(|columns| (of_height(&columns), columns)).collect();
    let fits = laid.iter().position(|(height, _)| HEAD + height <= room.y);
    let (height, columns) = laid.swap_remove(fits.unwrap_or(most - 1));
    let width = (COLUMN.max(room.x.min(380.0)) * columns.len() as f32).min(room.x);
    sheet_ui(ctx, id, vec2(width, HEAD + height), out, |ui, rect, out| {
        let (_, body) = head_ui(ui, id, rect, "Keys", "Close keys", out);
        begin_with(ui, id, id.with("close"));
        page_ui(ui, id.with("page"), body, height, |ui, rect| {
            let page = ui.clip_rect().height();
            let by = scrolled(ui, page, height);
            if by != 0.0 {
                ui.scroll_with_delta(vec2(0.0, -by));
            }
            let column = vec2(rect.width() / columns.len() as f32, height);
            for (at, parts) in columns.iter().enumerate() {
                let left = rect.left() + column.x * at as f32;
                column_ui(ui, Rect::from_min_size(pos2(left, rect.top()), column), parts);
            }
        });
    });
}

/// Points that keys scroll it down by.
fn scrolled(ui: &Ui, page: f32, height: f32) -> f32 {
    ui.input_mut(|input| {
        let steps = [
            (Key::ArrowDown, LINE * 2.0),
            (Key::ArrowUp, -LINE * 2.0),
            (Key::PageDown, page - LINE),
            (Key::PageUp, LINE - page),
            (Key::End, height),
            (Key::Home, -height),
        ];
        steps.iter().map(|(key, by)| by * input.count_and_consume_key(Modifiers::NONE, *key) as f32).sum()
    })
}

/// Sets the groups in so many columns of about one height; a title is not left alone at a foot.
fn flow(groups: &[Group], count: usize) -> Vec<Vec<Part<'_>>> {
    let whole: f32 = groups.iter().map(|group| TITLE + LINE * group.lines.len() as f32).sum();
    let each = whole / count as f32 + TITLE;
    let mut columns: Vec<Vec<Part<'_>>> = Vec::new();
    let mut height = 0.0;
    for group in groups {
        for (at, line) in group.lines.iter().enumerate() {
            let begins = at == 0;
            let needed = if begins { TITLE + 2.0 * LINE } else { LINE };
            let is_full = columns.is_empty() || height + needed > each && columns.len() < count;
            if is_full {
                columns.push(Vec::new());
                height = 0.0;
            }
            let Some(column) = columns.last_mut() else { continue };
            // A group that goes on in the next column says there what it is.
            if begins || is_full {
                column.push(Part::Title(group.title));
                height += TITLE;
            }
            column.push(Part::Line(line));
            height += LINE;
        }
    }
    columns
}

fn groups() -> Vec<Group> {
    let mut groups: Vec<Group> = Menu::ALL
        .iter()
        .map(|menu| Group {
            title: menu.name(),
            lines: Command::of_menu(*menu)
                .filter_map(|command| {
                    let (first, others) = command.keys.split_first()?;
                    let mut caps = first.caps();
                    match others {
                        // Each of them does something else: a range is said shorter.
                        [.., last]
                            if command.listed == Listed::Keys && matches!(last.key, CommandKey::Char('0'..='9')) =>
                        {
                            caps.push("to".to_owned());
                            caps.extend(last.caps().pop());
                        }
                        // The key that is held is said once.
                        others if command.listed == Listed::Keys => {
                            caps.extend(others.iter().filter_map(|other| other.caps().pop()));
                        }
                        others => {
                            for other in others {
                                caps.push("or".to_owned());
                                caps.extend(other.caps());
                            }
                        }
                    }
                    Some(Line { caps, text: command.name.to_owned() })
                })
                .collect(),
        })
        .filter(|group| !group.lines.is_empty())
        .collect();
    let lists = LIST_KEYS.iter().map(|(caps, text)| Line {
        caps: caps.iter().map(|cap| (*cap).to_owned()).collect(),
        text: (*text).to_owned(),
    });
    groups.push(Group { title: "Lists and trees", lines: lists.collect() });
    groups
}

fn column_ui(ui: &mut Ui, rect: Rect, parts: &[Part<'_>]) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let mut top = rect.top();
    for part in parts {
        let y = top + part.height() - LINE / 2.0;
        top += part.height();
        let line = match part {
            Part::Title(title) => {
                text::left(&painter, rect.left() + 16.0, y, title, text::LABEL, t.quiet);
                continue;
            }
            Part::Line(line) => line,
        };
        let place = Rect::from_min_max(pos2(rect.left() + 16.0, y - 11.0), pos2(rect.right() - 16.0, y + 11.0));
        let mut x = place.right();
        for cap in line.caps.iter().rev() {
            if cap == "or" || cap == "to" {
                x = text::right(&painter, x, y, cap, text::LABEL, t.quiet) - 4.0;
            } else {
                x -= key_cap_width(&painter, cap);
                key_cap(&painter, x, y, cap, t);
                x -= 4.0;
            }
        }
        text::left_cut(&painter, place.left(), y, &line.text, text::BODY, t.text, x - 8.0 - place.left());
        let words = format!("{}: {}", line.text, line.caps.join(" "));
        spoken(ui, Id::unique(("keys sheet", &line.text)), place, &words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_in_one_column_under_its_title() {
        let groups = groups();
        let lines: usize = groups.iter().map(|group| group.lines.len()).sum();
        for count in 1..=MOST_COLUMNS {
            let columns = flow(&groups, count);
            let is_line = |part: &&Part<'_>| matches!(part, Part::Line(_));
            assert_eq!(columns.iter().flatten().filter(is_line).count(), lines);
            assert_eq!(columns.len(), count);
            for parts in &columns {
                assert!(
                    matches!(parts.first(), Some(Part::Title(_))) && parts.last().is_some_and(|part| is_line(&part))
                );
            }
        }
    }
}
