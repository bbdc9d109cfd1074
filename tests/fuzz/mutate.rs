//! Changes to an input that leave it almost right.

pub use crate::chance::Chance;

impl Chance {
    pub fn pick<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.below(from.len())]
    }

    /// A short range more often than a long one.
    fn range(&mut self, len: usize) -> std::ops::Range<usize> {
        let from = self.below(len);
        let most = if self.below(4) == 0 { len } else { 16 };
        from..(from + 1 + self.below(most)).min(len)
    }
}

const NUMBERS: [&str; 22] = [
    "0",
    "-0",
    "1",
    "-1",
    "1.0",
    "1e3",
    "1e400",
    "-1e-400",
    "0.1",
    "1e",
    "01",
    "255",
    "65535",
    "2147483648",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "1E+2",
];

/// Text that is none, and text that looks like something else.
const ODD_BYTES: [&[u8]; 19] = [
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xff\xfe",
    b"\xc3",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x9a",
    b"\xf4\x90\x80\x80",
    b"\xe2\x80\xa8",
    b"\x00",
    b"\x7f",
    b"\x1b[31m",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\\ud83d",
    b"\\udc00",
    b"\\u0000",
    b"\xc2\xa0",
];

/// Makes one change.
pub fn mutate(input: &mut Vec<u8>, other: &[u8], words: &[&str], chance: &mut Chance) {
    let len = input.len();
    let at = chance.below(len + 1);
    match chance.below(16) {
        0 if len > 0 => input[at.min(len - 1)] ^= 1 << chance.below(8),
        1 if len > 0 => input[at.min(len - 1)] = chance.next() as u8,
        2 if len > 0 => drop(input.drain(chance.range(len))),
        3 if len > 0 && chance.below(8) == 0 => input.truncate(at),
        // A piece once more, or many times.
        4 if len > 0 => {
            let part = input[chance.range(len)].to_vec();
            let times = if chance.below(8) == 0 { chance.below(400) } else { 1 };
            let more = part.repeat(times.min((64 << 10) / part.len().max(1)));
            drop(input.splice(at..at, more));
        }
        // A piece of another input, put in or in place of something.
        5 | 6 if !other.is_empty() => {
            let part = other[chance.range(other.len())].to_vec();
            let gone = if chance.below(2) == 0 || len == 0 { at..at } else { chance.range(len) };
            drop(input.splice(gone, part));
        }
        7 if !other.is_empty() => {
            input.truncate(at);
            input.extend_from_slice(&other[chance.below(other.len())..]);
        }
        8 | 9 if !words.is_empty() => drop(input.splice(at..at, chance.pick(words).bytes())),
        10 if !words.is_empty() && len > 0 => {
            let word = chance.pick(words);
            drop(input.splice(chance.range(len), word.bytes()));
        }
        11 => drop(input.splice(at..at, chance.pick(&ODD_BYTES).iter().copied())),
        12 => number(input, at, chance),
        13 => value(input, at, words, chance),
        14 if chance.below(8) == 0 => nest(input, at, chance),
        _ => lines(input, chance),
    }
}

/// The number behind a place becomes another.
fn number(input: &mut Vec<u8>, from: usize, chance: &mut Chance) {
    let Some(start) = input[from..].iter().position(u8::is_ascii_digit).map(|at| from + at) else { return };
    let end = input[start..].iter().position(|byte| !byte.is_ascii_digit()).map_or(input.len(), |at| start + at);
    drop(input.splice(start..end, chance.pick(&NUMBERS.map(str::as_bytes)).iter().copied()));
}

/// The value of JSON or TOML behind a place becomes another, or goes.
fn value(input: &mut Vec<u8>, from: usize, words: &[&str], chance: &mut Chance) {
    const VALUES: [&str; 17] = [
        "null",
        "true",
        "{}",
        "[]",
        "\"\"",
        "\" \"",
        "\"null\"",
        "[null]",
        "{\"\":0}",
        "\"{\\\"a\\\":1}\"",
        "\"\\ud800\"",
        "\"-\"",
        "\"a-b-c\"",
        "\"2026-03-04T05:06:07Z\"",
        "[[[[1]]]]",
        "1772600767",
        "\"01234567-89ab-cdef-0123-456789abcdef\"",
    ];
    let begins = |byte: &u8| matches!(byte, b':' | b',' | b'[' | b'=');
    let Some(start) = input[from..].iter().position(begins).map(|at| from + at + 1) else { return };
    let end = eventglass::model::json::end_of_value(input, start).unwrap_or(start).min(input.len());
    let new: Vec<u8> = match chance.below(4) {
        0 => Vec::new(),
        1 if !words.is_empty() => chance.pick(words).bytes().collect(),
        2 => input[start..end].repeat(2),
        _ => chance.pick(&VALUES).bytes().collect(),
    };
    drop(input.splice(start..end.max(start), new));
}

/// Brackets around a piece, up to far more than anybody takes apart.
fn nest(input: &mut Vec<u8>, at: usize, chance: &mut Chance) {
    let (open, close) = [("[", "]"), ("{\"a\":", "}"), ("[{\"data\":", "}]"), ("[", "")][chance.below(4)];
    let depth = [3, 127, 129, 255, 256, 257, 3_000][chance.below(7)];
    let end = if at < input.len() {
        eventglass::model::json::end_of_value(input, at).unwrap_or(at).clamp(at, input.len())
    } else {
        at
    };
    drop(input.splice(end..end, close.repeat(depth).bytes()));
    drop(input.splice(at..at, open.repeat(depth).bytes()));
}

/// One line twice, away, or somewhere else.
fn lines(input: &mut Vec<u8>, chance: &mut Chance) {
    let mut all: Vec<Vec<u8>> = input.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if all.is_empty() {
        return;
    }
    let (from, to) = (chance.below(all.len()), chance.below(all.len()));
    match chance.below(3) {
        0 => all.insert(to, all[from].clone()),
        1 => all.swap(from, to),
        _ => drop(all.remove(from)),
    }
    *input = all.concat();
}
