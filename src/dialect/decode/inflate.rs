//! What zlib, gzip and bare deflate have packed.

use std::io::Read;

use super::MAX_PAYLOAD_BYTES;
use super::read::Trouble;

/// The bytes begin as gzip writes them.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// The bytes begin as zlib writes them: its method and window, and a number that is a multiple
/// of 31 (RFC 1950).
pub fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [0x78, flags, ..] if (0x7800 | u16::from(*flags)) % 31 == 0)
}

pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>, Trouble> {
    unpacked(flate2::read::MultiGzDecoder::new(bytes))
}

pub fn zlib(bytes: &[u8]) -> Result<Vec<u8>, Trouble> {
    unpacked(flate2::read::ZlibDecoder::new(bytes))
}

/// Without anything in front or behind (RFC 1951).
pub fn deflate(bytes: &[u8]) -> Result<Vec<u8>, Trouble> {
    unpacked(flate2::read::DeflateDecoder::new(bytes))
}

/// Everything a reader gives, within bounds.
pub fn unpacked(reader: impl Read) -> Result<Vec<u8>, Trouble> {
    let mut out = Vec::new();
    reader.take(MAX_PAYLOAD_BYTES + 1).read_to_end(&mut out).map_err(|error| error.to_string())?;
    if out.len() as u64 > MAX_PAYLOAD_BYTES {
        return Err(Trouble::too_large(&format!("it unpacks to more than {} MiB", MAX_PAYLOAD_BYTES >> 20)));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{damaged, hex};
    use super::*;

    // Python's zlib and gzip: zlib.compress(text), compressobj(wbits=-15), gzip.compress(text, mtime=0).
    const TEXT: &[u8] = br#"{"a":"aaaaaaaaaaaaaaaaaaaaaaaa"}"#;
    const ZLIB: &str = "789cab564a54b2524ac401946a01b1610b34";
    const DEFLATE: &str = "ab564a54b2524ac401946a01";
    const GZIP: &str = "1f8b0800000000000203ab564a54b2524ac401946a01d5ab836420000000";

    #[test]
    fn what_python_packs_is_unpacked() {
        for (unpack, packed) in [(zlib as fn(&[u8]) -> _, ZLIB), (deflate, DEFLATE), (gzip, GZIP)] {
            let packed = hex(packed);
            assert_eq!(unpack(&packed).expect("unpacked"), TEXT);
            damaged(&packed, |bytes| drop(unpack(bytes)));
        }
        assert!(is_zlib(&hex(ZLIB)) && is_gzip(&hex(GZIP)) && !is_zlib(b"xxx"));
    }

    #[test]
    fn a_bomb_is_too_large() {
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::copy(&mut std::io::repeat(0).take(MAX_PAYLOAD_BYTES + 1), &mut packed).expect("packed");
        assert!(zlib(&packed.finish().expect("packed")).expect_err("a bomb").is_too_large);
    }
}
