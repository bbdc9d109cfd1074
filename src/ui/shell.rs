//! The window: runs the [`App`] inside eframe, and does for it what only the desktop can.
//!
//! Dialogs run beside the window (rfd blocks, and a broken portal may never answer); what
//! they come to is looked at once a frame and never waited for.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "what only the desktop can do")]

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use egui::epaint::text::{FallbackRequest, FontProvider as _};
use egui::{Context, Event, Theme, Ui, ViewportCommand, Visuals};
use egui_system_font_provider::SystemFontProvider;
use poll_promise::Promise;
use rfd::{AsyncFileDialog, FileHandle};

use super::root::root_ui;
use super::scripts::Scripts;
use super::{fonts, text, tokens};
use crate::app::action::{Action, ExportAction};
use crate::app::settings::{Settings, SettingsChange};
use crate::app::{App, Effect, Folders, Start};
use crate::cli::Renderer;
use crate::desktop::entry;
use crate::desktop::instance::Instance;
use crate::home;
use crate::model::{Problem, StoreId};
use crate::session::Waker;

/// Passes over the interface that may go into one picture. Pictures are what costs, above all where
/// the processor draws them: what is asked in one pass is done before the next, and what comes
/// back meanwhile is shown by the last.
const PASSES: NonZeroUsize = NonZeroUsize::MIN.saturating_add(2);
/// Pictures in a row that have several passes. Where it checks itself, egui takes three for a fault and
/// paints so over the window; here each key that is held asks for them.
const IN_ROW: usize = if cfg!(debug_assertions) { 2 } else { usize::MAX };
/// A repaint that is asked for without a delay is done twice.
const SOON: Duration = Duration::from_micros(1);
/// A dialog that ends without a file sooner than this never appeared: no portal answers.
const NO_DIALOG: Duration = Duration::from_millis(1_000);

/// Opens the window and runs until it is closed.
///
/// # Errors
/// Where no renderer can start.
pub fn run(start: Start, renderer: Renderer, mut first: Option<Instance>) -> Result<(), eframe::Error> {
    let folders = folders();
    let renderers: &[eframe::Renderer] = match renderer {
        Renderer::Auto => &[eframe::Renderer::Glow, eframe::Renderer::Wgpu],
        Renderer::Glow => &[eframe::Renderer::Glow],
        Renderer::Wgpu => &[eframe::Renderer::Wgpu],
    };
    let mut result = Ok(());
    for renderer in renderers {
        let options = eframe::NativeOptions {
            viewport: egui::ViewportBuilder::default()
                .with_title("Eventglass")
                .with_app_id("eventglass")
                .with_inner_size([1440.0, 900.0])
                .with_min_inner_size([1024.0, 640.0])
                .with_drag_and_drop(true),
            renderer: *renderer,
            // Ours does not wait: scripts.rs.
            system_font_fallback: false,
            ..Default::default()
        };
        let (folders, start, first) = (folders.clone(), start.clone(), &mut first);
        result = eframe::run_native(
            "eventglass",
            options,
            Box::new(|cc| Ok(Box::new(Shell::new(&cc.egui_ctx, folders, start, first.take())))),
        );
        match &result {
            Ok(()) => return Ok(()),
            Err(error) => log::warn!("{renderer:?} does not start: {error}"),
        }
        // Where there is no desktop no renderer starts, and another error would hide why.
        if matches!(result, Err(eframe::Error::WinitEventLoop(_))) {
            break;
        }
    }
    result
}

fn folders() -> Folders {
    // A checkout has its samples beside the sources; an installed program beside itself.
    let beside = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned));
    let places = [Some(PathBuf::from("sample-stores")), beside.map(|folder| folder.join("sample-stores"))];
    let built = Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-stores"));
    let samples = places.into_iter().chain([built]).flatten().find(|folder| folder.is_dir());
    Folders { cache: home::cache(), dialects: home::dialects(), samples }
}

/// The file that a dialog came to.
type Picked = Promise<Option<PathBuf>>;

/// [`App`] in a window.
pub struct Shell {
    app: App,
    scripts: Scripts,
    /// The store whose letters are asked for.
    in_front: Option<StoreId>,
    title: String,
    picking_store: Option<(Picked, Instant)>,
    picking_reducer: Option<(Picked, Instant)>,
    picking_target: Option<(Picked, Instant)>,
    adding: Option<Promise<Result<String, Problem>>>,
    /// Tells of later starts, where this is the desktop's one window.
    first: Option<Instance>,
    saver: Saver,
    started: Instant,
    frames: u64,
    news: Arc<News>,
    /// The picture is of an input, which settles in the passes behind it.
    settles: bool,
    /// So many pictures before this one had several passes.
    in_row: usize,
}

/// Whether threads have something for the window.
#[derive(Default)]
struct News {
    is_there: AtomicBool,
    /// A picture is being made, and looks itself at what is there.
    in_picture: AtomicBool,
}

impl News {
    fn wake(&self, ctx: &Context) {
        self.is_there.store(true, Ordering::SeqCst);
        if !self.in_picture.load(Ordering::SeqCst) {
            ctx.request_repaint_after(SOON);
        }
    }
}

impl Shell {
    /// Sets the window up; the store is opened in the background.
    pub fn new(ctx: &Context, folders: Folders, start: Start, first: Option<Instance>) -> Shell {
        fonts::install(ctx);
        let settings = Settings::load(&home::data());
        ctx.options_mut(|options| options.max_passes = PASSES);
        let news = Arc::new(News::default());
        let (repaint, woken) = (ctx.clone(), Arc::clone(&news));
        let waker: Waker = Arc::new(move || woken.wake(&repaint));
        if let Some(first) = &first {
            first.wake_by(Arc::clone(&waker));
        }
        Shell {
            app: App::new(folders, settings, waker, start),
            scripts: Scripts::install(ctx, || {
                let fonts = SystemFontProvider::new();
                move |request: &FallbackRequest<'_>| fonts.font_for(request)
            }),
            in_front: None,
            title: String::new(),
            picking_store: None,
            picking_reducer: None,
            picking_target: None,
            adding: None,
            first,
            saver: Saver::new(home::data()),
            started: Instant::now(),
            frames: 0,
            news,
            settles: false,
            in_row: 0,
        }
    }

    fn effects(&mut self, ctx: &Context) {
        for effect in self.app.take_effects() {
            match effect {
                Effect::PickStore => {
                    self.picking_store = Some((pick(ctx, None, None), Instant::now()));
                }
                Effect::PickFolder => {
                    self.picking_store = Some((ask(ctx, AsyncFileDialog::new().pick_folder()), Instant::now()));
                }
                Effect::PickReducer(folder) => {
                    let types = ("Reducers", &["js", "mjs", "cjs", "ts", "mts", "py"][..]);
                    self.picking_reducer = Some((pick(ctx, folder, Some(types)), Instant::now()));
                }
                Effect::PickTarget(name) => {
                    let dialog = AsyncFileDialog::new().set_file_name(name);
                    self.picking_target = Some((ask(ctx, dialog.save_file()), Instant::now()));
                }
                Effect::Copy(text) => ctx.copy_text(text),
                Effect::Save(change) => self.saver.save(change),
                Effect::AddToDesktop => {
                    let ctx = ctx.clone();
                    self.adding = Some(Promise::spawn_thread("desktop", move || {
                        let added =
                            entry::install().map(|done| format!("Added to the desktop. {}", done.notes.join(" ")));
                        ctx.request_repaint();
                        added
                    }));
                }
                Effect::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            }
        }
    }

    /// Takes over the stores of a later start, and brings the window to the front for them.
    fn later_starts(&mut self, ctx: &Context) {
        let Some(first) = &self.first else { return };
        while let Some(places) = first.taken() {
            self.app.dispatch(Action::OpenPlaces(places));
            ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
            ctx.send_viewport_cmd(ViewportCommand::Focus);
        }
    }

    /// Looks whether a dialog has come to an end.
    fn dialogs(&mut self) {
        if let Some((path, since)) = done(&mut self.picking_store) {
            match path {
                Some(path) => self.app.dispatch(Action::OpenFiles(vec![path])),
                // Nobody answered: offer the field for a path.
                None if since < NO_DIALOG => self.app.dispatch(Action::ShowOpenPath),
                None => {}
            }
        }
        if let Some(added) = self.adding.take() {
            match added.try_take() {
                Ok(added) => self.app.dispatch(Action::AddedToDesktop(added)),
                Err(added) => self.adding = Some(added),
            }
        }
        if let Some((path, since)) = done(&mut self.picking_reducer) {
            match path {
                Some(path) => self.app.dispatch(Action::UseReducer(path.to_string_lossy().into_owned())),
                None if since < NO_DIALOG => self.app.dispatch(Action::ShowReducerPath),
                None => {}
            }
        }
        if let Some((path, since)) = done(&mut self.picking_target) {
            match path {
                Some(path) => self.app.dispatch(Action::Export(ExportAction::Picked(path))),
                None if since < NO_DIALOG => self.app.dispatch(Action::Export(ExportAction::TypePath)),
                None => {}
            }
        }
    }
}

/// Starts a dialog; never waited for.
fn pick(ctx: &Context, folder: Option<PathBuf>, types: Option<(&str, &[&str])>) -> Picked {
    let mut dialog = AsyncFileDialog::new();
    if let Some(folder) = folder {
        dialog = dialog.set_directory(folder);
    }
    if let Some((name, endings)) = types {
        dialog = dialog.add_filter(name, endings);
    }
    ask(ctx, dialog.pick_file())
}

fn ask(ctx: &Context, picking: impl Future<Output = Option<FileHandle>> + Send + 'static) -> Picked {
    let ctx = ctx.clone();
    Promise::spawn_thread("dialog", move || {
        let path = pollster::block_on(picking).map(|file| file.path().to_owned());
        ctx.request_repaint();
        path
    })
}

fn done(dialog: &mut Option<(Picked, Instant)>) -> Option<(Option<PathBuf>, Duration)> {
    let (picked, since) = dialog.take()?;
    match picked.try_take() {
        Ok(path) => Some((path, since.elapsed())),
        Err(picked) => {
            *dialog = Some((picked, since));
            None
        }
    }
}

/// Changes are written once none has come for so long, or so many have.
const QUIET: Duration = Duration::from_millis(200);
const MOST_AT_ONCE: usize = 500;

/// Saves changes of the settings in their order, beside the window; the last are waited for.
struct Saver {
    changes: Option<Sender<SettingsChange>>,
    thread: Option<JoinHandle<()>>,
}

impl Saver {
    fn new(folder: PathBuf) -> Saver {
        let (changes, asked) = channel();
        let write = move || {
            while let Ok(first) = asked.recv() {
                // A seam that is dragged changes with every frame.
                let mut all = vec![first];
                while let (Ok(next), true) = (asked.recv_timeout(QUIET), all.len() < MOST_AT_ONCE) {
                    all.push(next);
                }
                if let Err(error) = Settings::save(&folder, &all) {
                    log::warn!("the settings are not saved: {error}");
                }
            }
        };
        // Without a thread nothing is saved; the window goes on.
        let thread = std::thread::Builder::new().name("settings".to_owned()).spawn(write).ok();
        Saver { changes: Some(changes), thread }
    }

    fn save(&self, change: SettingsChange) {
        if let Some(changes) = &self.changes {
            // An error: there is no thread.
            let _ = changes.send(change);
        }
    }
}

impl Drop for Saver {
    fn drop(&mut self) {
        self.changes = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.first = None;
        self.app.remember_all().into_iter().for_each(|change| self.saver.save(change));
        // Threads that still write end with the program.
        crate::export::discard();
    }
}

impl eframe::App for Shell {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.news.is_there.store(false, Ordering::SeqCst);
        self.dialogs();
        self.later_starts(ctx);
        let in_front = self.app.in_front();
        if std::mem::replace(&mut self.in_front, in_front) != in_front {
            self.scripts.ask_anew(ctx);
        }
        if let Some(missing) = self.scripts.news() {
            self.app.dispatch(Action::FontsMissing(missing));
        }
        self.app.poll(self.started.elapsed().as_secs_f64());
        self.effects(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.news.in_picture.store(true, Ordering::SeqCst);
        let ctx = ui.ctx().clone();
        if ctx.current_pass_index() == 0 {
            self.frames += 1;
            match self.frames {
                1 => ctx.request_repaint_after(SOON),
                2 => log::info!("second frame after {} ms", self.started.elapsed().as_millis()),
                _ => {}
            }
            // Where the pointer is, egui knows before the pass.
            let acts =
                |event: &Event| !matches!(event, Event::PointerMoved(_) | Event::MouseMoved(_) | Event::PointerGone);
            self.settles = ctx.input(|input| input.events.iter().any(acts));
        }
        let mut actions = Vec::new();
        root_ui(ui, &self.app.view(), &mut actions);
        let has_asked = !actions.is_empty();
        if has_asked {
            self.app.dispatch_all(actions);
            self.effects(&ctx);
        }
        let is_last = ctx.current_pass_index() + 1 >= PASSES.get() || self.in_row >= IN_ROW;
        if !is_last && (has_asked || self.settles || self.news.is_there.load(Ordering::SeqCst)) {
            ctx.request_discard("what was asked is shown at once");
        }
        if ctx.will_discard() {
            return;
        }
        self.in_row = if ctx.current_pass_index() > 0 { self.in_row + 1 } else { 0 };
        let title = self.app.title();
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(text::title(&title)));
            self.title = title;
        }
        if let Some(after) = self.app.next_frame_in() {
            ctx.request_repaint_after(after.max(SOON));
        }
        self.news.in_picture.store(false, Ordering::SeqCst);
        if has_asked || self.news.is_there.load(Ordering::SeqCst) {
            ctx.request_repaint_after(SOON);
        }
    }

    fn clear_color(&self, visuals: &Visuals) -> [f32; 4] {
        tokens::of_theme(Theme::from_dark_mode(visuals.dark_mode)).panel.to_normalized_gamma_f32()
    }
}
