//! One direction of a connection: what its sender sent, as its receiver takes it.

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
use crate::{Delivery, Host, Ledger, Reason};

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

    /// Lets the stream begin at `seq`, or anew there if nothing was delivered yet.
    pub(crate) fn start(&mut self, seq: SeqNumber) {
        self.bits.set(Bits::STARTED);
        (self.base, self.top, self.acked) = (seq.0, seq.0, seq.0);
    }

    /// May a stream of which nothing was settled yet, and whose SYN was not seen, begin at `seq`, a little earlier: was
    /// what it was taken to begin with captured before it?
    pub(crate) fn can_precede(&self, seq: SeqNumber) -> bool {
        let earlier = (1..MAX_LEAD).contains(&self.first().ahead_of(seq));
        let begun = self.has(Bits::STARTED) && !self.has(Bits::SYN) && !self.has(Bits::ENDED);
        earlier && begun && self.untouched()
    }

    /// Lets it begin there, if it may.
    pub(crate) fn precede(&mut self, seq: SeqNumber) {
        if !self.can_precede(seq) {
            return;
        }
        let top = self.top();
        self.start(seq);
        self.reach(top);
        if self.has(Bits::CLAIMED) {
            self.believe();
        }
    }

    /// Did the receiver say that there is a stream?
    pub(crate) const fn trusted(&self) -> bool {
        self.has(Bits::STARTED) || self.has(Bits::CLAIMED)
    }

    /// Forgets a beginning that was none. Its account stays.
    pub(crate) fn unstart(&mut self) {
        let beginning = [Bits::STARTED, Bits::SEEN, Bits::SYN, Bits::SCALED, Bits::CLAIMED, Bits::EDGE, Bits::SHUT];
        for bits in beginning.into_iter().chain([Bits::STAMPED, Bits::SIGNED, Bits::TWICE, Bits::LOOSE]) {
            self.bits.clear(bits);
        }
        self.ttl = 0;
    }

    /// Was nothing of the stream settled yet?
    pub(crate) fn untouched(&self) -> bool {
        self.next == 0 && self.rare.as_ref().is_none_or(|rare| rare.held.is_empty())
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

    /// Counts payload in. Each of these bytes leaves by exactly one of the other accounts.
    #[inline]
    pub(crate) fn receive(&mut self, n: usize) {
        self.received = self.received.saturating_add(n as u64);
    }

    /// Counts payload out that was handed on.
    #[inline]
    pub(crate) fn delivered(&mut self, n: usize) {
        self.delivered = self.delivered.saturating_add(n as u64);
    }

    /// Takes back what [`Self::receive`] counted: the segment belongs to another connection.
    pub(crate) fn unreceive(&mut self, n: usize) {
        self.received = self.received.saturating_sub(n as u64);
    }

    pub(crate) fn drop_bytes(&mut self, reason: Reason, n: u64) {
        if n > 0 {
            self.rare().ledger.drop_bytes(reason, n);
        }
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

    /// Memory that waiting payload takes beside itself.
    pub(crate) fn held_overhead(&self) -> usize {
        self.rare.as_ref().map_or(0, |rare| size_of::<Rare>() + rare.held.overhead())
    }

    pub(crate) fn held_bytes(&self) -> usize {
        self.rare.as_ref().map_or(0, |rare| rare.held.bytes())
    }

    /// The account; `doubted` bytes of it wait elsewhere.
    pub(crate) fn ledger(&self, doubted: u64) -> Ledger {
        let mut ledger = self.rare.as_ref().map(|rare| rare.ledger).unwrap_or_default();
        ledger.received = self.received;
        ledger.delivered = self.delivered;
        ledger.held = doubted.saturating_add(self.held_bytes() as u64);
        if self.has(Bits::UNWANTED) {
            let known =
                ledger.delivered + ledger.duplicate + ledger.conflict_lost + ledger.dropped_total() + ledger.held;
            ledger.drop_bytes(Reason::Unwanted, ledger.received.saturating_sub(known));
        }
        ledger
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
