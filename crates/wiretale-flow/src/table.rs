//! The flow table: one look-up a packet, flows in place, timers without scanning.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::SeedableRandomState;
use wiretale_packet::{Direction, FlowKey, Transport};

use crate::half::Half;
use crate::index::Index;
use crate::key::Ends;
use crate::near::{Far, ends_near};

/// Flows by key, in pages that never move, and go when they are empty. Flows with one SYN stand in a queue in the order they came, all others in a
/// wheel of seconds at, or before, the second they may be over.
pub(crate) struct Table<T> {
    index: Index,
    /// A page that went has no places.
    pages: Vec<Box<[Slot<T>]>>,
    /// What is vacant in each page.
    rooms: Vec<Room>,
    /// Pages with vacant places; those without are passed over.
    roomy: Vec<u32>,
    /// Pages that went.
    gone: Vec<u32>,
    /// Pages that are there but empty.
    empty: u32,
    hasher: SeedableRandomState,
    halves: List,
    half_count: usize,
    wheel: Box<[List]>,
    /// Buckets before this second are empty.
    turned: i64,
}

/// One place in the table.
pub(crate) struct Slot<T> {
    pub(crate) key: FlowKey,
    /// Is the client the lower endpoint of the key?
    pub(crate) client_is_low: bool,
    prev: u32,
    next: u32,
    pub(crate) body: Body<T>,
}

impl<T> Slot<T> {
    /// Who sent a packet whose sender is the lower endpoint, or the higher one.
    #[inline]
    pub(crate) const fn sender(&self, forward: bool) -> Direction {
        if self.client_is_low == forward { Direction::Client } else { Direction::Server }
    }
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

/// The vacant places of a page.
#[derive(Clone, Copy)]
struct Room {
    /// The first of them; each names the next.
    vacant: u32,
    used: u16,
    /// It stands among the roomy ones.
    listed: bool,
}

/// What is known of a flow.
pub(crate) enum Body<T> {
    Vacant,
    Half(Half),
    Full {
        /// The bucket of the wheel it stands in.
        bucket: u32,
        flow: Box<Far<T>>,
    },
}

/// A doubly linked list through the slots.
#[derive(Clone, Copy)]
struct List {
    first: u32,
    last: u32,
}

impl List {
    const EMPTY: Self = Self { first: NONE, last: NONE };
}

impl<T> Table<T> {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            index: Index::new(),
            pages: Vec::new(),
            rooms: Vec::new(),
            roomy: Vec::new(),
            gone: Vec::new(),
            empty: 0,
            hasher: SeedableRandomState::with_seed(seed, foldhash::SharedSeed::global_fixed()),
            halves: List::EMPTY,
            half_count: 0,
            wheel: vec![List::EMPTY; BUCKETS].into_boxed_slice(),
            turned: i64::MIN,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }

    pub(crate) fn half_count(&self) -> usize {
        self.half_count
    }

    /// Bytes of the places and of the index.
    pub(crate) fn memory(&self) -> usize {
        (self.pages.len() - self.gone.len()) * PAGE * size_of::<Slot<T>>() + self.index.memory()
    }

    /// Bytes that one flow more would take.
    pub(crate) fn growth(&self) -> usize {
        let places = (self.pages.len() - self.gone.len()) * PAGE;
        if self.len() < places { 0 } else { PAGE * size_of::<Slot<T>>() }
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
        ends_near(self.slot(at));
        Some(at)
    }

    #[inline]
    pub(crate) fn find(&self, hash: u64, key: &FlowKey) -> Option<u32> {
        self.index.find(hash, |at| slot(&self.pages, *at).key == *key)
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
        self.pages.get(page(at))?.get(place(at))
    }

    #[inline]
    pub(crate) fn slot(&self, at: u32) -> &Slot<T> {
        slot(&self.pages, at)
    }

    #[inline]
    pub(crate) fn slot_mut(&mut self, at: u32) -> &mut Slot<T> {
        &mut self.pages[page(at)][place(at)]
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

    /// Makes a flow of one that had one SYN.
    pub(crate) fn upgrade(&mut self, at: u32, flow: Box<Far<T>>, second: i64) {
        self.unlink(at);
        self.slot_mut(at).body = Body::Full { bucket: NONE, flow };
        self.arm(at, second);
    }

    /// Takes a flow out.
    pub(crate) fn take(&mut self, at: u32) -> (FlowKey, Body<T>) {
        self.unlink(at);
        let key = self.slot(at).key;
        self.index.remove(self.hash(&key), at);
        (key, self.vacate(at))
    }

    /// Has a flow looked at in `second`, or as far ahead as the wheel goes.
    pub(crate) fn arm(&mut self, at: u32, second: i64) {
        self.unlink(at);
        let farthest = self.turned.saturating_add(BUCKETS as i64 - 1);
        let bucket = bucket_of(second.clamp(self.turned, farthest));
        if let Body::Full { bucket: stands, .. } = &mut self.slot_mut(at).body {
            *stands = bucket;
        }
        let mut list = self.wheel[bucket as usize];
        self.append(&mut list, at);
        self.wheel[bucket as usize] = list;
    }

    /// Is the flow to be looked at later than in `second`?
    pub(crate) fn is_armed_after(&self, at: u32, second: i64) -> bool {
        match self.slot(at).body {
            Body::Full { bucket, .. } => {
                let ahead = i64::from(bucket) - i64::from(bucket_of(self.turned));
                self.turned + ahead.rem_euclid(BUCKETS as i64) > second
            }
            _ => false,
        }
    }

    /// Turns the wheel up to `second`; all flows that stood before it are in `out`, none of them armed.
    pub(crate) fn turn(&mut self, second: i64, out: &mut Vec<u32>) {
        if second <= self.turned {
            return;
        }
        let from = self.turned.max(second.saturating_sub(BUCKETS as i64));
        if self.turned != i64::MIN {
            for passed in from..second {
                self.empty(bucket_of(passed), out);
            }
        }
        self.turned = second;
    }

    /// The flow with one SYN that waits longest.
    pub(crate) fn oldest_half(&self) -> Option<u32> {
        (self.halves.first != NONE).then_some(self.halves.first)
    }

    /// Asks for a place that was a flow's a little while ago.
    #[inline]
    pub(crate) fn draw_near(&self, at: u32) {
        if let Some(slot) = self.known(at) {
            ends_near(slot);
        }
    }

    /// Asks for the one that waits longest after the next.
    pub(crate) fn draw_half_near(&self) {
        let next = |at: &u32| Some(self.slot(*at).next).filter(|next| *next != NONE);
        if let Some(at) = self.oldest_half().and_then(|at| next(&at)).and_then(|at| next(&at)) {
            ends_near(self.slot(at));
        }
    }

    /// The flows with one SYN, the one that waits longest first.
    pub(crate) fn halves(&self) -> impl Iterator<Item = u32> + '_ {
        let next = |at: &u32| Some(self.slot(*at).next).filter(|next| *next != NONE);
        std::iter::successors(self.oldest_half(), next)
    }

    /// Is the flow to be looked at earlier than in `second`, though the wheel goes that far?
    pub(crate) fn is_armed_before(&self, at: u32, second: i64) -> bool {
        let farthest = self.turned.saturating_add(BUCKETS as i64 - 1);
        second > self.turned && !self.is_armed_after(at, second.min(farthest) - 1)
    }

    /// The flow that stands first in the wheel from the present on.
    pub(crate) fn first_armed(&self) -> Option<u32> {
        let from = bucket_of(self.turned) as usize;
        let (before, behind) = self.wheel.split_at(from.min(self.wheel.len()));
        behind.iter().chain(before).map(|list| list.first).find(|first| *first != NONE)
    }

    /// All flows, in no order that means anything.
    pub(crate) fn all(&self) -> impl Iterator<Item = u32> + '_ {
        self.index.all()
    }

    fn empty(&mut self, bucket: u32, out: &mut Vec<u32>) {
        let list = std::mem::replace(&mut self.wheel[bucket as usize], List::EMPTY);
        let mut at = list.first;
        while at != NONE {
            out.push(at);
            let slot = self.slot_mut(at);
            if let Body::Full { bucket, .. } = &mut slot.body {
                *bucket = NONE;
            }
            at = std::mem::replace(&mut slot.next, NONE);
            slot.prev = NONE;
        }
    }

    fn occupy(&mut self, hash: u64, key: FlowKey, client_is_low: bool, body: Body<T>) -> u32 {
        let number = self.roomy_page();
        let room = &mut self.rooms[number];
        self.empty -= u32::from(room.used == 0);
        room.used += 1;
        let at = room.vacant;
        let slot = &mut self.pages[number][place(at)];
        room.vacant = slot.next;
        *slot = Slot { key, client_is_low, prev: NONE, next: NONE, body };
        if room.vacant != NONE {
            // The next flow's: it went long ago.
            ends_near(&self.pages[number][place(room.vacant)]);
        }
        let (pages, hasher) = (&self.pages, &self.hasher);
        self.index.insert(hash, at, |other| crate::table::hash(hasher, &slot_of(pages, *other).key));
        at
    }

    /// A page with a vacant place.
    fn roomy_page(&mut self) -> usize {
        while let Some(number) = self.roomy.last() {
            let room = &mut self.rooms[*number as usize];
            if room.vacant != NONE {
                return *number as usize;
            }
            room.listed = false;
            self.roomy.pop();
        }
        self.add_page()
    }

    fn add_page(&mut self) -> usize {
        let number = self.gone.pop().unwrap_or_else(|| {
            self.pages.push(Box::default());
            self.rooms.push(Room { vacant: NONE, used: 0, listed: false });
            u32::try_from(self.pages.len() - 1).unwrap_or(NONE)
        });
        let first = number * PAGE as u32;
        let blank = FlowKey::new(Default::default(), Default::default(), Transport::Tcp).0;
        let slots = (1..=PAGE as u32).map(|n| {
            let next = if n == PAGE as u32 { NONE } else { first + n };
            Slot { key: blank, client_is_low: true, prev: NONE, next, body: Body::Vacant }
        });
        self.pages[number as usize] = slots.collect();
        self.rooms[number as usize] = Room { vacant: first, used: 0, listed: true };
        self.roomy.push(number);
        self.empty += 1;
        number as usize
    }

    /// Empties a place, and gives back its page where that is the last one and there is another empty one.
    fn vacate(&mut self, at: u32) -> Body<T> {
        let number = page(at);
        let room = &mut self.rooms[number];
        let slot = &mut self.pages[number][place(at)];
        slot.next = std::mem::replace(&mut room.vacant, at);
        let body = std::mem::replace(&mut slot.body, Body::Vacant);
        room.used -= 1;
        if !std::mem::replace(&mut room.listed, true) {
            self.roomy.push(number as u32);
        }
        if room.used == 0 {
            self.empty += 1;
            if self.empty > SPARE {
                self.drop_page(number);
            }
        }
        body
    }

    fn drop_page(&mut self, number: usize) {
        self.pages[number] = Box::default();
        self.rooms[number].vacant = NONE;
        self.gone.push(number as u32);
        self.empty -= 1;
    }

    /// Gives back what is not needed any more.
    pub(crate) fn shrink(&mut self) {
        let (pages, hasher) = (&self.pages, &self.hasher);
        self.index.shrink(|at| hash(hasher, &slot(pages, *at).key));
        if self.len() == 0 {
            (self.pages, self.rooms, self.roomy, self.gone) = Default::default();
            self.empty = 0;
        }
    }

    fn queue_half(&mut self, at: u32) {
        let mut list = self.halves;
        self.append(&mut list, at);
        self.halves = list;
        self.half_count += 1;
    }

    fn append(&mut self, list: &mut List, at: u32) {
        let last = std::mem::replace(&mut list.last, at);
        let slot = self.slot_mut(at);
        (slot.prev, slot.next) = (last, NONE);
        if last == NONE {
            list.first = at;
        } else {
            self.slot_mut(last).next = at;
        }
    }

    /// Takes a flow out of the list it stands in, if it stands in one.
    fn unlink(&mut self, at: u32) {
        let slot = self.slot_mut(at);
        let (prev, next) = (std::mem::replace(&mut slot.prev, NONE), std::mem::replace(&mut slot.next, NONE));
        let bucket = match &mut slot.body {
            Body::Vacant => return,
            Body::Half(_) => {
                self.half_count -= 1;
                NONE
            }
            Body::Full { bucket, .. } if *bucket == NONE => return,
            Body::Full { bucket, .. } => std::mem::replace(bucket, NONE),
        };
        let list = if bucket == NONE { &mut self.halves } else { &mut self.wheel[bucket as usize] };
        if prev == NONE {
            list.first = next;
        }
        if next == NONE {
            list.last = prev;
        }
        if prev != NONE {
            self.slot_mut(prev).next = next;
        }
        if next != NONE {
            self.slot_mut(next).prev = prev;
        }
    }
}

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

#[inline]
fn slot<T>(pages: &[Box<[Slot<T>]>], at: u32) -> &Slot<T> {
    &pages[page(at)][place(at)]
}

use slot as slot_of;

#[inline]
const fn page(at: u32) -> usize {
    at as usize / PAGE
}

#[inline]
const fn place(at: u32) -> usize {
    at as usize % PAGE
}

#[inline]
const fn bucket_of(second: i64) -> u32 {
    second.rem_euclid(BUCKETS as i64) as u32
}

/// No flow, or no bucket.
pub(crate) const NONE: u32 = u32::MAX;

/// Flows in a page.
const PAGE: usize = 128;

/// Empty pages that are kept for what comes next.
const SPARE: u32 = 2;

/// Seconds of the wheel: more than an hour.
const BUCKETS: usize = 4096;

#[cfg(test)]
mod tests {
    use wiretale_packet::{Address, Endpoint};

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
        let mut table = Table::new(7);
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
    fn places_are_used_again() {
        let mut table = Table::new(7);
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
        assert_eq!(table.pages.len(), 600_usize.div_ceil(PAGE));
    }

    #[test]
    fn pages_go_when_they_are_empty() {
        let mut table = Table::new(7);
        let places: Vec<u32> = (0..60_000).map(|n| insert(&mut table, n, 9)).collect();
        let full = table.memory();
        assert!(full >= 60_000 * size_of::<Slot<u16>>());
        places[1..].iter().for_each(|at| drop(table.take(*at)));
        table.shrink();
        assert!(table.memory() <= 4 * PAGE * size_of::<Slot<u16>>() + 8192, "{} of {full}", table.memory());
        // Those that went come back in their place.
        let again: Vec<u32> = (1..3000).map(|n| insert(&mut table, n, 9)).collect();
        assert!(
            table.pages.len() <= 60_000 / PAGE + 4
                && (1..3000).all(|n| table.find(table.hash(&key(n)), &key(n)).is_some())
        );
        again.iter().chain(&places[..1]).for_each(|at| drop(table.take(*at)));
        table.shrink();
        assert_eq!((table.memory(), table.len()), (0, 0));
    }
}
