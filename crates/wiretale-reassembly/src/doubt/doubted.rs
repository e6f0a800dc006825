//! One segment in doubt, copied, and what others in doubt say of it.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use wiretale_packet::{Direction, Flags, Segment, SeqNumber, Timestamp};

use super::{Doubt, is_old, newer};
use crate::options::Options;
use crate::{Anomaly, Arrival};

/// One of them, copied.
#[derive(Debug)]
pub(super) struct Doubted {
    pub(super) from: Direction,
    pub(super) doubt: Doubt,
    pub(super) at: Timestamp,
    pub(super) seq: SeqNumber,
    pub(super) ack: SeqNumber,
    pub(super) origin: Option<u64>,
    pub(super) stamp: Option<u32>,
    pub(super) echo: Option<u32>,
    pub(super) payload: Box<[u8]>,
    pub(super) missing: u32,
    /// Up to where its sender went on behind it in what was taken, and the newest timestamp there.
    pub(super) reach: SeqNumber,
    pub(super) newest: Option<u32>,
    /// The newest timestamp before it that was found to count since it came (by those known then it was judged then), and
    /// the newest that counts if all before it is taken.
    pub(super) known: Option<u32>,
    pub(super) possible: Option<u32>,
    pub(super) window: u16,
    pub(super) urgent: u16,
    pub(super) flags: Flags,
    pub(super) ttl: u8,
    pub(super) signed: bool,
    /// Packets of the connection since.
    pub(super) packets: u8,
    /// Did the receiver say anything since?
    pub(super) answered: bool,
    /// Of one that is too old: did the receiver acknowledge it, and say that such a timestamp is the newest it has?
    pub(super) echoed: bool,
}

/// What others in doubt say of one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    For,
    Against,
    None,
}

impl Doubted {
    pub(super) fn new(from: Direction, arrival: &Arrival<'_>, doubt: Doubt) -> Self {
        let segment = &arrival.segment;
        let options = Options::read(segment.options);
        Self {
            from,
            doubt,
            at: arrival.at,
            seq: segment.seq,
            ack: segment.ack,
            origin: arrival.origin,
            stamp: options.stamp,
            echo: options.echo,
            payload: segment.payload.into(),
            missing: segment.missing,
            reach: segment.seq.advance(segment.seq_len()),
            newest: None,
            known: None,
            possible: None,
            window: segment.window,
            urgent: segment.urgent,
            flags: segment.flags,
            ttl: arrival.ttl,
            signed: options.signed,
            packets: 0,
            answered: false,
            echoed: false,
        }
    }

    pub(super) fn arrival(&self) -> (Arrival<'_>, Options) {
        let segment = Segment {
            seq: self.seq,
            ack: self.ack,
            flags: self.flags,
            window: self.window,
            urgent: self.urgent,
            options: &[],
            payload: &self.payload,
            missing: self.missing,
        };
        let options = Options { stamp: self.stamp, echo: self.echo, signed: self.signed, ..Options::default() };
        (Arrival { at: self.at, segment, ttl: self.ttl, origin: self.origin }, options)
    }

    /// What the others say of it, the later ones from this place on. Does its receiver go on from it in segments that
    /// are in doubt for that very reason, then the bytes that either side acknowledges were sent, but not captured. Would
    /// it have its receiver refuse one that nothing else speaks against, it may be there for that.
    pub(super) fn word(&self, others: &VecDeque<Self>, later: usize) -> Word {
        let end = self.end();
        let goes_on = |other: &Self| other.from != self.from && other.doubt == Doubt::Ack;
        if others.iter().any(|other| goes_on(other) && other.ack.ahead_of(end) >= 0) {
            Word::For
        } else if others.iter().skip(later).any(|other| other.doubt == Doubt::Stamp && self.outdates(other)) {
            Word::Against
        } else {
            Word::None
        }
    }

    pub(super) fn end(&self) -> SeqNumber {
        self.seq.advance(self.arrival().0.segment.seq_len())
    }

    pub(super) fn latest(&self) -> Option<u32> {
        newer(self.stamp, self.newest)
    }

    pub(super) fn outdates(&self, later: &Self) -> bool {
        self.from == later.from && is_old(later.stamp, self.latest())
    }

    // Where both have bytes, and those of either.
    pub(super) fn overlap<'a>(&'a self, other: &'a Self) -> Option<(SeqNumber, &'a [u8], &'a [u8])> {
        let ahead = other.seq.ahead_of(self.seq);
        let skip = |bytes: &'a [u8], by: i32| bytes.get(usize::try_from(by).unwrap_or(0)..);
        let (old, new) = (skip(&self.payload, ahead)?, skip(&other.payload, ahead.saturating_neg())?);
        let len = old.len().min(new.len());
        let seq = if ahead > 0 { other.seq } else { self.seq };
        Some((seq, old.get(..len)?, new.get(..len)?))
    }

    pub(super) fn anomaly(&self, accepted: bool) -> Option<Anomaly<'static>> {
        match self.doubt {
            Doubt::Ack => Some(Anomaly::AckUnseen { accepted }),
            Doubt::Window => Some(Anomaly::OutOfWindow { accepted }),
            Doubt::Stamp | Doubt::Old => (!accepted).then_some(Anomaly::PawsFailed),
            // Reported when they came.
            Doubt::Handshake | Doubt::Reset => None,
        }
    }
}
