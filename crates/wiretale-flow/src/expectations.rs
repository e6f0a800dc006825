//! Flows that other flows announced and that have not come.

use std::collections::VecDeque;
use std::time::Duration;

use foldhash::fast::SeedableRandomState;
use hashbrown::HashMap;
use smallvec::SmallVec;
use wiretale_protocol::{Endpoint, Expectation, Flow, Timestamp};

/// The number of an announcement: the frame it was made in, the how manieth it was there, and by whom. The first two
/// order announcements as they were made.
pub(crate) type Id = (u64, u32, u32);

/// Announced flows, by the endpoint they will be made to.
pub(crate) struct Expectations {
    by_server: HashMap<Endpoint, SmallVec<[Entry; 1]>, SeedableRandomState>,
    /// Every announcement in the order made; those used or replaced since are known by their number.
    order: VecDeque<(Endpoint, Id)>,
    waiting: usize,
    most: usize,
    age: Duration,
}

struct Entry {
    number: Id,
    expectation: Expectation,
}

impl Expectations {
    pub(crate) fn new(seed: u64, most: usize, age: Duration) -> Self {
        let state = SeedableRandomState::with_seed(seed, foldhash::SharedSeed::global_fixed());
        Self { by_server: HashMap::with_hasher(state), order: VecDeque::new(), waiting: 0, most, age }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Bytes on the heap.
    pub(crate) fn memory(&self) -> usize {
        self.by_server.allocation_size() + self.order.capacity() * size_of::<(Endpoint, Id)>() + self.waiting * NOTE
    }

    /// Adds one with this number. It takes the place of an earlier one with the same tag and endpoints, but not of one that
    /// another flow has just made: where a capture has a conversation before an address translation and behind it, both
    /// copies of what it announces will come. What had to go for it comes back.
    pub(crate) fn add(&mut self, number: Id, expectation: Expectation) -> Option<Expectation> {
        if self.most == 0 {
            return Some(expectation);
        }
        let server = expectation.server;
        let entries = self.by_server.entry(server).or_default();
        let same = |old: &Expectation| {
            let copy = old.parent != expectation.parent && expectation.announced.since(old.announced) <= COPIED;
            old.tag == expectation.tag && old.client == expectation.client && !copy
        };
        let before = entries.len();
        entries.retain(|entry| !same(&entry.expectation));
        self.waiting -= before - entries.len();
        entries.push(Entry { number, expectation });
        self.order.push_back((server, number));
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
        let at = self.find(flow.server, flow.client, now)?;
        self.by_server.get(&flow.server)?.get(at).map(|entry| entry.expectation.tag)
    }

    /// Takes the earliest one for this flow.
    pub(crate) fn take(&mut self, flow: &Flow, now: Timestamp) -> Option<(Id, Expectation)> {
        let at = self.find(flow.server, flow.client, now)?;
        let number = self.by_server.get(&flow.server)?.get(at)?.number;
        Some((number, self.remove(flow.server, at)))
    }

    /// Takes the one with this number, if it still waits at `server`.
    pub(crate) fn take_number(&mut self, server: Endpoint, number: Id) -> Option<Expectation> {
        let at = self.by_server.get(&server)?.iter().position(|entry| entry.number == number)?;
        Some(self.remove(server, at))
    }

    /// Takes the next one that was announced too long before `now`, in the order announced.
    pub(crate) fn lapse(&mut self, now: Timestamp) -> Option<Expectation> {
        self.drop_used();
        let (server, number) = *self.order.front()?;
        let entry = self.by_server.get(&server)?.iter().find(|entry| entry.number == number)?;
        if entry.expectation.announced + self.age >= now {
            return None;
        }
        self.pop_oldest()
    }

    /// Takes the oldest one.
    pub(crate) fn pop_oldest(&mut self) -> Option<Expectation> {
        self.drop_used();
        let (server, number) = self.order.pop_front()?;
        let at = self.by_server.get(&server)?.iter().position(|entry| entry.number == number)?;
        Some(self.remove(server, at))
    }

    fn find(&self, server: Endpoint, client: Endpoint, now: Timestamp) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        self.by_server.get(&server)?.iter().position(|entry| {
            let from = entry.expectation.client;
            from.is_none_or(|from| from == client.address) && entry.expectation.announced + self.age >= now
        })
    }

    fn remove(&mut self, server: Endpoint, at: usize) -> Expectation {
        self.waiting -= 1;
        let entries = self.by_server.entry(server).or_default();
        let entry = entries.remove(at);
        if entries.is_empty() {
            self.by_server.remove(&server);
        }
        entry.expectation
    }

    fn is_waiting(&self, server: Endpoint, number: Id) -> bool {
        self.by_server.get(&server).is_some_and(|entries| entries.iter().any(|entry| entry.number == number))
    }

    /// Drops what is used or replaced from the front of the order.
    fn drop_used(&mut self) {
        while let Some((server, number)) = self.order.front().copied() {
            if self.is_waiting(server, number) {
                break;
            }
            self.order.pop_front();
        }
    }

    /// Keeps the order from growing with announcements that are used or replaced.
    fn tidy(&mut self) {
        if self.order.len() > 2 * self.waiting + 64 {
            let mut order = std::mem::take(&mut self.order);
            order.retain(|(server, number)| self.is_waiting(*server, *number));
            self.order = order;
        }
    }
}

/// So long after a message its copy may come from the other side of an address translation.
const COPIED: Duration = Duration::from_secs(1);

/// Bytes of what is noted with an announced flow, on the heap.
const NOTE: usize = 64;

#[cfg(test)]
mod tests;
