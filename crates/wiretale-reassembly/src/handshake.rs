//! How a connection begins: SYN and SYN-ACK in all their orders.

use alloc::boxed::Box;

use smallvec::SmallVec;
use wiretale_packet::{Direction, Flags, Segment, SeqNumber, Timestamp};

use crate::half::{Bits, Data, Half};
use crate::options::{Options, announcing};
use crate::{Anomaly, Arrival, Connection, Limits, Reason, Sink, Verdict, Why};

/// How far the handshake is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    /// Nothing was seen.
    Fresh,
    /// A SYN-ACK came first.
    Stray,
    /// One side sent a SYN.
    SynSent,
    /// Both did.
    Crossed,
    /// A SYN was answered.
    Replied,
    /// Anything else was taken since, or came first.
    Open,
}

/// What is needed until a connection is open, and only where something is odd about it.
#[derive(Debug, Default)]
pub(crate) struct Opening {
    /// SYNs with data, or with different numbers.
    syns: SmallVec<[Syn; 1]>,
    /// The numbers of SYN-ACKs after the first.
    replies: SmallVec<[Reply; 2]>,
    /// A SYN inside a live connection.
    pub(crate) pending: Option<Pending>,
}

#[derive(Debug)]
struct Syn {
    from: Direction,
    seq: SeqNumber,
    scale: Option<u8>,
    ttl: u8,
    origin: Option<u64>,
    data: Box<[u8]>,
}

#[derive(Clone, Copy, Debug)]
struct Reply {
    from: Direction,
    seq: SeqNumber,
    scale: Option<u8>,
}

/// A SYN that may yet open a new connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    from: Direction,
    at: Timestamp,
    seq: SeqNumber,
    window: u16,
    ttl: u8,
    scale: Option<u8>,
    flags: Flags,
}

impl Pending {
    pub(crate) fn arrival(self) -> (Direction, Arrival<'static>) {
        let segment = Segment {
            seq: self.seq,
            ack: SeqNumber(0),
            flags: self.flags,
            window: self.window,
            urgent: 0,
            options: announcing(self.scale),
            payload: &[],
            missing: 0,
        };
        (self.from, Arrival { at: self.at, segment, ttl: self.ttl, origin: None })
    }
}

impl Opening {
    pub(crate) fn flip(&mut self) {
        self.syns.iter_mut().for_each(|syn| syn.from = syn.from.opposite());
        self.replies.iter_mut().for_each(|reply| reply.from = reply.from.opposite());
        if let Some(pending) = &mut self.pending {
            pending.from = pending.from.opposite();
        }
    }

    pub(crate) fn bytes_from(&self, from: Direction) -> u64 {
        self.syns.iter().filter(|syn| syn.from == from).map(|syn| syn.data.len() as u64).sum()
    }
}

impl Connection {
    /// Takes a segment with a SYN.
    pub(crate) fn synchronise(
        &mut self,
        from: Direction,
        arrival: &Arrival<'_>,
        limits: &Limits,
        sink: &mut impl Sink,
    ) -> Verdict {
        let segment = &arrival.segment;
        if segment.flags.has(Flags::FIN) {
            sink.anomaly(from, Anomaly::SynFin);
            return self.refuse(from, arrival, Why::BadFlags);
        }
        let options = Options::read(segment.options);
        if options.scale.is_some_and(|scale| scale > 14) {
            sink.anomaly(from, Anomaly::WindowScale(options.scale.unwrap_or(0)));
        }
        if segment.flags.has(Flags::ACK) {
            self.reply(from, arrival, &options, limits, sink)
        } else {
            self.syn(from, arrival, &options, sink)
        }
    }

    fn syn(&mut self, from: Direction, arrival: &Arrival<'_>, options: &Options, sink: &mut impl Sink) -> Verdict {
        let first = arrival.segment.seq.advance(1);
        let half = self.half(from);
        let again = half.has(Bits::STARTED) && half.first() == first;
        match self.phase {
            Phase::Stray => {
                // A SYN-ACK that acknowledges this SYN was only captured before it. Any other is a stray.
                let half = self.half(from);
                if !(half.has(Bits::CLAIMED) && half.claim() == first) {
                    sink.anomaly(from.opposite(), Anomaly::UnsolicitedSynAck);
                    self.forget();
                    return self.syn(from, arrival, options, sink);
                }
                self.half(from).begin(from, arrival, options, sink);
                self.phase = Phase::Replied;
                self.opener = from;
                self.refuse_quietly(from, arrival);
                Verdict::Accepted
            }
            Phase::Fresh => {
                self.half(from).begin(from, arrival, options, sink);
                self.phase = Phase::SynSent;
                self.opener = from;
                self.keep_syn(from, arrival, options, sink);
                Verdict::Accepted
            }
            Phase::Open => self.syn_inside(from, arrival, options, again, sink),
            _ if again => {
                self.half(from).count_repeat(arrival.segment.payload.len() as u64);
                Verdict::Accepted
            }
            _ if self.reset_by.is_some() => {
                sink.anomaly(from, Anomaly::ReuseAfterClose);
                Verdict::NewConnection
            }
            Phase::SynSent if from != self.opener => {
                sink.anomaly(from, Anomaly::SimultaneousOpen);
                self.half(from).begin(from, arrival, options, sink);
                self.phase = Phase::Crossed;
                self.refuse_quietly(from, arrival);
                Verdict::Accepted
            }
            Phase::SynSent | Phase::Crossed | Phase::Replied => {
                sink.anomaly(from, Anomaly::SynSeqJump);
                self.half(from).meet(from, arrival, options, sink);
                if self.phase == Phase::SynSent {
                    self.keep_syn(from, arrival, options, sink);
                    return Verdict::Accepted;
                }
                self.refuse(from, arrival, Why::BadHandshake)
            }
        }
    }

    /// A SYN on a connection that is open: a host answers it with a challenge and goes on (RFC 9293 section 3.10.7.4),
    /// so nothing is synchronised anew unless the other side confirms it or is not there to be asked.
    fn syn_inside(
        &mut self,
        from: Direction,
        arrival: &Arrival<'_>,
        options: &Options,
        again: bool,
        sink: &mut impl Sink,
    ) -> Verdict {
        let segment = &arrival.segment;
        let closed = self.closed();
        let (half, peer) = self.pair(from);
        let late = !half.has(Bits::SYN) && half.first() == segment.seq.advance(1);
        if again || late {
            half.count_repeat(segment.payload.len() as u64);
            return Verdict::Accepted;
        }
        if closed || !peer.has(Bits::SEEN) {
            let reuse = if closed { Anomaly::ReuseAfterClose } else { Anomaly::ReuseWhileActive };
            sink.anomaly(from, reuse);
            return Verdict::NewConnection;
        }
        sink.anomaly(from, Anomaly::SynInside);
        self.opening.get_or_insert_default().pending = Some(Pending {
            from,
            at: arrival.at,
            seq: segment.seq,
            window: segment.window,
            ttl: arrival.ttl,
            scale: options.scale,
            flags: segment.flags,
        });
        self.refuse(from, arrival, Why::BadHandshake)
    }

    /// Takes a SYN-ACK.
    fn reply(
        &mut self,
        from: Direction,
        arrival: &Arrival<'_>,
        options: &Options,
        limits: &Limits,
        sink: &mut impl Sink,
    ) -> Verdict {
        let segment = &arrival.segment;
        let (half, peer) = self.pair(from);
        let again = half.has(Bits::STARTED) && half.first() == segment.seq.advance(1);
        let fits = peer.has(Bits::STARTED) && segment.ack == peer.first();
        match self.phase {
            Phase::Fresh => {
                self.answer(from, arrival, options, sink);
                self.phase = Phase::Stray;
                self.opener = from.opposite();
                self.refuse_quietly(from, arrival);
                Verdict::Accepted
            }
            Phase::SynSent if from != self.opener => {
                if !self.choose_syn(from.opposite(), segment.ack) {
                    sink.anomaly(from, Anomaly::BadSynAck);
                    return self.refuse(from, arrival, Why::BadHandshake);
                }
                self.answer(from, arrival, options, sink);
                self.phase = Phase::Replied;
                self.judge_syn_data(from.opposite(), segment.ack, limits, sink);
                self.first_payload(from, arrival, limits, sink);
                Verdict::Accepted
            }
            Phase::Crossed if again && fits => {
                self.cross_answer(from, arrival, options, sink);
                Verdict::Accepted
            }
            _ if again => {
                self.half(from).count_repeat(segment.payload.len() as u64);
                Verdict::Accepted
            }
            _ if self.confirms_pending(from, segment) => {
                let closed = self.closed();
                sink.anomaly(from, if closed { Anomaly::ReuseAfterClose } else { Anomaly::ReuseWhileActive });
                Verdict::NewConnection
            }
            Phase::Replied | Phase::Stray => {
                sink.anomaly(from, Anomaly::SynAckSeqJump);
                self.keep_reply(Reply { from, seq: segment.seq, scale: options.scale });
                self.refuse(from, arrival, Why::BadHandshake)
            }
            Phase::Open | Phase::Crossed | Phase::SynSent => {
                sink.anomaly(from, Anomaly::BadSynAck);
                self.refuse(from, arrival, Why::BadHandshake)
            }
        }
    }

    /// A SYN-ACK begins its sender's stream and acknowledges the other's SYN. Its window is not scaled (RFC 7323
    /// section 2.2).
    fn answer(&mut self, from: Direction, arrival: &Arrival<'_>, options: &Options, sink: &mut impl Sink) {
        let (half, peer) = self.pair(from);
        half.begin(from, arrival, options, sink);
        peer.acknowledge(arrival.segment.ack, u32::from(arrival.segment.window));
    }

    /// A SYN-ACK where both sides have sent a SYN.
    fn cross_answer(&mut self, from: Direction, arrival: &Arrival<'_>, options: &Options, sink: &mut impl Sink) {
        let segment = &arrival.segment;
        let (half, peer) = self.pair(from);
        half.meet(from, arrival, options, sink);
        peer.acknowledge(segment.ack, u32::from(segment.window));
        let known = self.opening.as_ref().is_some_and(|opening| opening.replies.iter().any(|reply| reply.from == from));
        if !known {
            self.keep_reply(Reply { from, seq: segment.seq, scale: options.scale });
        }
        self.refuse_quietly(from, arrival);
    }

    fn keep_reply(&mut self, reply: Reply) {
        let replies = &mut self.opening.get_or_insert_default().replies;
        if replies.len() < MAX_REPLIES {
            replies.push(reply);
        }
    }

    /// Where several SYN-ACKs came, the acknowledgement tells which one counts.
    pub(crate) fn choose_reply(&mut self, from: Direction, segment: &Segment<'_>) {
        if !matches!(self.phase, Phase::Replied | Phase::Stray) || !segment.flags.has(Flags::ACK) {
            return;
        }
        let Some(opening) = &self.opening else { return };
        let chosen =
            opening.replies.iter().find(|reply| reply.from != from && segment.ack.ahead_of(reply.seq.advance(1)) == 0);
        let Some(chosen) = chosen.copied() else { return };
        let peer = self.half(from.opposite());
        if peer.untouched() && peer.first() != chosen.seq.advance(1) {
            peer.start(chosen.seq.advance(1));
            peer.set_scale(chosen.scale);
        }
    }

    /// Anything but SYN and SYN-ACK is taken: the connection is open, if this can come without an answer to the SYN.
    pub(crate) fn open(&mut self, from: Direction, segment: &Segment<'_>, limits: &Limits, sink: &mut impl Sink) {
        let alone = self.half(from).has(Bits::ALONE);
        let replied = self.opening.as_ref().map_or(0, |opening| opening.replies.len());
        match self.phase {
            Phase::Open => return,
            // The server need not have answered yet: its word is waited for.
            Phase::SynSent if from == self.opener && !alone => return,
            // The SYN-ACK was not captured; where the client goes on tells as much.
            Phase::SynSent if from == self.opener => self.judge_syn_data(from, segment.seq, limits, sink),
            Phase::SynSent => {
                self.choose_syn(self.opener, segment.ack);
                self.judge_syn_data(self.opener, segment.ack, limits, sink);
            }
            Phase::Crossed if replied == 1 && from != self.opener => {
                sink.anomaly(self.opener, Anomaly::SplitHandshake);
            }
            Phase::Crossed if replied == 0 && segment.seq_len() == 0 => return,
            Phase::Crossed | Phase::Fresh | Phase::Stray | Phase::Replied => {}
        }
        self.abandon_opening();
        self.phase = Phase::Open;
    }

    /// Drops what was kept for the handshake.
    pub(crate) fn abandon_opening(&mut self) {
        let Some(opening) = self.opening.take() else { return };
        for syn in opening.syns {
            self.half(syn.from).drop_bytes(Reason::OnSyn, syn.data.len() as u64);
        }
    }

    /// Keeps a SYN that has data, or is not the first.
    fn keep_syn(&mut self, from: Direction, arrival: &Arrival<'_>, options: &Options, sink: &mut impl Sink) {
        let segment = &arrival.segment;
        if !segment.payload.is_empty() {
            sink.anomaly(from, Anomaly::SynWithData(segment.wire_len()));
        }
        let plain = segment.payload.is_empty() && self.half(from).first() == segment.seq.advance(1);
        let kept = self.opening.as_ref().map_or(0, |opening| opening.syns.len());
        if plain || kept >= MAX_SYNS {
            self.refuse_quietly(from, arrival);
            return;
        }
        self.opening.get_or_insert_default().syns.push(Syn {
            from,
            seq: segment.seq,
            scale: options.scale,
            ttl: arrival.ttl,
            origin: arrival.origin,
            data: segment.payload.into(),
        });
    }

    /// Does `ack` acknowledge a SYN of `from`? The one it does becomes the one that counts.
    fn choose_syn(&mut self, from: Direction, ack: SeqNumber) -> bool {
        if self.half(from).first() == ack {
            return true;
        }
        let syns = self.opening.iter().flat_map(|opening| opening.syns.iter());
        let chosen = syns.filter(|syn| syn.from == from).find(|syn| {
            let len = i32::try_from(syn.data.len()).unwrap_or(i32::MAX);
            (0..=len).contains(&ack.ahead_of(syn.seq.advance(1)))
        });
        let Some((seq, scale)) = chosen.map(|syn| (syn.seq, syn.scale)) else { return false };
        let half = self.half(from);
        if half.first() != seq.advance(1) {
            half.start(seq.advance(1));
            half.set_scale(scale);
        }
        true
    }

    /// Delivers as much of a SYN's data as the SYN-ACK acknowledges (RFC 7413 section 4.2.2).
    fn judge_syn_data(&mut self, from: Direction, ack: SeqNumber, limits: &Limits, sink: &mut impl Sink) {
        let Some(mut opening) = self.opening.take() else { return };
        let half = self.half(from);
        for syn in core::mem::take(&mut opening.syns) {
            let this = syn.from == from && syn.seq.advance(1) == half.first();
            let taken = if this { usize::try_from(ack.ahead_of(half.first())).unwrap_or(0) } else { 0 };
            let taken = taken.min(syn.data.len());
            let (accepted, refused) = syn.data.split_at_checked(taken).unwrap_or((&[], &syn.data));
            half.drop_bytes(Reason::OnSyn, refused.len() as u64);
            if !accepted.is_empty() {
                half.reach(ack);
                let data = Data { offset: 0, bytes: accepted, missing: 0, ttl: syn.ttl, origin: syn.origin };
                half.push(from, data, limits, sink);
            }
            if this && !syn.data.is_empty() {
                let [accepted, refused] = [accepted, refused].map(|part| u32::try_from(part.len()).unwrap_or(u32::MAX));
                sink.anomaly(from, Anomaly::SynDataJudged { accepted, refused });
            }
        }
        if opening.pending.is_some() {
            self.opening = Some(opening);
        }
    }

    /// A SYN-ACK may carry data, too.
    fn first_payload(&mut self, from: Direction, arrival: &Arrival<'_>, limits: &Limits, sink: &mut impl Sink) {
        let segment = &arrival.segment;
        if segment.payload.is_empty() {
            return;
        }
        let half = self.half(from);
        half.reach(half.first().advance(segment.wire_len()));
        let Arrival { ttl, origin, .. } = *arrival;
        half.push(
            from,
            Data { offset: 0, bytes: segment.payload, missing: segment.missing, ttl, origin },
            limits,
            sink,
        );
    }

    fn confirms_pending(&self, from: Direction, segment: &Segment<'_>) -> bool {
        let pending = self.opening.as_ref().and_then(|opening| opening.pending);
        pending.is_some_and(|pending| pending.from != from && pending.seq.advance(1) == segment.ack)
    }

    /// Starts over: what came was a stray.
    fn forget(&mut self) {
        for half in &mut self.halves {
            half.unstart();
        }
        self.opening = None;
        self.phase = Phase::Fresh;
    }

    fn refuse(&mut self, from: Direction, arrival: &Arrival<'_>, why: Why) -> Verdict {
        self.half(from).drop_bytes(Reason::Refused, arrival.segment.payload.len() as u64);
        Verdict::Ignored(why)
    }

    fn refuse_quietly(&mut self, from: Direction, arrival: &Arrival<'_>) {
        self.half(from).drop_bytes(Reason::OnSyn, arrival.segment.payload.len() as u64);
    }
}

impl Half {
    /// Begins with a SYN.
    fn begin(&mut self, from: Direction, arrival: &Arrival<'_>, options: &Options, sink: &mut impl Sink) {
        self.start(arrival.segment.seq.advance(1));
        self.meet(from, arrival, options, sink);
        self.bits.set(Bits::SYN);
        self.set_scale(options.scale);
        if let Some(stamp) = options.stamp {
            self.stamp = stamp;
            self.bits.set(Bits::STAMPED);
        }
    }

    fn set_scale(&mut self, scale: Option<u8>) {
        self.scale = scale.unwrap_or(0);
        if scale.is_some() {
            self.bits.set(Bits::SCALED);
        } else {
            self.bits.clear(Bits::SCALED);
        }
    }
}

const MAX_SYNS: usize = 10;
const MAX_REPLIES: usize = 5;
