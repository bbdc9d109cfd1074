//! UUIDs inside names: the same one is written with hyphens or without, in large letters, in
//! braces, behind `urn:uuid:`.

use std::ops::Range;

/// Where the groups of a UUID with hyphens end.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
/// Bytes of one with hyphens.
pub const LEN: usize = 36;
const DIGITS: usize = 32;
const URN: &[u8] = b"urn:uuid:";

/// Where the first UUID stands, with all that belongs to its spelling.
pub fn find(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let last = bytes.len().checked_sub(DIGITS)?;
    let (start, len) = (0..=last).find_map(|at| Some((at, len_at(bytes, at)?)))?;
    let mut range = start..start + len;
    if bytes[..start].ends_with(b"{") && bytes.get(range.end) == Some(&b'}') {
        range = start - 1..range.end + 1;
    }
    if let Some(urn) = range.start.checked_sub(URN.len())
        && bytes[urn..range.start].eq_ignore_ascii_case(URN)
    {
        range.start = urn;
    }
    Some(range)
}

/// Bytes of the UUID that begins here: 32 digits alone, or in groups.
fn len_at(bytes: &[u8], at: usize) -> Option<usize> {
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    let in_groups = |place: usize| match HYPHENS.contains(&place) {
        true => bytes.get(at + place) == Some(&b'-'),
        false => is_digit(at + place),
    };
    if (0..LEN).all(in_groups) {
        return Some(LEN);
    }
    let alone = at.checked_sub(1).is_none_or(|before| !is_digit(before)) && !is_digit(at + DIGITS);
    (alone && (at..at + DIGITS).all(is_digit)).then_some(DIGITS)
}

/// The name with its UUIDs spelled one way: 32 digits in small letters. `None` where it has none.
pub fn folded(name: &str) -> Option<String> {
    let (mut out, mut rest) = (String::with_capacity(name.len()), name);
    while let Some(range) = find(rest) {
        out.push_str(&rest[..range.start]);
        let digits = rest[range.clone()].bytes().rev().filter(u8::is_ascii_hexdigit).take(DIGITS);
        let digits: Vec<u8> = digits.collect();
        out.extend(digits.iter().rev().map(|digit| char::from(digit.to_ascii_lowercase())));
        rest = &rest[range.end..];
    }
    if rest.len() == name.len() {
        return None;
    }
    out.push_str(rest);
    Some(out)
}

/// The digits of a text that may be some of a UUID, in any spelling.
pub fn digits_of_part(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    let text = text.strip_prefix("urn:uuid:").unwrap_or(&text).trim_start_matches('{').trim_end_matches('}');
    let digits = text.replace('-', "");
    // Fewer digits than the first group's have only one spelling.
    (digits.len() > HYPHENS[0] && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "406e2ac53c5947769f4af37552a78ca2";

    #[test]
    fn spellings_of_one_uuid_are_alike() {
        for text in [
            PLAIN,
            "406e2ac5-3c59-4776-9f4a-f37552a78ca2",
            "{406E2AC5-3C59-4776-9F4A-F37552A78CA2}",
            "urn:uuid:406e2ac5-3c59-4776-9f4a-f37552a78ca2",
            "406E2AC53C5947769F4AF37552A78CA2",
        ] {
            assert_eq!(folded(text).as_deref(), Some(PLAIN), "{text}");
            assert_eq!(find(text), Some(0..text.len()), "{text}");
            let around = format!("Cart-1-{text}-b");
            assert_eq!(folded(&around), Some(format!("Cart-1-{PLAIN}-b")), "{text}");
        }
        let two = "{406e2ac5-3c59-4776-9f4a-f37552a78ca2}406E2AC53C5947769F4AF37552A78CA2";
        assert_eq!(folded(two), Some(format!("{PLAIN}{PLAIN}")));
    }

    #[test]
    fn what_is_no_uuid_is_none() {
        for text in ["", "406e2ac5-3c59-4776-9f4a-f37552a78cag", "406e2ac53c5947769f4af37552a78ca2f", "é-406e2ac5"] {
            assert_eq!((find(text), folded(text)), (None, None), "{text}");
        }
        assert_eq!(find("cart_406e2ac5-3c59-4776-9f4a-f37552a78ca2"), Some(5..41));
        assert_eq!(digits_of_part("406e2ac5-3C").as_deref(), Some("406e2ac53c"));
        assert_eq!((digits_of_part("406e2ac5"), digits_of_part("order-406e2ac5")), (None, None));
    }
}
