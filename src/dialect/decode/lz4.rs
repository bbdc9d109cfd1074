//! LZ4: as Akka and Pekko write it, and its own frames.

use super::MAX_PAYLOAD_BYTES;
use super::inflate::unpacked;
use super::read::{Reader, Trouble};

/// What Akka's and Pekko's Jackson serializer puts in front.
const AKKA: [u8; 4] = [0x87, 0xd9, 0x6d, 0xf6];
const FRAME: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];

pub fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(&AKKA) || bytes.starts_with(&FRAME)
}

pub fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Trouble> {
    if bytes.starts_with(&FRAME) {
        return unpacked(lz4_flex::frame::FrameDecoder::new(bytes));
    }
    let mut reader = Reader::new(bytes);
    if reader.array()? != AKKA {
        return Err("it begins neither as Akka's nor as a frame".into());
    }
    let len = reader.be(4)?;
    if len > MAX_PAYLOAD_BYTES {
        return Err(Trouble::too_large(&format!("it says that it unpacks to {len} bytes")));
    }
    // A block of LZ4 grows by no more than 255 times: nothing is set aside for what cannot come.
    let len = usize::try_from(len).unwrap_or_default();
    if len / 255 > reader.rest().len() {
        return Err(format!("it says that it unpacks to {len} bytes, and has too few for that").into());
    }
    let out = lz4_flex::block::decompress(reader.rest(), len).map_err(|error| error.to_string())?;
    if out.len() != len {
        return Err(format!("it says that it unpacks to {len} bytes, and has {}", out.len()).into());
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::{damaged, hex};
    use super::*;

    #[test]
    fn blocks_of_akka_and_frames_are_unpacked() {
        // Python's lz4 4.4.5: lz4.block.compress(text, store_size=False) behind Akka's header, and
        // lz4.frame.compress(text, content_checksum=True).
        for packed in [
            "87d96df6000000207f7b2261223a226101000150616161227d",
            "04224d186c402000000000000000c6110000007f7b2261223a226101000150616161227d0000000008a3d6b6",
        ] {
            let packed = hex(packed);
            assert!(begins(&packed));
            assert_eq!(unpack(&packed).expect("unpacked"), br#"{"a":"aaaaaaaaaaaaaaaaaaaaaaaa"}"#);
            damaged(&packed, |bytes| drop(unpack(bytes)));
        }
        assert!(unpack(&hex("87d96df6 7fffffff 00")).expect_err("too large").is_too_large);
        assert!(unpack(&hex("87d96df6 03ffffff 00")).expect_err("too few").message.contains("too few"));
    }
}
