//! Keys by which commands are done, and how they are written.

/// A key on the keyboard, as far as commands use them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Space bar.
    Space,
    /// Escape.
    Escape,
    /// The tabulator.
    Tab,
    /// Enter.
    Enter,
    /// F1 to F12.
    F(u8),
    /// A character as typed, lower case for letters.
    Char(char),
}

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shortcut {
    /// The key.
    pub key: Key,
    /// Control, or Command on a Mac.
    pub ctrl: bool,
    /// Shift. For characters that need shift on some layouts (`?`, `<`) it is not compared.
    pub shift: bool,
    /// Alt.
    pub alt: bool,
}

pub(super) const fn plain(key: Key) -> Shortcut {
    Shortcut { key, ctrl: false, shift: false, alt: false }
}

pub(super) const fn letter(c: char) -> Shortcut {
    plain(Key::Char(c))
}

pub(super) const fn shift(key: Key) -> Shortcut {
    Shortcut { shift: true, ..plain(key) }
}

pub(super) const fn ctrl(c: char) -> Shortcut {
    Shortcut { ctrl: true, ..letter(c) }
}

pub(super) const fn ctrl_shift(c: char) -> Shortcut {
    Shortcut { ctrl: true, shift: true, ..letter(c) }
}

pub(super) const fn ctrl_alt(c: char) -> Shortcut {
    Shortcut { alt: true, ..ctrl(c) }
}

pub(super) const fn ctrl_key(key: Key) -> Shortcut {
    Shortcut { ctrl: true, ..plain(key) }
}

pub(super) const fn alt(c: char) -> Shortcut {
    alt_key(Key::Char(c))
}

pub(super) const fn alt_key(key: Key) -> Shortcut {
    Shortcut { alt: true, ..plain(key) }
}

impl Shortcut {
    /// The keys to press, one text per key cap (`Ctrl`, `O`).
    pub fn caps(&self) -> Vec<String> {
        let mut caps = Vec::with_capacity(3);
        for (on, name) in [(self.ctrl, "Ctrl"), (self.alt, "Alt"), (self.shift, "Shift")] {
            if on {
                caps.push(name.to_owned());
            }
        }
        caps.push(match self.key {
            Key::Left => "←".to_owned(),
            Key::Right => "→".to_owned(),
            Key::Home => "Home".to_owned(),
            Key::End => "End".to_owned(),
            Key::PageUp => "PgUp".to_owned(),
            Key::PageDown => "PgDn".to_owned(),
            Key::Space => "Space".to_owned(),
            Key::Escape => "Esc".to_owned(),
            Key::Tab => "Tab".to_owned(),
            Key::Enter => "Enter".to_owned(),
            Key::F(n) => format!("F{n}"),
            Key::Char(c) if self.ctrl || self.alt => c.to_uppercase().to_string(),
            Key::Char(c) => c.to_string(),
        });
        caps
    }

    /// The keys as one text: `Ctrl Shift O`.
    pub fn text(&self) -> String {
        self.caps().join(" ")
    }

    /// True for a key that writes text or moves in it: it is off while a text field has the keyboard.
    pub fn types_text(&self) -> bool {
        let moves = matches!(self.key, Key::Left | Key::Right | Key::Home | Key::End | Key::PageUp | Key::PageDown);
        let writes = !self.ctrl && !matches!(self.key, Key::F(_) | Key::Escape | Key::Tab | Key::Enter);
        !self.alt && (writes || moves)
    }
}
