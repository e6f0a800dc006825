//! Flows that other flows announced and that have not come.

use std::collections::VecDeque;
use std::time::Duration;

use foldhash::fast::SeedableRandomState;
use hashbrown::HashMap;
use smallvec::SmallVec;
use wiretale_protocol::{Address, Endpoint, Expectation, Flow, Timestamp};

/// The number of an announcement: the frame it was made in, the how manieth it was there, and by whom. The first two
/// order announcements as they were made.
pub(crate) type Id = (u64, u32, u32);

/// Where a flow will be made to, and from where, if that is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Route {
    server: Endpoint,
    client: Option<Address>,
}

/// Announced flows, by the route that they will take. Those of one route are walked: they are few ([`COPIES`]).
pub(crate) struct Expectations {
    by_route: HashMap<Route, SmallVec<[Entry; 1]>, SeedableRandomState>,
    /// Every announcement in the order made; those used or replaced since are known by their number.
    order: VecDeque<(Route, Id)>,
    waiting: usize,
    /// Bytes of the lists of routes that have, or had, more than one.
    lists: usize,
    most: usize,
    age: Duration,
}

struct Entry {
    number: Id,
    expectation: Expectation,
}

impl Route {
    pub(crate) const fn of(expectation: &Expectation) -> Self {
        Self { server: expectation.server, client: expectation.client }
    }
}

impl Expectations {
    pub(crate) fn new(seed: u64, most: usize, age: Duration) -> Self {
        let state = SeedableRandomState::with_seed(seed, foldhash::SharedSeed::global_fixed());
        Self { by_route: HashMap::with_hasher(state), order: VecDeque::new(), waiting: 0, lists: 0, most, age }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Bytes on the heap.
    pub(crate) fn memory(&self) -> usize {
        let order = self.order.capacity() * size_of::<(Route, Id)>();
        self.by_route.allocation_size() + order + self.lists + self.waiting * NOTE
    }

    /// Adds one with this number. It takes the place of an earlier one with the same tag and endpoints, but not of one that
    /// another flow has just made: where a capture has a conversation before an address translation and behind it, both
    /// copies of what it announces will come; of these at most 256 wait, the last. What had to go for it comes back: the
    /// oldest of all.
    pub(crate) fn add(&mut self, number: Id, expectation: Expectation) -> Option<Expectation> {
        if self.most == 0 {
            return Some(expectation);
        }
        let (route, tag) = (Route::of(&expectation), expectation.tag);
        let entries = self.by_route.entry(route).or_default();
        let is_copy = |old: &Expectation| {
            old.parent != expectation.parent && expectation.announced.since(old.announced) <= COPIED
        };
        let before = entries.len();
        entries.retain(|Entry { expectation: old, .. }| old.tag != tag || is_copy(old));
        let mut copies = entries.iter().enumerate().filter(|(_, entry)| entry.expectation.tag == tag);
        if let (Some((first, _)), true) = (copies.next(), copies.count() >= COPIES - 1) {
            entries.remove(first);
        }
        self.waiting -= before - entries.len();
        let list = list_bytes(entries);
        entries.push(Entry { number, expectation });
        self.lists += list_bytes(entries) - list;
        self.order.push_back((route, number));
        self.waiting += 1;
        self.tidy();
        if self.waiting > self.most { self.pop_oldest() } else { None }
    }

    /// Is there one for this flow with its roles exchanged, and none as it is?
    pub(crate) fn matches_reversed(&self, flow: &Flow, now: Timestamp) -> bool {
        !self.is_empty()
            && self.find(flow.server, flow.client, now).is_none()
            && self.find(flow.client, flow.server, now).is_some()
    }

    /// The tag of the earliest one for this flow.
    pub(crate) fn tag(&self, flow: &Flow, now: Timestamp) -> Option<&'static str> {
        let (.., entry) = self.find(flow.server, flow.client, now)?;
        Some(entry.expectation.tag)
    }

    /// Takes the earliest one for this flow.
    pub(crate) fn take(&mut self, flow: &Flow, now: Timestamp) -> Option<(Id, Expectation)> {
        let (route, at, &Entry { number, .. }) = self.find(flow.server, flow.client, now)?;
        Some((number, self.remove(route, at)))
    }

    /// Takes the one with this number, if it still waits.
    pub(crate) fn take_number(&mut self, route: Route, number: Id) -> Option<Expectation> {
        let at = self.by_route.get(&route)?.iter().position(|entry| entry.number == number)?;
        Some(self.remove(route, at))
    }

    /// Takes the next one that was announced too long before `now`, in the order announced.
    pub(crate) fn lapse(&mut self, now: Timestamp) -> Option<Expectation> {
        self.drop_used();
        let (route, number) = *self.order.front()?;
        let entry = self.by_route.get(&route)?.iter().find(|entry| entry.number == number)?;
        if entry.expectation.announced + self.age >= now {
            return None;
        }
        self.pop_oldest()
    }

    /// Takes the oldest one.
    pub(crate) fn pop_oldest(&mut self) -> Option<Expectation> {
        self.drop_used();
        let (route, number) = self.order.pop_front()?;
        self.take_number(route, number)
    }

    /// The earliest one, with its place.
    fn find(&self, server: Endpoint, client: Endpoint, now: Timestamp) -> Option<(Route, usize, &Entry)> {
        if self.is_empty() {
            return None;
        }
        let first = |client: Option<Address>| {
            let route = Route { server, client };
            let mut entries = self.by_route.get(&route)?.iter().enumerate();
            let (at, entry) = entries.find(|(_, entry)| entry.expectation.announced + self.age >= now)?;
            Some((route, at, entry))
        };
        let of_it_or_anybody = [first(Some(client.address)), first(None)].into_iter().flatten();
        of_it_or_anybody.min_by_key(|(.., entry)| entry.number)
    }

    fn remove(&mut self, route: Route, at: usize) -> Expectation {
        self.waiting -= 1;
        let entries = self.by_route.entry(route).or_default();
        let entry = entries.remove(at);
        if entries.is_empty() {
            self.lists -= list_bytes(entries);
            self.by_route.remove(&route);
        }
        entry.expectation
    }

    fn is_waiting(&self, route: Route, number: Id) -> bool {
        self.by_route.get(&route).is_some_and(|entries| entries.iter().any(|entry| entry.number == number))
    }

    /// Drops what is used or replaced from the front of the order.
    fn drop_used(&mut self) {
        while let Some((route, number)) = self.order.front().copied() {
            if self.is_waiting(route, number) {
                break;
            }
            self.order.pop_front();
        }
    }

    /// Keeps the order from growing with announcements that are used or replaced.
    fn tidy(&mut self) {
        if self.order.len() > 2 * self.waiting + 64 {
            let mut order = std::mem::take(&mut self.order);
            order.retain(|(route, number)| self.is_waiting(*route, *number));
            self.order = order;
        }
    }
}

// One entry stands with its route.
fn list_bytes(entries: &SmallVec<[Entry; 1]>) -> usize {
    if entries.spilled() { entries.capacity() * size_of::<Entry>() } else { 0 }
}

/// So long after a message its copy may come from the other side of an address translation.
const COPIED: Duration = Duration::from_secs(1);

/// Copies that are kept of one announcement: of an offer to a whole channel, one in the talk of everybody in it.
const COPIES: usize = 256;

/// Bytes of what is noted with an announced flow, on the heap.
const NOTE: usize = 64;

#[cfg(test)]
mod tests;
