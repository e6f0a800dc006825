//! Segments without SYN and RST: taken, kept aside, refused.

use wiretale_packet::{Direction, Flags, SeqNumber};

use crate::accept::{Judgement, PAWS_IDLE, TOO_OLD};
use crate::doubt::Doubt;
use crate::half::{Bits, MAX_LEAD};
use crate::opening::Phase;
use crate::options::Options;
use crate::{Anomaly, Arrival, Connection, Limits, Reason, Sink, Verdict};

impl Connection {
    /// Anything but SYN and RST.
    pub(super) fn data(
        &mut self,
        from: Direction,
        arrival: &Arrival<'_>,
        limits: &Limits,
        sink: &mut impl Sink,
    ) -> Verdict {
        let segment = &arrival.segment;
        let options = Options::read(segment.options);
        self.choose_reply(from, segment);
        self.choose_forgotten(from, segment);
        match self.judge_or_settle(from, arrival, &options, limits) {
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

    /// Judges a segment. Where one that is too old cannot wait, it counts if it was captured late.
    fn judge_or_settle(
        &mut self,
        from: Direction,
        arrival: &Arrival<'_>,
        options: &Options,
        limits: &Limits,
    ) -> Judgement {
        let known = self.peek(from).newest_stamp();
        match self.judge(from, arrival, options, known) {
            Judgement::Doubt(Doubt::Old) if !self.has_room(limits) => {
                let segment = &arrival.segment;
                let end = segment.seq.advance(segment.seq_len());
                let late = self.peek(from).came_late(segment.seq, end, options.stamp);
                if late { Judgement::Take } else { TOO_OLD }
            }
            judgement => judgement,
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
        if self.phase == Phase::SynSent && segment.seq_len() == 0 && !self.half(from).trusted() {
            // A bare acknowledgement instead of a SYN-ACK: a challenge, or the first of a split handshake.
            self.half(from).meet(from, arrival, options, sink);
            return;
        }
        self.pick_up(from, segment.seq, segment.wire_len(), sink);
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
    fn pick_up(&mut self, from: Direction, seq: SeqNumber, len: u32, sink: &mut impl Sink) {
        let half = self.half(from);
        if half.has(Bits::STARTED) {
            // A keep-alive has one byte at most, which was there before.
            if len > 1 {
                half.precede(seq);
            }
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
}
