//! Packets as they went by, and of which of them an observer hears.

use wiretale_packet::{Direction, Flags};

/// A packet as it went by.
#[derive(Clone, Copy, Debug)]
pub struct Passed {
    /// TCP flags; none for other transports.
    pub flags: Flags,
    /// TCP sequence number; 0 for other transports.
    pub seq: u32,
    /// TCP acknowledgement number.
    pub ack: u32,
    /// TCP window, not scaled.
    pub window: u16,
    /// Payload bytes on the wire.
    pub payload: u32,
    /// Of these, bytes of the stream not seen before (all of them for UDP).
    pub fresh: u32,
    /// Length of the IP packet.
    pub ip_len: u32,
    /// Time to live.
    pub ttl: u8,
}

/// Of which of a flow's packets an observer wants to hear. Most ask how a flow begins, and few packets are part of that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Packets {
    /// So many, from its first one on.
    pub first: u8,
    /// Beside these so many of each side that bring bytes not seen before.
    pub fresh: [u8; 2],
    /// All the others, too.
    pub all: bool,
}

impl Packets {
    /// Every packet.
    pub const ALL: Self = Self { first: 0, fresh: [0; 2], all: true };

    /// None.
    pub const NONE: Self = Self { first: 0, fresh: [0; 2], all: false };

    /// Those of which one or the other wants to hear.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let fresh = [self.fresh[0].max(other.fresh[0]), self.fresh[1].max(other.fresh[1])];
        Self { first: self.first.max(other.first), fresh, all: self.all || other.all }
    }

    /// Is there nothing more to hear?
    #[inline]
    #[must_use]
    pub const fn is_none(self) -> bool {
        let Self { first, fresh: [client, server], all } = self;
        first | client | server | all as u8 == 0
    }

    /// Is a packet to be told that brings so many fresh bytes? What is left is what is still to come.
    #[inline]
    pub fn take(&mut self, from: Direction, fresh: u32) -> bool {
        // Nearly always, once a flow has begun.
        !self.is_none() && self.take_next(from, fresh)
    }

    fn take_next(&mut self, from: Direction, fresh: u32) -> bool {
        let Self { first, fresh: [client, server], all } = self;
        let side = if from == Direction::Client { client } else { server };
        let told = *all || *first > 0 || fresh > 0 && *side > 0;
        *first = first.saturating_sub(1);
        *side = side.saturating_sub(u8::from(fresh > 0));
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ones_are_told_and_the_first_that_say_something() {
        let mut left = Packets { first: 2, fresh: [1, 2], all: false };
        let steps = [
            (Direction::Client, 0, true),
            (Direction::Server, 5, true),
            (Direction::Server, 0, false),
            (Direction::Server, 5, true),
            (Direction::Server, 5, false),
            (Direction::Client, 0, false),
            (Direction::Client, 1, true),
        ];
        for (index, (from, fresh, told)) in steps.into_iter().enumerate() {
            assert!(!left.is_none(), "{index}");
            assert_eq!(left.take(from, fresh), told, "{index}");
        }
        assert!(left.is_none());
        assert!(!left.take(Direction::Client, 1));
    }

    #[test]
    fn two_hear_what_either_wants() {
        let (one, other) = (Packets { first: 3, ..Packets::NONE }, Packets { fresh: [0, 2], ..Packets::NONE });
        assert_eq!(one.or(other), Packets { first: 3, fresh: [0, 2], all: false });
        let mut all = one.or(Packets::ALL);
        assert!((0..100).all(|_| all.take(Direction::Client, 0)));
    }
}
