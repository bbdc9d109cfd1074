//! The whole window: keys first, then toolbar, screen and sheet, then what a screen reader says.

use egui::accesskit::{Live, Role};
use egui::{Context, Id, Rect, Sense, ThemePreference, Ui, ViewportCommand, pos2, vec2};

use super::keys::{clear_unmatched, keys};
use super::layout::workspace_ui;
use super::panels::time::UNFOLDED_TIME;
use super::panels::toolbar::{self, toolbar_ui};
use super::panels::welcome::welcome_ui;
use super::panels::{
    PanelCx,
    about::about_ui,
    bookmark::bookmark_ui,
    columns, event_times, event_types,
    export_sheet::export_sheet_ui,
    failed::failed_ui,
    frameworks_sheet::frameworks_sheet_ui,
    goto::goto_ui,
    keys_sheet::keys_sheet_ui,
    mapping::mapping_ui,
    open_path::{PROGRAM, REDUCER, STORE, open_path_ui},
    recent_sheet::recent_sheet_ui,
    save_dialect::save_dialect_ui,
    status::status_ui,
    time,
    value::value_ui,
};
use super::tokens::{self, size};
use super::widgets::menu::ask_form;
use super::{focus, paint, text};
use crate::app::action::{Action, FindAction, GoToAction, Panel, ThemeChoice};
use crate::app::view::{ModalView, RootView, Screen};

/// Shows everything, on a window that is filled with the colour of panels; what the user wants is added to `out`.
///
/// Actions about the keyboard's place are done here before it returns.
pub fn root_ui(ui: &mut Ui, view: &RootView<'_>, out: &mut Vec<Action>) {
    let ctx = ui.ctx().clone();
    focus::begin(&ctx);
    set_theme(&ctx, view.commands.theme);
    if ctx.zoom_factor() != view.text_size {
        ctx.set_zoom_factor(view.text_size);
    }
    if view.modal.is_some() {
        focus::note_before_sheet(&ctx);
    }
    let from = out.len();
    keys(&ctx, view.commands, out);
    if let Screen::Workspace(workspace) = &view.screen {
        clear_unmatched(&ctx, view.commands, workspace, out);
    }
    dropped(&ctx, out);
    follow_drawers(&ctx, view);

    let rect = ui.max_rect();
    let toolbar = Rect::from_min_size(rect.min, vec2(rect.width(), size::TOOLBAR));
    let rest = Rect::from_min_max(pos2(rect.left(), toolbar.bottom()), rect.max);
    toolbar_ui(ui, toolbar, view.store, &view.toolbar, view.commands, out);
    let status = Rect::from_min_max(pos2(rest.left(), rest.bottom() - size::STATUS), rest.max);
    let page = Rect::from_min_max(rest.min, pos2(rest.right(), status.top()));
    match &view.screen {
        Screen::Workspace(workspace) => {
            let (commands, zone, store) = (view.commands, view.zone, view.store);
            let unfolded_time = view.sizes.get(UNFOLDED_TIME).copied().unwrap_or(size::TIME);
            let cx = PanelCx {
                view: workspace,
                commands,
                zone,
                store,
                streams_drop: false,
                time_folded: None,
                unfolded_time,
            };
            workspace_ui(ui, rest, view.sizes, &cx, out);
        }
        Screen::Welcome(welcome) => {
            welcome_ui(ui, page, welcome, out);
            status_ui(ui, status, &welcome.status, view.commands);
        }
        Screen::Mapping(mapping) => {
            let id = Id::unique((view.store, "mapping"));
            mapping_ui(ui, id, page, mapping, view.zone, view.modal.is_none(), out);
            status_ui(ui, status, &mapping.status, view.commands);
        }
        Screen::Failed { store, problem, status: line } => {
            failed_ui(ui, page, store, problem, view.modal.is_none(), out);
            status_ui(ui, status, line, view.commands);
        }
    }
    if !matches!(view.screen, Screen::Welcome(_)) && hovering(&ctx) {
        drop_here_ui(ui, rest);
    }
    match &view.modal {
        Some(ModalView::OpenPath) => open_path_ui(&ctx, &STORE, out),
        Some(ModalView::ReducerPath) => open_path_ui(&ctx, &REDUCER, out),
        Some(ModalView::Program) => open_path_ui(&ctx, &PROGRAM, out),
        Some(ModalView::Keys) => keys_sheet_ui(&ctx, out),
        Some(ModalView::Recent(entries)) => recent_sheet_ui(&ctx, entries, out),
        Some(ModalView::About) => about_ui(&ctx, out),
        Some(ModalView::Frameworks(sheet)) => frameworks_sheet_ui(&ctx, sheet, out),
        Some(ModalView::SaveDialect(sheet)) => save_dialect_ui(&ctx, sheet, out),
        Some(ModalView::GoTo(go)) => goto_ui(&ctx, go, view.commands, view.zone, out),
        Some(ModalView::Bookmark(sheet)) => bookmark_ui(&ctx, sheet, out),
        Some(ModalView::Value(sheet)) => value_ui(&ctx, sheet, out),
        Some(ModalView::Export(sheet)) => export_sheet_ui(&ctx, sheet, view.zone, out),
        None => focus::return_from_sheet(&ctx),
    }
    focus::return_from_menu(&ctx);
    focus::return_from_what_is_gone(&ctx);
    announce(ui, view.announcement);
    find_here(&ctx, from, out);
    for action in &out[from..] {
        apply(&ctx, action);
    }
}

/// A drawer that was opened just now has the keyboard, however it was asked for.
fn follow_drawers(ctx: &Context, view: &RootView<'_>) {
    let cx = view.commands;
    let open = [(cx.findings_open, Panel::Findings), (cx.blame_open, Panel::Blame), (cx.search_open, Panel::Search)];
    let now = (view.store, open.map(|(is_open, _)| is_open));
    let kept = Id::unique("eventglass open drawers");
    let before = ctx.data_mut(|data| {
        let before = data.get_temp(kept).unwrap_or(now);
        data.insert_temp(kept, now);
        before
    });
    let is_new = |at: usize| before.0 == now.0 && now.1[at] && !before.1[at];
    if let Some((_, (_, panel))) = open.into_iter().enumerate().find(|(at, _)| is_new(*at)) {
        focus::open(ctx, panel);
    }
}

/// A file is held over the window.
pub fn hovering(ctx: &Context) -> bool {
    ctx.input(|input| !input.raw.hovered_files.is_empty())
}

fn dropped(ctx: &Context, out: &mut Vec<Action>) {
    let paths: Vec<_> =
        ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect());
    if !paths.is_empty() {
        out.push(Action::OpenFiles(paths));
    }
}

fn drop_here_ui(ui: &Ui, rect: Rect) {
    let t = tokens::tokens(ui.ctx());
    let painter = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Foreground, Id::unique("drop here")));
    painter.rect_filled(rect, 0.0, t.veil);
    painter.rect_stroke(
        rect.shrink(4.0),
        size::RADIUS_POPUP,
        egui::Stroke::new(2.0, t.accent),
        egui::StrokeKind::Inside,
    );
    let center = rect.center();
    let place = Rect::from_center_size(center, vec2(220.0, 40.0));
    painter.rect_filled(place, size::RADIUS_POPUP, t.panel);
    paint::outline(&painter, place, size::RADIUS_POPUP, t.outline);
    text::center(&painter, center.x, center.y, "Drop it to open it", text::BODY_STRONG, t.text);
}

fn set_theme(ctx: &Context, theme: ThemeChoice) {
    let wanted = match theme {
        ThemeChoice::System => ThemePreference::System,
        ThemeChoice::Dark => ThemePreference::Dark,
        ThemeChoice::Light => ThemePreference::Light,
    };
    if ctx.options(|options| options.theme_preference) != wanted {
        ctx.set_theme(wanted);
    }
}

/// Where something is found in the panel that has the keyboard: by a line of its own, or by its filter.
fn find_here(ctx: &Context, from: usize, out: &mut Vec<Action>) {
    if !out[from..].contains(&Action::FindHere) {
        return;
    }
    match focus::current(ctx) {
        // The line takes the keyboard when it appears; one that is there is gone to.
        Some(panel) if panel.has_find() => {
            out.push(Action::Find(panel, FindAction::Show));
            focus::request_own_filter(ctx);
        }
        _ => focus::request_filter(ctx),
    }
}

/// What concerns only egui is done here.
fn apply(ctx: &Context, action: &Action) {
    match action {
        Action::FocusPanel(panel) => focus::request(ctx, *panel),
        Action::FocusNextPanel(forward) => focus::request_next(ctx, *forward),
        Action::FocusFilter => focus::request_filter(ctx),
        Action::ShowEventTypes => ask_form(ctx, event_types::NAME),
        Action::ShowColumns => ask_form(ctx, columns::NAME),
        Action::ScrollColumns(is_on) => columns::ask(ctx, *is_on),
        Action::ShowEventTimes => ask_form(ctx, event_times::NAME),
        Action::ZoomAtPlayhead(_) | Action::FoldTime => time::ask(ctx, action),
        Action::ShowMenu(menu) => toolbar::open_menu(ctx, *menu),
        // Where the box stays open, it keeps the keyboard.
        Action::GoTo(GoToAction::Go(_)) => focus::request(ctx, Panel::Events),
        Action::ToggleFullscreen => {
            let is_full = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(!is_full));
        }
        Action::SetStateTab(_) => focus::ask_front(ctx, Panel::State),
        Action::Blame => focus::open(ctx, Panel::Blame),
        Action::CloseBlame => focus::request(ctx, Panel::State),
        Action::ShowSearch | Action::SearchTied(_) => focus::open(ctx, Panel::Search),
        Action::CloseSearch => focus::request(ctx, Panel::Events),
        Action::SetEventTab(_) | Action::FindLinksHere => focus::ask_front(ctx, Panel::Event),
        _ => return,
    }
    ctx.request_repaint();
}

/// A polite live region: it is read when its text changes.
fn announce(ui: &Ui, words: &str) {
    let id = Id::unique("announcement");
    let rect = Rect::from_min_size(ui.max_rect().min, vec2(1.0, 1.0));
    ui.interact(rect, id, Sense::hover());
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(Role::Status);
        node.set_live(Live::Polite);
        node.set_label(words);
    });
}
