//! The sheet of keys, made from the table of commands.

use egui::{Context, Id, Rect, Ui, pos2, vec2};

use crate::app::action::Action;
use crate::app::command::{Command, Menu};
use crate::ui::text;
use crate::ui::tokens::{self, size};
use crate::ui::widgets::button::{key_cap, key_cap_width, spoken};
use crate::ui::widgets::page::page_ui;
use crate::ui::widgets::sheet::{HEAD, head_ui, room, sheet_ui};

/// Keys of lists and trees, which are no commands.
const LIST_KEYS: [(&[&str], &str); 4] = [
    (&["↑", "↓", "or", "k", "j"], "Move in a list or tree"),
    (&["PgUp", "PgDn"], "Move by a page"),
    (&["Enter"], "Open, or open and close a branch"),
    (&["Tab"], "To the next control"),
];

const LINE: f32 = 22.0;

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

/// Shows the sheet.
pub fn keys_sheet_ui(ctx: &Context, out: &mut Vec<Action>) {
    let id = Id::unique("keys sheet");
    let groups = groups();
    let width = 760.0_f32.min(room(ctx).x);
    // Beside each other where there is room for the words.
    let columns = if width < 480.0 { groups.len() } else { split(&groups) };
    let column_width = if columns == groups.len() { width } else { width / 2.0 };
    let height_of = |groups: &[Group]| groups.iter().map(|group| 38.0 + LINE * group.lines.len() as f32).sum::<f32>();
    let height = height_of(&groups[..columns]).max(height_of(&groups[columns..])) + 16.0;
    sheet_ui(ctx, id, vec2(width, HEAD + height), out, |ui, rect, out| {
        let (_, body) = head_ui(ui, id, rect, "Keys", "Close keys", out);
        page_ui(ui, id.with("page"), body, height, |ui, rect| {
            let first = Rect::from_min_size(rect.min, vec2(column_width, height));
            column_ui(ui, first, &groups[..columns]);
            column_ui(ui, first.translate(vec2(column_width, 0.0)), &groups[columns..]);
        });
    });
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
                        [.., last] if command.keys_only => {
                            caps.push("to".to_owned());
                            caps.extend(last.caps());
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

/// How many groups go in the first column, so that both are about as long.
fn split(groups: &[Group]) -> usize {
    let lines: usize = groups.iter().map(|group| group.lines.len() + 2).sum();
    let mut count = 0;
    for (at, group) in groups.iter().enumerate() {
        count += group.lines.len() + 2;
        if count * 2 >= lines {
            return at + 1;
        }
    }
    groups.len()
}

fn column_ui(ui: &mut Ui, rect: Rect, groups: &[Group]) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.painter().clone();
    let mut y = rect.top() + 24.0;
    for group in groups {
        text::left(&painter, rect.left() + 16.0, y, group.title, text::LABEL, t.quiet);
        y += 21.0;
        for line in &group.lines {
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
            spoken(ui, Id::unique(("keys sheet", &line.text, line.caps.len(), y as i32)), place, &words);
            y += LINE;
        }
        y += 17.0 - size::RADIUS as f32 / 4.0;
    }
}
