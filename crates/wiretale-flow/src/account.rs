//! The account of a TCP connection: Zeek's states, history letters and byte counts.
//!
//! It follows headers alone and never decides what the stream is; that is reassembly's. The two are kept apart since
//! `conn.log` counts what the wire showed, where reassembly judges what a host took.

mod any;
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

use holes::Holes;

/// Both sides of a TCP connection.
// In the order written: what each packet needs comes first.
#[derive(Default, Debug)]
#[repr(C)]
pub(crate) struct Account {
    /// Ranges acknowledged and not seen, as they showed.
    holes: Option<Box<Holes>>,
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
    forget: Until,
    pub(crate) missed: u64,
}

/// A time; the last one there is where none was told.
#[derive(Debug)]
struct Until(Timestamp);

impl Default for Until {
    fn default() -> Self {
        Self(Timestamp::from_nanos(i64::MAX))
    }
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
        if !plain || segment.missing > 0 || self.deferred || self.holes.is_some() {
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

    /// When it is over, if nothing more comes: `last` was its last packet.
    #[inline]
    pub(crate) fn deadline(&self, last: Timestamp, opened: Timestamp, times: &Timeouts, patient: bool) -> Timestamp {
        let idle = match (patient, self.established) {
            (true, _) => times.tcp_patient,
            (false, true) => times.tcp,
            (false, false) => times.tcp_opening,
        };
        let mut deadline = self.forget.0.min(last + idle);
        let [client, server] = &self.parties;
        // Who goes on behind a SYN of his own acknowledges an answer, which the capture lacks.
        let answered = client.phase == Phase::SynSent && server.packets == 0 && server.is_placed();
        let opens = matches!(client.phase, Phase::SynSent | Phase::SynAckSent) && !answered;
        let unanswered = opens && server.phase == Phase::Inactive;
        match self.attempted {
            Some(at) if unanswered => deadline = deadline.min(at + times.tcp_attempt),
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
}

/// The bits of `Account::seen` for two letters.
const DATA: u8 = 0x08;
const ACKNOWLEDGEMENT: u8 = 0x10;

/// How long a closed connection is kept for its stragglers.
pub(crate) const FORGET: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests;
