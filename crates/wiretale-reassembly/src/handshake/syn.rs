//! A SYN, at every stage of a connection.

use wiretale_packet::Direction;

use crate::half::Bits;
use crate::opening::{Pending, Phase};
use crate::options::Options;
use crate::{Anomaly, Arrival, Connection, Sink, Verdict, Why};

impl Connection {
    /// Takes a SYN.
    pub(super) fn syn(
        &mut self,
        from: Direction,
        arrival: &Arrival<'_>,
        options: &Options,
        sink: &mut impl Sink,
    ) -> Verdict {
        let first = arrival.segment.seq.advance(1);
        let half = self.half(from);
        let again = half.has(Bits::STARTED) && half.first() == first;
        match self.phase {
            Phase::Stray => self.syn_behind_reply(from, arrival, options, sink),
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
                self.same_again(from, arrival, options, answered)
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

    /// A SYN-ACK that acknowledges this SYN was only captured before it. Any other is a stray.
    fn syn_behind_reply(
        &mut self,
        from: Direction,
        arrival: &Arrival<'_>,
        options: &Options,
        sink: &mut impl Sink,
    ) -> Verdict {
        let half = self.half(from);
        if !(half.has(Bits::CLAIMED) && half.claim() == arrival.segment.seq.advance(1)) {
            sink.anomaly(from.opposite(), Anomaly::UnsolicitedSynAck);
            self.forget();
            return self.syn(from, arrival, options, sink);
        }
        half.begin(from, arrival, options, sink);
        self.phase = Phase::Replied;
        self.refuse_quietly(from, arrival);
        Verdict::Accepted
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
}
