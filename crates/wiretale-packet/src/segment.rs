//! A TCP segment.

use core::fmt;

use crate::SeqNumber;

/// A TCP segment, its header decoded into values, its options and payload borrowed from the frame (RFC 9293 section 3.1).
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// Sequence number of the first byte (of the SYN where there is one).
    pub seq: SeqNumber,
    /// The acknowledgement field; means something only where [`Flags::ACK`] is set.
    pub ack: SeqNumber,
    /// The flags, ECN's included.
    pub flags: Flags,
    /// The window field, not scaled.
    pub window: u16,
    /// The urgent pointer; means something only where [`Flags::URG`] is set.
    pub urgent: u16,
    /// The options as they stand in the header, padding included.
    pub options: &'a [u8],
    /// The captured part of the payload.
    pub payload: &'a [u8],
    /// How many payload bytes were on the wire but not in the capture (a snap-length cut).
    pub missing: u32,
}

impl Segment<'_> {
    /// Length in sequence space: payload on the wire, one for SYN, one for FIN.
    #[must_use]
    #[inline]
    pub fn seq_len(&self) -> u32 {
        self.wire_len()
            .saturating_add(u32::from(self.flags.has(Flags::SYN)))
            .saturating_add(u32::from(self.flags.has(Flags::FIN)))
    }

    /// Payload bytes on the wire, captured or not.
    #[must_use]
    #[inline]
    pub fn wire_len(&self) -> u32 {
        u32::try_from(self.payload.len()).unwrap_or(u32::MAX).saturating_add(self.missing)
    }
}

/// The flags of a TCP header, as they stand in its fourteenth byte.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags(pub u8);

impl Flags {
    /// No more data from the sender.
    pub const FIN: Self = Self(0x01);
    /// Synchronise sequence numbers.
    pub const SYN: Self = Self(0x02);
    /// Reset the connection.
    pub const RST: Self = Self(0x04);
    /// Push.
    pub const PSH: Self = Self(0x08);
    /// The acknowledgement field means something.
    pub const ACK: Self = Self(0x10);
    /// The urgent pointer means something.
    pub const URG: Self = Self(0x20);
    /// ECN echo (RFC 3168).
    pub const ECE: Self = Self(0x40);
    /// Congestion window reduced (RFC 3168).
    pub const CWR: Self = Self(0x80);

    /// Are all flags of `other` set?
    #[must_use]
    #[inline]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The flags of both.
    #[must_use]
    #[inline]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// `SYN|ACK`, or `-` for none.
impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [(Flags, &str); 8] = [
            (Flags::SYN, "SYN"),
            (Flags::FIN, "FIN"),
            (Flags::RST, "RST"),
            (Flags::PSH, "PSH"),
            (Flags::ACK, "ACK"),
            (Flags::URG, "URG"),
            (Flags::ECE, "ECE"),
            (Flags::CWR, "CWR"),
        ];
        let mut set = NAMES.iter().filter(|(flag, _)| self.has(*flag)).map(|(_, name)| *name);
        f.write_str(set.next().unwrap_or("-"))?;
        set.try_for_each(|name| write!(f, "|{name}"))
    }
}
