//! What a handshake leaves open: which SYN counts, which SYN-ACK, and how much of a SYN's data.

use alloc::boxed::Box;

use smallvec::SmallVec;
use wiretale_packet::{Direction, Flags, Segment, SeqNumber, Timestamp};

use crate::half::{Bits, Data, MAX_LEAD};
use crate::options::{Options, announcing};
use crate::{Anomaly, Arrival, Connection, Limits, Reason, Sink};

/// How far the handshake is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    /// Nothing was seen.
    Fresh,
    /// A SYN-ACK came first.
    Stray,
    /// One side sent a SYN.
    SynSent,
    /// Both did.
    Crossed,
    /// A SYN was answered.
    Replied,
    /// Anything else was taken since, or came first.
    Open,
}

/// What is needed until a connection is open, and only where something is odd about it.
#[derive(Debug, Default)]
pub(crate) struct Opening {
    /// SYNs with data, or with different numbers.
    pub(crate) syns: SmallVec<[Syn; 1]>,
    /// The numbers of SYN-ACKs after the first.
    pub(crate) replies: SmallVec<[Reply; 2]>,
    /// A SYN inside a live connection.
    pub(crate) pending: Option<Pending>,
}

#[derive(Debug)]
pub(crate) struct Syn {
    from: Direction,
    seq: SeqNumber,
    scale: Option<u8>,
    signed: bool,
    ttl: u8,
    origin: Option<u64>,
    data: Box<[u8]>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Reply {
    pub(crate) from: Direction,
    pub(crate) seq: SeqNumber,
    pub(crate) scale: Option<u8>,
    pub(crate) signed: bool,
}

/// A SYN that may yet open a new connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    pub(crate) from: Direction,
    pub(crate) at: Timestamp,
    pub(crate) seq: SeqNumber,
    pub(crate) window: u16,
    pub(crate) ttl: u8,
    pub(crate) scale: Option<u8>,
    pub(crate) signed: bool,
    pub(crate) flags: Flags,
}

impl Pending {
    pub(crate) fn arrival(self) -> (Direction, Arrival<'static>) {
        let segment = Segment {
            seq: self.seq,
            ack: SeqNumber(0),
            flags: self.flags,
            window: self.window,
            urgent: 0,
            options: announcing(self.scale, self.signed),
            payload: &[],
            missing: 0,
        };
        (self.from, Arrival { at: self.at, segment, ttl: self.ttl, origin: None })
    }
}

impl Opening {
    pub(crate) fn flip(&mut self) {
        self.syns.iter_mut().for_each(|syn| syn.from = syn.from.opposite());
        self.replies.iter_mut().for_each(|reply| reply.from = reply.from.opposite());
        if let Some(pending) = &mut self.pending {
            pending.from = pending.from.opposite();
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.syns.iter().map(|syn| syn.data.len()).sum()
    }

    pub(crate) fn bytes_from(&self, from: Direction) -> u64 {
        self.syns.iter().filter(|syn| syn.from == from).map(|syn| syn.data.len() as u64).sum()
    }
}

impl Connection {
    /// Where several SYN-ACKs came, the acknowledgement tells which one counts.
    pub(crate) fn choose_reply(&mut self, from: Direction, segment: &Segment<'_>) {
        if !matches!(self.phase, Phase::Replied | Phase::Stray) || !segment.flags.has(Flags::ACK) {
            return;
        }
        let Some(opening) = &self.opening else { return };
        let chosen =
            opening.replies.iter().find(|reply| reply.from != from && segment.ack.ahead_of(reply.seq.advance(1)) == 0);
        let Some(chosen) = chosen.copied() else { return };
        let peer = self.half(from.opposite());
        if peer.untouched() && peer.first() != chosen.seq.advance(1) {
            peer.start(chosen.seq.advance(1));
            peer.set_scale(chosen.scale);
            peer.set_signed(chosen.signed);
        }
    }

    pub(crate) fn keep_reply(&mut self, reply: Reply) {
        let replies = &mut self.opening.get_or_insert_default().replies;
        if replies.len() < MAX_REPLIES {
            replies.push(reply);
        } else {
            self.half(reply.from).bits.set(Bits::LOOSE);
        }
    }

    /// Of a sender with more SYN-ACKs than are kept, his first bytes tell which one counted: that of what is known, or
    /// one that his receiver acknowledges and nobody remembers.
    pub(crate) fn choose_forgotten(&mut self, from: Direction, segment: &Segment<'_>) {
        let half = self.half(from);
        if !half.has(Bits::LOOSE) || !half.has(Bits::CLAIMED) || segment.seq_len() == 0 {
            return;
        }
        if !half.untouched() {
            half.bits.clear(Bits::LOOSE);
            return;
        }
        let [known, claimed] = [half.first(), half.claim()].map(|first| segment.seq.ahead_of(first));
        let nearer = !(0..=claimed).contains(&known);
        if nearer && (0..MAX_LEAD).contains(&claimed) {
            half.start(half.claim());
            // Nor does anybody remember whether that one was signed.
            half.bits.set(Bits::TWICE);
        }
    }

    /// Drops what was kept for the handshake.
    #[inline]
    pub(crate) fn abandon_opening(&mut self) {
        let Some(opening) = self.opening.take() else { return };
        for syn in opening.syns {
            self.half(syn.from).drop_bytes(Reason::OnSyn, syn.data.len() as u64);
        }
    }

    /// Keeps a SYN that has data, or is not the first.
    pub(crate) fn keep_syn(&mut self, from: Direction, arrival: &Arrival<'_>, options: &Options, sink: &mut impl Sink) {
        let segment = &arrival.segment;
        if !segment.payload.is_empty() {
            sink.anomaly(from, Anomaly::SynWithData(segment.wire_len()));
        }
        let plain = segment.payload.is_empty() && self.half(from).first() == segment.seq.advance(1);
        let kept = self.opening.as_ref().map_or(0, |opening| opening.syns.len());
        if plain || kept >= MAX_SYNS {
            self.refuse_quietly(from, arrival);
            return;
        }
        self.opening.get_or_insert_default().syns.push(Syn {
            from,
            seq: segment.seq,
            scale: options.scale,
            signed: options.signed,
            ttl: arrival.ttl,
            origin: arrival.origin,
            data: segment.payload.into(),
        });
    }

    /// Does `ack` acknowledge a SYN of `from`? The one it does becomes the one that counts.
    pub(crate) fn choose_syn(&mut self, from: Direction, ack: SeqNumber) -> bool {
        if self.half(from).first() == ack {
            return true;
        }
        let syns = self.opening.iter().flat_map(|opening| opening.syns.iter());
        let chosen = syns.filter(|syn| syn.from == from).find(|syn| {
            let len = i32::try_from(syn.data.len()).unwrap_or(i32::MAX);
            (0..=len).contains(&ack.ahead_of(syn.seq.advance(1)))
        });
        let Some((seq, scale, signed)) = chosen.map(|syn| (syn.seq, syn.scale, syn.signed)) else { return false };
        let half = self.half(from);
        if half.first() != seq.advance(1) {
            half.start(seq.advance(1));
            half.set_scale(scale);
            half.set_signed(signed);
        }
        true
    }

    /// Delivers as much of a SYN's data as the SYN-ACK acknowledges (RFC 7413 section 4.2.2).
    pub(crate) fn judge_syn_data(&mut self, from: Direction, ack: SeqNumber, limits: &Limits, sink: &mut impl Sink) {
        let Some(opening) = self.opening.take() else { return };
        let half = self.half(from);
        for syn in opening.syns {
            let this = syn.from == from && syn.seq.advance(1) == half.first();
            let taken = if this { usize::try_from(ack.ahead_of(half.first())).unwrap_or(0) } else { 0 };
            let taken = taken.min(syn.data.len());
            let (accepted, refused) = syn.data.split_at_checked(taken).unwrap_or((&[], &syn.data));
            half.drop_bytes(Reason::OnSyn, refused.len() as u64);
            if !accepted.is_empty() {
                half.reach(ack);
                let data = Data { offset: 0, bytes: accepted, missing: 0, ttl: syn.ttl, origin: syn.origin };
                half.push(from, data, limits, sink);
            }
            if this && !syn.data.is_empty() {
                let [accepted, refused] = [accepted, refused].map(|part| u32::try_from(part.len()).unwrap_or(u32::MAX));
                sink.anomaly(from, Anomaly::SynDataJudged { accepted, refused });
            }
        }
    }

    pub(crate) fn confirms_pending(&self, from: Direction, segment: &Segment<'_>) -> bool {
        let pending = self.opening.as_ref().and_then(|opening| opening.pending);
        pending.is_some_and(|pending| pending.from != from && pending.seq.advance(1) == segment.ack)
    }
}

const MAX_SYNS: usize = 10;
const MAX_REPLIES: usize = 5;
