//! A memory with a bound, for what strangers can make grow.

use std::borrow::Borrow;
use std::collections::VecDeque;
use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// A map of at most so many keys: the key that came first goes first, and is counted.
///
/// A scan brings a new key with every packet, so a new key must be cheap: it is looked for in a table of numbers that
/// stays in the cache, and written behind the last one.
#[derive(Debug)]
pub(crate) struct Bounded<K, V> {
    // The number of the place of each key.
    index: HashTable<u32>,
    // In the order in which keys came; one that was removed leaves a hole.
    places: VecDeque<Option<(K, V)>>,
    // The number of the first place. Numbers may wrap: there are never more than twice `most` places.
    first: u32,
    most: usize,
    dropped: u64,
    hash: RandomState,
}

impl<K: Hash + Eq, V> Bounded<K, V> {
    pub(crate) fn new(most: usize) -> Self {
        let (index, places) = (HashTable::new(), VecDeque::new());
        Self { index, places, first: 0, most, dropped: 0, hash: RandomState::default() }
    }

    /// Bytes on the heap, if a value has `each` there.
    pub(crate) fn memory(&self, each: usize) -> usize {
        let places = self.places.capacity() * size_of::<Option<(K, V)>>();
        places + self.index.allocation_size() + self.index.len() * each
    }

    /// The value at `key`, made if it is not there.
    pub(crate) fn entry(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let at = match self.find(&key) {
            Some(at) => at,
            None => self.insert(key),
        };
        let Some(Some((_, value))) = self.places.get_mut(at) else { unreachable!("the index names taken places") };
        value
    }

    /// Puts `key` there; was it there before?
    pub(crate) fn put(&mut self, key: K) -> bool
    where
        V: Default,
    {
        let known = self.find(&key).is_some();
        if !known {
            self.insert(key);
        }
        known
    }

    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.find(key).and_then(|at| self.places[at].as_ref()).map(|(_, value)| value)
    }

    pub(crate) fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.find(key).and_then(|at| self.places[at].as_mut()).map(|(_, value)| value)
    }

    pub(crate) fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key)?;
        self.forget(self.hash.hash_one(key), at);
        let (_, value) = self.places[at].take()?;
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

    fn find<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
    {
        let Self { index, places, first, hash, .. } = self;
        if index.is_empty() {
            return None;
        }
        let at = |number: &u32| number.wrapping_sub(*first) as usize;
        let is = |number: &u32| places[at(number)].as_ref().is_some_and(|(known, _)| known.borrow() == key);
        index.find(hash.hash_one(key), is).map(at)
    }

    fn insert(&mut self, key: K) -> usize
    where
        V: Default,
    {
        while self.index.len() >= self.most {
            if let Some(Some((oldest, _))) = self.places.front() {
                self.forget(self.hash.hash_one(oldest), 0);
                self.dropped += 1;
            }
            self.drop_first();
        }
        if self.places.len() >= 2 * self.most {
            self.sweep();
        }
        let (hash, at) = (self.hash.hash_one(&key), self.places.len());
        self.places.push_back(Some((key, V::default())));
        self.note(hash, at);
        at
    }

    // The key whose hash this is has its place there.
    fn note(&mut self, hash: u64, at: usize) {
        let Self { index, places, first, hash: hasher, .. } = self;
        let number = first.wrapping_add(at as u32);
        let again = |number: &u32| match &places[number.wrapping_sub(*first) as usize] {
            Some((key, _)) => hasher.hash_one(key),
            None => unreachable!("the index names taken places"),
        };
        index.insert_unique(hash, number, again);
    }

    fn forget(&mut self, hash: u64, at: usize) {
        let number = self.first.wrapping_add(at as u32);
        if let Ok(entry) = self.index.find_entry(hash, |known| *known == number) {
            entry.remove();
        }
    }

    fn drop_first(&mut self) {
        if self.places.pop_front().is_some() {
            self.first = self.first.wrapping_add(1);
        }
    }

    // Holes pile up where keys come and go behind one that stays.
    #[cold]
    fn sweep(&mut self) {
        self.places.retain(Option::is_some);
        self.index.clear();
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
