//! A memory with a bound on what its values take together, for values that strangers can make grow.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::hash::Hash;

use wiretale_protocol::Timestamp;

use crate::bounded::Bounded;

/// A value that grows.
pub(crate) trait Heap: Default {
    /// Bytes on the heap. Cheap: asked before and after each change.
    fn heap(&self) -> usize;

    /// Lets go of what is worth nothing any more.
    fn rest(&mut self, now: Timestamp) {
        let _ = now;
    }
}

/// A map of at most so many keys whose values take at most so many bytes: the key that came first goes first.
#[derive(Debug)]
pub(crate) struct Weighed<K, V> {
    known: Bounded<K, V>,
    heap: usize,
    most: usize,
}

impl<K: Hash + Eq, V: Heap> Weighed<K, V> {
    pub(crate) fn new(keys: usize, most: usize) -> Self {
        Self { known: Bounded::new(keys), heap: 0, most }
    }

    /// Bytes on the heap.
    pub(crate) fn memory(&self) -> usize {
        self.known.memory(0) + self.heap
    }

    /// Changes the value at `key`, made if it is not there.
    pub(crate) fn change<R>(&mut self, key: K, now: Timestamp, act: impl FnOnce(&mut V) -> R) -> R {
        let heap = &mut self.heap;
        let value = self.known.entry_telling(key, |gone| *heap = heap.saturating_sub(gone.heap()));
        let done = weigh(heap, value, act);
        if self.heap > self.most {
            self.lighten(now);
        }
        done
    }

    /// Changes the value at `key`, if it is there, by what adds nothing to it: the bound is not looked at.
    pub(crate) fn change_known<Q, R>(&mut self, key: &Q, act: impl FnOnce(&mut V) -> R) -> Option<R>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.known.get_mut(key).map(|value| weigh(&mut self.heap, value, act))
    }

    // To well below the bound, so that it is not done for each value anew.
    #[cold]
    fn lighten(&mut self, now: Timestamp) {
        self.heap = 0;
        for value in self.known.values_mut() {
            value.rest(now);
            self.heap += value.heap();
        }
        let heap = &mut self.heap;
        while *heap > self.most - self.most / 4 && self.known.let_go(|gone| *heap = heap.saturating_sub(gone.heap())) {}
    }
}

fn weigh<V: Heap, R>(heap: &mut usize, value: &mut V, act: impl FnOnce(&mut V) -> R) -> R {
    let before = value.heap();
    let done = act(value);
    *heap = (*heap + value.heap()).saturating_sub(before);
    done
}

/// Bytes on the heap of a set whose keys come in order, or nearly.
///
/// A node has room for eleven keys. One that is full leaves six behind and hands one up, to nodes that have twelve
/// pointers more.
pub(crate) fn set_heap<T>(set: &BTreeSet<T>) -> usize {
    let (mut keys, mut node, mut heap) = (set.len(), NODE + 11 * size_of::<T>(), 0);
    while keys > 0 {
        let nodes = keys.saturating_sub(4).div_ceil(7).max(1);
        heap += nodes * node;
        node = NODE + 11 * size_of::<T>() + 12 * size_of::<usize>();
        keys = nodes - 1;
    }
    heap
}

// Of a node beside its keys: its parent and lengths.
const NODE: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    impl Heap for Vec<u8> {
        fn heap(&self) -> usize {
            self.capacity()
        }

        fn rest(&mut self, _: Timestamp) {
            if self.first() == Some(&0) {
                *self = Self::new();
            }
        }
    }

    fn put(map: &mut Weighed<u32, Vec<u8>>, key: u32, byte: u8, len: usize) {
        map.change(key, Timestamp::default(), |value| *value = vec![byte; len]);
    }

    #[test]
    fn values_are_weighed_whoever_goes() {
        let mut map = Weighed::new(3, 1000);
        let bare = Weighed::<u32, Vec<u8>>::new(3, 1000);
        (0..5).for_each(|key| put(&mut map, key, 1, 100));
        assert_eq!(map.heap, 300, "two went for their number");
        put(&mut map, 4, 1, 50);
        assert_eq!(map.change_known(&4, |value| *value = Vec::new()), Some(()));
        assert_eq!((map.heap, map.change_known(&0, |_| ())), (200, None));
        assert!(map.memory() > bare.memory() + 200);
    }

    #[test]
    fn what_is_worth_nothing_goes_first_and_then_the_first() {
        let mut map = Weighed::new(99, 1000);
        for (key, byte) in [(1, 1), (2, 0), (3, 1)] {
            put(&mut map, key, byte, 300);
        }
        put(&mut map, 4, 1, 101);
        assert_eq!((map.heap, map.change_known(&2, |value| value.len())), (701, Some(0)));
        put(&mut map, 5, 1, 300);
        assert_eq!((map.heap, map.change_known(&1, |_| ()), map.change_known(&3, |_| ())), (701, None, Some(())));
    }
}
