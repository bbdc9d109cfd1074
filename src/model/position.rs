//! [`Position`]: the store's own order over everything, shown as it is stored; and [`Decimal`],
//! by which numbers of any size and form are put in order.

use std::cmp::Ordering;

use super::node::{Node, Text};

/// Where an event stands among all of its store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Position {
    /// The store has none.
    #[default]
    None,
    Number(i64),
    /// Any other number, in the digits that are stored: `1.5`, `1e3`, `18446744073709551615`.
    Digits(Text),
    Text(Text),
}

impl Position {
    /// As it stands in JSON.
    pub fn to_node(&self) -> Node {
        match self {
            Position::None => Node::Null,
            Position::Number(number) => Node::number(number),
            Position::Digits(digits) => Node::Number(Text::clone(digits)),
            Position::Text(text) => Node::String(Text::clone(text)),
        }
    }
}

/// A number of any size, exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    is_negative: bool,
    /// The number is `0.DIGITS` times ten to the power of this.
    scale: i64,
    /// Without zeros at either end; empty for zero.
    digits: String,
}

impl Decimal {
    /// Reads a number as JSON and SQL write it; `None`: the text is none.
    pub fn parse(text: &str) -> Option<Decimal> {
        let (sign, size) = text.strip_prefix('-').map_or((false, text), |size| (true, size));
        let (mantissa, exponent) = match size.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (size, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let significant = all.trim_start_matches('0');
        let zeros = all.len() - significant.len();
        let digits = significant.trim_end_matches('0').to_owned();
        let scale = if digits.is_empty() { 0 } else { exponent.checked_add(whole.len() as i64 - zeros as i64)? };
        Some(Decimal { is_negative: sign && !digits.is_empty(), scale, digits })
    }

    /// The number where it is whole and fits.
    pub fn whole(&self) -> Option<i64> {
        let zeros = self.scale.checked_sub(self.digits.len() as i64).filter(|zeros| (0..=19).contains(zeros));
        let sign = if self.is_negative { "-" } else { "" };
        match self.digits.as_str() {
            "" => Some(0),
            digits => format!("{sign}{digits}{}", "0".repeat(zeros? as usize)).parse().ok(),
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        let sign = |own: &Decimal| i8::from(!own.digits.is_empty()) * if own.is_negative { -1 } else { 1 };
        let size = || self.scale.cmp(&other.scale).then_with(|| self.digits.cmp(&other.digits));
        sign(self).cmp(&sign(other)).then_with(|| if self.is_negative { size().reverse() } else { size() })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_size_are_in_order() {
        let ascending = [
            "-1e30",
            "-18446744073709551616",
            "-18446744073709551615",
            "-10.5",
            "-10",
            "-0.1",
            "0",
            "1e-9",
            "0.5",
            "0.50000000000000000001",
            "1",
            "9",
            "10",
            "999",
            "1e3",
            "1000.0001",
            "9223372036854775807",
            "18446744073709551615",
            "18446744073709551616",
            "1E+40",
        ];
        let numbers: Vec<Decimal> = ascending.iter().map(|text| Decimal::parse(text).expect(text)).collect();
        for (at, number) in numbers.iter().enumerate() {
            for (other_at, other) in numbers.iter().enumerate() {
                assert_eq!(number.cmp(other), at.cmp(&other_at), "{} and {}", ascending[at], ascending[other_at]);
            }
        }
        for same in [["1000.0", "1e3"], ["-0", "0.000"], ["0007", "7"], ["12e-1", "1.20"]] {
            assert_eq!(Decimal::parse(same[0]), Decimal::parse(same[1]), "{same:?}");
        }
        let whole = |text: &str| Decimal::parse(text).and_then(|number| number.whole());
        assert_eq!(["-0.0", "1000.0", "-12e2"].map(whole), [Some(0), Some(1_000), Some(-1_200)]);
        assert_eq!(whole("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(["1.5", "1e-3", "9223372036854775808", "1e30"].map(whole), [None; 4]);
        for text in ["", "-", "+1", ".5", "1x", "x", "1e", "1e99999999999999999999", "0x10", "inf", "1,5", "1.2.3"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
