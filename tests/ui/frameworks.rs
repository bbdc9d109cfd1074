//! The sheet of the frameworks that are known.

use egui::Key;
use egui_kittest::kittest::Queryable;
use eventglass::app::Start;
use eventglass::app::action::Action;
use eventglass::app::view::ModalView;

use crate::program::{Program, Window, drawn, labels, press, rest, settings, wait_until, write};

/// The sheet, by its menu, in a window of that size; `files` are in the folder of dialects.
fn sheet(size: [f32; 2], files: &[(&str, &str)]) -> Window {
    let program = Program::new(settings(), Start::default());
    let folder = program.folder().join("dialects");
    if !files.is_empty() {
        std::fs::create_dir_all(&folder).expect("a folder");
    }
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("a file");
    }
    let mut window = drawn(program, size);
    window.state_mut().apply(Action::ShowFrameworks);
    wait_until(&mut window, "the list", |window| window.query_by_label("Frameworks").is_some());
    rest(&mut window);
    window
}

fn rows(window: &Window) -> Vec<String> {
    labels(window).into_iter().filter(|label| label.starts_with("row ")).collect()
}

const OWN: &str = "id = \"ledger\"\nname = \"Ledger of ours\"\nlanguage = \"Cobol\"\nversions = \"3\"\nengines = [\"sqlite\"]\n\
    [[detect]]\ntable = \"*\"\ncolumns = [\"a\", \"b\", \"c\"]\n[events]\ntable = \"*\"\n[events.map]\nstream = \"{a}\"\n\
    type = { col = \"b\" }\npayload = { col = \"c\" }\n";

#[test]
fn what_is_known_is_listed_by_framework() {
    let mut window = sheet([1440.0, 900.0], &[]);
    let all = rows(&window);
    assert!(all.len() > 10 && all[0].starts_with("row 1 of "), "{all:?}");
    window.get_by_label_contains("You have no dialects of your own: there are none in ");
    // The keyboard is in the filter; all words count, whatever they are of.
    write(&mut window, "typescript mongodb");
    rest(&mut window);
    let found = rows(&window);
    assert!(!found.is_empty() && found.len() < 5, "{found:?}");
    let emmett = "; TypeScript; versions 0.20 to 0.44 (emmett-mongodb, emmett-pg); 0.38 to 0.42 (emmett-sqlite); in ";
    assert!(found.iter().any(|row| row.contains(&format!("Emmett{emmett}"))), "{found:?}");
    let is_count = |label: &String| label.ends_with(" frameworks") && label.contains(" of ");
    let count = labels(&window).into_iter().find(is_count).expect("a count");
    assert!(count.starts_with(&format!("{} of ", found.len())), "{count}");
    // Down goes into the list, Ctrl+F back to the filter, Escape closes the sheet.
    press(&mut window, Key::ArrowDown);
    rest(&mut window);
    assert!(!window.get_by_label("Filter frameworks").is_focused(), "the list has the keyboard");
    window.key_press_modifiers(egui::Modifiers::COMMAND, Key::F);
    rest(&mut window);
    assert!(window.get_by_label("Filter frameworks").is_focused(), "{:?}", labels(&window));
    press(&mut window, Key::Escape);
    rest(&mut window);
    assert!(window.state().app.view().modal.is_none());
}

#[test]
fn what_fits_nothing_is_said() {
    let mut window = sheet([1440.0, 900.0], &[]);
    write(&mut window, "no such framework");
    rest(&mut window);
    window.get_by_label_contains("No framework that is known fits.");
    assert!(rows(&window).is_empty());
}

#[test]
fn dialects_of_ones_own_are_listed_and_broken_ones_are_named() {
    let mut window = sheet([1440.0, 900.0], &[("ledger.toml", OWN), ("bad.toml", "id = 3\nname = \"x\"")]);
    let broken = rows(&window).remove(0);
    for part in
        ["A dialect of yours is left out", "bad.toml is not understood: invalid type: integer `3`", "help: correct "]
    {
        assert!(broken.contains(part), "{broken}");
    }
    window.get_by_label_contains("You have 1 dialect of your own in ");
    window.get_by_label_contains("; 1 file there is not understood.");
    write(&mut window, "ledger");
    rest(&mut window);
    let own = rows(&window);
    let wanted = "Ledger of ours; Cobol; versions 3; in sqlite; dialects ledger, a dialect of yours among them";
    assert!(own.len() == 1 && own[0].ends_with(wanted), "{own:?}");
}

#[test]
fn the_list_is_there_in_a_small_window_with_large_text() {
    let program = |size| {
        let mut own = settings();
        own.text_size = 2.0;
        let mut window = drawn(Program::new(own, Start::default()), size);
        window.state_mut().apply(Action::ShowFrameworks);
        wait_until(&mut window, "the list", |window| window.query_by_label("Frameworks").is_some());
        rest(&mut window);
        window
    };
    for size in [[1440.0, 900.0], [800.0, 600.0]] {
        let window = program(size);
        assert!(matches!(window.state().app.view().modal, Some(ModalView::Frameworks(_))));
        let seen = rows(&window);
        assert!(seen.len() >= 3, "{size:?}: {seen:?}");
        crate::panels::check_names(&window, "known frameworks");
    }
}

#[test]
fn a_folder_that_cannot_be_read_is_said() {
    let program = Program::new(settings(), Start::default());
    // In place of the folder there is a file.
    std::fs::write(program.folder().join("dialects"), "").expect("a file");
    let mut window = drawn(program, [1440.0, 900.0]);
    window.state_mut().apply(Action::ShowFrameworks);
    wait_until(&mut window, "the list", |window| window.query_by_label("Frameworks").is_some());
    rest(&mut window);
    assert!(rows(&window)[0].contains("Not a directory"), "{:?}", rows(&window)[0]);
}
