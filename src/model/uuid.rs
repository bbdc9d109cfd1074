//! UUIDs inside names: the same one is written with hyphens or without, in large letters, in
//! braces, behind `urn:uuid:`.

/// Where the groups of a UUID with hyphens end.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
const LEN: usize = 36;

/// Where the first UUID with hyphens begins.
pub fn find(text: &str) -> Option<usize> {
    let is_uuid = |part: &[u8]| {
        part.iter().enumerate().all(|(at, byte)| match HYPHENS.contains(&at) {
            true => *byte == b'-',
            false => byte.is_ascii_hexdigit(),
        })
    };
    text.as_bytes().windows(LEN).position(is_uuid)
}

/// The name without anything that differs between spellings of a UUID in it.
pub fn folded(name: &str) -> String {
    let name = name.to_lowercase();
    name.replace("urn:uuid:", "").replace(['-', '{', '}'], "")
}

/// The text may be a UUID or some of it, in any spelling.
pub fn may_be_part(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let text = text.strip_prefix("urn:uuid:").unwrap_or(&text).trim_start_matches('{').trim_end_matches('}');
    // Fewer digits than the first group's have only one spelling.
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    digits > HYPHENS[0] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_uuid_are_alike() {
        let plain = folded("406e2ac53c5947769f4af37552a78ca2");
        for text in [
            "406e2ac5-3c59-4776-9f4a-f37552a78ca2",
            "{406E2AC5-3C59-4776-9F4A-F37552A78CA2}",
            "urn:uuid:406e2ac5-3c59-4776-9f4a-f37552a78ca2",
            "406E2AC53C5947769F4AF37552A78CA2",
        ] {
            assert_eq!(folded(text), plain, "{text}");
            assert!(may_be_part(text), "{text}");
        }
        assert!(may_be_part("406e2ac5-3c") && !may_be_part("406e2ac5") && !may_be_part("order-406e2ac5"));
        assert_eq!(find("cart_406e2ac5-3c59-4776-9f4a-f37552a78ca2"), Some(5));
        assert_eq!(find("406e2ac5-3c59-4776-9f4a-f37552a78cag"), None);
    }
}
