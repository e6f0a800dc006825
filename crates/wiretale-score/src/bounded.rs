//! A memory with a bound, for what strangers can make grow.

use std::borrow::Borrow;
use std::collections::VecDeque;
use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// A map of at most so many keys: the key that came first goes first, and is counted.
///
/// A scan brings a new key with every packet, so a new key must be cheap: it is looked for in a table of numbers that
/// stays in the cache, and written behind the last one. The number of a key that went stays in the table, where it leads
/// nowhere, until the table is full.
#[derive(Debug)]
pub(crate) struct Bounded<K, V> {
    // The number of the place of each key.
    index: HashTable<u32>,
    // In the order in which keys came; one that was removed leaves a hole.
    places: VecDeque<Option<(K, V)>>,
    // The number of the first place. Numbers may wrap: there are never more than twice `most` places.
    first: u32,
    // Places that are no holes.
    held: usize,
    most: usize,
    dropped: u64,
    hash: RandomState,
}

impl<K: Hash + Eq, V> Bounded<K, V> {
    pub(crate) fn new(most: usize) -> Self {
        let (index, places) = (HashTable::new(), VecDeque::new());
        Self { index, places, first: 0, held: 0, most, dropped: 0, hash: RandomState::default() }
    }

    /// Bytes on the heap, if a value has `each` there.
    pub(crate) fn memory(&self, each: usize) -> usize {
        let places = self.places.capacity() * size_of::<Option<(K, V)>>();
        places + self.index.allocation_size() + self.held * each
    }

    /// The value at `key`, made if it is not there.
    pub(crate) fn entry(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let at = self.place(key);
        let Some(Some((_, value))) = self.places.get_mut(at) else { unreachable!("the index names taken places") };
        value
    }

    /// The number of `key`, put there if it is not: it is kept as long as [`Bounded::holds`] says so, and the next new
    /// key has the next number.
    pub(crate) fn number(&mut self, key: K) -> u32
    where
        V: Default,
    {
        let at = self.place(key);
        self.first.wrapping_add(at as u32)
    }

    /// Is the key of this number still there?
    #[inline]
    pub(crate) fn holds(&self, number: u32) -> bool {
        (number.wrapping_sub(self.first) as usize) < self.places.len()
    }

    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.find(self.hash.hash_one(key), key).and_then(|at| self.places[at].as_ref()).map(|(_, value)| value)
    }

    pub(crate) fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.find(self.hash.hash_one(key), key).and_then(|at| self.places[at].as_mut()).map(|(_, value)| value)
    }

    pub(crate) fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        if self.held == 0 {
            return None;
        }
        let at = self.find(self.hash.hash_one(key), key)?;
        let (_, value) = self.places[at].take()?;
        self.held -= 1;
        while self.places.front().is_some_and(Option::is_none) {
            self.drop_first();
        }
        Some(value)
    }

    /// Keys that went to make room.
    #[cfg(test)]
    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }

    // The place of `key`, taken if it is not there.
    #[inline]
    fn place(&mut self, key: K) -> usize
    where
        V: Default,
    {
        let hash = self.hash.hash_one(&key);
        match self.find(hash, &key) {
            Some(at) => at,
            None => self.insert(hash, key),
        }
    }

    #[inline]
    fn find<Q: Eq + ?Sized>(&self, hash: u64, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
    {
        let Self { index, places, first, .. } = self;
        let at = |number: &u32| number.wrapping_sub(*first) as usize;
        let is = |number: &u32| matches!(places.get(at(number)), Some(Some((known, _))) if known.borrow() == key);
        index.find(hash, is).map(at)
    }

    fn insert(&mut self, hash: u64, key: K) -> usize
    where
        V: Default,
    {
        while self.held >= self.most {
            self.dropped += 1;
            self.drop_first();
        }
        if self.places.len() >= 2 * self.most {
            // Holes pile up where keys come and go behind one that stays.
            self.places.retain(Option::is_some);
            self.renew();
        }
        if self.index.len() == self.index.capacity() {
            self.renew();
        }
        let at = self.places.len();
        self.places.push_back(Some((key, V::default())));
        self.held += 1;
        self.note(hash, at);
        at
    }

    // The key whose hash this is has its place there. The index has room.
    fn note(&mut self, hash: u64, at: usize) {
        let number = self.first.wrapping_add(at as u32);
        self.index.insert_unique(hash, number, |_| unreachable!("room was made"));
    }

    fn drop_first(&mut self) {
        if let Some(first) = self.places.pop_front() {
            self.first = self.first.wrapping_add(1);
            self.held -= usize::from(first.is_some());
        }
    }

    // An index without the numbers that lead nowhere, and with room for half as many keys more.
    #[cold]
    fn renew(&mut self) {
        self.index.clear();
        self.index.reserve(self.held + self.held / 2 + 4, |_| unreachable!("it is empty"));
        for at in 0..self.places.len() {
            if let Some((key, _)) = &self.places[at] {
                self.note(self.hash.hash_one(key), at);
            }
        }
    }
}

/// Bytes on the heap that a value of a few words, times or addresses has, by and large.
pub(crate) const SOME: usize = 192;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[test]
    fn the_oldest_goes_first_and_is_counted() {
        let mut table = Bounded::new(2);
        for key in 0..5 {
            *table.entry(key) += key;
        }
        assert_eq!((table.get(&3), table.get(&4), table.get(&0)), (Some(&3), Some(&4), None));
        assert_eq!(table.dropped(), 3);
    }

    #[test]
    fn keys_that_come_and_go_leave_nothing_behind() {
        let mut table: Bounded<u32, u32> = Bounded::new(4);
        for key in 0..1000 {
            table.entry(key);
            table.remove(&key);
        }
        assert!(table.places.is_empty() && table.dropped() == 0);
    }

    #[test]
    fn holes_behind_a_key_that_stays_are_swept_out() {
        let mut table: Bounded<u32, u32> = Bounded::new(4);
        *table.entry(7) = 70;
        for key in 100..1000 {
            *table.entry(key) = key;
            assert_eq!(table.remove(&key), Some(key));
        }
        assert!(table.places.len() <= 8 && table.dropped() == 0);
        assert_eq!((table.get(&7), table.get(&999)), (Some(&70), None));
        assert_eq!((table.remove(&7), table.get(&7)), (Some(70), None));
    }

    proptest! {
        #[test]
        fn a_list_kept_in_order_does_the_same(steps in vec((any::<bool>(), 0u8..24), 0..400)) {
            let (mut table, mut model) = (Bounded::<u8, u32>::new(8), Vec::<(u8, u32)>::new());
            for (puts, key) in steps {
                let known = model.iter().position(|(other, _)| *other == key);
                if !puts {
                    prop_assert_eq!(table.remove(&key), known.map(|at| model.remove(at).1));
                    continue;
                }
                *table.entry(key) += 1;
                match known {
                    Some(at) => model[at].1 += 1,
                    None => {
                        if model.len() == 8 {
                            model.remove(0);
                        }
                        model.push((key, 1));
                    }
                }
                for key in 0..24 {
                    let expected = model.iter().find(|(other, _)| *other == key).map(|(_, value)| value);
                    prop_assert_eq!(table.get(&key), expected);
                }
            }
        }
    }
}
