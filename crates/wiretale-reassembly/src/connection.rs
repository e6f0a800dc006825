//! Both halves of a connection, and what of it counts.

mod data;
mod memory;

use alloc::boxed::Box;

use wiretale_packet::{Direction, Flags, Timestamp};

use crate::doubt::Doubts;
use crate::half::{Bits, Half};
use crate::opening::{Opening, Phase};
use crate::{Anomaly, Arrival, Chunk, Demand, End, Limits, Policy, Sink, Verdict};

/// Both halves of a TCP connection, told apart by who opened it.
///
/// It takes each segment as a modern host would (RFC 9293, 5961, 7323, 7413): what the host would have ignored does not
/// reach the stream, what cannot be known yet is kept aside until later packets tell, and what can be read in two ways
/// is read by [`Policy`] and reported.
#[derive(Debug)]
pub struct Connection {
    pub(crate) halves: [Half; 2],
    pub(crate) opening: Option<Box<Opening>>,
    pub(crate) doubts: Option<Box<Doubts>>,
    /// When the last segment came.
    pub(crate) last: Timestamp,
    pub(crate) phase: Phase,
    /// Who sent the first SYN.
    pub(crate) opener: Direction,
    /// Who sent a valid RST that nothing has belied since.
    pub(crate) reset_by: Option<Direction>,
    midstream: bool,
}

impl Connection {
    /// A connection between two hosts of which nothing has been seen yet.
    #[must_use]
    pub const fn new(policy: Policy) -> Self {
        Self {
            // What the client sends is received by the server, and the other way round.
            halves: [Half::new(policy.server), Half::new(policy.client)],
            opening: None,
            doubts: None,
            last: Timestamp::from_nanos(0),
            phase: Phase::Fresh,
            opener: Direction::Client,
            reset_by: None,
            midstream: false,
        }
    }

    /// Takes the next segment of the connection, as captured. Segments with wrong checksums are not for it.
    #[inline]
    pub fn segment(
        &mut self,
        from: Direction,
        arrival: &Arrival<'_>,
        limits: &Limits,
        sink: &mut impl Sink,
    ) -> Verdict {
        let Some(next) = self.is_next(from, arrival, limits) else {
            return self.any_segment(from, arrival, limits, sink);
        };
        if let Some(offset) = self.take_next(from, arrival, &next, limits) {
            sink.chunk(from, offset, Chunk::Data(arrival.segment.payload));
        }
        Verdict::Accepted
    }

    /// Takes a segment of which nothing is known.
    pub(crate) fn any_segment(
        &mut self,
        from: Direction,
        arrival: &Arrival<'_>,
        limits: &Limits,
        sink: &mut impl Sink,
    ) -> Verdict {
        let segment = &arrival.segment;
        self.catch_up(arrival.at, limits, sink);
        self.half(from).receive(segment.payload.len());
        let verdict = if segment.flags.has(Flags::RST) {
            self.reset(from, arrival, sink)
        } else if segment.flags.has(Flags::SYN) {
            self.synchronise(from, arrival, limits, sink)
        } else {
            self.data(from, arrival, limits, sink)
        };
        if verdict == Verdict::NewConnection {
            self.half(from).unreceive(segment.payload.len());
            return verdict;
        }
        self.last = self.last.max(arrival.at);
        if self.doubts.is_some() || self.halves.iter().any(|half| half.has(Bits::WAITING)) {
            let spoke = (verdict == Verdict::Accepted).then_some(from);
            self.settle(spoke, arrival.at, limits, sink);
        }
        verdict
    }

    /// The SYN that a live connection had not believed, once [`Verdict::NewConnection`] confirms it.
    pub fn take_pending_syn(&mut self) -> Option<(Direction, Arrival<'static>)> {
        self.opening.as_mut()?.pending.take().map(|pending| pending.arrival())
    }

    /// Swaps the halves: who is client and who is server was guessed wrong.
    pub fn flip(&mut self) {
        self.halves.swap(0, 1);
        self.opener = self.opener.opposite();
        self.reset_by = self.reset_by.map(Direction::opposite);
        if let Some(opening) = &mut self.opening {
            opening.flip();
        }
        if let Some(doubts) = &mut self.doubts {
            doubts.flip();
        }
    }

    /// Says what is wanted of what `direction` sends. What waits there is dropped when only lengths are.
    #[inline]
    pub fn demand(&mut self, direction: Direction, demand: Demand) {
        self.half(direction).demand_lengths(demand == Demand::Lengths);
    }

    /// Declares holes past their grace as gaps, judges segments in doubt and gives back memory; for connections on
    /// which nothing comes. [`Self::segment`] does the same by itself.
    pub fn expire(&mut self, now: Timestamp, limits: &Limits, sink: &mut impl Sink) {
        self.judge_doubts(now, true, limits, sink);
        for from in Direction::BOTH {
            let (half, peer) = self.pair(from);
            half.expire(from, now, !peer.has(Bits::SEEN), limits, sink);
        }
    }

    /// Delivers what waits, with gaps between, and the end of each half that is still open: [`End::Finished`] where a
    /// FIN was seen, [`End::Reset`] after a RST, else `end`.
    pub fn close(&mut self, end: End, sink: &mut impl Sink) {
        self.abandon_doubts(sink);
        self.abandon_opening();
        let end = if self.reset_by.is_some() { End::Reset } else { end };
        let seen = self.halves.each_ref().map(|half| half.has(Bits::SEEN));
        if seen == [true, false] || seen == [false, true] {
            let from = if seen == [true, false] { Direction::Client } else { Direction::Server };
            if self.half(from).top() != self.half(from).first() {
                sink.anomaly(from, Anomaly::OneSided);
            }
        }
        for from in Direction::BOTH {
            self.half(from).close(from, end, sink);
        }
    }

    /// Has the connection come to its end, as far as can be seen: a FIN from both sides, or a valid RST?
    #[must_use]
    pub fn closed(&self) -> bool {
        self.reset_by.is_some() || self.halves.iter().all(Half::finished)
    }

    /// Is the handshake complete, or was the connection picked up in the middle?
    #[must_use]
    pub fn established(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Offset of the next byte that `direction` will deliver: how long its stream is so far, gaps included.
    #[must_use]
    pub fn length(&self, direction: Direction) -> u64 {
        self.peek(direction).next
    }

    /// After a pause, holes past their grace are given up before numbers are compared with them.
    fn catch_up(&mut self, now: Timestamp, limits: &Limits, sink: &mut impl Sink) {
        if now.since(self.last) < limits.grace {
            return;
        }
        // What may fill a hole comes before the hole is given up.
        self.judge_doubts(now, false, limits, sink);
        let last = self.last;
        for from in Direction::BOTH {
            let (half, peer) = self.pair(from);
            if half.has(Bits::WAITING) {
                half.resume(from, last, now, limits, sink);
                half.settle(from, now, !peer.has(Bits::SEEN), limits, sink);
            }
        }
    }

    fn settle(&mut self, spoke: Option<Direction>, now: Timestamp, limits: &Limits, sink: &mut impl Sink) {
        if let Some(doubts) = &mut self.doubts {
            doubts.count(spoke);
            self.judge_doubts(now, false, limits, sink);
        }
        for from in Direction::BOTH {
            let (half, peer) = self.pair(from);
            if half.has(Bits::WAITING) {
                half.count_packet();
                half.settle(from, now, !peer.has(Bits::SEEN), limits, sink);
            }
        }
    }

    /// How far the windows of `from` are shifted: as announced if both sides announced a scale (RFC 7323 section 2.2),
    /// by the most there is if that was not seen.
    #[inline]
    pub(crate) fn window_shift(&self, from: Direction) -> u32 {
        let (half, peer) = self.peek_pair(from);
        if !half.has(Bits::SYN) {
            return MAX_SHIFT;
        }
        // Where it announced none, its scale is 0.
        let agreed = peer.has(Bits::SCALED) || !peer.has(Bits::SYN);
        if agreed { u32::from(half.scale).min(MAX_SHIFT) } else { 0 }
    }

    #[inline]
    pub(crate) fn half(&mut self, from: Direction) -> &mut Half {
        self.pair(from).0
    }

    #[inline]
    pub(crate) fn pair(&mut self, from: Direction) -> (&mut Half, &mut Half) {
        let [client, server] = &mut self.halves;
        match from {
            Direction::Client => (client, server),
            Direction::Server => (server, client),
        }
    }

    pub(crate) fn peek(&self, from: Direction) -> &Half {
        self.peek_pair(from).0
    }

    #[inline]
    pub(crate) fn peek_pair(&self, from: Direction) -> (&Half, &Half) {
        let [client, server] = &self.halves;
        match from {
            Direction::Client => (client, server),
            Direction::Server => (server, client),
        }
    }
}
/// The greatest window scale.
const MAX_SHIFT: u32 = 14;
