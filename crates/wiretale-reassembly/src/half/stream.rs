//! From segments in any order to a stream: deliver what is next, hold what is not, give up what will not come.

use wiretale_packet::Direction;

use super::{Bits, Data, Half};
use crate::held::{Incoming, index};
use crate::{Anomaly, Bound, Chunk, Conflict, Limits, Reason, Sink, Urgent};

impl Half {
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
        self.forget_recent();
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

    /// Would [`Half::push`] hand on whatever is next as it stands, or count it where only lengths are wanted, as long as
    /// nothing is held and nothing taken out? What is rare about a half is not looked at: it lies elsewhere, and the caches
    /// have forgotten it.
    #[inline]
    pub(crate) fn passes_freely(&self) -> bool {
        self.has(Bits::ON_ARRIVAL.with(Bits::LENGTHS))
    }

    /// Up to where bytes may be delivered.
    pub(super) fn ceiling(&self) -> u64 {
        let mut ceiling = u64::MAX;
        if self.has(Bits::FIN) {
            ceiling = self.offset(self.fin);
        }
        if !self.has(Bits::ON_ARRIVAL) {
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
            let len = index(skip - next).min(bytes.len());
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

    /// Accounts for the part of `data` that lies below `next`; what is left of it.
    fn settled<'a>(&mut self, from: Direction, data: &Data<'a>, limits: &Limits, sink: &mut impl Sink) -> Data<'a> {
        let behind = index(self.next.saturating_sub(data.offset)).min(data.bytes.len());
        let (old, fresh) = data.bytes.split_at_checked(behind).unwrap_or((data.bytes, &[]));
        if !old.is_empty() {
            self.repeat(from, &Data { bytes: old, ..*data }, limits, sink);
        }
        let origin = data.origin.map(|origin| origin.saturating_add(behind as u64));
        Data { offset: data.offset.saturating_add(behind as u64), bytes: fresh, origin, ..*data }
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
    pub(super) fn give_up(&mut self, from: Direction, upto: u64, sink: &mut impl Sink) {
        let offset = self.next;
        let Some(len) = upto.checked_sub(offset).filter(|len| *len > 0) else { return };
        if self.has(Bits::LENGTHS) {
            self.next = upto;
            return;
        }
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
    pub(super) fn lift(&mut self, from: Direction, sink: &mut impl Sink) {
        if !self.has(Bits::ON_ARRIVAL) {
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
            self.bits.set(Bits::SKIPS);
            let skips = &mut self.rare().skips;
            if !skips.contains(&offset) && skips.len() < MAX_SKIPS {
                skips.push(offset);
            }
        }
    }
}

const MAX_SKIPS: usize = 16;
