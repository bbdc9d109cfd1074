//! From key presses to actions, by the one table of commands.
//!
//! Runs before any panel, so that egui does not use arrows and Space for itself.
//! Keys that write text are off while a text field has the keyboard.

use egui::{Context, Event, FocusDirection, Key as EguiKey, Modifiers, PointerButton, Popup};

use super::focus;
use crate::app::action::{Action, Panel};
use crate::app::command;
use crate::app::command::COMMANDS;
use crate::app::command::{Command, CommandContext, Key, Shortcut};
use crate::app::view::WorkspaceView;

/// Takes the keys of this frame that mean a command.
pub fn keys(ctx: &Context, cx: &CommandContext, out: &mut Vec<Action>) {
    if Popup::is_any_open(ctx) {
        focus::stay_in_popup(ctx);
    }
    if cx.modal_open {
        if ctx.input_mut(|input| input.consume_key(Modifiers::NONE, EguiKey::Escape)) {
            out.push(Action::CloseModal);
        }
        return;
    }
    // A menu has all keys; a form of the toolbar or of a list leaves those that write nothing and move nothing.
    let in_form = Popup::is_any_open(ctx);
    if in_form && focus::is_menu_open(ctx) {
        return;
    }
    if !in_form {
        keep_focus_from_arrows(ctx);
    }
    let typing = ctx.text_edit_focused();
    let space_clicks = space_clicks(ctx);
    let keeps_arrows = focus::keeps_arrows(ctx);
    let in_list_of_own = matches!(focus::current(ctx), Some(Panel::Streams));
    let (mut found, mut refused) = (Vec::new(), None);
    ctx.input_mut(|input| {
        // A key may be pressed and let go with its modifiers within one frame: each event has its own.
        let mut held = input.modifiers;
        let mut taken = false;
        // What a key writes decides; where nothing is written, the key itself does.
        let written = input.events.iter().any(|event| matches!(event, Event::Text(_)));
        input.events.retain(|event| {
            match event {
                Event::ModifiersChanged(modifiers) => held = *modifiers,
                Event::Key { modifiers, .. } => (held, taken) = (*modifiers, false),
                // What a key of ours writes besides (Alt and 3: "3") is nobody's.
                Event::Text(_) if taken => return false,
                _ => {}
            }
            let as_text = if written { None } else { text_of(event) };
            let event = as_text.as_ref().unwrap_or(event);
            let Some((command, nth)) = command_of(event, held, typing) else { return true };
            let Shortcut { key, ctrl, shift, alt } = command.keys[nth];
            let is_plain = !ctrl && !shift && !alt;
            let blocked = in_form && !(ctrl || alt || matches!(key, Key::F(_)))
                || key == Key::Space && space_clicks
                || is_plain && keeps_arrows && matches!(key, Key::Left | Key::Right | Key::Home | Key::End)
                || matches!(key, Key::Home | Key::End) && in_list_of_own && !cx.stream_open;
            let enabled = command.enabled(cx);
            if let (Err(reason), false, false) = (enabled, blocked, is_free(key, typing)) {
                refused = Some((command, reason));
            }
            if blocked || enabled.is_err() {
                return true;
            }
            found.push((command, nth));
            taken = true;
            false
        });
    });
    if let (Some((command, reason)), true) = (refused, found.is_empty()) {
        out.push(Action::Say(format!("{}: {reason}", command.name)));
    }
    if in_form && !found.is_empty() {
        Popup::close_all(ctx);
    }
    for (command, nth) in found {
        out.push(command.action_of_key(cx, nth));
    }
    if in_form {
        return;
    }
    // Nothing is being read and nothing is in front: Esc closes what is open below.
    let open = [
        (cx.findings_open, Action::ToggleFindings),
        (cx.blame_open, Action::CloseBlame),
        (cx.search_open, Action::CloseSearch),
    ];
    for (_, close) in open.into_iter().filter(|(is_open, _)| *is_open) {
        if !typing && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, EguiKey::Escape)) {
            out.push(close);
        }
    }
}

/// A key that means something else where its command cannot be done, or that is pressed on and on.
fn is_free(key: Key, typing: bool) -> bool {
    typing || !matches!(key, Key::Char(_) | Key::F(_))
}

/// Where a list shows nothing because of what is typed in its filter, Esc clears it, wherever the keyboard
/// is but in a text field: the page says so. Asked after [`keys`], which has the first word.
pub fn clear_unmatched(ctx: &Context, cx: &CommandContext, view: &WorkspaceView<'_>, out: &mut Vec<Action>) {
    if cx.modal_open || Popup::is_any_open(ctx) || ctx.text_edit_focused() {
        return;
    }
    let (events, streams) = (&view.events, &view.streams);
    let mut clears = [
        (events.none_matches() && !events.filter.is_empty(), Action::SetEventFilter(String::new())),
        (streams.none_matches() && !streams.filter.is_empty(), Action::SetStreamFilter(String::new())),
    ];
    if focus::current(ctx) == Some(Panel::Streams) {
        clears.reverse();
    }
    for (_, clear) in clears.into_iter().filter(|(is_empty, _)| *is_empty) {
        if ctx.input_mut(|input| input.consume_key(Modifiers::NONE, EguiKey::Escape)) {
            out.push(clear);
        }
    }
}

/// egui moves the focus with arrows; here they step through time and lists.
fn keep_focus_from_arrows(ctx: &Context) {
    let arrow = ctx.input(|input| {
        [EguiKey::ArrowLeft, EguiKey::ArrowRight, EguiKey::ArrowUp, EguiKey::ArrowDown]
            .iter()
            .any(|key| input.key_pressed(*key))
    });
    if arrow {
        ctx.memory_mut(|memory| memory.move_focus(FocusDirection::None));
    }
}

/// A focused button is pressed by Space, as everywhere.
fn space_clicks(ctx: &Context) -> bool {
    let Some(focused) = ctx.memory(|memory| memory.focused()) else { return false };
    let Some(response) = ctx.read_response(focused) else { return false };
    // The slider senses clicks too, but Space means nothing to it.
    response.sense.senses_click() && !response.sense.senses_drag()
}

/// What a plain key writes on most keyboards, as an event of text.
fn text_of(event: &Event) -> Option<Event> {
    let Event::Key { key, pressed: true, modifiers, .. } = event else { return None };
    if modifiers.ctrl || modifiers.command || modifiers.alt {
        return None;
    }
    let text = match (key, key.name()) {
        (EguiKey::Slash, _) if modifiers.shift => "?".to_owned(),
        (EguiKey::Slash, _) => "/".to_owned(),
        (EguiKey::Questionmark, _) => "?".to_owned(),
        (_, name) if name.len() == 1 && modifiers.shift => name.to_owned(),
        (_, name) if name.len() == 1 => name.to_lowercase(),
        _ => return None,
    };
    Some(Event::Text(text))
}

/// The command an event stands for, and by which of its keys.
fn command_of(event: &Event, modifiers: Modifiers, typing: bool) -> Option<(&'static Command, usize)> {
    // The buttons of a mouse for going back and forward.
    if let Event::PointerButton { button, pressed: true, .. } = event {
        return match button {
            PointerButton::Extra1 => Some((&command::BACK, 0)),
            PointerButton::Extra2 => Some((&command::FORWARD, 0)),
            _ => None,
        };
    }
    COMMANDS.iter().find_map(|command| {
        let meant = |key: &Shortcut| !(typing && key.types_text()) && matches(key, event, modifiers, typing);
        command.keys.iter().position(meant).map(|nth| (*command, nth))
    })
}

fn matches(shortcut: &Shortcut, event: &Event, held: Modifiers, typing: bool) -> bool {
    match (shortcut.key, event) {
        // The desktop's copy key arrives as an event of its own; in a text field it copies text.
        (Key::Char('c'), Event::Copy) => shortcut.ctrl && !shortcut.shift && !typing,
        // A character without control: by what it writes, wherever it is on this keyboard.
        (Key::Char(c), Event::Text(text)) if !shortcut.ctrl && !shortcut.alt => {
            if held.alt || held.ctrl || held.command {
                return false;
            }
            let mut chars = text.chars();
            let (Some(typed), None) = (chars.next(), chars.next()) else { return false };
            if shortcut.shift { typed.to_lowercase().eq([c]) && typed != c } else { typed == c }
        }
        (key, Event::Key { key: pressed, pressed: true, modifiers, .. }) => {
            let wanted = egui_key(shortcut, key);
            let shift_free = matches!(key, Key::Char('+' | '='));
            wanted == Some(*pressed)
                && shortcut.ctrl == (modifiers.ctrl || modifiers.command)
                && shortcut.alt == modifiers.alt
                && (shift_free || shortcut.shift == modifiers.shift)
        }
        _ => false,
    }
}

/// The key as egui has it; characters without control come as text instead.
fn egui_key(shortcut: &Shortcut, key: Key) -> Option<EguiKey> {
    Some(match key {
        Key::Left => EguiKey::ArrowLeft,
        Key::Right => EguiKey::ArrowRight,
        Key::Home => EguiKey::Home,
        Key::End => EguiKey::End,
        Key::PageUp => EguiKey::PageUp,
        Key::PageDown => EguiKey::PageDown,
        Key::Space => EguiKey::Space,
        Key::Escape => EguiKey::Escape,
        Key::Tab => EguiKey::Tab,
        Key::Enter => EguiKey::Enter,
        Key::F(n) => EguiKey::from_name(&format!("F{n}"))?,
        Key::Char('+') => EguiKey::Plus,
        Key::Char('=') => EguiKey::Equals,
        Key::Char('-') => EguiKey::Minus,
        Key::Char(c) if shortcut.ctrl || shortcut.alt => EguiKey::from_name(&c.to_uppercase().to_string())?,
        Key::Char(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: EguiKey, modifiers: Modifiers) -> Event {
        Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
    }

    #[test]
    fn every_shortcut_has_a_key_that_egui_knows() {
        for command in COMMANDS {
            for shortcut in command.keys {
                let by_text = matches!(shortcut.key, Key::Char(_)) && !shortcut.ctrl && !shortcut.alt;
                assert!(by_text || egui_key(shortcut, shortcut.key).is_some(), "{}", shortcut.text());
            }
        }
    }

    #[test]
    fn longer_chords_are_not_taken_for_shorter_ones() {
        let shift = Modifiers::COMMAND | Modifiers::SHIFT;
        for (event, modifiers, want) in [
            (key(EguiKey::O, Modifiers::COMMAND), Modifiers::COMMAND, Some(&command::OPEN_FILE)),
            (key(EguiKey::O, shift), shift, Some(&command::OPEN_PATH)),
            (key(EguiKey::C, shift), shift, Some(&command::COPY_STATE)),
            (Event::Copy, Modifiers::COMMAND, Some(&command::COPY_EVENT)),
            (key(EguiKey::ArrowLeft, Modifiers::SHIFT), Modifiers::SHIFT, Some(&command::JUMP_BACK)),
            (key(EguiKey::ArrowLeft, Modifiers::NONE), Modifiers::NONE, Some(&command::STEP_BACK)),
            (key(EguiKey::Plus, shift), shift, Some(&command::TEXT_LARGER)),
            (Event::Text("y".into()), Modifiers::NONE, Some(&command::COPY_VALUE)),
            (Event::Text("Y".into()), Modifiers::SHIFT, Some(&command::COPY_PATH)),
            (Event::Text("?".into()), Modifiers::SHIFT, Some(&command::KEYS)),
            (Event::Text("1".into()), Modifiers::ALT, None),
            (key(EguiKey::Num1, Modifiers::ALT), Modifiers::ALT, Some(&command::FOCUS_STREAMS)),
            (key(EguiKey::ArrowLeft, Modifiers::ALT), Modifiers::ALT, Some(&command::BACK)),
            (key(EguiKey::Enter, Modifiers::ALT), Modifiers::ALT, Some(&command::FOLLOW_LINK)),
            (key(EguiKey::Enter, Modifiers::NONE), Modifiers::NONE, None),
        ] {
            let found = command_of(&event, modifiers, false).map(|(command, _)| command);
            assert_eq!(found, want, "{event:?}");
        }
    }

    #[test]
    fn a_text_field_keeps_what_writes_text() {
        assert!(command_of(&Event::Text("t".into()), Modifiers::NONE, true).is_none());
        assert!(command_of(&key(EguiKey::Home, Modifiers::NONE), Modifiers::NONE, true).is_none());
        assert!(command_of(&Event::Copy, Modifiers::COMMAND, true).is_none());
        assert!(command_of(&key(EguiKey::F6, Modifiers::NONE), Modifiers::NONE, true).is_some());
    }
}
