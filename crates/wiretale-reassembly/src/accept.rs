//! Would the receiving host take this segment?

use core::time::Duration;

use wiretale_packet::{Direction, Flags, Segment};

use crate::doubt::{Doubt, is_old};
use crate::half::{Bits, Half};
use crate::opening::Phase;
use crate::options::Options;
use crate::{Anomaly, Arrival, Connection, Why};

/// The answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Judgement {
    /// Yes.
    Take,
    /// That depends on packets which may be captured later.
    Doubt(Doubt),
    /// No.
    Refuse(Why, Option<Anomaly<'static>>),
}

impl Connection {
    /// Judges a segment without SYN and RST as a modern host does, in the order of Linux: option, timestamp, window,
    /// acknowledgement. Nothing is asked of the other side where it fell silent; of one that was never seen neither window
    /// nor numbers are known.
    /// `known` is the newest timestamp that came before it.
    #[inline]
    pub(crate) fn judge(
        &mut self,
        from: Direction,
        arrival: &Arrival<'_>,
        options: &Options,
        known: Option<u32>,
    ) -> Judgement {
        let segment = &arrival.segment;
        let carries = segment.seq_len() > 0;
        if !segment.flags.has(Flags::ACK) {
            return Judgement::Refuse(Why::NoAck, carries.then_some(Anomaly::NoAckFlag));
        }
        let idle = arrival.at.since(self.last);
        let phase = self.phase;
        let reset = self.reset_by == Some(from.opposite());
        let opened = self.opener == from;
        let widest = MAX_WINDOW << self.window_shift(from);
        let (half, peer) = self.pair(from);
        if half.has(Bits::SEEN) && half.contradicts(options.signed) {
            return Judgement::Refuse(Why::Signature, Some(Anomaly::SignatureMismatch));
        }
        let stamps = !peer.has(Bits::SYN) || peer.has(Bits::STAMPED);
        if stamps && is_old(options.stamp, known) && idle < PAWS_IDLE && half.is_news(segment) {
            // Where the peer has timestamps, what it says of the sender's may tell that the newest never came there.
            return if peer.has(Bits::STAMPED) { Judgement::Doubt(Doubt::Old) } else { TOO_OLD };
        }
        let answered = !opened && half.trusted();
        if phase == Phase::SynSent && carries && !answered && !half.has(Bits::ALONE) {
            return Judgement::Doubt(Doubt::Handshake);
        }
        if reset && !segment.payload.is_empty() {
            return Judgement::Doubt(Doubt::Reset);
        }
        if half.has(Bits::ALONE) {
            return Judgement::Take;
        }
        half.judge_window(segment).or_else(|| judge_ack(segment, peer, widest)).unwrap_or(Judgement::Take)
    }
}

impl Half {
    /// The newest timestamp of its sender that counts.
    pub(crate) fn newest_stamp(&self) -> Option<u32> {
        self.has(Bits::STAMPED).then_some(self.stamp)
    }

    /// Does it carry more than old bytes? What repeats those does no harm.
    pub(crate) fn is_news(&self, segment: &Segment<'_>) -> bool {
        segment.seq.advance(segment.seq_len()).ahead_of(self.expected()) > 0
    }

    /// Does it lie beyond what the receiver offered to take (RFC 9293 section 3.10.7.4)?
    fn judge_window(&self, segment: &Segment<'_>) -> Option<Judgement> {
        if !self.has(Bits::EDGE) || !self.has(Bits::STARTED) {
            return None;
        }
        let beyond = segment.seq.ahead_of(self.edge());
        // A segment that lies this far behind is not old: it is beyond the window and wrapped round.
        let far = segment.seq.ahead_of(self.expected()) < -MAX_BEHIND;
        if segment.payload.is_empty() && segment.missing == 0 {
            let fin = segment.flags.has(Flags::FIN);
            let anomaly = if fin { Anomaly::FinOutOfWindow } else { Anomaly::OutOfWindow { accepted: false } };
            return (beyond > 0 || far).then_some(Judgement::Refuse(Why::OutOfWindow, Some(anomaly)));
        }
        if far {
            return Some(Judgement::Refuse(Why::OutOfWindow, Some(Anomaly::SeqUnderflow)));
        }
        // A probe of a closed window is one byte that may be refused and sent again.
        let probe = self.has(Bits::SHUT) && segment.wire_len() == 1 && segment.seq == self.claim();
        (beyond >= 0 || probe).then_some(Judgement::Doubt(Doubt::Window))
    }
}

/// Does it acknowledge bytes that were never sent, or forgotten long ago: further back than the widest window its sender
/// ever offered (RFC 5961 section 5)? An acknowledgement alone does no harm.
fn judge_ack(segment: &Segment<'_>, peer: &Half, widest: i32) -> Option<Judgement> {
    if !peer.has(Bits::STARTED) || segment.seq_len() == 0 {
        return None;
    }
    if segment.ack.ahead_of(peer.acked()) < -widest {
        return Some(Judgement::Refuse(Why::BadAck, Some(Anomaly::AckTooOld)));
    }
    (segment.ack.ahead_of(peer.top()) > 0).then_some(Judgement::Doubt(Doubt::Ack))
}

/// What its timestamp alone speaks against, with nobody to ask.
pub(crate) const TOO_OLD: Judgement = Judgement::Refuse(Why::OldTimestamp, Some(Anomaly::PawsFailed));
/// The greatest window there is.
const MAX_BEHIND: i32 = 1 << 30;
/// The greatest window without a scale.
const MAX_WINDOW: i32 = 65_535;
/// After so much silence any timestamp will do (RFC 7323 section 5.5).
pub(crate) const PAWS_IDLE: Duration = Duration::from_secs(24 * 24 * 3600);
