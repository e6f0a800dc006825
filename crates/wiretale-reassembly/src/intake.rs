//! A segment that counts, taken into its half.

use wiretale_packet::{Direction, Flags, SeqNumber};

use crate::half::{Bits, Data, Half};
use crate::held::index;
use crate::options::Options;
use crate::{Anomaly, Arrival, Limits, Reason, Sink};

impl Half {
    /// Takes note of the sender himself.
    #[inline]
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
        // Timestamps are used if the SYN had one, or was not seen; a segment's counts where the receiver has all before
        // it, captured or not.
        let place = arrival.segment.seq;
        let next = place.ahead_of(self.expected()) <= 0 || self.has(Bits::CLAIMED) && place.ahead_of(self.claim()) <= 0;
        if next {
            self.renew(options.stamp);
        }
    }

    /// Takes an acknowledgement of whatever. One of bytes that lie far from all that was seen is answered and dropped by
    /// their sender (RFC 9293 section 3.10.7.4): its window would put the edge behind what is next, the numbers being a
    /// circle.
    pub(crate) fn acknowledge_any(&mut self, ack: SeqNumber, window: u32) {
        let (old, known) = (self.edge(), self.has(Bits::EDGE));
        let edge = i64::from(ack.ahead_of(self.top())) + i64::from(window);
        let before = if known { i64::from(old.ahead_of(self.top())) } else { i64::MIN };
        self.acknowledge(ack, window);
        if self.has(Bits::STARTED) && (edge > MAX_AHEAD || edge < before) {
            self.keep_edge(known.then_some(old));
        }
    }

    /// Keeps a timestamp if it is the newest.
    pub(crate) fn renew(&mut self, stamp: Option<u32>) {
        if let Some(stamp) = stamp.filter(|_| self.has(Bits::STAMPED) || !self.has(Bits::SYN))
            && (!self.has(Bits::STAMPED) || SeqNumber(stamp).ahead_of(SeqNumber(self.stamp)) > 0)
        {
            self.stamp = stamp;
            self.bits.set(Bits::STAMPED);
        }
    }

    /// Keeps the first timestamp after long silence, whatever it is: those behind it are compared with that.
    pub(crate) fn begin_time(&mut self, stamp: Option<u32>) {
        if let Some(stamp) = stamp.filter(|_| self.has(Bits::STAMPED)) {
            self.stamp = stamp;
        }
    }

    /// Takes the payload of a segment that counts.
    pub(crate) fn payload(&mut self, from: Direction, arrival: &Arrival<'_>, limits: &Limits, sink: &mut impl Sink) {
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
        let ahead = 0u64.saturating_add_signed(place.saturating_neg());
        let before = index(ahead.min(len));
        // Of what was cut off, too, what lies before the start is not missing.
        let absent = u32::try_from(ahead - before as u64).unwrap_or(u32::MAX);
        let missing = segment.missing.saturating_sub(absent);
        if before > 0 {
            sink.anomaly(from, Anomaly::SeqUnderflow);
            self.drop_bytes(Reason::BeforeStart, before as u64);
        }
        let bytes = segment.payload.get(before..).unwrap_or_default();
        let offset = u64::try_from(place).unwrap_or(0);
        if !bytes.is_empty() || missing > 0 {
            let origin = arrival.origin.map(|origin| origin.saturating_add(before as u64));
            let data = Data { offset, bytes, missing, ttl: arrival.ttl, origin };
            self.push(from, data, limits, sink);
        }
    }
}

/// A keep-alive repeats the last byte, or nothing at its place (RFC 9293 section 3.8.4); what it repeats is garbage.
fn is_keep_alive(place: i64, next: u64, len: u32) -> bool {
    len <= 1 && place.saturating_add(1) == i64::try_from(next).unwrap_or(i64::MAX)
}

/// How far ahead of the last byte seen the edge of the window may lie: as far as a capture may lose bytes, and so near
/// that bytes sent again never look as if they lay beyond it.
const MAX_AHEAD: i64 = (1 << 31) - (1 << 27);

/// Routes change, and with them the TTL, by a few.
const USUAL_TTL_CHANGE: u8 = 8;
