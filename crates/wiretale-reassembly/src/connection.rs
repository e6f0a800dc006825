//! Both halves of a connection, and what of it counts.

use alloc::boxed::Box;

use wiretale_packet::{Direction, Flags, SeqNumber, Timestamp};

use crate::accept::Judgement;
use crate::doubt::{Doubt, Doubts};
use crate::half::{Bits, Data, Half};
use crate::handshake::{Opening, Phase};
use crate::options::Options;
use crate::{Anomaly, Arrival, Demand, End, Ledger, Limits, Policy, Reason, Sink, Verdict, Why};

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
    pub fn segment(
        &mut self,
        from: Direction,
        arrival: &Arrival<'_>,
        limits: &Limits,
        sink: &mut impl Sink,
    ) -> Verdict {
        let segment = &arrival.segment;
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
            self.settle(from, arrival.at, limits, sink);
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
    pub fn held_bytes(&self) -> usize {
        let doubted = self.doubts.as_ref().map_or(0, |doubts| doubts.bytes());
        self.halves.iter().map(Half::held_bytes).sum::<usize>().saturating_add(doubted)
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
        match self.judge(from, arrival, &options) {
            Judgement::Take => {
                self.take(from, arrival, &options, limits, sink);
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
        self.pick_up(from, segment.seq, sink);
        self.belie_reset(from, segment, sink);
        self.open(from, segment, limits, sink);
        let shift = self.window_shift(from);
        let (half, peer) = self.pair(from);
        half.meet(from, arrival, options, sink);
        peer.bits.clear(Bits::ALONE);
        peer.acknowledge(segment.ack, u32::from(segment.window) << shift);
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

    /// A RST counts only at exactly the next sequence number (RFC 5961 section 3), and for good only if its sender
    /// keeps silent after it.
    fn reset(&mut self, from: Direction, arrival: &Arrival<'_>, sink: &mut impl Sink) -> Verdict {
        let segment = &arrival.segment;
        let payload = segment.wire_len();
        let (half, peer) = self.pair(from);
        half.drop_bytes(Reason::Reset, segment.payload.len() as u64);
        if payload > 0 {
            sink.anomaly(from, Anomaly::RstWithData(payload));
        }
        if segment.flags.has(Flags::SYN) {
            sink.anomaly(from, Anomaly::SynFin);
            return Verdict::Ignored(Why::BadFlags);
        }
        let options = Options::read(segment.options);
        if half.has(Bits::STARTED) && options.signed != half.has(Bits::SIGNED) {
            sink.anomaly(from, Anomaly::SignatureMismatch);
            return Verdict::Ignored(Why::Signature);
        }
        if !half.may_reset(segment, peer) {
            sink.anomaly(from, Anomaly::RstOutOfSequence);
            return Verdict::Ignored(Why::BadReset);
        }
        half.meet(from, arrival, &options, sink);
        self.reset_by = Some(from);
        Verdict::Accepted
    }

    /// Whoever goes on after his own RST did not send it.
    fn belie_reset(&mut self, from: Direction, segment: &wiretale_packet::Segment<'_>, sink: &mut impl Sink) {
        if self.reset_by != Some(from) {
            return;
        }
        let (half, peer) = self.pair(from);
        let end = segment.seq.advance(segment.seq_len());
        let news = segment.seq_len() > 0 && end.ahead_of(half.expected()) > 0;
        if news || segment.ack.ahead_of(peer.acked()) > 0 {
            self.reset_by = None;
            sink.anomaly(from, Anomaly::Reopened);
        }
    }

    fn settle(&mut self, spoke: Direction, now: Timestamp, limits: &Limits, sink: &mut impl Sink) {
        if let Some(doubts) = &mut self.doubts {
            doubts.count(spoke);
            self.judge_doubts(now, false, limits, sink);
        }
        for from in Direction::BOTH {
            let (half, peer) = self.pair(from);
            if half.has(Bits::WAITING) {
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
        self.half(from).bits.set(Bits::SEEN);
        self.keep_doubt(from, arrival, doubt, limits, sink);
    }

    /// How far the windows of `from` are shifted: as announced if both sides announced a scale (RFC 7323 section 2.2),
    /// by the most there is if that was not seen.
    pub(crate) fn window_shift(&mut self, from: Direction) -> u32 {
        let (half, peer) = self.pair(from);
        if !half.has(Bits::SYN) {
            return MAX_SHIFT;
        }
        let agreed = half.has(Bits::SCALED) && (peer.has(Bits::SCALED) || !peer.has(Bits::SYN));
        if agreed { u32::from(half.scale).min(MAX_SHIFT) } else { 0 }
    }

    pub(crate) fn half(&mut self, from: Direction) -> &mut Half {
        self.pair(from).0
    }

    pub(crate) fn pair(&mut self, from: Direction) -> (&mut Half, &mut Half) {
        let [client, server] = &mut self.halves;
        match from {
            Direction::Client => (client, server),
            Direction::Server => (server, client),
        }
    }

    fn peek(&self, from: Direction) -> &Half {
        let [client, server] = &self.halves;
        match from {
            Direction::Client => client,
            Direction::Server => server,
        }
    }
}

impl Half {
    /// Takes note of the sender himself.
    pub(crate) fn meet(&mut self, from: Direction, arrival: &Arrival<'_>, options: &Options, sink: &mut impl Sink) {
        if !self.has(Bits::SEEN) || self.ttl == 0 {
            self.ttl = arrival.ttl;
            if options.signed {
                self.bits.set(Bits::SIGNED);
            }
        }
        self.bits.set(Bits::SEEN);
        if self.ttl.abs_diff(arrival.ttl) > USUAL_TTL_CHANGE && arrival.segment.seq_len() > 0 {
            sink.anomaly(from, Anomaly::TtlChanged { usual: self.ttl, seen: arrival.ttl });
        }
        // Timestamps are used if the SYN had one, or was not seen.
        if let Some(stamp) = options.stamp.filter(|_| self.has(Bits::STAMPED) || !self.has(Bits::SYN))
            && arrival.segment.seq.ahead_of(self.expected()) <= 0
            && (!self.has(Bits::STAMPED) || SeqNumber(stamp).ahead_of(SeqNumber(self.stamp)) > 0)
        {
            self.stamp = stamp;
            self.bits.set(Bits::STAMPED);
        }
    }

    /// Takes the payload of a segment that counts.
    fn payload(&mut self, from: Direction, arrival: &Arrival<'_>, limits: &Limits, sink: &mut impl Sink) {
        let segment = &arrival.segment;
        let (place, len) = (self.place(segment.seq), segment.payload.len() as u64);
        if segment.flags.has(Flags::URG) && segment.urgent > 0 {
            self.urgent(from, place.saturating_add(i64::from(segment.urgent) - 1), sink);
        }
        let fin = segment.flags.has(Flags::FIN);
        if is_keep_alive(place, self.next, segment.wire_len()) && !fin {
            self.count_repeat(len);
            return;
        }
        if self.has(Bits::ENDED) && place.saturating_add_unsigned(len) > i64::try_from(self.next).unwrap_or(i64::MAX) {
            sink.anomaly(from, Anomaly::DataAfterFin);
            self.drop_bytes(Reason::AfterFin, len);
            return;
        }
        let end = segment.seq.advance(segment.wire_len());
        if self.fin().is_some_and(|fin| end.ahead_of(fin) > 0) {
            sink.anomaly(from, Anomaly::DataAfterFin);
        }
        self.reach(end.advance(u32::from(fin)));
        let before = crate::held::index(0u64.saturating_add_signed(place.saturating_neg()).min(len));
        if before > 0 {
            sink.anomaly(from, Anomaly::SeqUnderflow);
            self.drop_bytes(Reason::BeforeStart, before as u64);
        }
        let bytes = segment.payload.get(before..).unwrap_or_default();
        let offset = u64::try_from(place).unwrap_or(0);
        if !bytes.is_empty() || segment.missing > 0 {
            let origin = arrival.origin.map(|origin| origin.saturating_add(before as u64));
            let data = Data { offset, bytes, missing: segment.missing, ttl: arrival.ttl, origin };
            self.push(from, data, limits, sink);
        }
    }
}

/// A keep-alive repeats the last byte, or nothing at its place (RFC 9293 section 3.8.4); what it repeats is garbage.
fn is_keep_alive(place: i64, next: u64, len: u32) -> bool {
    len <= 1 && place.saturating_add(1) == i64::try_from(next).unwrap_or(i64::MAX)
}

/// How far behind the expected byte the first one seen may lie to make a hole rather than a start.
const MAX_LEAD: i32 = 1 << 20;
/// The greatest window scale.
const MAX_SHIFT: u32 = 14;
/// Routes change, and with them the TTL, by a few.
const USUAL_TTL_CHANGE: u8 = 8;
