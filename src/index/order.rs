//! The order of the events of a whole store: by their positions where they have some, else by
//! time, stream and version. [`Positions`] learns which it is while the store is scanned;
//! [`InOrder`] gives every event.

use std::cmp::Ordering;
use std::ops::Range;

use super::EventIndex;
use crate::model::json::to_text;
use crate::model::{Decimal, EventRow, Position, Text, Time, uuid};

/// Positions that are no whole numbers of 64 bits are held one by one: so many, and so long.
const MAX_ODD: usize = 1 << 20;
const MAX_TEXT: usize = 64;

/// What puts the events of a store in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// They lie in it.
    Scan,
    /// Their positions, by value.
    Numbers,
    /// Their positions, which are texts of this length: letter by letter.
    Texts(usize),
    #[default]
    Time,
}

/// What is known of the positions of the events that were scanned.
#[derive(Clone, Debug, Default)]
pub(super) struct Positions {
    first: Option<Position>,
    /// Events without one.
    missing: u64,
    /// One is less than the one before it, or it was not looked.
    falls: bool,
    newest: Option<i64>,
    /// Events that have the position of the one before.
    repeats: u64,
    /// Positions that are held one by one.
    odd: usize,
    has_numbers: bool,
    /// The length of all texts.
    text_len: Option<usize>,
    /// A text that is no number.
    word: Option<Text>,
    /// Why no order can be made of them.
    trouble: Option<String>,
}

/// A position as a segment holds it.
pub(super) enum Held {
    None,
    Number(i64),
    Odd,
}

impl Positions {
    /// Takes the next event's position; how it is to be held.
    pub(super) fn push(&mut self, position: &Position) -> Held {
        let number = match position {
            _ if self.trouble.is_some() => return Held::None,
            Position::None => {
                self.missing += 1;
                return Held::None;
            }
            Position::Number(number) => Some(*number),
            Position::Digits(digits) => Decimal::parse(digits).and_then(|number| number.whole()),
            Position::Text(text) => self.text(text),
        };
        if self.first.is_none() {
            self.first = Some(position.clone());
        }
        self.has_numbers |= !matches!(position, Position::Text(_));
        // The least number stands for none.
        let number = number.filter(|number| *number != i64::MIN);
        match number {
            Some(number) => {
                self.falls |= self.newest.is_some_and(|newest| number < newest);
                self.repeats += u64::from(self.newest == Some(number));
                self.newest = Some(number);
            }
            None => (self.odd, self.falls) = (self.odd + 1, true),
        }
        self.trouble = self.find_trouble(position);
        match number {
            _ if self.trouble.is_some() => Held::None,
            Some(number) => Held::Number(number),
            None => Held::Odd,
        }
    }

    /// The number that a text of digits is.
    fn text(&mut self, text: &Text) -> Option<i64> {
        if *self.text_len.get_or_insert(text.len()) != text.len() {
            self.text_len = Some(usize::MAX);
        }
        let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits && self.word.is_none() && Decimal::parse(text).is_none() {
            self.word = Some(Text::clone(text));
        }
        text.parse().ok().filter(|_| is_digits)
    }

    /// What stands against an order with this position among the others.
    fn find_trouble(&self, position: &Position) -> Option<String> {
        if let Position::Digits(text) | Position::Text(text) = position
            && text.len() > MAX_TEXT
        {
            return Some(format!("a position of {} bytes is too long to be compared", text.len()));
        }
        if self.odd > MAX_ODD {
            return Some(format!("more than {MAX_ODD} positions are no whole numbers"));
        }
        if let Some(word) = self.word.as_ref().filter(|word| is_drawn(word)) {
            return Some(format!("its positions have no order, such as \"{word}\""));
        }
        // Words of one length are compared letter by letter; no others, and not with numbers.
        let word = self.word.as_ref().filter(|_| self.has_numbers || self.text_len == Some(usize::MAX))?;
        let is_word = matches!(position, Position::Text(text) if text == word);
        let other = self.first.as_ref().filter(|_| is_word).unwrap_or(position);
        Some(format!("its positions have no order, such as \"{word}\" and {}", to_text(&other.to_node())))
    }

    pub(super) fn order(&self) -> Order {
        match (&self.trouble, &self.word, self.text_len) {
            (Some(_), ..) => Order::Time,
            _ if self.first.is_none() => Order::Time,
            _ if !self.falls => Order::Scan,
            (None, Some(_), Some(len)) => Order::Texts(len),
            _ => Order::Numbers,
        }
    }

    /// What is not certain of the order of an index with these positions, in words.
    pub(super) fn doubts(&self, index: &EventIndex) -> Vec<String> {
        let mut doubts = Vec::new();
        if index.order == Order::Time {
            let why = self.trouble.as_deref().unwrap_or("the store has no order over everything");
            doubts.push(format!("{why}: time, then stream, then version is used"));
            return doubts;
        }
        let repeats = if self.falls { index.equal_positions() } else { self.repeats };
        match repeats {
            0 => {}
            _ if index.is_tagged => doubts.push(format!(
                "an event is in the stream of each of its tags: {repeats} are listed and counted once more for that"
            )),
            1 => doubts.push("two events have the same position: they stand as they lie in the store".to_owned()),
            more => {
                let what = "events have the position of another: those of one position stand as they lie in the store";
                doubts.push(format!("{more} {what}"));
            }
        }
        match self.missing {
            0 => {}
            1 => doubts.push("one event has no position: it stands behind the one before it".to_owned()),
            more => doubts.push(format!("{more} events have no position: each stands behind the one before it")),
        }
        doubts
    }
}

/// Whether a text is a UUID whose letters tell no order: of versions 6 and 7 they do (RFC 9562).
fn is_drawn(text: &str) -> bool {
    let with_hyphens = uuid::find(text) == Some(0..text.len()) && text.len() == uuid::LEN;
    with_hyphens && !matches!(text.as_bytes().get(14), Some(b'6' | b'7'))
}

/// A position that is compared with others of its store.
#[derive(Clone, Debug)]
enum Key {
    Number(i64),
    Decimal(Box<Decimal>),
    Text(Text),
}

impl Key {
    fn of(position: Position, order: Order) -> Option<Key> {
        let decimal = |text: &str| Decimal::parse(text).map(|decimal| Key::Decimal(Box::new(decimal)));
        match (position, order) {
            (Position::None, _) => None,
            // Its zeros are not held.
            (Position::Number(number), Order::Texts(len)) => Some(Key::Text(format!("{number:0len$}").into())),
            (Position::Text(text), Order::Texts(_)) => Some(Key::Text(text)),
            (Position::Number(number), _) => Some(Key::Number(number)),
            (Position::Digits(text) | Position::Text(text), _) => decimal(&text),
        }
    }

    fn decimal(&self) -> Option<Decimal> {
        match self {
            Key::Number(number) => Decimal::parse(&number.to_string()),
            Key::Decimal(decimal) => Some(Decimal::clone(decimal)),
            Key::Text(_) => None,
        }
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        match (self, other) {
            (Key::Number(own), Key::Number(other)) => own.cmp(other),
            (Key::Decimal(own), Key::Decimal(other)) => own.cmp(other),
            (Key::Text(own), Key::Text(other)) => own.cmp(other),
            _ => self.decimal().cmp(&other.decimal()),
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}

/// Every event once; see [`EventIndex::in_order`].
pub enum InOrder {
    AsScanned(Range<u32>),
    Sorted(std::vec::IntoIter<EventRow>),
}

impl Iterator for InOrder {
    type Item = EventRow;

    fn next(&mut self) -> Option<EventRow> {
        match self {
            InOrder::AsScanned(rows) => rows.next().map(EventRow),
            InOrder::Sorted(rows) => rows.next(),
        }
    }
}

impl EventIndex {
    /// Every event as the store's order has it, as far as that is known: findings of the code
    /// `order-not-proven` say what is not. Events of one position stand as they were scanned; one
    /// without a position, or without the time that is used instead, follows its neighbour.
    pub fn in_order(&self) -> InOrder {
        let rows: Vec<EventRow> = match self.order {
            Order::Scan => return self.as_scanned(),
            Order::Time => rows(self.by_time()),
            Order::Numbers if !self.has_odd_positions() => rows(self.by_number()),
            Order::Numbers | Order::Texts(_) => rows(self.by_key()),
        };
        InOrder::Sorted(rows.into_iter())
    }

    /// Every event as it was scanned.
    pub fn as_scanned(&self) -> InOrder {
        InOrder::AsScanned(0..self.events() as u32)
    }

    fn by_time(&self) -> Vec<(Time, EventRow)> {
        let mut timed = self.keyed(Time(i64::MIN), |row| self.time_of(row));
        let of_equal_time = |row: EventRow| {
            let name = self.stream_of(row).map_or("", |stream| self.streams().name(stream));
            (name, self.version_of(row), row)
        };
        timed.sort_unstable_by(|(a_time, a), (b_time, b)| {
            a_time.cmp(b_time).then_with(|| of_equal_time(*a).cmp(&of_equal_time(*b)))
        });
        timed
    }

    fn by_number(&self) -> Vec<(i64, EventRow)> {
        let number = |row| match self.position_of(row) {
            Position::Number(number) => Some(number),
            _ => None,
        };
        let mut keyed = self.keyed(i64::MIN, number);
        keyed.sort_unstable();
        keyed
    }

    fn by_key(&self) -> Vec<(Option<Key>, EventRow)> {
        let mut keyed = self.keyed(None, |row| Key::of(self.position_of(row), self.order).map(Some));
        keyed.sort_unstable();
        keyed
    }

    /// Each event with its key, or with that of the one before.
    fn keyed<K: Clone>(&self, first: K, key: impl Fn(EventRow) -> Option<K>) -> Vec<(K, EventRow)> {
        let mut last = first;
        let mut keyed = Vec::with_capacity(self.events() as usize);
        keyed.extend(self.as_scanned().map(|row| {
            if let Some(key) = key(row) {
                last = key;
            }
            (last.clone(), row)
        }));
        keyed
    }

    /// Events that have the position of another one.
    fn equal_positions(&self) -> u64 {
        fn count<K: PartialEq>(keyed: &[(K, EventRow)], has_own: impl Fn(EventRow) -> bool) -> u64 {
            keyed.windows(2).filter(|pair| pair[0].0 == pair[1].0 && has_own(pair[1].1)).count() as u64
        }
        let has_own = |row| self.position_of(row) != Position::None;
        match self.has_odd_positions() {
            false => count(&self.by_number(), has_own),
            true => count(&self.by_key(), has_own),
        }
    }
}

fn rows<K>(keyed: Vec<(K, EventRow)>) -> Vec<EventRow> {
    keyed.into_iter().map(|(_, row)| row).collect()
}
