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
mod tests;
