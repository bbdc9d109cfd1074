//! Log records of EventStoreDB and KurrentDB, from their bytes.
//!
//! Layout as in `LogRecords/*.cs` of kurrent-io/KurrentDB: all integers little-endian, strings
//! with their length in front as .NET's BinaryWriter writes it, GUIDs in Windows' order. A
//! record in a chunk is its length, the payload, and the length again.

/// A payload is no longer than this.
pub(super) const MAX_PAYLOAD_BYTES: usize = 16 << 20;
/// Bytes of a payload with the lengths around it, less the payload.
pub(super) const FRAME_BYTES: usize = 8;

/// What the flags of a prepare say.
pub(super) mod flags {
    /// It has an event number of its own.
    pub const DATA: u16 = 0x01;
    pub const STREAM_DELETE: u16 = 0x08;
    /// No commit record follows.
    pub const IS_COMMITTED: u16 = 0x20;
    pub const IS_JSON: u16 = 0x100;
    pub const IS_REDACTED: u16 = 0x200;
    /// The metadata are protobuf (25.1 and newer).
    pub const HAS_PROPERTIES: u16 = 0x400;
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'b> {
    /// Where in the log it says it is.
    pub position: i64,
    pub body: Body<'b>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Body<'b> {
    Prepare(Prepare<'b>),
    Commit(Commit),
    /// Epochs and the like, which are no events.
    System,
}

/// An event, or a mark of a transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prepare<'b> {
    pub flags: u16,
    /// Where the first prepare of its transaction is.
    pub transaction: i64,
    /// Its place in the transaction.
    pub offset: i32,
    /// The number of the event before it, where it is committed.
    pub expected: i64,
    pub stream: &'b [u8],
    pub id: &'b [u8],
    pub correlation: &'b [u8],
    /// Tenths of microseconds since the year 1.
    pub ticks: i64,
    pub event_type: &'b [u8],
    pub data: &'b [u8],
    pub metadata: &'b [u8],
    /// Its numbers have 32 bits (before 4.0).
    pub is_old: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Commit {
    pub transaction: i64,
    /// The number of the transaction's first event.
    pub first: i64,
}

impl<'b> Prepare<'b> {
    pub fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    /// The data; of an event that was redacted there is nothing left but zeros.
    pub fn shown_data(&self) -> Option<&'b [u8]> {
        Some(self.data).filter(|data| !data.is_empty() && !self.has(flags::IS_REDACTED))
    }

    /// It is an event once it is committed, and no mark of a transaction.
    pub fn is_event(&self) -> bool {
        self.has(flags::DATA | flags::STREAM_DELETE)
    }
}

struct Fields<'b> {
    rest: &'b [u8],
}

impl<'b> Fields<'b> {
    fn bytes(&mut self, len: usize) -> Option<&'b [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(bytes)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_le_bytes)
    }

    fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    /// A version; `last` is the 32-bit number that stands for one of the largest.
    fn version(&mut self, is_old: bool, last: i32) -> Option<i64> {
        match is_old {
            false => self.i64(),
            true => Some(match self.i32()? {
                number if number == last => i64::MAX - i64::from(i32::MAX - last),
                number => i64::from(number),
            }),
        }
    }

    fn text(&mut self) -> Option<&'b [u8]> {
        let mut len = 0_usize;
        for shift in [0, 7, 14, 21] {
            let [byte] = self.array()?;
            len |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return self.bytes(len);
            }
        }
        None
    }

    /// Bytes with their number in front.
    fn block(&mut self) -> Option<&'b [u8]> {
        let len = usize::try_from(self.i32()?).ok()?;
        self.bytes(len)
    }
}

/// The record whose payload begins there, and how long the payload is: its own fields tell.
pub(super) fn parse(bytes: &[u8]) -> Option<(Record<'_>, usize)> {
    let mut fields = Fields { rest: bytes };
    let [kind, version] = fields.array()?;
    let position = fields.i64()?;
    let is_old = version == 0;
    let body = match (kind, version) {
        (0, 0 | 1) => Body::Prepare(Prepare {
            flags: fields.array().map(u16::from_le_bytes)?,
            transaction: fields.i64()?,
            offset: fields.i32()?,
            expected: fields.version(is_old, i32::MAX - 1)?,
            stream: fields.text()?,
            id: fields.bytes(16)?,
            correlation: fields.bytes(16)?,
            ticks: fields.i64()?,
            event_type: fields.text()?,
            data: fields.block()?,
            metadata: fields.block()?,
            is_old,
        }),
        (1, 0 | 1) => {
            let transaction = fields.i64()?;
            let first = fields.version(is_old, i32::MAX)?;
            // The position again, a correlation id and the time.
            fields.bytes(8 + 16 + 8)?;
            Body::Commit(Commit { transaction, first })
        }
        (2, 0) => {
            // Time, kind, serialization, reserved.
            fields.bytes(8 + 1 + 1 + 8)?;
            fields.block()?;
            Body::System
        }
        _ => return None,
    };
    let used = bytes.len() - fields.rest.len();
    (position >= 0 && used <= MAX_PAYLOAD_BYTES).then_some((Record { position, body }, used))
}
