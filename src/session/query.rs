//! [`Query`]: what is looked for in the events of a store. `Subject`: one event that is searched,
//! looked at no closer than is needed.
//!
//! Parts stand between blanks, and all of them must be there:
//! `word`, alike in upper and lower case, in the type, the id, the payload or the metadata, of
//! which the last two are searched as they are shown, whatever their spelling in the store;
//! `"several words"`; `type:x` and `stream:x`, part of a name; `/lines/0/sku=A-17`, the value at a
//! path, `sku=A-17`, that of a member of that name anywhere; `/an expression/`, as the crate
//! `regex` reads it.

use std::cell::OnceCell;
use std::ops::Range;

use regex::Regex;

use super::words::{StoredJson, Word, escapes_as_shown, is_simple, without_blanks};
use crate::formats::{PageRow, Store};
use crate::index::NamePart;
use crate::model::json::{is_number, to_text};
use crate::model::jsonb::begins_as_text;
use crate::model::{Content, Helpful, Node, Number, Pointer};

/// A longer text is no search.
const MOST_TYPED: usize = 4_096;
/// Bytes that an expression may take when it is compiled.
const MOST_COMPILED: usize = 4 << 20;
/// Places of a part that are marked in one text.
const MOST_MARKS: usize = 16;

/// See the module's documentation.
pub struct Query {
    pub(super) terms: Vec<Term>,
}

/// One part.
pub(super) enum Term {
    Word(Box<Word>),
    Type(String),
    Stream(NamePart),
    Member(Member),
    Pattern(Regex),
}

/// A member, or the value at a path, with a value.
pub(super) struct Member {
    name: Name,
    /// In lower case.
    value: String,
    number: Option<Number>,
    /// Where one of them is not, the member is not.
    hints: Vec<Word>,
    /// How it is written, in lower case: what is marked.
    written: Vec<String>,
}

enum Name {
    /// In lower case, anywhere.
    Any(String),
    At(Pointer),
}

/// Why what was typed is no search.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    #[error("at character {at}, {found:?}: {why}")]
    Pattern { at: usize, found: String, why: String },
    #[error("it has more than {MOST_TYPED} bytes")]
    TooLong,
}

impl Helpful for QueryError {
    fn help(&self) -> String {
        match self {
            QueryError::Pattern { .. } => {
                "what stands between / and / is a regular expression; put quotes around it to find it as it is"
                    .to_owned()
            }
            QueryError::TooLong => "search for a part of it".to_owned(),
        }
    }
}

impl Query {
    /// `None`: nothing is looked for.
    ///
    /// # Errors
    /// What cannot be understood, and where it is.
    pub fn parse(text: &str) -> Result<Option<Query>, QueryError> {
        if text.len() > MOST_TYPED {
            return Err(QueryError::TooLong);
        }
        let (mut terms, mut at) = (Vec::new(), 0);
        while let Some(begin) = text[at..].find(|c: char| !c.is_whitespace()).map(|blank| at + blank) {
            let (term, len) = term(text, begin)?;
            terms.extend(term);
            at = begin + len;
        }
        Ok((!terms.is_empty()).then_some(Query { terms }))
    }

    /// Where its parts are in a text, in order: what is marked.
    pub(super) fn marks(&self, text: &str) -> Vec<Range<usize>> {
        let mut marks = Vec::new();
        for term in &self.terms {
            match term {
                Term::Word(word) => alike(text, &word.text, &mut marks),
                Term::Member(member) => member.written.iter().for_each(|own| alike(text, own, &mut marks)),
                Term::Pattern(pattern) => {
                    let found = pattern.find_iter(text).map(|found| found.range());
                    marks.extend(found.filter(|range| !range.is_empty()).take(MOST_MARKS));
                }
                Term::Type(_) | Term::Stream(_) => {}
            }
        }
        marks.sort_by_key(|mark| (mark.start, mark.end));
        marks.dedup_by(|next, before| {
            let joins = next.start <= before.end;
            before.end = if joins { before.end.max(next.end) } else { before.end };
            joins
        });
        marks
    }
}

/// Reads the part that begins there, and how long it is; `None` where it says nothing yet.
fn term(text: &str, begin: usize) -> Result<(Option<Term>, usize), QueryError> {
    let rest = &text[begin..];
    let token = rest.split(char::is_whitespace).next().unwrap_or(rest);
    if let Some(inside) = quoted(rest) {
        let word = inside.trim().to_lowercase();
        return Ok(((!word.is_empty()).then(|| Term::Word(Box::new(Word::new(word)))), inside.len() + 2));
    }
    if token.starts_with('/') {
        let closed = |token: &str| token.len() > 2 && token.ends_with('/') && !token.ends_with("\\/");
        let ends =
            || rest.match_indices('/').map(|(at, _)| at + 1).find(|at| ends_part(&rest[*at..]) && closed(&rest[..*at]));
        let end = if closed(token) {
            Some(token.len())
        } else if token.contains('=') {
            None
        } else {
            ends()
        };
        if let Some(end) = end {
            let before = text[..begin + 1].chars().count();
            return Ok((Some(Term::Pattern(pattern(&rest[1..end - 1], before)?)), end));
        }
    }
    for (head, is_type) in [("type:", true), ("stream:", false)] {
        if let Some(name) = token.strip_prefix(head) {
            let term = if is_type { Term::Type(name.to_lowercase()) } else { Term::Stream(NamePart::new(name)) };
            return Ok(((!name.is_empty()).then_some(term), token.len()));
        }
    }
    if let Some((name, value)) = token.split_once('=').filter(|(name, _)| is_name(name)) {
        let behind = &rest[name.len() + 1..];
        let (value, len) = match quoted(behind) {
            Some(inside) => (Some(inside), inside.len() + 2),
            // `aGVsbG8=` and `eA==` are words.
            None => (Some(value).filter(|value| !value.is_empty() && !value.starts_with('=')), value.len()),
        };
        if let Some(value) = value {
            return Ok((Some(Term::Member(Member::new(name, value))), name.len() + 1 + len));
        }
    }
    Ok((Some(Term::Word(Box::new(Word::new(token.to_lowercase())))), token.len()))
}

/// What stands between quotes, of which the second ends the part.
fn quoted(text: &str) -> Option<&str> {
    let (inside, behind) = text.strip_prefix('"')?.split_once('"')?;
    ends_part(behind).then_some(inside)
}

fn ends_part(rest: &str) -> bool {
    rest.chars().next().is_none_or(char::is_whitespace)
}

fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$' | '@' | ':');
    name.starts_with('/') || (!name.is_empty() && name.chars().all(is_plain))
}

/// `before`: characters of the search in front of it.
fn pattern(text: &str, before: usize) -> Result<Regex, QueryError> {
    let said = match regex_syntax::Parser::new().parse(text) {
        Ok(_) => None,
        Err(regex_syntax::Error::Parse(error)) => Some((*error.span(), error.kind().to_string())),
        Err(regex_syntax::Error::Translate(error)) => Some((*error.span(), error.kind().to_string())),
        Err(error) => Some((whole(text), error.to_string())),
    };
    let said = match said {
        Some(said) => Err(said),
        None => regex::RegexBuilder::new(text)
            .size_limit(MOST_COMPILED)
            .build()
            .map_err(|_| (whole(text), "it is too large an expression".to_owned())),
    };
    said.map_err(|(span, why)| {
        let (start, end) = (span.start.offset.min(text.len()), span.end.offset.min(text.len()));
        let found = text.get(start..end).filter(|found| !found.is_empty()).unwrap_or(text);
        QueryError::Pattern { at: before + text[..start].chars().count() + 1, found: found.to_owned(), why }
    })
}

fn whole(text: &str) -> regex_syntax::ast::Span {
    let place = |offset| regex_syntax::ast::Position::new(offset, 1, offset + 1);
    regex_syntax::ast::Span::new(place(0), place(text.len()))
}

impl Member {
    fn new(name: &str, value: &str) -> Member {
        let lower = value.to_lowercase();
        let number = Some(&*lower).filter(|text| is_number(text)).and_then(Number::parse);
        let pointer = Pointer::parse(name).filter(|_| name.starts_with('/'));
        let last = pointer.as_ref().map_or(name, |pointer| pointer.0.last().map_or("", |step| step));
        // The name of an item is a number that is written nowhere.
        let key = (pointer.is_none() || last.parse::<usize>().is_err()).then(|| last.to_lowercase());
        let in_quotes = to_text(&Node::text(&lower));
        let written = [in_quotes, lower.clone()].map(|value| match &key {
            Some(key) => format!("{}:{value}", to_text(&Node::text(key))),
            None => value,
        });
        let hints = key.into_iter().chain(number.is_none().then(|| lower.clone()));
        Member {
            hints: hints.filter(|hint| !hint.is_empty()).map(Word::new).collect(),
            written: written.into_iter().filter(|own| !own.is_empty()).collect(),
            name: pointer.map_or_else(|| Name::Any(name.to_lowercase()), Name::At),
            value: lower,
            number,
        }
    }

    fn is_in(&self, node: &Node) -> bool {
        match &self.name {
            Name::At(pointer) => node.at(pointer).is_some_and(|value| self.has_value(value)),
            Name::Any(name) => match node {
                Node::Object(object) => object
                    .0
                    .iter()
                    .any(|(key, value)| (key.to_lowercase() == *name && self.has_value(value)) || self.is_in(value)),
                Node::Array(items) => items.iter().any(|item| self.is_in(item)),
                _ => false,
            },
        }
    }

    fn has_value(&self, value: &Node) -> bool {
        match value {
            Node::String(text) => text.to_lowercase() == self.value,
            Node::Number(text) if self.number.is_some() && Number::parse(text) == self.number => true,
            other => to_text(other).to_lowercase() == self.value,
        }
    }
}

/// Adds where a word, which is in lower case, stands in a text of any case.
fn alike(text: &str, word: &str, out: &mut Vec<Range<usize>>) {
    if text.is_ascii() {
        let lower = text.to_ascii_lowercase();
        out.extend(lower.match_indices(word).map(|(at, word)| at..at + word.len()).take(MOST_MARKS));
        return;
    }
    let lower = text.to_lowercase();
    // Where each character begins in both, for they may differ in length.
    let mut places = Vec::new();
    let mut behind = 0;
    for (at, c) in text.char_indices() {
        places.push((behind, at));
        behind += c.to_lowercase().map(char::len_utf8).sum::<usize>();
    }
    places.push((behind, text.len()));
    let own = |place: usize, after: bool| {
        let at = places.partition_point(|(lower, _)| if after { *lower < place } else { *lower <= place });
        places.get(if after { at } else { at.saturating_sub(1) }).map_or(text.len(), |(_, own)| *own)
    };
    let found = lower.match_indices(word).take(MOST_MARKS);
    out.extend(found.map(|(at, word)| own(at, false)..own(at + word.len(), true)));
}

/// Where something was found in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Payload,
    Metadata,
    Id,
    Type,
}

impl Part {
    pub fn name(self) -> &'static str {
        match self {
            Part::Payload => "payload",
            Part::Metadata => "metadata",
            Part::Id => "id",
            Part::Type => "type",
        }
    }
}

/// See the module's documentation.
pub(super) struct Subject<'s> {
    store: &'s dyn Store,
    row: &'s PageRow<'s>,
    /// Payload and metadata that are stored as JSON are that and nothing else.
    as_stored: bool,
    /// Those that are, and the same with ASCII in lower case.
    stored: [Option<&'s [u8]>; 2],
    lower: &'s [Vec<u8>; 2],
    /// There is nothing but plain ASCII that is shown as it is stored.
    is_simple: bool,
    json: &'s mut StoredJson,
    content: OnceCell<Content>,
    texts: OnceCell<[Option<String>; 2]>,
    lower_texts: OnceCell<[Option<String>; 2]>,
}

/// Room that one event after the other is searched in.
#[derive(Default)]
pub(super) struct Scratch {
    lower: [Vec<u8>; 2],
    json: StoredJson,
}

impl<'s> Subject<'s> {
    /// `as_stored`: as [`Store::hands_on_json`] says.
    pub(super) fn new(store: &'s dyn Store, as_stored: bool, row: &'s PageRow<'s>, scratch: &'s mut Scratch) -> Self {
        let parts = [&row.payload, &row.metadata].map(|own| own.bytes());
        let is_json = |bytes: &&[u8]| as_stored && begins_as_text(bytes);
        let stored = parts.map(|own| own.filter(is_json));
        for (bytes, lower) in stored.iter().zip(&mut scratch.lower) {
            lower.clear();
            lower.extend_from_slice(bytes.unwrap_or_default());
            lower.make_ascii_lowercase();
        }
        let is_plain = |(own, json): (&Option<&[u8]>, &Option<&[u8]>)| own.is_none() || json.is_some_and(is_simple);
        Subject {
            is_simple: as_stored && parts.iter().zip(&stored).all(is_plain),
            store,
            row,
            as_stored,
            stored,
            lower: &scratch.lower,
            json: &mut scratch.json,
            content: OnceCell::new(),
            texts: OnceCell::new(),
            lower_texts: OnceCell::new(),
        }
    }

    /// The part is in the event, as far as the index does not know.
    pub(super) fn has(&mut self, term: &Term) -> bool {
        match term {
            Term::Word(word) => self.has_word(word),
            Term::Member(member) => {
                let lacks = |hint: &Word| self.lower.iter().all(|own| hint.is_not_in(own));
                if self.is_simple && member.hints.iter().any(lacks) {
                    return false;
                }
                let content = self.content();
                member.is_in(&content.data) || member.is_in(&content.metadata)
            }
            Term::Pattern(pattern) => {
                let texts = self.texts().iter().flatten().map(String::as_str);
                texts.chain(self.row.id).chain([self.row.event_type]).any(|text| pattern.is_match(text))
            }
            Term::Type(_) | Term::Stream(_) => true,
        }
    }

    fn has_word(&mut self, word: &Word) -> bool {
        let in_id = |id: &str| id.len() >= word.text.len() && id.to_lowercase().contains(&word.text);
        self.row.id.is_some_and(in_id) || (0..2).any(|part| self.part_has(part, word))
    }

    /// The payload, or the metadata, has the word.
    fn part_has(&mut self, part: usize, word: &Word) -> bool {
        if let Some(bytes) = self.stored[part]
            && let Some(found) = self.json.finds(word, bytes, &self.lower[part])
        {
            return found;
        }
        if part == 1 && self.as_stored && self.row.metadata.bytes().is_none() {
            return false;
        }
        let lower = || self.texts().each_ref().map(|text| text.as_ref().map(|text| text.to_lowercase()));
        self.lower_texts.get_or_init(lower)[part].as_ref().is_some_and(|text| text.contains(&word.text))
    }

    fn content(&self) -> &Content {
        self.content.get_or_init(|| self.store.decode(self.row))
    }

    /// Payload and metadata as they are shown.
    pub(super) fn texts(&self) -> &[Option<String>; 2] {
        self.texts.get_or_init(|| {
            let plain = self.store.plain(self.row);
            if let Some((data, metadata)) = plain
                && [Some(data), metadata].into_iter().flatten().all(escapes_as_shown)
            {
                return [Some(data), metadata].map(|text| text.map(squeezed));
            }
            let content = self.content();
            let metadata = Some(&content.metadata).filter(|node| **node != Node::Null);
            [Some(&content.data), metadata].map(|node| node.map(to_text))
        })
    }
}

fn squeezed(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    without_blanks(text.as_bytes(), &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each part is taken for.
    fn parts(text: &str) -> Vec<String> {
        let said = |term: &Term| match term {
            Term::Word(word) => format!("word {}", word.text),
            Term::Type(name) => format!("type {name}"),
            Term::Stream(_) => "stream".to_owned(),
            Term::Member(Member { name: Name::Any(name), value, .. }) => format!("any {name}={value}"),
            Term::Member(Member { name: Name::At(path), value, .. }) => format!("at {path}={value}"),
            Term::Pattern(pattern) => format!("pattern {pattern}"),
        };
        Query::parse(text).expect("a search").map(|query| query.terms.iter().map(said).collect()).unwrap_or_default()
    }

    #[test]
    fn parts_stand_between_blanks_and_quotes_keep_words_together() {
        assert_eq!(parts("  Two  wOrds "), ["word two", "word words"]);
        assert_eq!(parts("\"Two words\" \"n\":12 \" \""), ["word two words", "word \"n\":12"]);
        assert_eq!(parts("type:Paid stream:a type: b"), ["type paid", "stream", "word b"]);
        assert_eq!(parts("sku=A-17 /a/0/b=\"x y\" $id=\"\""), ["any sku=a-17", "at /a/0/b=x y", "any $id="]);
        assert_eq!(parts("/a b/ /c/d/ /e\\/f/"), ["pattern a b", "pattern c/d", "pattern e\\/f"]);
        assert_eq!(parts("/api/orders a=b=c"), ["word /api/orders", "any a=b=c"]);
        assert_eq!(
            parts("aGVsbG8= eA== =x \"a=b\" n="),
            ["word agvsbg8=", "word ea==", "word =x", "word a=b", "word n="]
        );
        assert!(parts(" ").is_empty() && parts("type:").is_empty() && parts("\"\"").is_empty());
        assert_eq!(Query::parse(&"x".repeat(MOST_TYPED + 1)).err(), Some(QueryError::TooLong));
    }

    #[test]
    fn marks_are_where_the_words_stand_whatever_their_case() {
        let marks = |query: &str, text: &str| {
            let query = Query::parse(query).expect("a search").expect("something");
            query.marks(text).into_iter().map(|mark| text[mark].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(marks("b ab", "AbbB"), ["AbbB"]);
        assert_eq!(marks("k", "İ K é k"), ["K", "k"]);
        assert_eq!(marks("é", "İÉ"), ["É"]);
        assert_eq!(marks("n=7", r#"{"n":7,"m":"7","N":"7"}"#), [r#""n":7"#, r#""N":"7""#]);
        assert_eq!(marks("/[0-9]*/", "a12b3"), ["12", "3"]);
        assert!(marks("type:a stream:a", "a").is_empty());
    }
}
