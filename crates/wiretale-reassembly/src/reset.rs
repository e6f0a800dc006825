//! RST: what it takes to be believed, and to be belied.

use wiretale_packet::{Direction, Flags, Segment};

use crate::half::{Bits, Half};
use crate::options::Options;
use crate::{Anomaly, Arrival, Connection, Reason, Sink, Verdict, Why};

impl Connection {
    /// A RST counts only at exactly the next sequence number (RFC 5961 section 3), and for good only if its sender
    /// keeps silent after it.
    pub(crate) fn reset(&mut self, from: Direction, arrival: &Arrival<'_>, sink: &mut impl Sink) -> Verdict {
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
        if half.has(Bits::STARTED) && half.contradicts(options.signed) {
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
    pub(crate) fn belie_reset(&mut self, from: Direction, segment: &Segment<'_>, sink: &mut impl Sink) {
        if self.reset_by != Some(from) {
            return;
        }
        let (half, peer) = self.pair(from);
        let end = segment.seq.advance(segment.seq_len());
        let news = segment.seq_len() > 0 && end.ahead_of(half.expected()) > 0;
        if news || peer.has(Bits::STARTED) && segment.ack.ahead_of(peer.acked()) > 0 {
            self.reset_by = None;
            sink.anomaly(from, Anomaly::Reopened);
        }
    }
}

impl Half {
    /// Is this RST at exactly the next sequence number, as far as that can be known? Around bytes that the capture
    /// lost that is the last acknowledged or the end of what waits.
    fn may_reset(&self, segment: &Segment<'_>, peer: &Self) -> bool {
        if self.has(Bits::STARTED) {
            let fin = self.fin().map(|fin| fin.advance(1));
            let next = [Some(self.expected()), Some(self.acked()), self.waiting_end(), fin];
            return next.contains(&Some(segment.seq));
        }
        if !segment.flags.has(Flags::ACK) {
            // Of no use to one who sent nothing but a SYN (RFC 9293 section 3.10.7.3).
            return !peer.has(Bits::SYN) || self.has(Bits::CLAIMED);
        }
        // The answer to a SYN acknowledges it.
        let answers = segment.ack.ahead_of(peer.first()) >= 0 && segment.ack.ahead_of(peer.top()) <= 0;
        !peer.has(Bits::STARTED) || answers
    }
}
