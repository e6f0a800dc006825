//! A segment of any kind, and all that it changes.

use std::time::Duration;

use wiretale_packet::{Flags, Segment};
use wiretale_protocol::{Direction, Timestamp};

use super::{ACKNOWLEDGEMENT, Account, DATA, FORGET, Seen};
use crate::history::History;
use crate::party::Phase;

impl Account {
    pub(super) fn any_segment(
        &mut self,
        seen: Seen<'_, '_>,
        history: &mut History,
        weird: &mut impl FnMut(&'static str),
    ) -> u32 {
        let Seen { from, at, segment, ip_len, last } = seen;
        let flags = segment.flags;
        let wire = segment.wire_len();
        let len = if flags.has(Flags::RST) { segment.seq_len().wrapping_sub(wire) } else { segment.seq_len() };
        let (own, peer) = self.pair(from);
        own.packets += 1;
        own.ip_bytes += u64::from(ip_len);
        own.place(segment, len);
        let (rel, underflow) = own.relative(segment.seq.0);
        let zero =
            segment.window == 0 && !flags.has(Flags::RST) && peer.phase != Phase::Closed && own.phase != Phase::Reset;
        self.write(from, flags, rel, wire, history);
        if zero && self.party_mut(from).odd().zero_windows.hit() {
            history.add(from, b'W');
        }
        self.flags(from, segment, rel.saturating_add(u64::from(len)), at.since(last) < STORM_PAUSE, weird);
        let acked = self.acknowledge(from, segment, weird);
        let (own, _) = self.pair(from);
        let delta = own.reach(segment.seq.0.wrapping_add(len), flags);
        if delta <= 0
            && wire > 0
            && own.phase != Phase::Reset
            && !is_doubtful(flags, delta)
            && own.odd().retransmits.hit()
        {
            history.add(from, b'T');
        }
        let fresh = u32::try_from(delta).unwrap_or(0).min(wire);
        let closes = self.step(from, segment, at, weird);
        if acked > 0 {
            self.trim(from.opposite(), acked, at, history);
        }
        if wire > 0 && segment.missing == 0 && !flags.has(Flags::RST) && !underflow {
            let begin = rel.saturating_add(u64::from(flags.has(Flags::SYN)));
            self.saw(from, begin, begin.saturating_add(u64::from(wire)), at);
        }
        self.settle(from, closes, at);
        fresh
    }

    /// Writes the history letter of a segment.
    #[inline]
    fn write(&mut self, from: Direction, flags: Flags, rel: u64, wire: u32, history: &mut History) {
        let (syn, fin, rst) = (flags.has(Flags::SYN), flags.has(Flags::FIN), flags.has(Flags::RST));
        let (letter, bit, place) = match (syn, fin, rst) {
            (_, true, true) => (b'I', 0x40, None),
            (true, true, _) | (true, _, true) => (b'Q', 0x20, None),
            (true, ..) => (if flags.has(Flags::ACK) { b'H' } else { b'S' }, 0x01, Some((0, rel))),
            (_, true, _) => (b'F', 0x02, Some((1, rel.saturating_add(u64::from(wire))))),
            (.., true) => (b'R', 0x04, Some((2, rel))),
            _ if wire > 0 => (b'D', DATA, None),
            _ if flags.has(Flags::ACK) => (b'A', ACKNOWLEDGEMENT, None),
            _ => return,
        };
        let moved = place.is_some_and(|(which, at)| self.party_mut(from).flag_moved(which, at));
        let seen = &mut self.seen[from.index()];
        let first = *seen & bit == 0;
        *seen |= bit;
        if first || moved {
            history.add(from, letter);
        }
    }

    fn flags(
        &mut self,
        from: Direction,
        segment: &Segment<'_>,
        end: u64,
        close: bool,
        weird: &mut impl FnMut(&'static str),
    ) {
        let flags = segment.flags;
        let own = self.party_mut(from);
        if flags.has(Flags::SYN) && flags.has(Flags::RST) {
            weird("TCP_christmas");
        }
        if flags.has(Flags::SYN) && flags.has(Flags::URG) {
            weird("baroque_SYN");
        }
        if flags.has(Flags::FIN) {
            own.finish(end);
            if own.storm(0) && close {
                weird("FIN_storm");
            }
        }
        if flags.has(Flags::RST) && own.storm(1) && close {
            weird("RST_storm");
        }
    }

    /// Takes the acknowledgement of a segment; up to where it goes, counted from the peer's start.
    fn acknowledge(&mut self, from: Direction, segment: &Segment<'_>, weird: &mut impl FnMut(&'static str)) -> u64 {
        let flags = segment.flags;
        if !flags.has(Flags::ACK) {
            return 0;
        }
        let (own, peer) = self.pair(from);
        if peer.phase == Phase::Inactive {
            let plain = !flags.has(Flags::SYN) && !flags.has(Flags::FIN) && !flags.has(Flags::RST);
            if plain && matches!(own.phase, Phase::SynSent | Phase::SynAckSent | Phase::Established) {
                weird("possible_split_routing");
            }
            peer.place_by_ack(segment.ack.0);
            return 1;
        }
        let rel = peer.relative_ack(segment.ack.0);
        if !flags.has(Flags::RST) {
            peer.acknowledge(segment.ack.0);
        }
        rel
    }

    /// Reports ends whose bytes are all through.
    fn settle(&mut self, from: Direction, closes: bool, at: Timestamp) {
        for of in [from.opposite(), from] {
            let (own, peer) = (self.party(of), self.party(of.opposite()));
            let ends = own.fin || matches!(own.phase, Phase::Closed | Phase::Reset);
            if !own.ended && ends && !own.is_pending(peer) {
                self.party_mut(of).ended = true;
                if self.deferred {
                    self.close(of, at);
                }
            }
        }
        if closes {
            self.close(from, at);
        }
    }

    fn close(&mut self, of: Direction, at: Timestamp) {
        let (own, peer) = (self.party(of), self.party(of.opposite()));
        if own.is_pending(peer) {
            self.deferred = true;
            return;
        }
        let complete = own.phase == Phase::Reset || peer.closed || peer.phase == Phase::Inactive;
        self.deferred = false;
        let closed = std::mem::replace(&mut self.party_mut(of).closed, true);
        if complete && !closed {
            self.over = true;
            self.forget.0 = at + FORGET;
        }
    }
}

fn is_doubtful(flags: Flags, delta: i32) -> bool {
    (flags.has(Flags::SYN) || flags.has(Flags::RST)) && delta.unsigned_abs() > 1 << 20
}

/// FINs or RSTs further apart than this are no storm.
const STORM_PAUSE: Duration = Duration::from_secs(1);
