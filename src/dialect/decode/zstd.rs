//! Zstandard.

use std::io::{self, Read};

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::MAX_PAYLOAD_BYTES;
use super::inflate::unpacked;
use super::read::Trouble;

pub fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
}

pub fn unpack(mut bytes: &[u8]) -> Result<Vec<u8>, Trouble> {
    let frame = StreamingDecoder::new_with_max_window_size(&mut bytes, MAX_PAYLOAD_BYTES);
    let frame = frame.map_err(|error| error.to_string())?;
    let out = unpacked(Frame(frame))?;
    match bytes.len() {
        0 => Ok(out),
        more => Err(format!("{more} bytes stand behind it").into()),
    }
}

/// One frame, whose sum is looked at when all of it is read.
struct Frame<'a, 'b>(StreamingDecoder<&'a mut &'b [u8], FrameDecoder>);

impl Read for Frame<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        let decoder = &self.0.decoder;
        if read == 0
            && !buffer.is_empty()
            && let Some(stored) = decoder.get_checksum_from_data()
            && decoder.get_calculated_checksum().is_some_and(|own| own != stored)
        {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its sum does not fit"));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{damaged, hex};
    use super::*;

    #[test]
    fn what_zstandard_packs_is_unpacked() {
        // Python's zstandard 0.25.0: ZstdCompressor(write_checksum=True).compress(text).
        let packed = hex("28b52ffd24207d0000487b2261223a2261227d01003530024c1f4684");
        assert!(begins(&packed));
        assert_eq!(unpack(&packed).expect("unpacked"), br#"{"a":"aaaaaaaaaaaaaaaaaaaaaaaa"}"#);
        assert!(unpack(&[&packed[..], b"x"].concat()).expect_err("more").message.contains("behind"));
        damaged(&packed, |bytes| drop(unpack(bytes)));
    }
}
