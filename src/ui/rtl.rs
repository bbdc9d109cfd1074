//! Arabic, Hebrew and other scripts that are written from right to left, in one line.
//!
//! egui sets each word of them from right to left, but the words of a line from left to right. Here a
//! line is cut into parts in the order in which they are seen, each of which egui sets as it should
//! be. The line itself always begins at the left, so that lists and trees keep their order.

use unicode_bidi::{BidiInfo, Level};

/// Written from right to left.
pub fn is_rtl(c: char) -> bool {
    matches!(
        u32::from(c),
        0x0590..=0x08ff | 0xfb1d..=0xfdff | 0xfe70..=0xfefc | 0x1_0800..=0x1_0fff | 0x1_e800..=0x1_efff
    ) && !is_number(c)
}

/// The digits of Arabic are written from left to right.
fn is_number(c: char) -> bool {
    matches!(u32::from(c), 0x0660..=0x0669 | 0x06f0..=0x06f9)
}

/// Whether anything in a text is.
pub fn has_rtl(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(is_rtl)
}

/// The parts of a line in the order in which they are seen, from left to right; what egui turns
/// around by itself is as it is written.
pub fn parts(line: &str) -> Vec<String> {
    let info = BidiInfo::new(line, Some(Level::ltr()));
    let mut parts = Vec::new();
    for paragraph in &info.paragraphs {
        let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let text = &line[run.clone()];
            if levels[run.start].is_ltr() {
                parts.push(text.to_owned());
                continue;
            }
            let begin = parts.len();
            let mut rest = text;
            while let Some(first) = rest.chars().next() {
                let is_word = is_in_word(first);
                let end = rest.find(|c| is_in_word(c) != is_word).unwrap_or(rest.len());
                let (part, behind) = rest.split_at(end);
                parts.push(if is_word { part.to_owned() } else { part.chars().rev().map(mirrored).collect() });
                rest = behind;
            }
            parts[begin..].reverse();
        }
    }
    parts
}

/// Letters, marks on them, and the joiners between them.
fn is_in_word(c: char) -> bool {
    is_rtl(c) || matches!(c, '\u{200c}' | '\u{200d}' | '\u{300}'..='\u{36f}')
}

/// Brackets open to where the text goes on.
fn mirrored(c: char) -> char {
    match c {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::{has_rtl, parts};

    #[test]
    fn words_are_in_the_order_in_which_they_are_seen() {
        for (line, seen) in [
            ("abc", vec!["abc"]),
            ("שלום", vec!["שלום"]),
            ("שלום עולם", vec!["עולם", " ", "שלום"]),
            // A number after them belongs to them.
            ("id שלום עולם 7", vec!["id ", "7", " ", "עולם", " ", "שלום"]),
            ("(שלום) x", vec!["(", "שלום", ") x"]),
            ("שלום (עולם) סוף", vec!["סוף", " (", "עולם", ") ", "שלום"]),
            ("عدد ٣٤ كبير", vec!["كبير", " ", "٣٤", " ", "عدد"]),
            ("מחיר 250 שח", vec!["שח", " ", "250", " ", "מחיר"]),
        ] {
            let found = parts(line);
            assert_eq!(found.concat(), seen.concat(), "{line}");
            let mut letters: Vec<char> = found.concat().chars().collect();
            let mut written: Vec<char> = line.chars().collect();
            letters.sort_unstable();
            written.sort_unstable();
            assert_eq!(letters, written, "nothing is lost of {line}");
        }
    }

    #[test]
    fn other_scripts_are_left_alone() {
        assert!(!has_rtl("abc ä 漢字 ไทย 😀"));
        assert!(has_rtl("abc ع"));
    }
}
