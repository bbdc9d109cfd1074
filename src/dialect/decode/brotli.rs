//! Brotli, which says nothing of itself in front.

use super::inflate::unpacked;
use super::read::Trouble;

const BUFFER_BYTES: usize = 4 << 10;

pub fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Trouble> {
    unpacked(brotli_decompressor::Decompressor::new(bytes, BUFFER_BYTES))
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{damaged, hex};
    use super::*;

    #[test]
    fn what_brotli_packs_is_unpacked() {
        // Python's brotli 1.2.0: brotli.compress(text).
        let packed = hex("1b1f00f88dd462cd19ee9422617ba5d35792d013089c8508");
        assert_eq!(unpack(&packed).expect("unpacked"), br#"{"a":"aaaaaaaaaaaaaaaaaaaaaaaa"}"#);
        assert!(unpack(&packed[..8]).is_err());
        damaged(&packed, |bytes| drop(unpack(bytes)));
    }
}
