//! Digits of numbers that no machine word holds, and of ids.

use super::read::Trouble;

/// Whole numbers of more bytes are not written in digits: the time grows with the square.
const MAX_BYTES: usize = 1_024;

/// Zeros written out before `e` is used.
const MAX_ZEROS: u64 = 400;

/// The digits of a whole number from its magnitude, the highest byte first.
pub fn whole(is_negative: bool, magnitude: &[u8]) -> Result<String, Trouble> {
    const STEP: u64 = 1_000_000_000;
    let zeros = magnitude.iter().take_while(|byte| **byte == 0).count();
    let magnitude = &magnitude[zeros..];
    if magnitude.len() > MAX_BYTES {
        return Err(Trouble::too_large(&format!("a number of {} bytes", magnitude.len())));
    }
    // Words of 32 bits, the highest first.
    let word = |bytes: &[u8]| bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
    let (first, others) = magnitude.split_at(magnitude.len() % 4);
    let mut words: Vec<u32> = std::iter::once(word(first)).chain(others.chunks(4).map(word)).collect();
    let mut groups = Vec::new();
    let mut from = 0;
    while from < words.len() {
        let mut rest = 0_u64;
        for word in &mut words[from..] {
            let value = rest << 32 | u64::from(*word);
            *word = (value / STEP) as u32;
            rest = value % STEP;
        }
        groups.push(rest);
        from += words[from..].iter().take_while(|word| **word == 0).count();
    }
    let mut out = String::from(if is_negative { "-" } else { "" });
    match groups.pop() {
        Some(first) => out.push_str(&first.to_string()),
        None => out.push('0'),
    }
    groups.iter().rev().for_each(|group| out.push_str(&format!("{group:09}")));
    Ok(out)
}

/// The digits of a whole number in two's complement, the highest byte first.
pub fn signed(bytes: &[u8]) -> Result<String, Trouble> {
    if bytes.first().is_none_or(|first| first & 0x80 == 0) {
        return whole(false, bytes);
    }
    if bytes.len() > MAX_BYTES + 1 {
        return Err(Trouble::too_large(&format!("a number of {} bytes", bytes.len())));
    }
    let mut magnitude: Vec<u8> = bytes.iter().map(|byte| !byte).collect();
    let carried = magnitude.iter_mut().rev().any(|byte| {
        *byte = byte.wrapping_add(1);
        *byte != 0
    });
    if !carried {
        magnitude.insert(0, 1);
    }
    whole(true, &magnitude)
}

/// Digits, which may begin with `-`, times a power of ten: written out where it is short.
pub fn decimal(digits: &str, exponent: i64) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    if exponent.unsigned_abs() > MAX_ZEROS {
        return format!("{sign}{digits}e{exponent}");
    }
    let Ok(zeros) = usize::try_from(exponent) else {
        let behind = exponent.unsigned_abs() as usize;
        let padded = format!("{digits:0>width$}", width = behind + 1);
        let (before, after) = padded.split_at(padded.len() - behind);
        return format!("{sign}{before}.{after}");
    };
    if digits.trim_start_matches('0').is_empty() {
        return format!("{sign}0");
    }
    format!("{sign}{digits}{}", "0".repeat(zeros))
}

/// A UUID in its usual form.
pub fn uuid(bytes: [u8; 16]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_is_there() {
        assert_eq!(whole(false, &[]).expect("a number"), "0");
        assert_eq!(whole(true, &[0, 0, 7]).expect("a number"), "-7");
        assert_eq!(whole(false, &1_000_000_000_u64.to_be_bytes()).expect("a number"), "1000000000");
        for number in [0, 1, -1, 255, -256, i128::from(u64::MAX) + 1, i128::MAX, i128::MIN, -1_000_000_000_000_000_000]
        {
            assert_eq!(signed(&number.to_be_bytes()).expect("a number"), number.to_string());
        }
        assert_eq!(signed(&[0x80]).expect("a number"), "-128");
        assert_eq!(whole(false, &[0xff; 1024]).expect("a number").len(), 2467);
        assert!(whole(false, &[0xff; 1025]).is_err() && signed(&[0xff; 2000]).is_err());
    }

    #[test]
    fn decimals_keep_their_digits() {
        for (digits, exponent, want) in [
            ("1250", -2, "12.50"),
            ("-5", -3, "-0.005"),
            ("12", 2, "1200"),
            ("0", 5, "0"),
            ("7", 0, "7"),
            ("1", -401, "1e-401"),
            ("-1", 1_000_000_000_000, "-1e1000000000000"),
        ] {
            assert_eq!(decimal(digits, exponent), want);
        }
    }
}
