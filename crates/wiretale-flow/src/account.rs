//! The account of a TCP connection: Zeek's states, history letters and byte counts.
//!
//! It follows headers alone and never decides what the stream is; that is reassembly's. The two are kept apart since
//! `conn.log` counts what the wire showed, where reassembly judges what a host took.

mod holes;
mod reuse;
mod told;

use std::mem::offset_of;
use std::time::Duration;

use wiretale_packet::{Flags, Segment};
use wiretale_protocol::{Direction, Timestamp};

use crate::history::History;
use crate::party::{Party, Phase};
use crate::settings::Timeouts;

use holes::Hole;

/// Both sides of a TCP connection.
// In the order written: what each packet needs comes first.
#[derive(Default, Debug)]
#[repr(C)]
pub(crate) struct Account {
    /// Ranges acknowledged and not seen, as they showed.
    holes: Vec<Hole>,
    /// Which letters were written once already, of each role.
    seen: [u8; 2],
    /// Nothing has finished, reset or refused it yet.
    pub(crate) over: bool,
    /// A FIN or RST waits for bytes before it.
    deferred: bool,
    pub(crate) established: bool,
    parties: [Party; 2],
    /// When the first SYN was sent.
    pub(crate) attempted: Option<Timestamp>,
    /// When it is to be forgotten after its end.
    forget: Option<Timestamp>,
    pub(crate) missed: u64,
}

/// One segment with what is to be known around it.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'s, 'a> {
    pub(crate) from: Direction,
    pub(crate) at: Timestamp,
    pub(crate) segment: &'s Segment<'a>,
    pub(crate) ip_len: u32,
    /// The time of the connection's last packet before.
    pub(crate) last: Timestamp,
}

impl Account {
    /// Bytes of it that each packet needs, the first ones.
    pub(crate) const NEEDED: usize = offset_of!(Self, parties) + size_of::<Party>() + Party::NEEDED;

    pub(crate) fn party(&self, of: Direction) -> &Party {
        &self.parties[of.index()]
    }

    pub(crate) fn party_mut(&mut self, of: Direction) -> &mut Party {
        &mut self.parties[of.index()]
    }

    fn pair(&mut self, from: Direction) -> (&mut Party, &mut Party) {
        let [client, server] = &mut self.parties;
        match from {
            Direction::Client => (client, server),
            Direction::Server => (server, client),
        }
    }

    /// Does its time move on with every packet? It stands still once both sides have closed.
    pub(crate) fn is_open(&self) -> bool {
        !self.is_closed()
    }

    fn is_closed(&self) -> bool {
        self.parties.iter().all(|party| party.closed)
    }

    /// A packet with a wrong checksum, which counts for nothing else.
    pub(crate) fn corrupt(&mut self, from: Direction, history: &mut History) {
        if self.party_mut(from).odd().corrupt.hit() {
            history.add(from, b'C');
        }
    }

    /// Takes note of a segment; how many bytes beyond all before it brought. `weird` hears what Zeek would report of
    /// states; reassembly reports the rest.
    #[inline]
    pub(crate) fn segment(
        &mut self,
        seen: Seen<'_, '_>,
        history: &mut History,
        weird: &mut impl FnMut(&'static str),
    ) -> u32 {
        match self.steady(&seen, history) {
            Some(fresh) => fresh,
            None => self.any_segment(seen, history, weird),
        }
    }

    /// The segment that nearly all are: the next one, between two sides that are well established. It changes what
    /// [`Account::any_segment`] would; `None`, and nothing changed, where anything about it is out of the ordinary.
    // Inlined always: what a segment says is not put down and read again for it then.
    #[inline(always)]
    pub(crate) fn steady(&mut self, seen: &Seen<'_, '_>, history: &mut History) -> Option<u32> {
        let Seen { from, segment, ip_len, .. } = *seen;
        let wire = segment.wire_len();
        let odd = Flags::SYN.0 | Flags::FIN.0 | Flags::RST.0 | Flags::URG.0;
        let plain = segment.flags.0 & odd == 0 && segment.flags.has(Flags::ACK) && segment.window > 0;
        if !plain || segment.missing > 0 || self.deferred || !self.holes.is_empty() {
            return None;
        }
        let (own, peer) = self.pair(from);
        let (end, acked) = (own.goes_on(segment.seq.0, wire)?, peer.is_acknowledged(segment.ack.0)?);
        own.packets += 1;
        own.ip_bytes += u64::from(ip_len);
        own.go_on(wire, end);
        peer.take_acknowledgement(segment.ack.0, acked);
        let (letter, bit) = if wire > 0 { (b'D', DATA) } else { (b'A', ACKNOWLEDGEMENT) };
        let seen = &mut self.seen[from.index()];
        if *seen & bit == 0 {
            *seen |= bit;
            history.add(from, letter);
        }
        Some(wire)
    }

    fn any_segment(&mut self, seen: Seen<'_, '_>, history: &mut History, weird: &mut impl FnMut(&'static str)) -> u32 {
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

    /// When it is over, if nothing more comes: `last` was its last packet.
    #[inline]
    pub(crate) fn deadline(&self, last: Timestamp, opened: Timestamp, times: &Timeouts, patient: bool) -> Timestamp {
        let idle = match (patient, self.established) {
            (true, _) => times.tcp_patient,
            (false, true) => times.tcp,
            (false, false) => times.tcp_opening,
        };
        let mut deadline = last + idle;
        if let Some(forget) = self.forget {
            deadline = deadline.min(forget);
        }
        let [client, server] = &self.parties;
        let unanswered = matches!(client.phase, Phase::SynSent | Phase::SynAckSent) && server.phase == Phase::Inactive;
        match self.attempted {
            Some(at) if unanswered && !self.over => deadline = deadline.min(at + times.tcp_attempt),
            None if client.phase == Phase::Inactive && server.phase == Phase::Inactive => {
                deadline = deadline.min(opened + times.tcp_attempt);
            }
            _ => {}
        }
        let ended = self.parties.iter().any(|party| party.closed);
        let broken = self.parties.iter().any(|party| matches!(party.phase, Phase::Reset | Phase::Inactive));
        if ended && broken && !self.over {
            deadline = deadline.min(last + times.tcp_close);
        }
        deadline
    }

    /// May its end be nearer than it was before this segment?
    pub(crate) fn is_ending(&self, segment: &Segment<'_>) -> bool {
        let signs = Flags::SYN.0 | Flags::FIN.0 | Flags::RST.0;
        segment.flags.0 & signs != 0 || self.deferred || self.parties.iter().any(|party| party.closed)
    }

    /// Was it met in the middle, and one side alone seen so far?
    pub(crate) fn is_alone(&self) -> bool {
        let phases = self.parties.each_ref().map(|party| party.phase);
        matches!(phases, [Phase::Partial, Phase::Inactive] | [Phase::Inactive, Phase::Partial])
    }

    /// Was it answered, so that both ends had it?
    pub(crate) fn is_established(&self) -> bool {
        self.established
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
        let (rel, underflow) = peer.relative_ack(segment.ack.0);
        if underflow {
            return 0;
        }
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
                    self.deferred = false;
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
            self.forget = Some(at + FORGET);
        }
    }
}

fn is_doubtful(flags: Flags, delta: i32) -> bool {
    (flags.has(Flags::SYN) || flags.has(Flags::RST)) && delta.unsigned_abs() > 1 << 20
}

/// The bits of `Account::seen` for two letters.
const DATA: u8 = 0x08;
const ACKNOWLEDGEMENT: u8 = 0x10;

/// How long a closed connection is kept for its stragglers.
pub(crate) const FORGET: Duration = Duration::from_secs(5);

/// FINs or RSTs further apart than this are no storm.
const STORM_PAUSE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
