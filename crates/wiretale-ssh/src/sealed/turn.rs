//! Turns: what one side sends until the other speaks.

use smallvec::SmallVec;
use wiretale_protocol::{Direction, Timestamp};

/// All that one side sent between two things of the other's. However segments are cut, a turn stays the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Turn {
    /// The side by its part in SSH, not in TCP.
    pub(crate) from: Direction,
    /// When its first byte came.
    pub(crate) start: Timestamp,
    /// Bytes on the wire, those not captured included.
    pub(crate) bytes: u64,
    /// Sizes of its first packets, where they are readable.
    pub(crate) packets: SmallVec<[u32; 6]>,
    /// The size of its last packet, where readable.
    pub(crate) last_packet: Option<u32>,
}

impl Turn {
    pub(crate) fn new(from: Direction, start: Timestamp) -> Self {
        Self { from, start, bytes: 0, packets: SmallVec::new(), last_packet: None }
    }

    /// One more packet ended in it.
    pub(crate) fn packet(&mut self, size: u32) {
        if self.packets.len() < self.packets.inline_size() {
            self.packets.push(size);
        }
        self.last_packet = Some(size);
    }

    /// Its bytes, in as many bits as sizes have.
    pub(crate) fn size(&self) -> u32 {
        u32::try_from(self.bytes).unwrap_or(u32::MAX)
    }

    /// Its last packet where that is readable, else all of it.
    pub(crate) fn last(&self) -> u32 {
        self.last_packet.unwrap_or_else(|| self.size())
    }

    /// Its first packet where that is readable, else all of it.
    pub(crate) fn first(&self) -> u32 {
        self.packets.first().copied().unwrap_or_else(|| self.size())
    }
}
