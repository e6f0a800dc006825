//! Segments of which later packets tell whether the host took them.

use alloc::collections::VecDeque;

use wiretale_packet::{Direction, Segment, SeqNumber};

use self::doubted::Doubted;

mod doubted;
mod fate;

/// Why a segment is in doubt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Doubt {
    /// Its sender's SYN was not answered yet.
    Handshake,
    /// It acknowledges bytes that were not seen.
    Ack,
    /// It lies beyond the receive window, as far as that was seen.
    Window,
    /// Its receiver sent a RST.
    Reset,
    /// Its timestamp is older than that of a segment in doubt: its receiver refuses it if it took that one.
    Stamp,
    /// Its timestamp is older than one that was taken here: its receiver refuses it if that one came there, too. One from
    /// the future that never did is a cheap way to make whoever listens deaf.
    Old,
}

/// The segments in doubt of one connection, in the order they came.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    list: VecDeque<Doubted>,
}

impl Doubts {
    pub(crate) fn bytes(&self) -> usize {
        self.list.iter().map(|doubted| doubted.payload.len()).sum()
    }

    /// Bytes of memory beside the payload.
    pub(crate) fn overhead(&self) -> usize {
        self.list.capacity() * size_of::<Doubted>() + self.list.len() * 16
    }

    pub(crate) fn bytes_from(&self, from: Direction) -> u64 {
        self.list.iter().filter(|doubted| doubted.from == from).map(|doubted| doubted.payload.len() as u64).sum()
    }

    pub(crate) fn flip(&mut self) {
        self.list.iter_mut().for_each(|doubted| doubted.from = doubted.from.opposite());
    }

    /// Notes a segment that was taken though one before it is in doubt: if its receiver took that one, it counts this
    /// one's timestamp, too (RFC 7323 section 4.3).
    pub(crate) fn follow(&mut self, from: Direction, segment: &Segment<'_>, stamp: Option<u32>) {
        let precedes = |doubted: &&mut Doubted| {
            doubted.from == from && doubted.doubt != Doubt::Old && segment.seq.ahead_of(doubted.reach) <= 0
        };
        if let Some(doubted) = self.list.iter_mut().rfind(precedes) {
            let end = segment.seq.advance(segment.seq_len());
            if end.ahead_of(doubted.reach) > 0 {
                doubted.reach = end;
            }
            doubted.newest = newer(doubted.newest, stamp);
        }
    }

    /// The newest timestamp that counts if all of these are taken.
    fn newest(&self, from: Direction) -> Option<u32> {
        let own = self.list.iter().filter(|doubted| doubted.from == from);
        own.fold(None, |newest, doubted| newer(newest, doubted.latest()))
    }

    /// One was taken, and its timestamp counts: so it does for those that came behind it.
    fn learn(&mut self, taken: &Doubted, place: usize) {
        for later in self.list.iter_mut().skip(place).filter(|later| later.from == taken.from) {
            let latest = taken.latest();
            let before = if newer(later.possible, latest) == later.possible { latest } else { later.possible };
            later.known = newer(later.known, before);
        }
    }

    /// The receiver of what `from` sends acknowledges it up to `ack`, and echoes a timestamp: that of the first segment that
    /// it had not acknowledged before (RFC 7323 section 4.3). If this is one that is too old here, no newer one came there.
    pub(crate) fn hear_echo(&mut self, from: Direction, ack: SeqNumber, echo: Option<u32>) {
        let old = |doubted: &Doubted| doubted.from == from && doubted.doubt == Doubt::Old;
        let acked = |doubted: &Doubted| old(doubted) && ack.ahead_of(doubted.end()) >= 0;
        if !self.list.iter().any(|doubted| acked(doubted) && doubted.stamp == echo) {
            return;
        }
        for doubted in self.list.iter_mut().filter(|doubted| acked(doubted)) {
            doubted.echoed |= !is_old(doubted.stamp, echo);
        }
    }

    /// Counts a packet of the connection, and who spoke if it was believed.
    pub(crate) fn count(&mut self, spoke: Option<Direction>) {
        for doubted in &mut self.list {
            doubted.packets = doubted.packets.saturating_add(1);
            doubted.answered |= spoke == Some(doubted.from.opposite());
        }
    }
}

fn newer(one: Option<u32>, other: Option<u32>) -> Option<u32> {
    match (one, other) {
        (Some(one), Some(other)) if SeqNumber(other).ahead_of(SeqNumber(one)) <= 0 => Some(one),
        (one, other) => other.or(one),
    }
}

/// Is a timestamp older than the newest (PAWS, RFC 7323 section 5)? One tick is forgiven, as Linux does.
pub(crate) fn is_old(stamp: Option<u32>, newest: Option<u32>) -> bool {
    stamp.zip(newest).is_some_and(|(stamp, newest)| SeqNumber(newest).ahead_of(SeqNumber(stamp)) > 1)
}

/// Is a timestamp older by so little that its segment may have been sent in time, and captured late?
pub(crate) fn is_late(stamp: Option<u32>, newest: Option<u32>) -> bool {
    stamp.zip(newest).is_none_or(|(stamp, newest)| SeqNumber(newest).ahead_of(SeqNumber(stamp)) <= LATE)
}

/// Ticks: with most hosts one is a millisecond.
const LATE: i32 = 1000;
