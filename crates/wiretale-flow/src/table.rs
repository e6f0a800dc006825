//! The flow table: one look-up a packet, flows in place, timers without scanning.

mod pages;
mod wheel;

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::SeedableRandomState;
use wiretale_packet::{FlowKey, Transport};

use crate::half::Half;
use crate::index::Index;
use crate::key::Ends;
use crate::near::{Far, ends_near};
use crate::refused::Refused;
use crate::spare::Spare;

use pages::Pages;
use wheel::Wheel;

pub(crate) use pages::{Body, NONE, Slot};

/// Flows by key. Those with one SYN stand in a queue in the order they came, all others in a wheel of seconds at, or before,
/// the second they may be over.
pub(crate) struct Table<T> {
    index: Index,
    pages: Pages<T>,
    hasher: SeedableRandomState,
    wheel: Wheel,
    /// How many of the flows were refused.
    refused: usize,
    /// Memory of those that are over.
    refusals: Spare<Refused>,
}

/// A flow to be looked for.
#[derive(Clone, Copy)]
pub(crate) struct Sought {
    pub(crate) key: FlowKey,
    pub(crate) hash: u64,
    /// Is the sender of the packet the lower endpoint of the key?
    pub(crate) forward: bool,
    /// Where it was a little while ago; or anywhere else.
    pub(crate) hint: u32,
}

impl<T> Table<T> {
    /// An empty one that keeps the memory of at most so many `refusals` for those to come.
    pub(crate) fn new(seed: u64, refusals: usize) -> Self {
        Self {
            index: Index::new(),
            pages: Pages::default(),
            hasher: SeedableRandomState::with_seed(seed, foldhash::SharedSeed::global_fixed()),
            wheel: Wheel::default(),
            refused: 0,
            refusals: Spare::at_most(refusals.min(MOST_SPARE)),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }

    /// How many flows have a record.
    pub(crate) fn records(&self) -> usize {
        self.len() - self.half_count() - self.refused
    }

    /// Bytes of the places, of the index, and of what is kept of refused flows.
    pub(crate) fn memory(&self) -> usize {
        self.pages.memory() + self.index.memory() + self.refused * size_of::<Refused>()
    }

    /// Bytes that one flow more would take.
    pub(crate) fn growth(&self) -> usize {
        if self.len() < self.pages.places() { 0 } else { Pages::<T>::BYTES }
    }

    #[inline]
    pub(crate) fn hash(&self, key: &FlowKey) -> u64 {
        hash(&self.hasher, key)
    }

    /// The flow between two ends.
    #[inline]
    pub(crate) fn seek(&self, ends: &Ends) -> Sought {
        let (key, forward) = ends.key();
        Sought { hash: self.hash(&key), key, forward, hint: NONE }
    }

    /// Where it is.
    #[inline]
    pub(crate) fn locate(&self, sought: &Sought) -> Option<u32> {
        let Sought { key, hash, hint, .. } = sought;
        if self.holds(*hint, key) { Some(*hint) } else { self.find(*hash, key) }
    }

    /// Where a flow with this hash may be, if there is any: the place is asked for, but not looked at.
    #[inline]
    pub(crate) fn suspect(&self, hash: u64) -> Option<u32> {
        let at = self.index.find(hash, |_| true)?;
        self.draw_near(at);
        Some(at)
    }

    #[inline]
    pub(crate) fn find(&self, hash: u64, key: &FlowKey) -> Option<u32> {
        self.index.find(hash, |at| self.pages.slot(*at).key == *key)
    }

    /// Reads what taking out the flow at `at` will need; the number means nothing.
    #[inline]
    pub(crate) fn glance(&self, at: u32) -> u32 {
        let slot = self.slot(at);
        let neighbour = |at: u32| if at == NONE { 0 } else { self.slot(at).next };
        let place = self.index.find(self.hash(&slot.key), |other| *other == at);
        place.unwrap_or(0) ^ neighbour(slot.prev) ^ neighbour(slot.next)
    }

    /// Is the flow of `key` at `at`, which may be anything?
    #[inline]
    fn holds(&self, at: u32, key: &FlowKey) -> bool {
        self.known(at).is_some_and(|slot| slot.key == *key && !matches!(slot.body, Body::Vacant))
    }

    /// The place that has this number, if there is one.
    #[inline]
    pub(crate) fn known(&self, at: u32) -> Option<&Slot<T>> {
        self.pages.known(at)
    }

    #[inline]
    pub(crate) fn slot(&self, at: u32) -> &Slot<T> {
        self.pages.slot(at)
    }

    #[inline]
    pub(crate) fn slot_mut(&mut self, at: u32) -> &mut Slot<T> {
        self.pages.slot_mut(at)
    }

    /// Puts a flow with one SYN behind all others of its kind.
    pub(crate) fn insert_half(&mut self, hash: u64, key: FlowKey, client_is_low: bool, half: Half) {
        let at = self.occupy(hash, key, client_is_low, Body::Half(half));
        self.queue_half(at);
    }

    /// Puts a flow where it is looked at in `second` or before.
    pub(crate) fn insert(
        &mut self,
        hash: u64,
        key: FlowKey,
        client_is_low: bool,
        flow: Box<Far<T>>,
        second: i64,
    ) -> u32 {
        let at = self.occupy(hash, key, client_is_low, Body::Full { bucket: NONE, flow });
        self.arm(at, second);
        at
    }

    /// Makes a flow of one that had one SYN, or was refused.
    pub(crate) fn upgrade(&mut self, at: u32, flow: Box<Far<T>>, second: i64) {
        self.replace(at, Body::Full { bucket: NONE, flow }, second);
    }

    /// Makes a refused flow of one that had one SYN.
    pub(crate) fn refuse(&mut self, at: u32, refused: Refused, second: i64) {
        let flow = self.refusals.boxed(refused);
        self.replace(at, Body::Refused { bucket: NONE, flow }, second);
        self.refused += 1;
    }

    fn replace(&mut self, at: u32, body: Body<T>, second: i64) {
        self.unlink(at);
        let before = std::mem::replace(&mut self.slot_mut(at).body, body);
        self.let_go(before);
        self.arm(at, second);
    }

    /// Takes a flow out; its record, if it has one.
    pub(crate) fn take(&mut self, at: u32) -> Option<Box<Far<T>>> {
        self.unlink(at);
        let hash = self.hash(&self.slot(at).key);
        self.index.remove(hash, at);
        let body = self.pages.vacate(at);
        self.let_go(body)
    }

    /// Lets go of what was kept of a flow but for its record, if it has one.
    #[inline]
    fn let_go(&mut self, body: Body<T>) -> Option<Box<Far<T>>> {
        match body {
            Body::Full { flow, .. } => Some(flow),
            Body::Refused { flow, .. } => {
                self.refused -= 1;
                self.refusals.keep(flow);
                None
            }
            Body::Half(_) | Body::Vacant => None,
        }
    }

    /// Asks for a place that was a flow's a little while ago.
    #[inline]
    pub(crate) fn draw_near(&self, at: u32) {
        if let Some(slot) = self.known(at) {
            ends_near(slot);
        }
    }

    /// All flows, in no order that means anything.
    pub(crate) fn all(&self) -> impl Iterator<Item = u32> + '_ {
        self.index.all()
    }

    /// Gives back what is not needed any more.
    pub(crate) fn shrink(&mut self) {
        let (pages, hasher) = (&self.pages, &self.hasher);
        self.index.shrink(|at| hash(hasher, &pages.slot(*at).key), |at| ends_near(&pages.slot(*at).key));
        if self.len() == 0 {
            self.pages = Pages::default();
            self.refusals.clear();
        }
    }

    fn occupy(&mut self, hash: u64, key: FlowKey, client_is_low: bool, body: Body<T>) -> u32 {
        let at = self.pages.put(key, client_is_low, body);
        let (pages, hasher) = (&self.pages, &self.hasher);
        let hash_of = |other: &u32| self::hash(hasher, &pages.slot(*other).key);
        self.index.insert(hash, at, hash_of, |soon| ends_near(&pages.slot(*soon).key));
        at
    }
}

/// Refused flows whose memory is kept at most: as many as end in a second of a scan.
const MOST_SPARE: usize = 1 << 15;

#[inline]
fn hash(hasher: &SeedableRandomState, key: &FlowKey) -> u64 {
    let mut state = hasher.build_hasher();
    let (low, high) = (key.low(), key.high());
    state.write_u128(u128::from_ne_bytes(low.address.octets()));
    state.write_u128(u128::from_ne_bytes(high.address.octets()));
    let transport: u64 = match key.transport() {
        Transport::Tcp => 0,
        Transport::Udp => 1,
        Transport::Icmp => 2,
        Transport::Other(protocol) => 3 + u64::from(protocol),
    };
    state.write_u64(u64::from(low.port) | (u64::from(high.port) << 16) | (transport << 32));
    state.finish()
}

#[cfg(test)]
mod tests {
    use wiretale_packet::{Address, Endpoint};

    use super::pages::PAGE;
    use super::wheel::BUCKETS;
    use super::*;

    fn key(n: u16) -> FlowKey {
        let end = |d, port| Endpoint::new(Address::v4([10, 0, 0, d]), port);
        FlowKey::new(end(1, n), end(2, 80), Transport::Tcp).0
    }

    fn insert(table: &mut Table<u16>, n: u16, second: i64) -> u32 {
        let hash = table.hash(&key(n));
        table.insert(hash, key(n), true, Box::new(Far::new(n)), second)
    }

    #[test]
    fn a_half_open_flow_is_small() {
        assert_eq!(size_of::<Slot<u64>>(), 80);
    }

    #[test]
    fn flows_come_out_when_the_wheel_has_passed_them() {
        let mut table = Table::new(7, 100);
        let mut out = Vec::new();
        table.turn(100, &mut out);
        let (a, b, c) = (insert(&mut table, 1, 105), insert(&mut table, 2, 103), insert(&mut table, 3, 99_999));
        table.turn(104, &mut out);
        assert_eq!(std::mem::take(&mut out), [b]);
        assert!(table.is_armed_after(a, 104) && !table.is_armed_after(a, 105));
        table.take(a);
        table.turn(104 + BUCKETS as i64, &mut out);
        assert_eq!(out, [c]);
    }

    #[test]
    fn a_bucket_of_any_size_is_emptied() {
        for size in 0..7 {
            let mut table = Table::new(7, 100);
            let mut out = Vec::new();
            table.turn(100, &mut out);
            let mut places: Vec<u32> = (0..size).map(|n| insert(&mut table, n, 105)).collect();
            table.turn(106, &mut out);
            places.sort_unstable();
            out.sort_unstable();
            assert_eq!(out, places, "{size} flows");
            // They stand in no bucket, and can be put into another one.
            places.iter().for_each(|at| table.arm(*at, 108));
            assert!(places.first().is_none_or(|at| table.take(*at).is_some()));
            table.turn(109, &mut out);
            assert_eq!(out.len(), places.len() + places.len().saturating_sub(1));
        }
    }

    #[test]
    fn places_are_used_again() {
        let mut table = Table::new(7, 100);
        for round in 0..10 {
            let places: Vec<u32> = (0..600).map(|n| insert(&mut table, n, i64::from(n % 7))).collect();
            assert_eq!(table.len(), 600);
            for (n, at) in places.iter().enumerate() {
                let hash = table.hash(&key(n as u16));
                assert_eq!(table.find(hash, &key(n as u16)), Some(*at));
                table.take(*at);
            }
            assert_eq!(table.len(), 0, "round {round}");
        }
        assert_eq!(table.pages.made(), 600_usize.div_ceil(PAGE));
    }

    #[test]
    fn pages_go_when_they_are_empty() {
        let mut table = Table::new(7, 100);
        let places: Vec<u32> = (0..60_000).map(|n| insert(&mut table, n, 9)).collect();
        let full = table.memory();
        assert!(full >= 60_000 * size_of::<Slot<u16>>());
        places[1..].iter().for_each(|at| drop(table.take(*at)));
        table.shrink();
        assert!(table.memory() <= 4 * PAGE * size_of::<Slot<u16>>() + 8192, "{} of {full}", table.memory());
        // Those that went come back in their place.
        let again: Vec<u32> = (1..3000).map(|n| insert(&mut table, n, 9)).collect();
        assert!(
            table.pages.made() <= 60_000 / PAGE + 4
                && (1..3000).all(|n| table.find(table.hash(&key(n)), &key(n)).is_some())
        );
        again.iter().chain(&places[..1]).for_each(|at| drop(table.take(*at)));
        table.shrink();
        assert_eq!((table.memory(), table.len()), (0, 0));
    }
}
