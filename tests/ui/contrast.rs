//! Contrast as it ends on the screen: every page is painted into pixels, and each text and mark is
//! compared with what was under it.
//!
//! WCAG AA: 4.5 for text, 3.0 for marks. A thin stroke never gets the whole of its colour, so what
//! counts is what half of a text's letters reach at their strongest pixel.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use egui::epaint::{ClippedShape, Primitive, Shape, Vertex, WHITE_UV};
use egui::{Color32, ColorImage, FontFamily, ImageData, Pos2, Rect, TextureId, TexturesDelta, pos2};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, TestRenderer};

use crate::program::{self, CASES, Case, Program, Window, label, rest};
use eventglass::app::action::{Action, EventTab, GoToScope, StateTab, ThemeChoice, Tree};
use eventglass::model::{Applied, Pointer};
use eventglass::ui::fonts::ICONS_FAMILY;
use eventglass::ui::tokens::{Tokens, mix, of_theme};

const TEXT: f32 = 4.5;
const MARK: f32 = 3.0;

/// The textures that the window uses, as a renderer would have them.
type Textures = Arc<Mutex<BTreeMap<u64, ColorImage>>>;

struct Keeper(Textures);

impl TestRenderer for Keeper {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        let mut kept = self.0.lock().expect("a lock");
        for (id, changes) in delta.set.drain() {
            let TextureId::Managed(id) = id else { continue };
            for change in changes {
                let ImageData::Color(image) = &change.image;
                let Some([left, top]) = change.pos else {
                    kept.insert(id, (**image).clone());
                    continue;
                };
                let whole = kept.get_mut(&id).expect("a texture");
                for y in 0..image.size[1] {
                    for x in 0..image.size[0] {
                        whole[(left + x, top + y)] = image[(x, y)];
                    }
                }
            }
        }
        delta.clear();
    }
}

/// What is on the screen.
struct Screen {
    size: [usize; 2],
    pixels: Vec<Color32>,
}

impl Screen {
    fn at(&self, x: usize, y: usize) -> Color32 {
        self.pixels[y * self.size[0] + x]
    }

    /// Pixels of a rectangle.
    fn inside(&self, rect: Rect) -> impl Iterator<Item = (usize, usize)> + use<> {
        let clamp = |value: f32, most: usize| (value.max(0.0) as usize).min(most);
        let (left, right) = (clamp(rect.left().floor(), self.size[0]), clamp(rect.right().ceil(), self.size[0]));
        let (top, bottom) = (clamp(rect.top().floor(), self.size[1]), clamp(rect.bottom().ceil(), self.size[1]));
        (top..bottom).flat_map(move |y| (left..right).map(move |x| (x, y)))
    }

    fn triangle(&mut self, clip: Rect, corners: [Vertex; 3], texture: &ColorImage) {
        let [a, b, c] = corners.map(|corner| corner.pos);
        let area = (b - a).rot90().dot(c - a);
        if area == 0.0 {
            return;
        }
        let is_flat = corners.iter().all(|corner| corner.color == corners[0].color && corner.uv == WHITE_UV);
        let bounds = Rect::from_points(&[a, b, c]).intersect(clip);
        // Each edge has its half plane; pixels on an edge belong to one of the two triangles there.
        let edges = [(b, c), (c, a), (a, b)].map(|(from, to)| {
            let way = (to - from) * area.signum();
            (from, way.rot90() / area.abs(), way.y > 0.0 || way.y == 0.0 && way.x < 0.0)
        });
        let (top, bottom) =
            (bounds.top().max(0.0) as usize, (bounds.bottom().ceil().max(0.0) as usize).min(self.size[1]));
        for y in top..bottom {
            let height = y as f32 + 0.5;
            // Between the places at which the edges meet this line, and a pixel more on either side.
            let (mut from, mut to) = (bounds.left(), bounds.right());
            for (corner, way, _) in &edges {
                if way.x != 0.0 {
                    let meets = corner.x - way.y * (height - corner.y) / way.x;
                    if way.x > 0.0 { from = from.max(meets) } else { to = to.min(meets) }
                }
            }
            let left = (from - 1.0).max(0.0) as usize;
            for x in left..((to + 1.0).ceil().max(0.0) as usize).min(self.size[0]) {
                let at = pos2(x as f32 + 0.5, height);
                let mut share = [0.0; 3];
                let inside = edges.iter().zip(&mut share).all(|((from, way, owns), share)| {
                    *share = way.dot(at - *from);
                    *share > 0.0 || *share == 0.0 && *owns
                });
                if !inside || !clip.contains(at) {
                    continue;
                }
                let color = match is_flat {
                    true => corners[0].color,
                    false => shaded(&corners, share, texture),
                };
                let pixel = &mut self.pixels[y * self.size[0] + x];
                *pixel = if color.a() == 255 { color } else { over(color, *pixel) };
            }
        }
    }
}

/// Colour inside a triangle: that of its corners times the texture, as the shader has it.
fn shaded(corners: &[Vertex; 3], share: [f32; 3], texture: &ColorImage) -> Color32 {
    let mut uv = egui::Vec2::ZERO;
    let mut color = [0.0_f32; 4];
    for (corner, share) in corners.iter().zip(share) {
        uv += corner.uv.to_vec2() * share;
        color.iter_mut().zip(corner.color.to_array()).for_each(|(sum, one)| *sum += f32::from(one) * share);
    }
    let texel = |along: f32, size: usize| ((along * size as f32) as usize).min(size - 1);
    let texel = texture[(texel(uv.x, texture.size[0]), texel(uv.y, texture.size[1]))].to_array();
    let channel = |at: usize| (color[at] * f32::from(texel[at]) / 255.0).round() as u8;
    Color32::from_rgba_premultiplied(channel(0), channel(1), channel(2), channel(3))
}

fn over(front: Color32, back: Color32) -> Color32 {
    let left = f32::from(255 - front.a()) / 255.0;
    let channel = |front: u8, back: u8| front.saturating_add((f32::from(back) * left).round() as u8);
    Color32::from_rgb(channel(front.r(), back.r()), channel(front.g(), back.g()), channel(front.b(), back.b()))
}

/// WCAG's contrast of two colours.
fn contrast(a: Color32, b: Color32) -> f32 {
    let light = |color: Color32| {
        let channel = |value: u8| {
            let value = f32::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
    };
    let (a, b) = (light(a), light(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Something that was painted: its pixels as they were before and after.
struct Painted {
    what: String,
    least: f32,
    /// The parts of which half must reach it: letters, or the whole of a mark.
    parts: Vec<Vec<(usize, usize, Color32, Color32)>>,
}

impl Painted {
    /// What half of its parts reach, as far as they are not painted over; `None` = it is not seen.
    fn reached(&self, screen: &Screen) -> Option<f32> {
        let strongest = |part: &Vec<(usize, usize, Color32, Color32)>| {
            let seen = part.iter().filter(|(x, y, _, after)| screen.at(*x, *y) == *after);
            let found = seen.map(|(_, _, before, after)| contrast(*before, *after)).fold(1.0, f32::max);
            let is_seen =
                part.iter().filter(|(x, y, _, after)| screen.at(*x, *y) == *after).count() * 10 > part.len() * 9;
            is_seen.then_some(found)
        };
        let mut found: Vec<f32> = self.parts.iter().filter_map(strongest).collect();
        found.sort_by(f32::total_cmp);
        found.get(found.len() / 2).copied()
    }
}

/// Colours that carry no meaning of their own: surfaces, hairlines, tints, and the bars of what does
/// not pass the filter, which are the ground of those that do.
fn is_surface(color: Color32, t: &Tokens) -> bool {
    let left_out = mix(t.panel, t.outline, 0.4);
    color.a() < 255 || [t.panel, t.window, t.hover, t.selected, t.hairline, left_out].contains(&color)
}

/// What a shape must reach, and its parts; `None` for surfaces and lines between panels.
fn parts_of(shape: &Shape, clip: Rect, t: &Tokens) -> Option<(String, f32, Vec<Rect>)> {
    let mark = |what: &str, color: Color32, rect: Rect| {
        let is_small = rect.width().max(rect.height()) <= 24.0 && rect.width().min(rect.height()) >= 1.5;
        let is_shown = clip.contains_rect(rect.shrink(1.0));
        (is_small && is_shown && !is_surface(color, t)).then(|| (what.to_owned(), MARK, vec![rect]))
    };
    match shape {
        Shape::Text(text) => {
            let family = text.galley.job.sections.first().map(|section| &section.format.font_id.family);
            let icons = family == Some(&FontFamily::clone(&ICONS_FAMILY));
            let mut letters = Vec::new();
            let mut others = Vec::new();
            for row in &text.galley.rows {
                let to = |pos: Pos2| text.pos + row.pos.to_vec2() + pos.to_vec2();
                for glyph in &row.glyphs {
                    let min = to(glyph.pos - egui::vec2(0.0, glyph.font_face_ascent));
                    let rect = Rect::from_min_size(min, egui::vec2(glyph.advance_width, glyph.font_face_height));
                    if glyph.chr.is_whitespace() || !clip.contains_rect(rect.shrink(2.0)) {
                        continue;
                    }
                    if glyph.chr.is_alphanumeric() { letters.push(rect) } else { others.push(rect) }
                }
            }
            match (letters.is_empty(), icons) {
                (false, false) => Some((text.galley.text().to_owned(), TEXT, letters)),
                (true, _) | (_, true) => {
                    others.extend(letters);
                    (!others.is_empty()).then(|| (format!("sign {:?}", text.galley.text()), MARK, others))
                }
            }
        }
        Shape::Circle(circle) => {
            let color = if is_surface(circle.fill, t) { circle.stroke.color } else { circle.fill };
            mark("a circle", color, shape.visual_bounding_rect())
        }
        Shape::Path(path) => mark("a shape", path.fill, shape.visual_bounding_rect()),
        Shape::Rect(rect) => {
            let color = if rect.stroke.is_empty() { rect.fill } else { rect.stroke.color };
            let what = if rect.stroke.is_empty() { "a bar" } else { "an outline" };
            mark(what, color, shape.visual_bounding_rect())
        }
        _ => None,
    }
}

/// Texts and marks of a page that are too weak: what, and what it reaches.
fn too_weak<S>(window: &Harness<'_, S>, textures: &Textures, t: &Tokens) -> BTreeMap<String, f32> {
    let textures = textures.lock().expect("a lock");
    let content = window.ctx.content_rect();
    let size = [content.width() as usize, content.height() as usize];
    let mut screen = Screen { size, pixels: vec![t.panel; size[0] * size[1]] };
    let mut painted = Vec::new();
    let mut shapes: Vec<ClippedShape> = Vec::new();
    for clipped in &window.output().shapes {
        flatten(clipped, &clipped.shape, &mut shapes);
    }
    for clipped in shapes {
        let clip = clipped.clip_rect;
        let parts = parts_of(&clipped.shape, clip, t);
        let before: Vec<Vec<(usize, usize, Color32)>> = parts
            .iter()
            .flat_map(|(_, _, parts)| parts)
            .map(|part| screen.inside(part.intersect(clip)).map(|(x, y)| (x, y, screen.at(x, y))).collect())
            .collect();
        for primitive in window.ctx.tessellate(vec![clipped], 1.0) {
            let Primitive::Mesh(mesh) = primitive.primitive else { continue };
            let TextureId::Managed(id) = mesh.texture_id else { continue };
            for corners in mesh.indices.chunks_exact(3) {
                let corners = [0, 1, 2].map(|at| mesh.vertices[corners[at] as usize]);
                screen.triangle(primitive.clip_rect, corners, &textures[&id]);
            }
        }
        if let Some((what, least, _)) = parts {
            let after = |(x, y, before): (usize, usize, Color32)| (x, y, before, screen.at(x, y));
            let parts = before.into_iter().map(|part| part.into_iter().map(after).collect()).collect();
            painted.push(Painted { what, least, parts });
        }
    }
    let mut weak = BTreeMap::new();
    for painted in painted {
        if let Some(reached) = painted.reached(&screen).filter(|reached| *reached < painted.least) {
            let least = weak.entry(painted.what).or_insert(reached);
            *least = reached.min(*least);
        }
    }
    weak
}

fn flatten(of: &ClippedShape, shape: &Shape, out: &mut Vec<ClippedShape>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| flatten(of, shape, out)),
        Shape::Noop => {}
        shape => out.push(ClippedShape { shape: shape.clone(), ..of.clone() }),
    }
}

/// A window whose textures are kept, without the margin of the harness.
fn kept(program: Program, textures: &Textures) -> Window {
    let mut window = Harness::builder()
        .with_size([1_440.0, 900.0])
        .with_max_steps(20)
        .allow_missing_glyphs()
        .renderer(Keeper(Arc::clone(textures)))
        .with_context_setup(eventglass::ui::fonts::install)
        .build_ui_state(|ui, program: &mut Program| program.draw_whole(ui), program);
    rest(&mut window);
    window
}

/// Looks at a page in both themes.
fn look(window: &mut Window, textures: &Textures, page: &str, found: &mut Vec<String>) {
    for (choice, theme) in [(ThemeChoice::Dark, egui::Theme::Dark), (ThemeChoice::Light, egui::Theme::Light)] {
        window.state_mut().apply(Action::SetTheme(choice));
        rest(window);
        // The pictures on the cards of the samples say nothing of their own.
        let is_picture = |what: &str| page.starts_with("Welcome") && ["a bar", "an outline", "a shape"].contains(&what);
        let weak = too_weak(window, textures, of_theme(theme));
        for (what, reached) in weak.into_iter().filter(|(what, _)| !is_picture(what)) {
            found.push(format!("{page}, {theme:?}: {what} {reached:.2}"));
        }
    }
}

fn check(found: &[String]) {
    assert!(found.is_empty(), "{} are too weak:\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_page_has_contrast() {
    let mut found = Vec::new();
    for case in CASES {
        let textures = Textures::default();
        let mut window = kept(program::window(case).into_state(), &textures);
        look(&mut window, &textures, &format!("{case:?}"), &mut found);
    }
    check(&found);
}

#[test]
fn lists_and_drawers_have_contrast_under_the_pointer_too() {
    let mut found = Vec::new();
    let textures = Textures::default();
    let mut window = kept(program::window(Case::Full).into_state(), &textures);
    window.state_mut().apply(Action::SetPointA(Applied(40)));
    window.state_mut().apply(Action::SelectPath(Tree::State, Some(Pointer::parse("/owner").expect("a path"))));
    for name in ["Events", "State", "Streams"] {
        let list = window.get_by_role_and_label(egui::Role::Region, name).rect();
        window.hover_at(list.center());
        look(&mut window, &textures, &format!("{name} under the pointer"), &mut found);
    }
    for (page, actions) in [
        ("changes", vec![Action::Compare(true), Action::SetStateTab(StateTab::Changes)]),
        ("raw", vec![Action::SetStateTab(StateTab::Raw), Action::SetEventTab(EventTab::Raw)]),
        ("metadata", vec![Action::SetEventTab(EventTab::Metadata)]),
        ("findings", vec![Action::ToggleFindings]),
        ("writes", vec![Action::ToggleFindings, Action::SetStateTab(StateTab::Tree), Action::Blame]),
        ("search", vec![Action::CloseBlame, Action::ShowSearch, Action::SearchFor("card".to_owned())]),
        ("nothing listed", vec![Action::CloseSearch, Action::SetEventFilter("zzz".to_owned())]),
    ] {
        actions.into_iter().for_each(|action| window.state_mut().apply(action));
        look(&mut window, &textures, page, &mut found);
    }
    check(&found);
}

#[test]
fn menus_and_sheets_have_contrast_and_so_has_what_cannot_be_used() {
    let mut found = Vec::new();
    for (case, menus) in [(Case::Full, &["File", "Go", "View", "Reducer", "Help"][..]), (Case::Welcome, &["Go"])] {
        let textures = Textures::default();
        let mut window = kept(program::window(case).into_state(), &textures);
        for name in menus.iter().copied() {
            let toolbar = window.get_by_role_and_label(egui::Role::Region, "Toolbar");
            let Some(menu) = toolbar.children_recursive().find(|node| label(node) == name) else {
                panic!("{case:?} has no menu {name}");
            };
            menu.click();
            rest(&mut window);
            assert!(egui::Popup::is_any_open(&window.ctx), "{name} opens");
            look(&mut window, &textures, &format!("{case:?}, menu {name}"), &mut found);
            egui::Popup::close_all(&window.ctx);
            rest(&mut window);
        }
        for sheet in [
            Action::ShowOpenPath,
            Action::ShowReducerPath,
            Action::ShowProgram,
            Action::ShowKeys,
            Action::ShowRecent,
            Action::ShowAbout,
            Action::ShowFrameworks,
            Action::ShowExport,
            Action::ShowGoTo(GoToScope::Anywhere, "104"),
            Action::ShowGoTo(GoToScope::Anywhere, ">"),
            Action::ShowBookmark,
            Action::ShowValue,
        ] {
            if case == Case::Welcome && !matches!(sheet, Action::ShowRecent | Action::ShowGoTo(..)) {
                continue;
            }
            if case == Case::Full {
                let path = Pointer::parse("/owner").expect("a path");
                window.state_mut().apply(Action::SelectPath(Tree::State, Some(path)));
            }
            window.state_mut().apply(sheet.clone());
            rest(&mut window);
            look(&mut window, &textures, &format!("{case:?}, {sheet:?}"), &mut found);
            window.state_mut().apply(Action::CloseModal);
            rest(&mut window);
        }
    }
    check(&found);
}

#[test]
fn the_painter_measures_what_is_known() {
    assert!((contrast(Color32::WHITE, Color32::BLACK) - 21.0).abs() < 0.01);
    let textures = Textures::default();
    let t = of_theme(egui::Theme::Dark);
    let window = Harness::builder()
        .with_size([400.0, 200.0])
        .renderer(Keeper(Arc::clone(&textures)))
        .with_context_setup(eventglass::ui::fonts::install)
        .build_ui(|ui| {
            ui.painter().rect_filled(ui.max_rect().expand(50.0), 0.0, t.panel);
            for (y, word, color) in [(20.0, "strong", t.text), (60.0, "weak", t.outline), (100.0, "hidden", t.hairline)]
            {
                let at = pos2(20.0, y);
                ui.painter().text(at, egui::Align2::LEFT_TOP, word, egui::FontId::proportional(13.0), color);
            }
            let over = Rect::from_min_size(pos2(0.0, 95.0), egui::vec2(400.0, 40.0));
            ui.painter().rect_filled(over, 0.0, t.panel);
            for (x, color) in [(20.0, t.accent), (60.0, Color32::from_rgb(0x30, 0x38, 0x44))] {
                ui.painter().circle_filled(pos2(x, 160.0), 5.0, color);
            }
        });
    let found = too_weak(&window, &textures, t);
    assert_eq!(found.keys().collect::<Vec<_>>(), ["a circle", "weak"], "{found:?}");
    assert!((2.0..4.0).contains(&found["weak"]), "{found:?}");
}
