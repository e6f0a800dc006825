//! Both halves of a connection, and what of it counts.

use alloc::boxed::Box;

use wiretale_packet::{Direction, Flags, SeqNumber, Timestamp};

use crate::accept::{Judgement, PAWS_IDLE, TOO_OLD};
use crate::doubt::{Doubt, Doubts};
use crate::half::{Bits, Half};
use crate::opening::{Opening, Phase};
use crate::options::Options;
use crate::{Anomaly, Arrival, Chunk, Demand, End, Ledger, Limits, Policy, Reason, Sink, Verdict};

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

    /// Bytes of payload held in memory.
    #[must_use]
    #[inline]
    pub fn held_bytes(&self) -> usize {
        let odd = self.doubts.is_some() || self.opening.is_some();
        if odd || self.halves.iter().any(|half| half.has(Bits::WAITING)) { self.count_held_bytes() } else { 0 }
    }

    /// Bytes of memory in what is held: payload, and what it takes to keep it in order.
    #[must_use]
    #[inline]
    pub fn held_memory(&self) -> usize {
        let odd = self.doubts.is_some() || self.opening.is_some();
        if odd || self.halves.iter().any(|half| half.has(Bits::WAITING)) { self.count_held_memory() } else { 0 }
    }

    #[cold]
    fn count_held_memory(&self) -> usize {
        let doubted = self.doubts.as_ref().map_or(0, |doubts| doubts.overhead());
        let kept = self.halves.iter().map(Half::held_overhead).sum::<usize>();
        self.count_held_bytes().saturating_add(doubted).saturating_add(kept)
    }

    #[cold]
    fn count_held_bytes(&self) -> usize {
        let doubted = self.doubts.as_ref().map_or(0, |doubts| doubts.bytes());
        let on_syn = self.opening.as_ref().map_or(0, |opening| opening.bytes());
        self.halves.iter().map(Half::held_bytes).sum::<usize>().saturating_add(doubted).saturating_add(on_syn)
    }

    /// What the next segment of `from` will need beyond the connection itself, if there is such: a byte of it, so far
    /// behind where an empty slice begins. A caller with many connections at hand asks for that line of the cache ahead.
    #[must_use]
    #[inline]
    pub fn recent(&self, from: Direction) -> Option<(&[u8], usize)> {
        self.peek_pair(from).0.recent()
    }

    /// The account of what `direction` sent.
    #[must_use]
    pub fn ledger(&self, direction: Direction) -> Ledger {
        let doubted = self.doubts.as_ref().map_or(0, |doubts| doubts.bytes_from(direction));
        let on_syn = self.opening.as_ref().map_or(0, |opening| opening.bytes_from(direction));
        self.peek(direction).ledger(doubted.saturating_add(on_syn))
    }

    /// Anything but SYN and RST.
    fn data(&mut self, from: Direction, arrival: &Arrival<'_>, limits: &Limits, sink: &mut impl Sink) -> Verdict {
        let segment = &arrival.segment;
        let options = Options::read(segment.options);
        self.choose_reply(from, segment);
        self.choose_forgotten(from, segment);
        let known = self.peek(from).newest_stamp();
        let judgement = match self.judge(from, arrival, &options, known) {
            Judgement::Doubt(Doubt::Old) if !self.has_room(limits) => TOO_OLD,
            judgement => judgement,
        };
        match judgement {
            Judgement::Take if self.hangs(from, segment, &options, limits) => {
                self.keep_doubt(from, arrival, Doubt::Stamp, limits, sink);
                Verdict::Doubted
            }
            Judgement::Take => {
                self.take(from, arrival, &options, limits, sink);
                if let Some(doubts) = &mut self.doubts {
                    doubts.follow(from, segment, options.stamp);
                }
                Verdict::Accepted
            }
            Judgement::Doubt(doubt) => {
                self.doubt(from, arrival, doubt, limits, sink);
                Verdict::Doubted
            }
            Judgement::Refuse(why, anomaly) => {
                self.half(from).drop_bytes(Reason::Refused, segment.payload.len() as u64);
                if let Some(anomaly) = anomaly {
                    if self.phase == Phase::SynSent && !segment.payload.is_empty() {
                        sink.anomaly(from, Anomaly::DataBeforeEstablished);
                    }
                    sink.anomaly(from, anomaly);
                }
                Verdict::Ignored(why)
            }
        }
    }

    /// Takes a segment that counts.
    pub(crate) fn take(
        &mut self,
        from: Direction,
        arrival: &Arrival<'_>,
        options: &Options,
        limits: &Limits,
        sink: &mut impl Sink,
    ) {
        let segment = &arrival.segment;
        if self.phase == Phase::SynSent && from != self.opener && segment.seq_len() == 0 && !self.half(from).trusted() {
            // A bare acknowledgement instead of a SYN-ACK: a challenge, or the first of a split handshake.
            self.half(from).meet(from, arrival, options, sink);
            return;
        }
        self.pick_up(from, segment.seq, sink);
        self.belie_reset(from, segment, sink);
        self.open(from, segment, limits, sink);
        let shift = self.window_shift(from);
        let rested = arrival.at.since(self.last) >= PAWS_IDLE;
        let (half, peer) = self.pair(from);
        if rested {
            half.begin_time(options.stamp);
        }
        half.meet(from, arrival, options, sink);
        half.settle_signature(options.signed);
        peer.settle_signature(options.signed);
        peer.bits.clear(Bits::ALONE);
        peer.acknowledge_any(segment.ack, u32::from(segment.window) << shift);
        if let Some(doubts) = &mut self.doubts {
            doubts.hear_echo(from.opposite(), segment.ack, options.echo);
        }
        let half = self.half(from);
        let empty = segment.payload.is_empty() && segment.missing == 0;
        if empty && !segment.flags.has(Flags::FIN) {
            // Its number tells how much was sent before it, captured or not.
            half.reach(segment.seq);
            return;
        }
        half.payload(from, arrival, limits, sink);
        if segment.flags.has(Flags::FIN) {
            half.finish(from, segment.seq.advance(segment.wire_len()), sink);
        }
    }

    /// The first segment of a sender whose SYN was not seen begins his stream.
    fn pick_up(&mut self, from: Direction, seq: SeqNumber, sink: &mut impl Sink) {
        let half = self.half(from);
        if half.has(Bits::STARTED) {
            return;
        }
        // The receiver may have said what it expects; a little ahead of that is a hole.
        let ahead = seq.ahead_of(half.claim());
        let first = if half.has(Bits::CLAIMED) && (-1..MAX_LEAD).contains(&ahead) { half.claim() } else { seq };
        half.start(first);
        if !self.midstream {
            self.midstream = true;
            sink.anomaly(from, Anomaly::Midstream);
        }
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

    /// Keeps a segment aside.
    fn doubt(&mut self, from: Direction, arrival: &Arrival<'_>, doubt: Doubt, limits: &Limits, sink: &mut impl Sink) {
        if doubt == Doubt::Handshake {
            sink.anomaly(from, Anomaly::DataBeforeEstablished);
        } else if doubt == Doubt::Reset {
            sink.anomaly(from, Anomaly::DataAfterReset);
        }
        let shift = self.window_shift(from);
        let (half, peer) = self.pair(from);
        half.bits.set(Bits::SEEN);
        if doubt == Doubt::Handshake && !peer.has(Bits::STARTED) {
            // Where the SYN-ACK was not captured, this tells what it said.
            peer.acknowledge(arrival.segment.ack, u32::from(arrival.segment.window) << shift);
        }
        self.keep_doubt(from, arrival, doubt, limits, sink);
    }

    /// How far the windows of `from` are shifted: as announced if both sides announced a scale (RFC 7323 section 2.2),
    /// by the most there is if that was not seen.
    #[inline]
    pub(crate) fn window_shift(&self, from: Direction) -> u32 {
        let (half, peer) = self.peek_pair(from);
        if !half.has(Bits::SYN) {
            return MAX_SHIFT;
        }
        let agreed = half.has(Bits::SCALED) && (peer.has(Bits::SCALED) || !peer.has(Bits::SYN));
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

/// How far behind the expected byte the first one seen may lie to make a hole rather than a start.
pub(crate) const MAX_LEAD: i32 = 1 << 20;
/// The greatest window scale.
const MAX_SHIFT: u32 = 14;
