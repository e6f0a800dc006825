//! How a connection begins: SYN and SYN-ACK in all their orders.

mod reply;
mod syn;

use wiretale_packet::{Direction, Flags, Segment};

use crate::half::{Bits, Half};
use crate::opening::Phase;
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

    /// Starts over: what came was a stray.
    fn forget(&mut self) {
        for half in &mut self.halves {
            half.unstart();
        }
        self.opening = None;
        self.phase = Phase::Fresh;
    }

    /// The SYN, or the SYN-ACK, that its sender's stream began with. What is `settled` it says nothing of any more.
    fn same_again(&mut self, from: Direction, arrival: &Arrival<'_>, options: &Options, settled: bool) -> Verdict {
        let half = self.half(from);
        if !settled {
            half.sign_again(options.signed);
        }
        half.count_repeat(arrival.segment.payload.len() as u64);
        Verdict::Accepted
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
