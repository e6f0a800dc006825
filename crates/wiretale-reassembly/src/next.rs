//! The short way of the segment that nearly all are.

use wiretale_packet::{Direction, Flags, SeqNumber};

use crate::half::{Bits, Data, Half};
use crate::opening::Phase;
use crate::options::Options;
use crate::{Arrival, Connection, Limits};

/// What is known of the next segment of a connection in which nothing is odd; see [`Connection::is_next`].
#[derive(Clone, Copy, Debug)]
pub struct Next {
    /// Its sender's timestamp.
    stamp: Option<u32>,
    /// How far its sender's windows are shifted.
    shift: u32,
}

impl Connection {
    /// Is this what nearly every segment is: the next one of its sender, on an open connection where nothing waits,
    /// nothing is in doubt, and nothing about it is out of the ordinary? Then [`Connection::take_next`] does all that
    /// [`Connection::segment`] would do with it, at a fraction of the price; for callers that have a short way of their
    /// own. For any other segment there is no answer but to ask `segment`, which does ask here first.
    // Inlined always, as is the next one: what a segment says is not put down and read again for each of them then.
    #[must_use]
    #[inline(always)]
    pub fn is_next(&self, from: Direction, arrival: &Arrival<'_>, limits: &Limits) -> Option<Next> {
        let segment = &arrival.segment;
        let (half, peer) = self.peek_pair(from);
        let plain = segment.flags.0 & MEANINGFUL == Flags::ACK.0 && segment.missing == 0;
        // A SYN that was answered is as good as a connection: this segment opens it.
        let open = matches!(self.phase, Phase::Open | Phase::Replied) && self.reset_by.is_none();
        let ease = self.doubts.is_none() && self.opening.is_none() && half.is_at_ease() && peer.is_met_at_rest();
        if !plain || !open || !ease || limits.history > 0 {
            return None;
        }
        // Bytes must lie before the edge of the window, an acknowledgement alone may lie at it.
        let room = half.edge().ahead_of(segment.seq);
        let fits = segment.seq == half.expected() && room >= i32::from(!segment.payload.is_empty());
        let acked = segment.ack.ahead_of(peer.acked()) >= 0 && segment.ack.ahead_of(peer.top()) <= 0;
        let options = Options::read(segment.options);
        let old = options
            .stamp
            .is_some_and(|stamp| half.has(Bits::STAMPED) && SeqNumber(half.stamp).ahead_of(SeqNumber(stamp)) > 1);
        let known = !options.signed && half.ttl != 0 && half.ttl == arrival.ttl;
        (fits && acked && !old && known).then(|| Next { stamp: options.stamp, shift: self.window_shift(from) })
    }

    /// Takes a segment for which [`Connection::is_next`] gave `next`. Where in the stream of `from` its payload stands, if
    /// it is to be handed on, which is left to the caller.
    #[inline(always)]
    pub fn take_next(&mut self, from: Direction, arrival: &Arrival<'_>, next: &Next, limits: &Limits) -> Option<u64> {
        let segment = &arrival.segment;
        let payload = segment.payload;
        self.phase = Phase::Open;
        let (half, peer) = self.pair(from);
        half.receive(payload.len());
        half.note_stamp(next.stamp);
        peer.bits.clear(Bits::ALONE);
        peer.acknowledge(segment.ack, u32::from(segment.window) << next.shift);
        half.reach(segment.seq.advance(segment.wire_len()));
        let handed = half.move_on(arrival, limits);
        self.last = self.last.max(arrival.at);
        handed
    }
}

impl Half {
    /// Is its stream going on with nothing to watch over?
    #[inline]
    fn is_at_ease(&self) -> bool {
        let barred = Bits::WAITING.with(Bits::FIN).with(Bits::ENDED).with(Bits::SIGNED).with(Bits::SHUT);
        let barred = barred.with(Bits::ALONE).with(Bits::SKIPS).with(Bits::TWICE).with(Bits::LOOSE);
        self.bits.all_without(Bits::MET.with(Bits::EDGE), barred) && self.passes_freely()
    }

    /// Was its sender seen, and waits nothing of his, nor anything to be known about him?
    #[inline]
    fn is_met_at_rest(&self) -> bool {
        self.bits.all_without(Bits::MET, Bits::WAITING.with(Bits::TWICE))
    }

    /// Takes the sender's timestamp, if he uses them: it is that of the next segment.
    #[inline]
    fn note_stamp(&mut self, stamp: Option<u32>) {
        let Some(stamp) = stamp else { return };
        let newer = if self.has(Bits::STAMPED) {
            SeqNumber(stamp).ahead_of(SeqNumber(self.stamp)) > 0
        } else {
            !self.has(Bits::SYN)
        };
        if newer {
            self.stamp = stamp;
            self.bits.set(Bits::STAMPED);
        }
    }

    /// Moves past the payload of the next segment; where it stands, if somebody wants it.
    #[inline(always)]
    fn move_on(&mut self, arrival: &Arrival<'_>, limits: &Limits) -> Option<u64> {
        let (offset, bytes) = (self.next, arrival.segment.payload);
        if bytes.is_empty() {
            return None;
        }
        let wanted = !self.has(Bits::LENGTHS);
        if wanted {
            if let Some(origin) = arrival.origin {
                let data = Data { offset, bytes, missing: 0, ttl: arrival.ttl, origin: Some(origin) };
                self.remember(&data, origin, limits);
            }
            self.delivered(bytes.len());
        }
        self.next = offset.saturating_add(bytes.len() as u64);
        wanted.then_some(offset)
    }
}

/// All flags but those that say nothing to a stream: PSH and the two of ECN.
const MEANINGFUL: u8 = Flags::SYN.0 | Flags::FIN.0 | Flags::RST.0 | Flags::URG.0 | Flags::ACK.0;

#[cfg(test)]
mod tests;
