//! Who met whom.
//!
//! Many detectors keep something about a home host and a peer of its. A scan brings a new pair with every packet, so the
//! pair is looked up once, when a flow opens, and has a number from then on, by which each detector finds its own.

use wiretale_protocol::{Address, Flow};

use crate::bounded::{Bounded, page_of};

/// The pairs of hosts met last.
#[derive(Debug)]
pub(crate) struct Pairs {
    met: Bounded<(Address, Address), ()>,
}

/// A pair's number, as long as the pair is remembered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Pair(u32);

/// What a detector keeps about pairs: a slot for each pair that is remembered.
// In pages that never move, made where a pair comes: most numbers follow each other.
#[derive(Debug)]
pub(crate) struct Slots<V> {
    pages: Vec<Box<[Slot<V>]>>,
    // Pages that are there.
    made: usize,
}

// With the number of the pair whose it is.
type Slot<V> = (u32, V);

impl Default for Pairs {
    fn default() -> Self {
        Self { met: Bounded::new(MOST) }
    }
}

impl Pairs {
    pub(crate) fn memory(&self) -> usize {
        self.met.memory(0)
    }

    /// The pair of a flow's ends, where one of them is home: home first, or the client where both are.
    pub(crate) fn of(&mut self, flow: &Flow, ends: [bool; 2]) -> Option<Pair> {
        let (client, server) = (flow.client.address, flow.server.address);
        let key = match ends {
            [true, _] => (client, server),
            [false, true] => (server, client),
            [false, false] => return None,
        };
        Some(Pair(self.met.number(key)))
    }

    /// Is it remembered?
    #[inline]
    pub(crate) fn know(&self, pair: Pair) -> bool {
        self.met.holds(pair.0)
    }
}

impl<V> Default for Slots<V> {
    fn default() -> Self {
        Self { pages: Vec::new(), made: 0 }
    }
}

impl<V: Default> Slots<V> {
    /// Bytes on the heap, if a value has `each` there.
    pub(crate) fn memory(&self, each: usize) -> usize {
        self.made * Self::PAGE * (size_of::<Slot<V>>() + each)
    }

    /// What is kept about a pair, made if it is not there.
    pub(crate) fn entry(&mut self, pair: Pair) -> &mut V {
        let (page, place) = Self::place(pair);
        if self.pages.get(page).is_none_or(|page| page.is_empty()) {
            self.make(page, pair);
        }
        let slot = &mut self.pages[page][place];
        if slot.0 != pair.0 {
            *slot = (pair.0, V::default());
        }
        &mut slot.1
    }

    /// The same, if it is there.
    pub(crate) fn get_mut(&mut self, pair: Pair) -> Option<&mut V> {
        let (page, place) = Self::place(pair);
        self.pages.get_mut(page)?.get_mut(place).filter(|slot| slot.0 == pair.0).map(|slot| &mut slot.1)
    }

    // A page of slots that are another pair's, as long as nothing is kept in them.
    #[cold]
    fn make(&mut self, page: usize, pair: Pair) {
        if self.pages.len() <= page {
            self.pages.resize_with(page + 1, Box::default);
        }
        self.pages[page] = (0..Self::PAGE).map(|_| (pair.0, V::default())).collect();
        self.made += 1;
    }

    #[inline]
    const fn place(pair: Pair) -> (usize, usize) {
        let at = pair.0 as usize % MOST;
        (at / Self::PAGE, at % Self::PAGE)
    }

    // Slots that are made at once.
    const PAGE: usize = page_of(size_of::<Slot<V>>());
}

const MOST: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_that_went_leaves_nothing_to_the_one_in_its_slot() {
        let mut slots: Slots<u32> = Slots::default();
        let (old, new, other) = (Pair(7), Pair(7 + MOST as u32), Pair(9));
        *slots.entry(old) += 1;
        *slots.entry(old) += 1;
        *slots.entry(other) += 5;
        assert_eq!((slots.get_mut(old).copied(), slots.get_mut(new).copied()), (Some(2), None));
        assert_eq!((*slots.entry(new), slots.get_mut(old).copied()), (0, None));
        assert_eq!((slots.get_mut(Pair(8)).copied(), slots.get_mut(other).copied()), (None, Some(5)));
    }
}
