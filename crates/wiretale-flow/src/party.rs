//! One side of a TCP connection, as Zeek's account has it.

mod steady;
mod through;

use std::mem::offset_of;

use smallvec::SmallVec;
use wiretale_packet::{Flags, Segment};

use crate::history::Scaled;

/// Where one side stands.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Phase {
    /// Nothing seen of it.
    #[default]
    Inactive,
    SynSent,
    SynAckSent,
    /// Seen, but without its SYN.
    Partial,
    Established,
    /// It sent its FIN.
    Closed,
    Reset,
}

impl Phase {
    pub(crate) const fn is_handshake(self) -> bool {
        matches!(self, Self::Inactive | Self::SynSent | Self::SynAckSent)
    }

    /// Neither SYN nor SYN-ACK was seen of it.
    pub(crate) const fn is_silent(self) -> bool {
        matches!(self, Self::Inactive | Self::Partial)
    }
}

/// One side: its place in its sequence space, and what was counted of it. Sequence numbers count from its SYN, which is
/// made up where none was seen.
// In the order written: what each packet needs comes first.
#[derive(Default, Debug)]
#[repr(C)]
pub(crate) struct Party {
    pub(crate) phase: Phase,
    /// The phase before this one.
    pub(crate) was: Phase,
    pub(crate) fin: bool,
    /// Bytes were seen beyond a hole: each packet asks, and the ranges lie far.
    has_beyond: bool,
    start: u32,
    last: Unwrapped,
    acked: Unwrapped,
    /// Up to here (1 is the first byte) its bytes were seen, or acknowledged unseen.
    through: u64,
    /// Up to here its bytes were acknowledged.
    trimmed: u64,
    pub(crate) packets: u64,
    pub(crate) ip_bytes: u64,
    /// Its end was reported.
    pub(crate) closed: bool,
    /// All its bytes up to its FIN or RST are through.
    pub(crate) ended: bool,
    storm: [u16; 2],
    /// Behind its FIN.
    fin_end: u64,
    /// Where its last SYN, FIN and RST stood: only others are written down again.
    last_flag: [u64; 3],
    /// What most sides never have.
    odd: Option<Box<Odd>>,
}

/// What went wrong with one side.
#[derive(Default, Debug)]
pub(crate) struct Odd {
    /// Ranges seen beyond a hole, in order, never touching.
    beyond: SmallVec<[(u64, u64); 1]>,
    pub(crate) gaps: Scaled,
    pub(crate) corrupt: Scaled,
    pub(crate) retransmits: Scaled,
    pub(crate) zero_windows: Scaled,
    /// The length from its IP header on of the last SYN that moved nothing.
    pub(crate) aside: Option<u32>,
}

/// A 32-bit number and how often it went past zero.
#[derive(Clone, Copy, Default, Debug)]
struct Unwrapped {
    seq: u32,
    wraps: u32,
}

impl Unwrapped {
    fn full(self) -> i64 {
        (i64::from(self.wraps) << 32) | i64::from(self.seq)
    }

    fn advance(&mut self, to: u32) {
        self.wraps += u32::from(to < self.seq);
        self.seq = to;
    }
}

impl Party {
    /// Bytes of it that each packet needs, the first ones.
    pub(crate) const NEEDED: usize = offset_of!(Self, closed);

    pub(crate) fn enter(&mut self, phase: Phase) {
        if self.phase != phase {
            self.was = self.phase;
            self.phase = phase;
        }
    }

    /// What went wrong with it.
    pub(crate) fn odd(&mut self) -> &mut Odd {
        self.odd.get_or_insert_default()
    }

    pub(crate) fn start(&self) -> u32 {
        self.start
    }

    /// Is the number between its first and its last?
    pub(crate) fn spans(&self, seq: u32) -> bool {
        seq.wrapping_sub(self.start) < self.last.seq.wrapping_sub(self.start)
    }

    /// Sets its sequence space by its first segment, or by a SYN that begins anew.
    pub(crate) fn place(&mut self, segment: &Segment<'_>, len: u32) {
        let (seq, syn) = (segment.seq.0, segment.flags.has(Flags::SYN));
        let moved = syn && seq != self.start;
        match self.phase {
            Phase::Inactive if syn => self.place_at(seq, seq.wrapping_add(len)),
            Phase::Inactive => self.place_at(seq.wrapping_sub(1), seq),
            Phase::SynSent | Phase::SynAckSent if moved => self.place_at(seq, seq.wrapping_add(len)),
            // Perhaps the connection never came about, and this is the SYN that makes it.
            Phase::Established | Phase::Partial if syn => self.place_at(seq, seq.wrapping_add(len)),
            // Its numbers came from a RST, which may have been forged.
            Phase::Reset if syn && self.was == Phase::Inactive => self.place_at(seq, seq.wrapping_add(len)),
            _ => {}
        }
    }

    /// Sets the sequence space of a side not yet seen by what the other acknowledges.
    pub(crate) fn place_by_ack(&mut self, ack: u32) {
        self.place_at(ack.wrapping_sub(1), ack.wrapping_sub(1));
    }

    /// Is it known where it begins?
    pub(crate) const fn is_placed(&self) -> bool {
        self.through > 0
    }

    fn place_at(&mut self, start: u32, last: u32) {
        self.start = start;
        // A SYN may be the last number before zero.
        self.last = Unwrapped { seq: last, wraps: u32::from(last < start) };
        self.acked = Unwrapped { seq: start, wraps: 0 };
        self.through = self.through.max(1);
    }

    /// `seq` counted from the start, and whether it lies before it.
    pub(crate) fn relative(&self, seq: u32) -> (u64, bool) {
        self.since_start(seq, self.last)
    }

    /// A number that the peer acknowledges, counted from the start; 0 before it.
    pub(crate) fn relative_ack(&self, ack: u32) -> u64 {
        self.since_start(ack, self.acked).0
    }

    /// Counted from a number near it whose place is known: its own difference from the start turns negative past 2 GiB.
    fn since_start(&self, seq: u32, near: Unwrapped) -> (u64, bool) {
        let full = near.full() - i64::from(self.start) + i64::from(ahead(seq, near.seq));
        (u64::try_from(full).unwrap_or(0), full < 0)
    }

    /// Takes note that the peer acknowledges up to `ack`.
    pub(crate) fn acknowledge(&mut self, ack: u32) {
        let delta = ahead(ack, self.acked.seq);
        // A zero far ahead is rather a broken field than a large connection that stands there.
        if delta > 0 && !(ack == 0 && delta > FAR) {
            self.acked.advance(ack);
        }
    }

    /// Moves the last number on to `end`; how far that is.
    pub(crate) fn reach(&mut self, end: u32, flags: Flags) -> i32 {
        let delta = ahead(end, self.last.seq);
        let doubtful = (flags.has(Flags::SYN) || flags.has(Flags::RST)) && delta.unsigned_abs() > FAR.unsigned_abs();
        if doubtful {
            return delta;
        }
        // Of a connection of more than 2 GB perhaps only SYN and FIN were seen.
        let bare = flags.has(Flags::FIN) && self.last.seq == self.start.wrapping_add(1);
        if bare || (self.phase != Phase::Reset && delta > 0) {
            self.last.advance(end);
        }
        delta
    }

    /// Its payload by sequence numbers.
    pub(crate) fn size(&self, peer: &Self) -> u64 {
        let aborted = self.was == Phase::SynSent && self.phase == Phase::Reset && peer.phase == Phase::Inactive;
        if aborted && !self.nothing_acked() {
            return 0;
        }
        let size = self.last.full().max(self.acked.full()) - i64::from(self.start);
        let size = u64::try_from(size).unwrap_or(0).saturating_sub(1);
        size.saturating_sub(u64::from(self.fin))
    }

    fn nothing_acked(&self) -> bool {
        self.acked.seq.wrapping_sub(self.start) <= 1
    }

    fn last_to(&self) -> u64 {
        u64::try_from(self.last.full() - i64::from(self.start)).unwrap_or(0)
    }

    /// Takes note of a FIN that ends at `end`.
    pub(crate) fn finish(&mut self, end: u64) {
        self.fin = true;
        self.fin_end = end;
    }

    /// Behind its last byte, once that is known.
    pub(crate) fn payload_end(&self) -> u64 {
        if self.fin { self.fin_end.saturating_sub(1) } else { u64::MAX }
    }

    /// Takes note of a SYN (0), FIN (1) or RST (2) at `at`; true if the last one stood elsewhere.
    pub(crate) fn flag_moved(&mut self, which: usize, at: u64) -> bool {
        self.last_flag.get_mut(which).is_some_and(|last| std::mem::replace(last, at) != at)
    }

    /// Counts a FIN (0) or RST (1); true when they have become a storm.
    pub(crate) fn storm(&mut self, which: usize) -> bool {
        self.storm.get_mut(which).is_some_and(|count| {
            *count = count.saturating_add(1);
            *count >= STORM
        })
    }
}

/// How far `seq` is ahead of `other`.
const fn ahead(seq: u32, other: u32) -> i32 {
    seq.wrapping_sub(other).cast_signed()
}

/// Jumps beyond this are not believed of SYN and RST.
const FAR: i32 = 1 << 20;

/// So many FINs or RSTs of one side are a storm.
const STORM: u16 = 1000;

#[cfg(test)]
mod tests;
