//! [`Shard`]: one of N parts of a store's streams, for work that several programs share.

use sha2::{Digest, Sha256};

/// The part `number` of `of`; the whole is part 1 of 1.
///
/// Which part a stream is in depends on its name only, so that every machine, now and later,
/// finds the same: the first eight bytes of the SHA-256 of the name in UTF-8, as a big-endian
/// number, modulo `of`, and 1 more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: u64,
    of: u64,
}

impl Default for Shard {
    fn default() -> Shard {
        Shard::ALL
    }
}

impl Shard {
    pub const ALL: Shard = Shard { number: 1, of: 1 };

    /// `3/8`; `None` for everything that names no part.
    pub fn parse(text: &str) -> Option<Shard> {
        let whole = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        let (number, of) = text.split_once('/')?;
        let (number, of) = (whole(number)?, whole(of)?);
        (1..=of).contains(&number).then_some(Shard { number, of })
    }

    pub fn holds(self, stream: &str) -> bool {
        self.of == 1 || hash(stream) % self.of + 1 == self.number
    }

    /// The part that also has what belongs to no stream.
    pub fn is_first(self) -> bool {
        self.number == 1
    }
}

fn hash(name: &str) -> u64 {
    let digest = Sha256::digest(name.as_bytes());
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_a_number_up_to_their_number() {
        assert_eq!(Shard::parse("3/8"), Some(Shard { number: 3, of: 8 }));
        assert_eq!(Shard::parse("1/1"), Some(Shard::ALL));
        for text in
            ["", "3", "0/8", "9/8", "0/0", "1/0", "-1/8", "+1/8", " 1/8", "1/8/2", "a/b", "1/99999999999999999999"]
        {
            assert_eq!(Shard::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_stream_is_in_one_part_and_parts_are_alike() {
        let shards: Vec<Shard> = (1..=8).map(|number| Shard { number, of: 8 }).collect();
        let mut sizes = [0; 8];
        for number in 0..8_000 {
            let name = format!("account-{number}");
            let holding: Vec<usize> = (0..8).filter(|at| shards[*at].holds(&name)).collect();
            assert_eq!(holding.len(), 1, "{name}");
            sizes[holding[0]] += 1;
        }
        assert!(sizes.iter().all(|size| (900..1_100).contains(size)), "{sizes:?}");
        assert!(Shard::ALL.holds("account-1") && Shard::ALL.is_first());
    }

    #[test]
    fn parts_are_the_same_on_every_machine() {
        // By Python: int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], 'big')
        for (name, number) in [
            ("", 16_406_829_232_824_261_652),
            ("account-1042", 12_467_664_017_429_122_084),
            ("Åsa-文", 9_020_710_654_383_260_891),
        ] {
            assert_eq!(hash(name), number, "{name}");
        }
    }
}
