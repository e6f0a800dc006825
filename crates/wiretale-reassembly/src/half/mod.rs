//! One direction of a connection: what its sender sent, as its receiver takes it.

mod account;
mod beginning;
mod bits;
mod recent;
mod settle;
mod stream;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use core::hint::select_unpredictable;

use smallvec::SmallVec;
use wiretale_packet::SeqNumber;

use crate::held::Held;
use crate::{Delivery, Host, Ledger};

pub(crate) use bits::Bits;
use recent::{Few, Recent};
use settle::Hole;

/// One direction. Small while nothing odd happens: the rest is boxed.
#[derive(Debug)]
pub(crate) struct Half {
    /// Offset of the next byte to deliver. Everything below is settled for good.
    pub(crate) next: u64,
    received: u64,
    delivered: u64,
    rare: Option<Box<Rare>>,
    recent: Option<Box<Recent>>,
    /// Sequence number of offset 0.
    base: u32,
    /// Up to where the receiver acknowledged what was seen.
    acked: u32,
    /// What the receiver's last segment acknowledged, seen or not.
    claim: u32,
    /// End of what was seen.
    top: u32,
    /// End of what the receiver offered to take.
    edge: u32,
    fin: u32,
    /// The sender's last timestamp.
    pub(crate) stamp: u32,
    pub(crate) bits: Bits,
    /// How the receiver behaves.
    host: Host,
    /// TTL of the sender's first packet.
    pub(crate) ttl: u8,
    /// Window scale that the sender announced.
    pub(crate) scale: u8,
    few: Few,
}

/// Payload at its place in the stream.
#[derive(Clone, Copy)]
pub(crate) struct Data<'a> {
    pub(crate) offset: u64,
    pub(crate) bytes: &'a [u8],
    pub(crate) missing: u32,
    pub(crate) ttl: u8,
    pub(crate) origin: Option<u64>,
}

/// What most halves never need.
#[derive(Debug, Default)]
struct Rare {
    held: Held,
    ledger: Ledger,
    hole: Option<Hole>,
    /// The last gap: start and end.
    gap: (u64, u64),
    /// Offsets that are taken out of the stream.
    skips: SmallVec<[u64; 2]>,
    /// The last delivered bytes, where asked for.
    history: VecDeque<u8>,
}

impl Half {
    pub(crate) const fn new(host: Host) -> Self {
        let bits = match host.delivery {
            Delivery::OnArrival => Bits::ON_ARRIVAL,
            Delivery::OnAck => Bits::NONE,
        };
        Self {
            next: 0,
            received: 0,
            delivered: 0,
            rare: None,
            recent: None,
            base: 0,
            acked: 0,
            claim: 0,
            top: 0,
            edge: 0,
            fin: 0,
            stamp: 0,
            bits,
            host,
            ttl: 0,
            scale: 0,
            few: Few::NONE,
        }
    }

    #[inline]
    pub(crate) const fn has(&self, bits: Bits) -> bool {
        self.bits.has(bits)
    }

    /// The sequence number of offset 0.
    #[inline]
    pub(crate) const fn first(&self) -> SeqNumber {
        SeqNumber(self.base)
    }

    /// The sequence number of the next byte to deliver.
    #[inline]
    pub(crate) fn expected(&self) -> SeqNumber {
        SeqNumber(self.base.wrapping_add(low(self.next)))
    }

    #[inline]
    pub(crate) const fn top(&self) -> SeqNumber {
        SeqNumber(self.top)
    }

    #[inline]
    pub(crate) const fn acked(&self) -> SeqNumber {
        SeqNumber(self.acked)
    }

    #[inline]
    pub(crate) const fn claim(&self) -> SeqNumber {
        SeqNumber(self.claim)
    }

    #[inline]
    pub(crate) const fn edge(&self) -> SeqNumber {
        SeqNumber(self.edge)
    }

    /// The end of what waits out of order.
    pub(crate) fn waiting_end(&self) -> Option<SeqNumber> {
        let end = self.rare.as_ref()?.held.end()?;
        Some(SeqNumber(self.base.wrapping_add(low(end))))
    }

    /// Where `seq` stands in the stream; below 0 before its start.
    #[inline]
    pub(crate) fn place(&self, seq: SeqNumber) -> i64 {
        let next = i64::try_from(self.next).unwrap_or(i64::MAX);
        next.saturating_add(i64::from(seq.ahead_of(self.expected())))
    }

    #[inline]
    fn offset(&self, seq: u32) -> u64 {
        u64::try_from(self.place(SeqNumber(seq))).unwrap_or(0)
    }

    /// Notes that the sender's segments reach `end`.
    #[inline]
    pub(crate) fn reach(&mut self, end: SeqNumber) {
        if end.ahead_of(self.top()) > 0 {
            self.top = end.0;
            if self.has(Bits::CLAIMED) && self.claim != self.acked {
                self.believe();
            }
        }
    }

    /// Notes what a segment of the receiver acknowledges, and how much it offers to take from there.
    #[inline(always)]
    pub(crate) fn acknowledge(&mut self, ack: SeqNumber, window: u32) {
        let edge = ack.advance(window);
        // As often as not, and nobody can foresee when.
        let further = !self.has(Bits::EDGE) | (edge.ahead_of(self.edge()) > 0);
        self.edge = select_unpredictable(further, edge.0, self.edge);
        self.bits.set(Bits::EDGE);
        self.bits.set(Bits::CLAIMED);
        if window == 0 {
            self.bits.set(Bits::SHUT);
        } else {
            self.bits.clear(Bits::SHUT);
        }
        self.claim = ack.0;
        if self.has(Bits::STARTED) && ack.0 != self.acked {
            self.believe();
        }
    }

    /// The window of a segment does not count: its edge is what it was.
    pub(crate) fn keep_edge(&mut self, edge: Option<SeqNumber>) {
        match edge {
            Some(edge) => self.edge = edge.0,
            None => self.bits.clear(Bits::EDGE),
        }
    }

    /// What was acknowledged since counts on: the segment taken last is an older one.
    pub(crate) fn reclaim(&mut self, claim: Option<SeqNumber>) {
        if let Some(claim) = claim.filter(|claim| claim.ahead_of(self.claim()) > 0) {
            self.claim = claim.0;
            if self.has(Bits::STARTED) {
                self.believe();
            }
        }
    }

    /// Believes an acknowledgement as far as what it acknowledges was seen: a forged one cannot tear holes.
    #[inline]
    fn believe(&mut self) {
        let ack = if self.claim().ahead_of(self.top()) > 0 { self.top() } else { self.claim() };
        self.acked = select_unpredictable(ack.ahead_of(self.acked()) > 0, ack.0, self.acked);
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }
}

/// How far behind the expected byte the first one seen may lie to make a hole rather than a start.
pub(crate) const MAX_LEAD: i32 = 1 << 20;

/// The low 32 bits: sequence numbers count modulo 2^32.
#[inline]
fn low(n: u64) -> u32 {
    u32::try_from(n & 0xffff_ffff).unwrap_or(0)
}
