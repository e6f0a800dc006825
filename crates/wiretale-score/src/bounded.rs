//! A memory with a bound, for what strangers can make grow.

use std::borrow::Borrow;
use std::collections::VecDeque;
use std::hash::Hash;

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

/// A map of at most so many keys: the key that came first goes first, and is counted.
#[derive(Debug)]
pub(crate) struct Bounded<K, V> {
    map: HashMap<K, V, RandomState>,
    // Every key of the map once, oldest first; keys removed early may linger here, and are passed over.
    order: VecDeque<K>,
    most: usize,
    dropped: u64,
}

impl<K: Hash + Eq + Clone, V> Bounded<K, V> {
    pub(crate) fn new(most: usize) -> Self {
        Self { map: HashMap::default(), order: VecDeque::new(), most, dropped: 0 }
    }

    /// The value at `key`, made if it is not there.
    pub(crate) fn entry(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        if self.map.len() >= self.most && !self.map.contains_key(&key) {
            self.make_room();
        }
        if self.order.len() > 2 * self.most {
            self.sweep();
        }
        match self.map.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                self.order.push_back(new.key().clone());
                new.insert(V::default())
            }
        }
    }

    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.map.get(key)
    }

    pub(crate) fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.map.get_mut(key)
    }

    pub(crate) fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.map.remove(key)
    }

    /// Keys that went to make room.
    #[cfg(test)]
    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }

    fn make_room(&mut self) {
        while self.map.len() >= self.most {
            let Some(oldest) = self.order.pop_front() else { return };
            self.dropped += u64::from(self.map.remove(&oldest).is_some());
        }
    }

    // Removed keys linger in the order until they outnumber the rest.
    #[cold]
    fn sweep(&mut self) {
        let map = &self.map;
        self.order.retain(|key| map.contains_key(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(table.order.len() <= 9 && table.dropped() == 0);
    }
}
