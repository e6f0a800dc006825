//! One direction of a connection: what its sender sent, as its receiver takes it.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use smallvec::SmallVec;
use wiretale_packet::{Direction, SeqNumber, Timestamp};

use crate::held::{Held, Incoming};
use crate::{Anomaly, Bound, Chunk, Conflict, Delivery, End, Host, Ledger, Limits, Reason, Sink, Urgent};

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
}

/// Flags of a half.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Bits(u16);

impl Bits {
    /// The number of its first byte is known.
    pub(crate) const STARTED: Self = Self(1);
    /// A packet of the sender was seen.
    pub(crate) const SEEN: Self = Self(1 << 1);
    /// The sender's SYN was seen.
    pub(crate) const SYN: Self = Self(1 << 2);
    /// The sender's SYN announced a window scale.
    pub(crate) const SCALED: Self = Self(1 << 3);
    /// The receiver acknowledged something.
    pub(crate) const CLAIMED: Self = Self(1 << 4);
    /// What the receiver offers to take is known.
    pub(crate) const EDGE: Self = Self(1 << 5);
    /// The receiver's window is closed.
    pub(crate) const SHUT: Self = Self(1 << 6);
    /// A FIN was seen.
    pub(crate) const FIN: Self = Self(1 << 7);
    /// The end was delivered.
    pub(crate) const ENDED: Self = Self(1 << 8);
    /// The sender uses timestamps.
    pub(crate) const STAMPED: Self = Self(1 << 9);
    /// The sender signs its segments.
    pub(crate) const SIGNED: Self = Self(1 << 10);
    /// Only lengths are wanted.
    pub(crate) const LENGTHS: Self = Self(1 << 11);
    /// Only lengths were wanted for some time.
    pub(crate) const UNWANTED: Self = Self(1 << 12);
    /// The other side fell silent: its word is not waited for.
    pub(crate) const ALONE: Self = Self(1 << 13);
    /// Delivery on acknowledgement was given up.
    pub(crate) const ON_ARRIVAL: Self = Self(1 << 14);
    /// Something waits here that time or packets settle.
    pub(crate) const WAITING: Self = Self(1 << 15);

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn set(&mut self, other: Self) {
        self.0 |= other.0;
    }

    pub(crate) const fn clear(&mut self, other: Self) {
        self.0 &= !other.0;
    }
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

/// Where delivered bytes stand in the capture.
#[derive(Clone, Copy, Debug)]
struct Sent {
    offset: u64,
    origin: u64,
    len: u32,
    ttl: u8,
}

/// The last delivered segments. Grows to the window, then allocates no more.
#[derive(Debug)]
struct Recent(VecDeque<Sent>);

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

/// The hole in front of what waits.
#[derive(Clone, Copy, Debug)]
struct Hole {
    at: u64,
    since: Timestamp,
    /// When it was first seen to be acknowledged, and how far.
    acked: Option<(Timestamp, u64)>,
    packets: u8,
}

impl Half {
    pub(crate) const fn new(host: Host) -> Self {
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
            bits: Bits(0),
            host,
            ttl: 0,
            scale: 0,
        }
    }

    pub(crate) const fn has(&self, bits: Bits) -> bool {
        self.bits.has(bits)
    }

    /// Lets the stream begin at `seq`, or anew there if nothing was delivered yet.
    pub(crate) fn start(&mut self, seq: SeqNumber) {
        self.bits.set(Bits::STARTED);
        (self.base, self.top, self.acked) = (seq.0, seq.0, seq.0);
    }

    /// Forgets a beginning that was none. Its account stays.
    pub(crate) fn unstart(&mut self) {
        let beginning = [Bits::STARTED, Bits::SEEN, Bits::SYN, Bits::SCALED, Bits::CLAIMED, Bits::EDGE, Bits::SHUT];
        for bits in beginning.into_iter().chain([Bits::STAMPED, Bits::SIGNED]) {
            self.bits.clear(bits);
        }
        self.ttl = 0;
    }

    /// Was nothing of the stream settled yet?
    pub(crate) fn untouched(&self) -> bool {
        self.next == 0 && self.rare.as_ref().is_none_or(|rare| rare.held.is_empty())
    }

    /// The sequence number of offset 0.
    pub(crate) const fn first(&self) -> SeqNumber {
        SeqNumber(self.base)
    }

    /// The sequence number of the next byte to deliver.
    pub(crate) fn expected(&self) -> SeqNumber {
        SeqNumber(self.base.wrapping_add(low(self.next)))
    }

    pub(crate) const fn top(&self) -> SeqNumber {
        SeqNumber(self.top)
    }

    pub(crate) const fn acked(&self) -> SeqNumber {
        SeqNumber(self.acked)
    }

    pub(crate) const fn claim(&self) -> SeqNumber {
        SeqNumber(self.claim)
    }

    pub(crate) const fn edge(&self) -> SeqNumber {
        SeqNumber(self.edge)
    }

    /// The end of what waits out of order.
    pub(crate) fn waiting_end(&self) -> Option<SeqNumber> {
        let end = self.rare.as_ref()?.held.end()?;
        Some(SeqNumber(self.base.wrapping_add(low(end))))
    }

    /// Where `seq` stands in the stream; below 0 before its start.
    pub(crate) fn place(&self, seq: SeqNumber) -> i64 {
        let next = i64::try_from(self.next).unwrap_or(i64::MAX);
        next.saturating_add(i64::from(seq.ahead_of(self.expected())))
    }

    fn offset(&self, seq: u32) -> u64 {
        u64::try_from(self.place(SeqNumber(seq))).unwrap_or(0)
    }

    /// Counts payload in. Each of these bytes leaves by exactly one of the other accounts.
    pub(crate) fn receive(&mut self, n: usize) {
        self.received = self.received.saturating_add(n as u64);
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
    pub(crate) fn reach(&mut self, end: SeqNumber) {
        if end.ahead_of(self.top()) > 0 {
            self.top = end.0;
            if self.has(Bits::CLAIMED) && self.claim != self.acked {
                self.believe();
            }
        }
    }

    /// Notes what a segment of the receiver acknowledges, and how much it offers to take from there.
    pub(crate) fn acknowledge(&mut self, ack: SeqNumber, window: u32) {
        let edge = ack.advance(window);
        if !self.has(Bits::EDGE) || edge.ahead_of(self.edge()) > 0 {
            self.edge = edge.0;
        }
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

    /// Believes an acknowledgement as far as what it acknowledges was seen: a forged one cannot tear holes.
    fn believe(&mut self) {
        let ack = if self.claim().ahead_of(self.top()) > 0 { self.top() } else { self.claim() };
        if ack.ahead_of(self.acked()) > 0 {
            self.acked = ack.0;
        }
    }

    pub(crate) fn demand_lengths(&mut self, lengths: bool) {
        if !lengths {
            self.bits.clear(Bits::LENGTHS);
            return;
        }
        self.bits.set(Bits::LENGTHS);
        self.bits.set(Bits::UNWANTED);
        if let Some(rare) = &mut self.rare {
            let end = rare.held.end();
            rare.held.clear();
            self.next = self.next.max(end.unwrap_or(0));
        }
        self.recent = None;
    }

    /// Takes payload that the receiver takes.
    pub(crate) fn push(&mut self, from: Direction, data: Data<'_>, limits: &Limits, sink: &mut impl Sink) {
        if self.bits.has(Bits::LENGTHS) {
            let end = data.offset.saturating_add(data.bytes.len() as u64).saturating_add(data.missing.into());
            self.next = self.next.max(end);
            return;
        }
        if self.pass(from, &data, limits, sink) {
            return;
        }
        let fresh = self.settled(from, &data, limits, sink);
        if self.pass(from, &fresh, limits, sink) || fresh.bytes.is_empty() {
            return;
        }
        self.hold(from, &fresh, limits, sink);
        self.drain(from, limits, sink);
        self.bound(from, limits, sink);
    }

    /// Delivers what is next as it stands in the packet, if it is next and nothing that waits has a say in it.
    fn pass(&mut self, from: Direction, data: &Data<'_>, limits: &Limits, sink: &mut impl Sink) -> bool {
        let end = data.offset.saturating_add(data.bytes.len() as u64);
        let free = match &self.rare {
            None => true,
            Some(rare) => rare.held.first().is_none_or(|first| first >= end),
        };
        if data.offset != self.next || !free || end > self.ceiling() || self.has(Bits::ENDED) {
            return false;
        }
        if let Some(origin) = data.origin {
            self.remember(data, origin, limits);
        }
        self.deliver(from, data.bytes, limits, sink);
        if data.missing > 0 {
            let upto = end.saturating_add(data.missing.into()).min(self.ceiling());
            let upto = self.rare.as_ref().and_then(|rare| rare.held.first()).map_or(upto, |first| first.min(upto));
            self.give_up(from, upto, sink);
        }
        if self.rare.is_some() {
            self.drain(from, limits, sink);
        }
        true
    }

    /// Up to where bytes may be delivered.
    fn ceiling(&self) -> u64 {
        let mut ceiling = u64::MAX;
        if self.has(Bits::FIN) {
            ceiling = self.offset(self.fin);
        }
        if self.host.delivery == Delivery::OnAck && !self.has(Bits::ON_ARRIVAL) {
            ceiling = ceiling.min(self.offset(self.acked));
        }
        ceiling
    }

    /// Hands bytes on and moves past them.
    fn deliver(&mut self, from: Direction, bytes: &[u8], limits: &Limits, sink: &mut impl Sink) {
        if limits.history > 0 {
            self.rare().keep(bytes, limits.history);
        }
        if self.rare.as_ref().is_some_and(|rare| !rare.skips.is_empty()) {
            self.deliver_around(from, bytes, sink);
            return;
        }
        if !bytes.is_empty() {
            sink.chunk(from, self.next, Chunk::Data(bytes));
            self.delivered = self.delivered.saturating_add(bytes.len() as u64);
            self.next = self.next.saturating_add(bytes.len() as u64);
        }
    }

    /// Hands bytes on without those that are taken out of the stream.
    fn deliver_around(&mut self, from: Direction, mut bytes: &[u8], sink: &mut impl Sink) {
        while !bytes.is_empty() {
            let next = self.next;
            let rare = self.rare();
            rare.skips.retain(|skip| *skip >= next);
            let skip = rare.skips.iter().min().copied().unwrap_or(u64::MAX);
            let len = crate::held::index(skip - next).min(bytes.len());
            let Some((head, rest)) = bytes.split_at_checked(len) else { return };
            if !head.is_empty() {
                sink.chunk(from, next, Chunk::Data(head));
                self.delivered = self.delivered.saturating_add(head.len() as u64);
                self.next = self.next.saturating_add(head.len() as u64);
            }
            bytes = rest;
            if let [_, rest @ ..] = rest {
                self.drop_bytes(Reason::Urgent, 1);
                self.next = self.next.saturating_add(1);
                bytes = rest;
            }
        }
    }

    /// Remembers where in the capture these bytes stand. No allocation once the ring has grown to the window.
    fn remember(&mut self, data: &Data<'_>, origin: u64, limits: &Limits) {
        let acked = self.offset(self.acked);
        let recent = self.recent.get_or_insert_with(|| Box::new(Recent(VecDeque::with_capacity(FIRST_RECENT))));
        let recent = &mut recent.0;
        if recent.len() >= FIRST_RECENT {
            let old = recent.front().is_none_or(|oldest| oldest.offset + u64::from(oldest.len) <= acked);
            if old || recent.len() >= limits.recent {
                recent.pop_front();
            }
        }
        let len = u32::try_from(data.bytes.len()).unwrap_or(u32::MAX);
        recent.push_back(Sent { offset: data.offset, origin, len, ttl: data.ttl });
    }

    /// Accounts for the part of `data` that lies below `next`; what is left of it.
    fn settled<'a>(&mut self, from: Direction, data: &Data<'a>, limits: &Limits, sink: &mut impl Sink) -> Data<'a> {
        let behind = crate::held::index(self.next.saturating_sub(data.offset)).min(data.bytes.len());
        let (old, fresh) = data.bytes.split_at_checked(behind).unwrap_or((data.bytes, &[]));
        if !old.is_empty() {
            self.repeat(from, &Data { bytes: old, ..*data }, limits, sink);
        }
        let origin = data.origin.map(|origin| origin.saturating_add(behind as u64));
        Data { offset: data.offset.saturating_add(behind as u64), bytes: fresh, origin, ..*data }
    }

    /// Bytes that were settled before: late for their gap, the same, or others.
    fn repeat(&mut self, from: Direction, old: &Data<'_>, limits: &Limits, sink: &mut impl Sink) {
        let gap = self.rare.as_ref().map_or((0, 0), |rare| rare.gap);
        let end = old.offset.saturating_add(old.bytes.len() as u64);
        let late = end.min(gap.1).saturating_sub(old.offset.max(gap.0));
        let lost = self.compare(from, old, sink) + self.compare_history(from, old, limits, sink);
        let rare = self.rare();
        let lost = lost.min(old.bytes.len() as u64 - late);
        let duplicate = old.bytes.len() as u64 - late - lost;
        rare.ledger.drop_bytes(Reason::Late, late);
        rare.ledger.conflict_lost += lost;
        rare.ledger.duplicate += duplicate;
        if duplicate > 0 {
            sink.anomaly(from, Anomaly::Retransmission(u32::try_from(duplicate).unwrap_or(u32::MAX)));
        }
    }

    /// Counts bytes that say nothing new and are not worth comparing.
    pub(crate) fn count_repeat(&mut self, n: u64) {
        if n > 0 {
            self.rare().ledger.duplicate += n;
        }
    }

    /// Compares bytes with those delivered, where the capture can be looked back into. How many differ.
    fn compare(&self, from: Direction, old: &Data<'_>, sink: &mut impl Sink) -> u64 {
        let mut lost = 0;
        for sent in self.recent.iter().flat_map(|recent| recent.0.iter()) {
            let start = sent.offset.max(old.offset);
            let end = (sent.offset + u64::from(sent.len)).min(old.offset + old.bytes.len() as u64);
            if start >= end || old.origin == Some(sent.origin) {
                continue;
            }
            let place = crate::held::index(start - old.offset)..crate::held::index(end - old.offset);
            let Some(new) = old.bytes.get(place) else { continue };
            let Some(there) = sink.recall(sent.origin + (start - sent.offset), new.len()) else { continue };
            if there != new {
                let there: Box<[u8]> = there.into();
                lost += conflict(from, start, &there, new, (sent.ttl, old.ttl), sink);
            }
        }
        lost
    }

    /// Compares bytes with the kept tail of the stream. How many differ.
    fn compare_history(&mut self, from: Direction, old: &Data<'_>, limits: &Limits, sink: &mut impl Sink) -> u64 {
        let next = self.next;
        let Some(rare) = self.rare.as_mut().filter(|_| limits.history > 0) else { return 0 };
        let start = next.saturating_sub(rare.history.len() as u64);
        let (there, new) = crate::held::common(start, rare.history.make_contiguous(), old.offset, old.bytes);
        if there == new {
            return 0;
        }
        conflict(from, start.max(old.offset), there, new, (self.ttl, old.ttl), sink)
    }

    /// Copies bytes into what waits.
    fn hold(&mut self, from: Direction, data: &Data<'_>, limits: &Limits, sink: &mut impl Sink) {
        self.bits.set(Bits::WAITING);
        let policy = self.host.overlap;
        let incoming = Incoming { offset: data.offset, bytes: data.bytes, ttl: data.ttl };
        let rare = self.rare();
        let stored = rare.held.insert(incoming, policy, |clash| {
            let conflict = Conflict {
                offset: clash.offset,
                old: clash.old,
                new: clash.new,
                winner: clash.winner,
                old_ttl: clash.old_ttl,
                new_ttl: data.ttl,
                delivered: false,
            };
            sink.anomaly(from, Anomaly::Conflict(conflict));
        });
        rare.ledger.duplicate += stored.duplicate;
        rare.ledger.conflict_lost += stored.lost;
        if stored.duplicate > 0 {
            sink.anomaly(from, Anomaly::Retransmission(u32::try_from(stored.duplicate).unwrap_or(u32::MAX)));
        }
        if let Some(origin) = data.origin.filter(|_| stored.lost == 0) {
            self.remember(data, origin, limits);
        }
    }

    /// Delivers what waits and is next.
    pub(crate) fn drain(&mut self, from: Direction, limits: &Limits, sink: &mut impl Sink) {
        while let Some(piece) = {
            let (next, ceiling) = (self.next, self.ceiling());
            self.rare.as_mut().and_then(|rare| rare.held.pop_at(next, ceiling))
        } {
            self.deliver(from, &piece, limits, sink);
        }
    }

    /// Declares everything up to `upto` missing.
    fn give_up(&mut self, from: Direction, upto: u64, sink: &mut impl Sink) {
        let offset = self.next;
        let Some(len) = upto.checked_sub(offset).filter(|len| *len > 0) else { return };
        sink.anomaly(from, Anomaly::Gap { offset, len });
        sink.chunk(from, offset, Chunk::Gap(len));
        self.next = upto;
        let rare = self.rare();
        rare.ledger.gap += len;
        rare.gap = if rare.gap.1 == offset { (rare.gap.0, upto) } else { (offset, upto) };
    }

    /// Keeps what waits within its bounds: the oldest hole becomes a gap.
    fn bound(&mut self, from: Direction, limits: &Limits, sink: &mut impl Sink) {
        while let Some((bound, first)) = self.rare.as_ref().and_then(|rare| {
            let bytes = (rare.held.bytes() > limits.held).then_some(Bound::HeldBytes);
            let pieces = (rare.held.pieces() > limits.pieces).then_some(Bound::HeldPieces);
            bytes.or(pieces).zip(rare.held.first())
        }) {
            sink.anomaly(from, Anomaly::LimitReached(bound));
            if first >= self.ceiling() {
                self.lift(from, sink);
            }
            let first = first.min(self.ceiling());
            self.give_up(from, first, sink);
            self.drain(from, limits, sink);
        }
    }

    /// Removes what keeps waiting bytes from being delivered.
    fn lift(&mut self, from: Direction, sink: &mut impl Sink) {
        if self.host.delivery == Delivery::OnAck && !self.has(Bits::ON_ARRIVAL) {
            self.bits.set(Bits::ON_ARRIVAL);
            sink.anomaly(from, Anomaly::DeliveryChanged);
        }
        let ceiling = self.ceiling();
        let cut = self.rare().held.truncate(ceiling);
        self.drop_bytes(Reason::AfterFin, cut);
    }

    /// Marks the byte before an urgent pointer.
    pub(crate) fn urgent(&mut self, from: Direction, place: i64, sink: &mut impl Sink) {
        let Ok(offset) = u64::try_from(place) else { return };
        if offset < self.next {
            return;
        }
        sink.anomaly(from, Anomaly::UrgentData { offset });
        if self.host.urgent == Urgent::Skip && !self.has(Bits::LENGTHS) {
            let skips = &mut self.rare().skips;
            if !skips.contains(&offset) && skips.len() < MAX_SKIPS {
                skips.push(offset);
            }
        }
    }

    /// Notes a FIN at `seq`. The end is delivered when it is acknowledged, or nobody is there to do so.
    pub(crate) fn finish(&mut self, from: Direction, seq: SeqNumber, sink: &mut impl Sink) {
        if self.has(Bits::ENDED) {
            return;
        }
        if self.has(Bits::FIN) {
            if seq.0 != self.fin {
                sink.anomaly(from, Anomaly::FinMoved);
            }
            return;
        }
        if seq.ahead_of(self.expected()) < 0 {
            sink.anomaly(from, Anomaly::FinMoved);
            return;
        }
        self.bits.set(Bits::FIN);
        self.bits.set(Bits::WAITING);
        self.fin = seq.0;
        if self.rare.as_ref().and_then(|rare| rare.held.end()).is_some_and(|end| end > self.offset(self.fin)) {
            sink.anomaly(from, Anomaly::DataAfterFin);
        }
    }

    /// Is the direction at its end, as far as can be seen?
    pub(crate) fn finished(&self) -> bool {
        self.has(Bits::ENDED) || (self.has(Bits::FIN) && self.next >= self.offset(self.fin))
    }

    /// The place of the FIN, where one was seen.
    pub(crate) fn fin(&self) -> Option<SeqNumber> {
        self.has(Bits::FIN).then_some(SeqNumber(self.fin))
    }

    /// Looks at what waits: holes past their grace become gaps, an acknowledged FIN ends the stream.
    pub(crate) fn settle(
        &mut self,
        from: Direction,
        now: Timestamp,
        alone: bool,
        limits: &Limits,
        sink: &mut impl Sink,
    ) {
        self.judge_fin(from, alone, limits, sink);
        if self.host.delivery == Delivery::OnAck {
            if alone && !self.has(Bits::ON_ARRIVAL) {
                self.lift(from, sink);
            }
            self.drain(from, limits, sink);
        }
        self.age(from, now, limits, sink);
        let held = self.rare.as_ref().is_some_and(|rare| !rare.held.is_empty());
        if !held && (!self.has(Bits::FIN) || self.has(Bits::ENDED)) {
            self.bits.clear(Bits::WAITING);
        }
        self.judge_fin(from, alone, limits, sink);
    }

    /// A FIN that is acknowledged is true; one behind which bytes are acknowledged is not.
    fn judge_fin(&mut self, from: Direction, alone: bool, limits: &Limits, sink: &mut impl Sink) {
        if !self.has(Bits::FIN) || self.has(Bits::ENDED) {
            return;
        }
        let (fin, acked) = (self.offset(self.fin), self.offset(self.acked));
        if acked > fin.saturating_add(1) {
            self.bits.clear(Bits::FIN);
            sink.anomaly(from, Anomaly::FinVoid);
            self.drain(from, limits, sink);
        } else if self.next >= fin && (acked == fin.saturating_add(1) || alone) {
            self.end(from, End::Finished, sink);
        }
    }

    /// Declares gaps where a hole has had its grace.
    fn age(&mut self, from: Direction, now: Timestamp, limits: &Limits, sink: &mut impl Sink) {
        let Some(target) = self.target() else {
            if let Some(rare) = &mut self.rare {
                rare.hole = None;
            }
            return;
        };
        let (next, acked) = (self.next, self.offset(self.acked));
        let fresh = Hole { at: next, since: now, acked: None, packets: 0 };
        let rare = self.rare();
        let hole = rare.hole.get_or_insert(fresh);
        if hole.at != next {
            *hole = fresh;
        }
        if acked < target {
            if now.since(hole.since) >= limits.hole_age {
                sink.anomaly(from, Anomaly::LimitReached(Bound::HoleAge));
                self.give_up(from, target, sink);
                self.drain(from, limits, sink);
            }
            return;
        }
        let (since, upto) = *hole.acked.get_or_insert((now, acked));
        let due = hole.packets >= limits.grace_packets && now.since(since) >= limits.grace;
        hole.packets = hole.packets.saturating_add(1);
        if due {
            self.give_up_to(from, upto, limits, sink);
        }
    }

    /// Gives up every hole that was acknowledged as far as `upto`.
    fn give_up_to(&mut self, from: Direction, upto: u64, limits: &Limits, sink: &mut impl Sink) {
        while let Some(target) = self.target().filter(|target| *target <= upto) {
            self.give_up(from, target, sink);
            self.drain(from, limits, sink);
        }
    }

    /// The end of the first hole: what waits behind it, or the FIN.
    fn target(&self) -> Option<u64> {
        let held = self.rare.as_ref().and_then(|rare| rare.held.first());
        let fin = (self.has(Bits::FIN) && !self.has(Bits::ENDED)).then(|| self.offset(self.fin));
        let target = match (held, fin) {
            (Some(held), Some(fin)) => held.min(fin),
            (held, fin) => held.or(fin)?,
        };
        (target > self.next).then_some(target)
    }

    /// Packet time alone: an acknowledged hole need not wait for more packets.
    pub(crate) fn expire(
        &mut self,
        from: Direction,
        now: Timestamp,
        alone: bool,
        limits: &Limits,
        sink: &mut impl Sink,
    ) {
        if let Some(hole) = self.rare.as_mut().and_then(|rare| rare.hole.as_mut())
            && hole.acked.is_some_and(|(since, _)| now.since(since) >= limits.grace)
        {
            hole.packets = u8::MAX;
        }
        self.settle(from, now, alone, limits, sink);
        if self.offset(self.acked) >= self.next {
            self.recent = None;
        }
    }

    /// Delivers what waits, gaps between, and the end.
    pub(crate) fn close(&mut self, from: Direction, end: End, sink: &mut impl Sink) {
        if self.has(Bits::ENDED) {
            return;
        }
        self.bits.set(Bits::ON_ARRIVAL);
        let limits = Limits { history: 0, ..Limits::default() };
        self.drain(from, &limits, sink);
        while let Some(target) = self.target() {
            self.give_up(from, target, sink);
            self.drain(from, &limits, sink);
        }
        // One acknowledged byte may be a FIN that was not captured.
        let claimed = if self.has(Bits::CLAIMED) && self.has(Bits::STARTED) { self.offset(self.claim) } else { 0 };
        let plausible = claimed.saturating_sub(self.next) < MAX_TAIL;
        if !self.has(Bits::FIN) && !self.has(Bits::LENGTHS) && plausible && claimed > self.next.saturating_add(1) {
            self.give_up(from, claimed, sink);
        }
        self.end(from, if self.has(Bits::FIN) { End::Finished } else { end }, sink);
    }

    fn end(&mut self, from: Direction, end: End, sink: &mut impl Sink) {
        if let Some(rare) = &mut self.rare {
            let cut = rare.held.clear();
            rare.ledger.drop_bytes(Reason::AfterFin, cut);
        }
        self.bits.set(Bits::ENDED);
        sink.chunk(from, self.next, Chunk::End(end));
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

impl Rare {
    fn keep(&mut self, bytes: &[u8], most: usize) {
        let tail = bytes.get(bytes.len().saturating_sub(most)..).unwrap_or_default();
        let excess = (self.history.len() + tail.len()).saturating_sub(most);
        self.history.drain(..excess);
        self.history.extend(tail);
    }
}

/// Reports delivered bytes against other ones; how many differ.
fn conflict(from: Direction, offset: u64, old: &[u8], new: &[u8], ttl: (u8, u8), sink: &mut impl Sink) -> u64 {
    let winner = crate::Winner::Old;
    let (old_ttl, new_ttl) = ttl;
    sink.anomaly(from, Anomaly::Conflict(Conflict { offset, old, new, winner, old_ttl, new_ttl, delivered: true }));
    old.iter().zip(new).filter(|(old, new)| old != new).count() as u64
}

/// The low 32 bits: sequence numbers count modulo 2^32.
fn low(n: u64) -> u32 {
    u32::try_from(n & 0xffff_ffff).unwrap_or(0)
}

const FIRST_RECENT: usize = 8;
const MAX_SKIPS: usize = 16;
/// How many bytes behind the last one seen are believed to be missing when a connection closes.
const MAX_TAIL: u64 = 1 << 24;
