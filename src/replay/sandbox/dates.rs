//! Texts of times as V8's `Date.parse` reads them: the form of the standard first, then the
//! older one, in which words, parentheses and the order of the parts are taken as they come.

/// Whether words mean a time of the machine's own zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Parsed {
    /// Milliseconds since 1970 in UTC; not a number where the text is no time.
    Utc(f64),
    /// The same, but in the zone of whoever asks.
    Local(f64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token {
    Number(i32, usize),
    Symbol(char),
    Word(Word, i32),
    Space,
    Other,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Word {
    Month,
    HalfDay,
    Zone,
    T,
    Other,
}

const WORDS: [(&str, Word, i32); 27] = [
    ("jan", Word::Month, 1),
    ("feb", Word::Month, 2),
    ("mar", Word::Month, 3),
    ("apr", Word::Month, 4),
    ("may", Word::Month, 5),
    ("jun", Word::Month, 6),
    ("jul", Word::Month, 7),
    ("aug", Word::Month, 8),
    ("sep", Word::Month, 9),
    ("oct", Word::Month, 10),
    ("nov", Word::Month, 11),
    ("dec", Word::Month, 12),
    ("am", Word::HalfDay, 0),
    ("pm", Word::HalfDay, 12),
    ("ut", Word::Zone, 0),
    ("utc", Word::Zone, 0),
    ("z", Word::Zone, 0),
    ("gmt", Word::Zone, 0),
    ("cdt", Word::Zone, -5),
    ("cst", Word::Zone, -6),
    ("edt", Word::Zone, -4),
    ("est", Word::Zone, -5),
    ("mdt", Word::Zone, -6),
    ("mst", Word::Zone, -7),
    ("pdt", Word::Zone, -7),
    ("pst", Word::Zone, -8),
    ("t", Word::T, 0),
];

/// Digits of a number that count.
const MOST_DIGITS: usize = 9;

struct Scanner<'a> {
    text: &'a [u16],
    at: usize,
    next: Token,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a [u16]) -> Scanner<'a> {
        let mut scanner = Scanner { text, at: 0, next: Token::End };
        scanner.next = scanner.scan();
        scanner
    }

    fn char(&self) -> Option<char> {
        // A text ends at its end only; what is no character is some other sign.
        self.text.get(self.at).map(|&unit| char::from_u32(u32::from(unit)).unwrap_or('\u{fffd}'))
    }

    fn scan(&mut self) -> Token {
        let start = self.at;
        let Some(first) = self.char() else { return Token::End };
        if first.is_ascii_digit() {
            let (mut number, mut digits) = (0i32, 0);
            while self.char() == Some('0') {
                self.at += 1;
            }
            while let Some(digit) = self.char().and_then(|c| c.to_digit(10)) {
                if digits < MOST_DIGITS {
                    number = number * 10 + digit as i32;
                }
                digits += 1;
                self.at += 1;
            }
            return Token::Number(number, self.at - start);
        }
        if matches!(first, ':' | '-' | '+' | '.' | ')') {
            self.at += 1;
            return Token::Symbol(first);
        }
        if first >= 'A' {
            return self.word();
        }
        self.at += 1;
        if is_space(first) {
            return Token::Space;
        }
        if first == '(' {
            let mut open = 1;
            while open > 0
                && let Some(c) = self.char()
                && c != '\0'
            {
                open += i32::from(c == '(') - i32::from(c == ')');
                self.at += 1;
            }
        }
        Token::Other
    }

    fn word(&mut self) -> Token {
        let (mut name, mut length) = (String::new(), 0);
        while let Some(c) = self.char().filter(|&c| c >= 'A' && !is_space(c)) {
            if length < 3 {
                name.push(c.to_ascii_lowercase());
            }
            length += 1;
            self.at += 1;
        }
        let known = WORDS.iter().find(|(word, kind, _)| *word == name && (length <= 3 || *kind == Word::Month));
        known.map_or(Token::Word(Word::Other, 0), |&(_, kind, value)| Token::Word(kind, value))
    }

    fn take(&mut self) -> Token {
        let next = self.scan();
        std::mem::replace(&mut self.next, next)
    }

    fn skip(&mut self, symbol: char) -> bool {
        let found = self.next == Token::Symbol(symbol);
        if found {
            self.take();
        }
        found
    }

    /// The number that is next, where it has so many digits.
    fn fixed(&self, digits: usize) -> Option<i32> {
        match self.next {
            Token::Number(number, length) if length == digits => Some(number),
            _ => None,
        }
    }

    fn is_zulu(&self) -> bool {
        // Of the words for UTC only this has one letter.
        self.next == Token::Word(Word::Zone, 0) && self.before(1).is_some_and(|c| c.eq_ignore_ascii_case(&'z'))
    }

    fn before(&self, by: usize) -> Option<char> {
        let at = self.at.checked_sub(by)?;
        self.text.get(at).and_then(|&unit| char::from_u32(u32::from(unit)))
    }

    fn sign(&self) -> Option<i32> {
        match self.next {
            Token::Symbol('+') => Some(1),
            Token::Symbol('-') => Some(-1),
            _ => None,
        }
    }
}

fn is_space(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{feff}' | '\u{2028}' | '\u{2029}')
        || (c.is_whitespace() && c != '\u{85}')
}

#[derive(Default)]
struct Day {
    parts: Vec<i32>,
    month: Option<i32>,
    is_standard: bool,
}

impl Day {
    fn add(&mut self, number: i32) -> bool {
        let fits = self.parts.len() < 3;
        if fits {
            self.parts.push(number);
        }
        fits
    }

    /// Year, month from 1, day.
    fn read(&self) -> Option<(i32, i32, i32)> {
        let given = self.parts.len();
        let part = |at: usize| self.parts.get(at).copied().unwrap_or(1);
        let is_day = |number: i32| (1..=31).contains(&number);
        if given == 0 {
            return None;
        }
        // Missing parts are 1, a missing year is 0. V8 fills them in before it asks how many
        // there are.
        let (mut year, month, day) = match self.month {
            None if self.is_standard || !is_day(part(0)) => (part(0), part(1), part(2)),
            None => (part(2), part(0), part(1)),
            Some(month) if !is_day(part(0)) => (part(0), month, part(1)),
            Some(month) => (part(1), month, part(0)),
        };
        if !self.is_standard {
            year += match year {
                0..=49 => 2000,
                50..=99 => 1900,
                _ => 0,
            };
        }
        ((1..=12).contains(&month) && is_day(day)).then_some((year, month, day))
    }
}

#[derive(Default)]
struct Time {
    parts: Vec<i32>,
    half_day: Option<i32>,
}

impl Time {
    fn add(&mut self, number: i32) -> bool {
        let fits = self.parts.len() < 4;
        if fits {
            self.parts.push(number);
        }
        fits
    }

    fn add_final(&mut self, number: i32) {
        self.add(number);
        while self.add(0) {}
    }

    fn expects(&self, number: i32) -> bool {
        match self.parts.len() {
            1 | 2 => (0..60).contains(&number),
            3 => (0..1000).contains(&number),
            _ => false,
        }
    }

    /// Milliseconds of the day.
    fn read(&self) -> Option<f64> {
        let part = |at: usize| self.parts.get(at).copied().unwrap_or(0);
        let (mut hour, minute, second, millisecond) = (part(0), part(1), part(2), part(3));
        if let Some(offset) = self.half_day {
            if !(0..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + offset;
        }
        let usual = (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second)
            && (0..1000).contains(&millisecond);
        let midnight = (hour, minute, second, millisecond) == (24, 0, 0, 0);
        let seconds = f64::from(hour) * 3600.0 + f64::from(minute) * 60.0 + f64::from(second);
        (usual || midnight).then_some(seconds * 1000.0 + f64::from(millisecond))
    }
}

#[derive(Default)]
struct Zone {
    sign: Option<i32>,
    hour: Option<i32>,
    minute: Option<i32>,
}

impl Zone {
    fn set(&mut self, hours: i32) {
        self.sign = Some(if hours < 0 { -1 } else { 1 });
        self.hour = Some(hours.abs());
        self.minute = Some(0);
    }

    fn expects(&self, number: i32) -> bool {
        self.hour.is_some() && self.minute.is_none() && (0..60).contains(&number)
    }

    fn is_utc(&self) -> bool {
        self.hour == Some(0) && self.minute == Some(0)
    }

    /// Seconds before UTC.
    fn read(&self) -> Option<f64> {
        let part = |part: Option<i32>| f64::from(part.unwrap_or(0));
        Some(f64::from(self.sign?) * (part(self.hour) * 3600.0 + part(self.minute) * 60.0))
    }
}

/// Thousandths of a second, of the first three digits.
fn milliseconds(number: i32, length: usize) -> i32 {
    match length {
        1 => number * 100,
        2 => number * 10,
        3 => number,
        longer => number / 10i32.pow(longer.min(MOST_DIGITS) as u32 - 3),
    }
}

/// The time that a text means.
pub fn parse(text: &[u16]) -> Parsed {
    read(text).unwrap_or(Parsed::Utc(f64::NAN))
}

fn read(text: &[u16]) -> Option<Parsed> {
    let mut scanner = Scanner::new(text);
    let (mut day, mut time, mut zone) = (Day::default(), Time::default(), Zone::default());
    let mut token = standard(&mut scanner, &mut day, &mut time, &mut zone)?;
    let mut has_number = !day.parts.is_empty();
    while token != Token::End {
        match token {
            Token::Number(number, _) => {
                has_number = true;
                numbered(&mut scanner, number, &mut day, &mut time, &mut zone)?;
            }
            Token::Word(Word::HalfDay, value) if !time.parts.is_empty() => time.half_day = Some(value),
            Token::Word(Word::Month, value) => {
                day.month = Some(value);
                scanner.skip('-');
            }
            Token::Word(Word::Zone, value) if has_number => zone.set(value),
            Token::Word(..) if has_number || matches!(scanner.next, Token::Number(..)) => return None,
            Token::Symbol(symbol @ ('+' | '-')) if zone.is_utc() || !time.parts.is_empty() => {
                has_number = true;
                offset(&mut scanner, if symbol == '+' { 1 } else { -1 }, &mut zone)?;
            }
            Token::Symbol('+' | '-' | ')') if has_number => return None,
            _ => {}
        }
        token = scanner.take();
    }
    let (year, month, date) = day.read()?;
    let in_day = time.read()?;
    let days = days_from_civil(f64::from(year), f64::from(month), f64::from(date));
    let moment = days * 86_400_000.0 + in_day;
    let whole = |moment: f64| if moment.abs() <= 8.64e15 { moment } else { f64::NAN };
    Some(match zone.read() {
        Some(seconds) => Parsed::Utc(whole(moment - seconds * 1000.0)),
        None => Parsed::Local(whole(moment)),
    })
}

/// A number of the older form.
fn numbered(scanner: &mut Scanner<'_>, number: i32, day: &mut Day, time: &mut Time, zone: &mut Zone) -> Option<()> {
    if scanner.skip(':') {
        if scanner.skip(':') {
            if !time.parts.is_empty() {
                return None;
            }
            time.add(number);
            time.add(0);
        } else {
            if !time.add(number) {
                return None;
            }
            scanner.skip('.');
        }
    } else if scanner.skip('.') && time.expects(number) {
        time.add(number);
        let Token::Number(fraction, length) = scanner.take() else { return None };
        time.add_final(milliseconds(fraction, length));
    } else if zone.expects(number) {
        zone.minute = Some(number);
    } else if time.expects(number) {
        time.add_final(number);
        if !matches!(scanner.next, Token::End | Token::Space) && !scanner.is_zulu() && scanner.sign().is_none() {
            return None;
        }
    } else {
        if !day.add(number) {
            return None;
        }
        scanner.skip('-');
    }
    Some(())
}

/// An offset of the older form, after its sign.
fn offset(scanner: &mut Scanner<'_>, sign: i32, zone: &mut Zone) -> Option<()> {
    zone.sign = Some(sign);
    let (mut number, mut length) = (0, 0);
    if let Token::Number(found, digits) = scanner.next {
        (number, length) = (found, digits);
        scanner.take();
    }
    (zone.hour, zone.minute) = if scanner.next == Token::Symbol(':') {
        (Some(number), None)
    } else {
        match length {
            1 | 2 => (Some(number), Some(0)),
            3 | 4 => (Some(number / 100), Some(number % 100)),
            _ => return None,
        }
    };
    Some(())
}

/// Reads as far as the standard's form goes: the first token of what is left, or `None` where
/// the text can be of neither form.
fn standard(scanner: &mut Scanner<'_>, day: &mut Day, time: &mut Time, zone: &mut Zone) -> Option<Token> {
    if let Some(sign) = scanner.sign() {
        let token = scanner.take();
        let Some(year) = scanner.fixed(6) else { return Some(token) };
        scanner.take();
        if sign < 0 && year == 0 {
            return Some(token);
        }
        day.add(sign * year);
    } else if let Some(year) = scanner.fixed(4) {
        scanner.take();
        day.add(year);
    } else {
        return Some(scanner.take());
    }
    for most in [12, 31] {
        if !scanner.skip('-') {
            break;
        }
        match scanner.fixed(2).filter(|number| (1..=most).contains(number)) {
            Some(number) => day.add(number),
            None => return Some(scanner.take()),
        };
        scanner.take();
    }
    if scanner.next == Token::Word(Word::T, 0) {
        scanner.take();
        of_day(scanner, time)?;
        if scanner.is_zulu() {
            scanner.take();
            zone.set(0);
        } else if let Some(sign) = scanner.sign() {
            scanner.take();
            zone.sign = Some(sign);
            let (hour, minute) = if let Some(both) = scanner.fixed(4) {
                scanner.take();
                (both / 100, both % 100)
            } else {
                let hour = scanner.fixed(2)?;
                scanner.take();
                if !scanner.skip(':') {
                    return None;
                }
                let minute = scanner.fixed(2)?;
                scanner.take();
                (hour, minute)
            };
            if hour >= 24 || minute >= 60 {
                return None;
            }
            (zone.hour, zone.minute) = (Some(hour), Some(minute));
        }
        if scanner.next != Token::End {
            return None;
        }
    } else if scanner.next != Token::End {
        return Some(scanner.take());
    }
    if zone.sign.is_none() && time.parts.is_empty() {
        zone.set(0);
    }
    day.is_standard = true;
    Some(Token::End)
}

/// The time of the day in the standard's form, after its T.
fn of_day(scanner: &mut Scanner<'_>, time: &mut Time) -> Option<()> {
    let hour = scanner.fixed(2).filter(|hour| *hour <= 24)?;
    let most = if hour == 24 { 0 } else { 59 };
    scanner.take();
    time.add(hour);
    if !scanner.skip(':') {
        return None;
    }
    time.add(scanner.fixed(2).filter(|minute| *minute <= most)?);
    scanner.take();
    if scanner.skip(':') {
        time.add(scanner.fixed(2).filter(|second| *second <= most)?);
        scanner.take();
        if scanner.skip('.') {
            let Token::Number(number, length) = scanner.next else { return None };
            if hour == 24 && number > 0 {
                return None;
            }
            time.add(milliseconds(number, length));
            scanner.take();
        }
    }
    Some(())
}

/// Days from 1970-01-01, in the calendar that everybody has now.
fn days_from_civil(year: f64, month: f64, day: f64) -> f64 {
    let year = if month <= 2.0 { year - 1.0 } else { year };
    let era = (year / 400.0).floor();
    let of_era = year - era * 400.0;
    let of_year = ((153.0 * (month + if month > 2.0 { -3.0 } else { 9.0 }) + 2.0) / 5.0).floor() + day - 1.0;
    let day_of_era = of_era * 365.0 + (of_era / 4.0).floor() - (of_era / 100.0).floor() + of_year;
    era * 146_097.0 + day_of_era - 719_468.0
}
