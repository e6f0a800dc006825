//! Places by hash, in tables that grow one at a time.

/// Many small tables in the place of a large one: a table that grows needs room for both its sizes at once, so only a
/// small part of all may.
///
/// A place and a part of its hash stand side by side, in the order of that part, which is also the order of where each
/// looks for room first: a look-up reads one line of the cache, or two, and ends at the first greater part.
pub(crate) struct Index {
    tables: Box<[Places]>,
    len: usize,
    bytes: usize,
}

/// One table.
#[derive(Default)]
struct Places {
    /// So many to which hashes lead, and some more for what is pushed on at the end. The last one is empty.
    slots: Box<[Slot]>,
    reach: usize,
    len: usize,
}

/// The lower half of a hash, and in the lower half of this a place plus one; or nothing.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Slot(u64);

impl Slot {
    const EMPTY: Self = Self(0);

    const fn new(hash: u64, at: u32) -> Self {
        Self(hash << 32 | (at as u64 + 1))
    }

    const fn tag(self) -> u64 {
        self.0 >> 32
    }

    const fn at(self) -> u32 {
        (self.0 as u32).wrapping_sub(1)
    }
}

impl Index {
    pub(crate) fn new() -> Self {
        Self { tables: (0..TABLES).map(|_| Places::default()).collect(), len: 0, bytes: 0 }
    }

    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Bytes on the heap.
    pub(crate) const fn memory(&self) -> usize {
        self.bytes
    }

    #[inline]
    pub(crate) fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        let table = &self.tables[table(hash)];
        table.find(hash, is).map(|position| table.slots[position].at())
    }

    /// Adds a place that is not in it.
    pub(crate) fn insert(&mut self, hash: u64, at: u32) {
        while !self.tables[table(hash)].insert(hash, at) {
            self.renew(table(hash));
        }
        self.len += 1;
    }

    pub(crate) fn remove(&mut self, hash: u64, at: u32) {
        self.len -= usize::from(self.tables[table(hash)].remove(hash, at));
    }

    /// Gives back what tables that were large no longer need.
    pub(crate) fn shrink(&mut self) {
        for table in 0..self.tables.len() {
            let (len, most) = (self.tables[table].len, self.tables[table].slots.len());
            if (most > SMALL && len * SPARSE < most) || (len == 0 && most > 0) {
                self.renew(table);
            }
        }
    }

    /// All places, in no order that means anything.
    pub(crate) fn all(&self) -> impl Iterator<Item = u32> + '_ {
        self.tables.iter().flat_map(Places::all).map(|slot| slot.at())
    }

    /// Writes a table anew: larger if it is nearly full, smaller if it is nearly empty.
    #[cold]
    fn renew(&mut self, table: usize) {
        let old = &mut self.tables[table];
        let renewed = Places::of(old);
        self.bytes = self.bytes - size_of_val(&*old.slots) + size_of_val(&*renewed.slots);
        *old = renewed;
    }
}

impl Places {
    /// The same places, with room for an eighth more, so that the next time is not soon.
    fn of(old: &Self) -> Self {
        if old.len == 0 && old.reach > 0 {
            return Self::default();
        }
        let reach = (old.len + old.len / 8 + 2) * 8 / 7;
        // Where the end is crowded, there is room for all behind it.
        old.spread(reach, SPILL).unwrap_or_else(|| old.spread(reach, old.len + SPILL).unwrap_or_default())
    }

    /// The same places where `reach` slots are led to and `spill` are behind; nothing if they do not fit.
    fn spread(&self, reach: usize, spill: usize) -> Option<Self> {
        let mut spread = Self { slots: vec![Slot::EMPTY; reach + spill].into_boxed_slice(), reach, len: self.len };
        let mut next = 0;
        for slot in self.all() {
            let position = spread.home(*slot).max(next);
            *spread.slots.get_mut(position)? = *slot;
            next = position + 1;
        }
        (next < spread.slots.len()).then_some(spread)
    }

    fn all(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| **slot != Slot::EMPTY)
    }

    /// Where a slot's content would be if it were alone. Those of greater tags are never before those of smaller ones.
    #[inline]
    const fn home(&self, slot: Slot) -> usize {
        ((slot.tag() * self.reach as u64) >> 32) as usize
    }

    #[inline]
    fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<usize> {
        let sought = Slot::new(hash, 0);
        let home = self.home(sought);
        for (n, slot) in self.slots.get(home..)?.iter().enumerate() {
            if *slot == Slot::EMPTY || slot.tag() > sought.tag() {
                return None;
            }
            if slot.tag() == sought.tag() && is(slot.at()) {
                return Some(home + n);
            }
        }
        None
    }

    /// False, and nothing done, if there is no room.
    fn insert(&mut self, hash: u64, at: u32) -> bool {
        let slot = Slot::new(hash, at);
        let home = self.home(slot);
        if self.len * 8 >= self.reach * 7 {
            return false;
        }
        let goes_before = |other: &Slot| *other == Slot::EMPTY || other.tag() > slot.tag();
        let Some(place) = self.slots[home..].iter().position(goes_before).map(|n| home + n) else { return false };
        // The last one stays empty.
        let last = self.slots.len() - 1;
        let Some(free) = self.slots[place..last].iter().position(|other| *other == Slot::EMPTY) else { return false };
        self.slots.copy_within(place..place + free, place + 1);
        self.slots[place] = slot;
        self.len += 1;
        true
    }

    /// True if it was there.
    fn remove(&mut self, hash: u64, at: u32) -> bool {
        let Some(place) = self.find(hash, |other| other == at) else { return false };
        // What was pushed on by it comes back.
        let (behind, home) = (&self.slots[place + 1..], |n: usize| self.home(self.slots[place + 1 + n]));
        let stays = |(n, slot): (usize, &Slot)| *slot == Slot::EMPTY || home(n) == place + 1 + n;
        let moved = behind.iter().enumerate().position(stays).unwrap_or(0);
        self.slots.copy_within(place + 1..place + 1 + moved, place);
        self.slots[place + moved] = Slot::EMPTY;
        self.len -= 1;
        true
    }
}

/// The upper bits are the table's, the lower half its own.
#[inline]
const fn table(hash: u64) -> usize {
    (hash >> 40) as usize % TABLES
}

const TABLES: usize = 64;

/// Slots behind those that hashes lead to. At seven in eight taken it is hardly ever more than twenty that are pushed on.
const SPILL: usize = 32;

/// Slots of a table that is left as it is.
const SMALL: usize = 64;

/// A table with fewer places than one in so many slots is too large.
const SPARSE: usize = 8;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn hash(at: &u32) -> u64 {
        u64::from(*at).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    #[test]
    fn it_does_not_grow_by_what_comes_and_goes() {
        let mut index = Index::new();
        let mut most = 0;
        for n in 0..400_000u32 {
            index.insert(hash(&n), n);
            if n >= 50_000 {
                index.remove(hash(&(n - 50_000)), n - 50_000);
                most = most.max(index.memory());
            }
        }
        assert_eq!(index.len(), 50_000);
        assert!(most <= 50_000 * 13, "{most}");
        assert_eq!(index.find(hash(&399_999), |at| at == 399_999), Some(399_999));
        assert_eq!(index.find(hash(&1), |at| at == 1), None);
    }

    proptest! {
        #[test]
        fn a_list_does_the_same(
            // Few hashes, so that many are alike, and such as lead to either end of a table.
            steps in vec((0u8..3, 0u32..40, prop_oneof![Just(0), Just(u64::from(u32::MAX)), 0..4u64]), 0..300)
        ) {
            let (mut index, mut list) = (Index::new(), Vec::<(u64, u32)>::new());
            for (what, at, tag) in steps {
                let hash = tag.wrapping_mul(0x3fff_ffff);
                let known = list.iter().position(|(_, other)| *other == at);
                match (what, known) {
                    (0 | 1, None) => {
                        index.insert(hash, at);
                        list.push((hash, at));
                    }
                    (0 | 1, Some(_)) => {}
                    (_, None) => index.remove(hash, at),
                    (_, Some(place)) => {
                        let (hash, at) = list.swap_remove(place);
                        index.remove(hash, at);
                    }
                }
                index.shrink();
                prop_assert_eq!(index.len(), list.len());
                for (hash, at) in &list {
                    prop_assert_eq!(index.find(*hash, |other| other == *at), Some(*at));
                }
                prop_assert_eq!(index.find(hash, |other| other == 40), None);
                let all: BTreeSet<u32> = index.all().collect();
                prop_assert_eq!(all, list.iter().map(|(_, at)| *at).collect::<BTreeSet<u32>>());
            }
        }
    }

    #[test]
    fn it_gives_back_what_it_took() {
        let mut index = Index::new();
        (0..100_000).for_each(|n| index.insert(hash(&n), n));
        let full = index.memory();
        (0..99_000).for_each(|n| index.remove(hash(&n), n));
        index.shrink();
        assert!(index.memory() * 20 < full, "{} of {full}", index.memory());
        (99_000..100_000).for_each(|n| assert_eq!(index.find(hash(&n), |at| at == n), Some(n)));
        (99_000..100_000).for_each(|n| index.remove(hash(&n), n));
        index.shrink();
        assert_eq!((index.memory(), index.len()), (0, 0));
    }
}
