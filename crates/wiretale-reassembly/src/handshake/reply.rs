//! A SYN-ACK, at every stage of a connection.

use wiretale_packet::Direction;

use crate::half::{Bits, Data};
use crate::opening::{Phase, Reply};
use crate::options::Options;
use crate::{Anomaly, Arrival, Connection, Limits, Sink, Verdict, Why};

impl Connection {
    /// Takes a SYN-ACK.
    pub(super) fn reply(
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
            Phase::SynSent if from != self.opener => self.reply_to_syn(from, arrival, options, limits, sink),
            Phase::Crossed if again && fits => {
                self.cross_answer(from, arrival, options, sink);
                Verdict::Accepted
            }
            _ if again => self.same_again(from, arrival, options, open),
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

    /// The one that is waited for, if it acknowledges a SYN that was seen.
    fn reply_to_syn(
        &mut self,
        from: Direction,
        arrival: &Arrival<'_>,
        options: &Options,
        limits: &Limits,
        sink: &mut impl Sink,
    ) -> Verdict {
        let ack = arrival.segment.ack;
        if !self.choose_syn(from.opposite(), ack) {
            sink.anomaly(from, Anomaly::BadSynAck);
            return self.refuse(from, arrival, Why::BadHandshake);
        }
        if self.reset_by.take_if(|by| *by == from).is_some() {
            sink.anomaly(from, Anomaly::Reopened);
        }
        self.answer(from, arrival, options, sink);
        self.phase = Phase::Replied;
        self.judge_syn_data(from.opposite(), ack, limits, sink);
        self.first_payload(from, arrival, limits, sink);
        Verdict::Accepted
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
}
