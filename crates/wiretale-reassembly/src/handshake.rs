//! How a connection begins: SYN and SYN-ACK in all their orders.

use wiretale_packet::{Direction, Flags, Segment};

use crate::half::{Bits, Data, Half};
use crate::opening::{Pending, Phase, Reply};
use crate::options::Options;
use crate::{Anomaly, Arrival, Connection, Limits, Reason, Sink, Verdict, Why};

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
        if self.phase == Phase::Open && self.begin_late(from, segment, &options) {
            return Verdict::Accepted;
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
                let answered = !matches!(self.phase, Phase::SynSent | Phase::Crossed);
                let half = self.half(from);
                if !answered {
                    half.sign_again(options.signed);
                }
                half.count_repeat(arrival.segment.payload.len() as u64);
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
        if again {
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
            signed: options.signed,
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
        let open = self.phase == Phase::Open;
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
                if self.reset_by.take_if(|by| *by == from).is_some() {
                    sink.anomaly(from, Anomaly::Reopened);
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
                let half = self.half(from);
                if !open {
                    half.sign_again(options.signed);
                }
                half.count_repeat(segment.payload.len() as u64);
                Verdict::Accepted
            }
            _ if self.confirms_pending(from, segment) => {
                let closed = self.closed();
                sink.anomaly(from, if closed { Anomaly::ReuseAfterClose } else { Anomaly::ReuseWhileActive });
                Verdict::NewConnection
            }
            Phase::Replied | Phase::Stray => {
                sink.anomaly(from, Anomaly::SynAckSeqJump);
                self.keep_reply(Reply { from, seq: segment.seq, scale: options.scale, signed: options.signed });
                self.refuse(from, arrival, Why::BadHandshake)
            }
            Phase::Open | Phase::Crossed | Phase::SynSent => {
                sink.anomaly(from, Anomaly::BadSynAck);
                self.refuse(from, arrival, Why::BadHandshake)
            }
        }
    }

    /// A SYN or SYN-ACK that was captured behind what followed it begins the stream that it is in front of.
    fn begin_late(&mut self, from: Direction, segment: &Segment<'_>, options: &Options) -> bool {
        let (half, peer) = self.pair(from);
        let known = !segment.flags.has(Flags::ACK) || !peer.has(Bits::STARTED) || segment.ack == peer.first();
        let first = segment.seq.advance(1);
        let late = segment.payload.is_empty() && half.can_precede(first) && (known || peer.can_precede(segment.ack));
        if late {
            if !known {
                peer.precede(segment.ack);
            }
            half.precede(first);
            half.bits.set(Bits::SYN);
            half.set_scale(options.scale);
        }
        late
    }

    /// A SYN-ACK begins its sender's stream and acknowledges the other's SYN. Its window is not scaled (RFC 7323
    /// section 2.2).
    fn answer(&mut self, from: Direction, arrival: &Arrival<'_>, options: &Options, sink: &mut impl Sink) {
        let (half, peer) = self.pair(from);
        half.begin(from, arrival, options, sink);
        peer.settle_signature(options.signed);
        peer.acknowledge(arrival.segment.ack, u32::from(arrival.segment.window));
    }

    /// A SYN-ACK where both sides have sent a SYN.
    fn cross_answer(&mut self, from: Direction, arrival: &Arrival<'_>, options: &Options, sink: &mut impl Sink) {
        let segment = &arrival.segment;
        let (half, peer) = self.pair(from);
        half.meet(from, arrival, options, sink);
        peer.settle_signature(options.signed);
        peer.acknowledge(segment.ack, u32::from(segment.window));
        let known = self.opening.as_ref().is_some_and(|opening| opening.replies.iter().any(|reply| reply.from == from));
        if !known {
            self.keep_reply(Reply { from, seq: segment.seq, scale: options.scale, signed: options.signed });
        }
        self.refuse_quietly(from, arrival);
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

    pub(crate) fn refuse_quietly(&mut self, from: Direction, arrival: &Arrival<'_>) {
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

    pub(crate) fn set_scale(&mut self, scale: Option<u8>) {
        self.scale = scale.unwrap_or(0);
        if scale.is_some() {
            self.bits.set(Bits::SCALED);
        } else {
            self.bits.clear(Bits::SCALED);
        }
    }
}
