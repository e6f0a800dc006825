//! To whom a host turned in the minute before an order and in the minute after it.
//!
//! A scan goes to one port of many hosts, and to addresses rather than to names. A person's machine turns to many at
//! once, too: a browser at 443 of anything, at 80 of what has a name; what shares files, at as many ports as hosts. So
//! contacts are compared port by port, without those that a name led to, as far as the host's names are seen.

use std::collections::{BTreeSet, VecDeque};

use wiretale_protocol::{Address, Timestamp};

use crate::Scene;
use crate::weighed::set_heap;

/// Contacts, in bounds.
#[derive(Default)]
pub(super) struct Contacts {
    // Of the last minute, oldest first.
    last: VecDeque<Contact>,
    // Those of the minute before the order, and those after it.
    before: BTreeSet<To>,
    after: BTreeSet<To>,
}

pub(super) type To = (Address, u16);

struct Contact {
    at: Timestamp,
    to: To,
    // The host had been there before.
    returns: bool,
}

impl Contacts {
    /// The host turns to somebody.
    pub(super) fn note(&mut self, at: Timestamp, to: To, returns: bool) {
        self.forget(at);
        if self.last.len() < MOST {
            self.last.push_back(Contact { at, to, returns });
        }
    }

    /// Those of the last minute with whom the host had not been before, the newest first.
    pub(super) fn first_ones(&self) -> impl Iterator<Item = To> {
        self.last.iter().rev().filter(|contact| !contact.returns).map(|contact| contact.to)
    }

    /// An order comes.
    pub(super) fn mark(&mut self, at: Timestamp) {
        self.forget(at);
        self.before = self.last.iter().map(|contact| contact.to).collect();
        self.after = BTreeSet::new();
    }

    /// A contact was before the order.
    pub(super) fn was_before(&mut self, to: To) {
        if self.before.len() < MOST {
            self.before.insert(to);
        }
    }

    /// A contact was after the order: is it one that a scan would make?
    pub(super) fn was_after(&mut self, scene: &Scene<'_>, to: To) -> bool {
        !self.before.contains(&to) && may_be_scanned(scene, to) && self.after.len() < MOST && self.after.insert(to)
    }

    /// So many hosts were turned to at a port after the order, and so many before it.
    pub(super) fn of(&self, port: u16) -> (usize, usize) {
        let count = |contacts: &BTreeSet<To>| contacts.iter().filter(|(_, at)| *at == port).count();
        (count(&self.after), count(&self.before))
    }

    /// Do more follow the last of so many orders than chance would have it?
    pub(super) fn are_many(&self, port: u16, orders: u32) -> bool {
        let (after, before) = self.of(port);
        beyond_chance(after, before, orders)
    }

    /// Bytes on the heap.
    pub(super) fn heap(&self) -> usize {
        self.last.capacity() * size_of::<Contact>() + set_heap(&self.before) + set_heap(&self.after)
    }

    /// Nobody waits for an order's action: only the last minute counts.
    pub(super) fn rest(&mut self) {
        (self.before, self.after) = Default::default();
    }

    /// Keeps no more room than the last minute's take.
    pub(super) fn shrink(&mut self, now: Timestamp) {
        self.forget(now);
        self.last.shrink_to_fit();
    }

    fn forget(&mut self, now: Timestamp) {
        while self.last.front().is_some_and(|contact| now.since(contact.at).as_secs_f64() > MINUTE) {
            self.last.pop_front();
        }
    }
}

// Did no name lead there, and no browser?
fn may_be_scanned(scene: &Scene<'_>, (address, port): To) -> bool {
    match port {
        443 => false,
        // It may have a name, where most of what the host was answered is not seen.
        80 | 8080 if scene.names.answered(scene.moment.flow.client.address) < MOSTLY => false,
        _ => scene.names.of(address).is_none(),
    }
}

// So many after and so few before, or more so, has a chance below 0.01 where both minutes are alike (a binomial test, for
// Fisher's exact test of one window each). He who tries so many times must have so much less.
fn beyond_chance(after: usize, before: usize, tries: u32) -> bool {
    let all = after + before;
    if after <= before || all > 4 * MOST {
        return after > 2 * before;
    }
    // The terms of the binomial distribution at one half, from the top down.
    let mut term = 0.5f64.powi(all as i32);
    let mut tail = 0.0;
    for lacking in 0..=before {
        tail += term;
        term *= (all - lacking) as f64 / (lacking + 1) as f64;
    }
    tail * f64::from(tries.max(1)) < 0.01
}

pub(super) const MINUTE: f64 = 60.0;
/// Where browsers go.
pub(super) const WEB: [u16; 3] = [80, 443, 8080];
const MOST: usize = 256;
// The share of a host's questions whose answers must be seen, for a missing name to tell.
const MOSTLY: f64 = 0.5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_reckoned() {
        let beyond = |after, before| beyond_chance(after, before, 1);
        assert!(beyond(7, 0) && beyond(20, 5));
        assert!(!beyond(6, 0) && !beyond(10, 8) && !beyond(3, 3));
    }

    #[test]
    fn who_tries_more_often_must_have_more() {
        assert!(beyond_chance(7, 0, 1) && !beyond_chance(7, 0, 2) && beyond_chance(8, 0, 2));
        assert!(!beyond_chance(13, 0, 100) && beyond_chance(14, 0, 100) && beyond_chance(40, 0, u32::MAX));
    }
}
