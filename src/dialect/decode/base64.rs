//! Base64, of either alphabet, with and without its `=` and with line breaks.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::read::Trouble;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

pub fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Trouble> {
    let letters: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let alphabet = if letters.iter().any(|byte| matches!(byte, b'-' | b'_')) { &URL_SAFE } else { &STANDARD };
    Ok(GeneralPurpose::new(alphabet, LENIENT).decode(letters).map_err(|error| error.to_string())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_it_is_read() {
        for text in ["+/8AYQ==", "-_8AYQ", "+/8A\r\nYQ==\n"] {
            assert_eq!(unpack(text.as_bytes()).expect("bytes"), [0xfb, 0xff, 0x00, 0x61], "{text}");
        }
        for text in ["{\"a\":1}", "a", "+/8A-_8A"] {
            assert!(unpack(text.as_bytes()).is_err(), "{text}");
        }
    }
}
