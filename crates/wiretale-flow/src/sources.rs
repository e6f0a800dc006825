//! Whose checksums are left to the network card.

use std::hash::{Hash, Hasher};

use foldhash::fast::SeedableRandomState;
use hashbrown::{HashMap, HashSet};
use wiretale_packet::Address;

/// What a checksum covers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Covers {
    Header,
    Tcp,
    Udp,
}

/// What was seen of the checksums that each sender sent to each receiver, counted once for each of their flows.
///
/// A host that leaves checksums to its network card, captured on that host, has every one of them wrong. So a wrong
/// checksum is believed to be such a one as long as its sender has shown no right one of that kind to the same
/// receiver, or hardly any: one in eight. The first packet decides at once, since what was dropped cannot be taken
/// back. What this gives up: a packet forged with a wrong checksum is taken if it is the first that its alleged sender
/// shows to that receiver; and what it costs is only that packet, since the next right one ends it.
#[derive(Debug)]
pub(crate) struct Sources {
    short: HashMap<Short, Seen, SeedableRandomState>,
    long: HashMap<(Address, Address, Covers), Seen, SeedableRandomState>,
    // Senders of which it was told.
    told: HashSet<(Address, Covers), SeedableRandomState>,
    most: usize,
}

/// Sender, receiver and checksum where both are IPv4: a third of what others take, as there may be very many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Short([u8; 4], [u8; 4], Covers);

// As one number: the derived one hashes each part and its length.
impl Hash for Short {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self([a, b, c, d], [e, f, g, h], covers) = *self;
        state.write_u64(u64::from_ne_bytes([a, b, c, d, e, f, g, h]));
        state.write_u8(covers as u8);
    }
}

/// How often, as far as that still makes a difference.
#[derive(Clone, Copy, Default, Debug)]
struct Seen {
    good: u16,
    bad: u16,
}

/// What to make of a wrong checksum.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Judged {
    /// It is wrong: a host would drop the packet.
    Corrupt,
    /// It was left to the card; true if this is the first time for the sender.
    Offloaded(bool),
    /// There is no room to watch the sender; it counts as wrong.
    Unwatched,
}

impl Sources {
    pub(crate) fn new(seed: u64, most: usize) -> Self {
        let state = SeedableRandomState::with_seed(seed, foldhash::SharedSeed::global_fixed());
        Self {
            short: HashMap::with_hasher(state.clone()),
            long: HashMap::with_hasher(state.clone()),
            told: HashSet::with_hasher(state),
            most,
        }
    }

    /// Bytes on the heap.
    pub(crate) fn memory(&self) -> usize {
        self.short.allocation_size() + self.long.allocation_size() + self.told.allocation_size()
    }

    /// A flow of `sender` to `receiver` began with a right checksum.
    pub(crate) fn good(&mut self, sender: Address, receiver: Address, covers: Covers) {
        if let Some(seen) = self.entry(sender, receiver, covers) {
            seen.good = seen.good.saturating_add(1);
        }
    }

    /// A wrong checksum of `sender`.
    pub(crate) fn bad(&mut self, sender: Address, receiver: Address, covers: Covers) -> Judged {
        // Of a flow's first packet only what covers its payload is counted, and only where its header was right, too.
        let before = if covers == Covers::Header { self.good_segments(sender, receiver) } else { 0 };
        let Some(seen) = self.entry(sender, receiver, covers) else { return Judged::Unwatched };
        if (u32::from(seen.good) + u32::from(before)) * 8 > u32::from(seen.bad) {
            return Judged::Corrupt;
        }
        seen.bad = seen.bad.saturating_add(1);
        self.left(sender, covers)
    }

    /// A checksum of `sender` that is sure to be left to the card.
    pub(crate) fn left(&mut self, sender: Address, covers: Covers) -> Judged {
        Judged::Offloaded(self.told.len() < self.most && self.told.insert((sender, covers)))
    }

    fn good_segments(&self, sender: Address, receiver: Address) -> u16 {
        let seen = match (sender.as_v4(), receiver.as_v4()) {
            (Some(sender), Some(receiver)) => self.short.get(&Short(sender, receiver, Covers::Tcp)),
            _ => self.long.get(&(sender, receiver, Covers::Tcp)),
        };
        seen.map_or(0, |seen| seen.good)
    }

    fn entry(&mut self, sender: Address, receiver: Address, covers: Covers) -> Option<&mut Seen> {
        let full = self.short.len() + self.long.len() >= self.most;
        match (sender.as_v4(), receiver.as_v4()) {
            (Some(sender), Some(receiver)) => entry(&mut self.short, Short(sender, receiver, covers), full),
            _ => entry(&mut self.long, (sender, receiver, covers), full),
        }
    }
}

fn entry<K: Hash + Eq>(table: &mut HashMap<K, Seen, SeedableRandomState>, key: K, full: bool) -> Option<&mut Seen> {
    if full { table.get_mut(&key) } else { Some(table.entry(key).or_default()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: Address = Address::v4([10, 0, 0, 1]);
    const PEER: Address = Address::v4([192, 0, 2, 1]);

    #[test]
    fn a_sender_without_any_right_checksum_is_believed() {
        let mut sources = Sources::new(1, 10);
        assert_eq!(sources.bad(HOST, PEER, Covers::Tcp), Judged::Offloaded(true));
        assert_eq!(sources.bad(HOST, PEER, Covers::Tcp), Judged::Offloaded(false));
    }

    #[test]
    fn a_sender_with_right_checksums_is_not() {
        let mut sources = Sources::new(1, 10);
        sources.good(HOST, PEER, Covers::Tcp);
        assert_eq!(sources.bad(HOST, PEER, Covers::Tcp), Judged::Corrupt);
        assert_eq!(sources.bad(HOST, PEER, Covers::Udp), Judged::Offloaded(true));
    }

    #[test]
    fn a_forged_first_packet_gains_nothing_for_the_next() {
        let mut sources = Sources::new(1, 10);
        assert_eq!(sources.bad(HOST, PEER, Covers::Tcp), Judged::Offloaded(true));
        sources.good(HOST, PEER, Covers::Tcp);
        assert_eq!(sources.bad(HOST, PEER, Covers::Tcp), Judged::Corrupt);
    }

    #[test]
    fn a_sender_of_right_segments_has_right_headers() {
        let mut sources = Sources::new(1, 10);
        sources.good(HOST, PEER, Covers::Tcp);
        assert_eq!(sources.bad(HOST, PEER, Covers::Header), Judged::Corrupt);
        assert_eq!(sources.bad(PEER, HOST, Covers::Header), Judged::Offloaded(true));
    }

    #[test]
    fn an_entry_is_small() {
        assert_eq!(size_of::<(Short, Seen)>(), 14);
    }

    #[test]
    fn the_table_is_bounded() {
        let mut sources = Sources::new(1, 1);
        sources.good(HOST, PEER, Covers::Tcp);
        assert_eq!(sources.bad(Address::v4([10, 0, 0, 2]), PEER, Covers::Tcp), Judged::Unwatched);
    }
}
