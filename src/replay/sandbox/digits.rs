//! A number as text in a base other than ten, as V8 writes it: with as many digits after the
//! point as tell the number from its neighbours.

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The text of a finite number; `base` is from 2 to 36.
pub fn in_base(number: f64, base: u32) -> String {
    let value = number.abs();
    let step = f64::from(base);
    let mut integer = value.floor();
    let mut fraction = value - integer;
    // Half the way to the next number: digits beyond say nothing.
    let mut delta = (0.5 * (value.next_up() - value)).max(f64::from_bits(1));
    let mut after: Vec<u8> = Vec::new();
    if fraction >= delta {
        loop {
            fraction *= step;
            delta *= step;
            let digit = fraction as u8;
            after.push(digit);
            fraction -= f64::from(digit);
            if (fraction > 0.5 || (fraction == 0.5 && digit % 2 == 1)) && fraction + delta > 1.0 {
                // Rounded up, with the carry.
                loop {
                    match after.pop() {
                        None => integer += 1.0,
                        Some(digit) if u32::from(digit) + 1 < base => after.push(digit + 1),
                        Some(_) => continue,
                    }
                    break;
                }
                break;
            }
            if fraction < delta {
                break;
            }
        }
    }
    let mut before: Vec<u8> = Vec::new();
    // Digits that the number does not hold are zeros.
    while integer / step >= 9_007_199_254_740_992.0 {
        integer /= step;
        before.push(0);
    }
    loop {
        let rest = integer % step;
        before.push(rest as u8);
        integer = (integer - rest) / step;
        if integer <= 0.0 {
            break;
        }
    }
    let sign = if number < 0.0 { "-" } else { "" };
    let text = |digits: &mut dyn Iterator<Item = &u8>| -> String {
        digits.map(|&digit| char::from(DIGITS[usize::from(digit) % 36])).collect()
    };
    let mut out = format!("{sign}{}", text(&mut before.iter().rev()));
    if !after.is_empty() {
        out.push('.');
        out.push_str(&text(&mut after.iter()));
    }
    out
}
