//! Numbers found by hash.

/// Which number stands for the key of a hash; the keys are elsewhere.
///
/// A hash's own bits stand beside its number, so that a look-up reads one line of the cache, and another where the key
/// is. Numbers are not taken out: who keeps the keys tells which of them still lead anywhere, and begins anew when the
/// index is full.
#[derive(Default, Debug)]
pub(crate) struct Numbers {
    // A power of two of them, or none: bits of the hash, never all zero, and the number; or zero.
    entries: Box<[u64]>,
    taken: usize,
}

impl Numbers {
    /// Begins anew, with room for `held` numbers, and for half as many more at the least.
    pub(crate) fn renew(&mut self, held: usize) {
        let entries = (2 * held).next_power_of_two().max(LEAST);
        if entries == self.entries.len() {
            self.entries.fill(0);
        } else {
            // The old ones go first, so that both are never held at once.
            self.entries = Box::default();
            self.entries = vec![0; entries].into();
        }
        self.taken = 0;
    }

    /// Bytes on the heap.
    pub(crate) const fn memory(&self) -> usize {
        size_of_val::<[u64]>(&self.entries)
    }

    /// Is there no room for another number?
    #[inline]
    pub(crate) const fn is_full(&self) -> bool {
        4 * self.taken >= 3 * self.entries.len()
    }

    /// The number of this hash whose key it `is`.
    #[inline]
    pub(crate) fn find(&self, hash: u64, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        let mut at = hash as usize;
        loop {
            // One in four entries is zero at the least, if there are any.
            let entry = *self.entries.get(at & self.entries.len().wrapping_sub(1)).filter(|entry| **entry != 0)?;
            if tag(entry) == tag(hash | MARK) && is(entry as u32) {
                return Some(entry as u32);
            }
            at = at.wrapping_add(1);
        }
    }

    /// Puts a number down that is not in it, where there is room: in the place of one that leads nowhere, if such a one is
    /// met first.
    pub(crate) fn insert(&mut self, hash: u64, number: u32, leads_nowhere: impl Fn(u32) -> bool) {
        debug_assert!(!self.is_full(), "who fills it asks before");
        let last = self.entries.len() - 1;
        let mut at = hash as usize & last;
        while self.entries[at] != 0 && !leads_nowhere(self.entries[at] as u32) {
            at = (at + 1) & last;
        }
        self.taken += usize::from(self.entries[at] == 0);
        self.entries[at] = (hash | MARK) & !u64::from(u32::MAX) | u64::from(number);
    }
}

#[inline]
const fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}

// No entry that is taken is zero.
const MARK: u64 = 1 << 63;
const LEAST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[test]
    fn an_empty_one_knows_nothing_and_has_no_room() {
        let none = Numbers::default();
        assert!(none.is_full() && none.find(7, |_| true).is_none() && none.memory() == 0);
    }

    #[test]
    fn one_that_leads_nowhere_gives_its_place() {
        let mut numbers = Numbers::default();
        numbers.renew(3);
        (0..100).for_each(|number| numbers.insert(7, number, |known| known + 3 <= number));
        assert!(!numbers.is_full());
        let found: Vec<u32> = (90..100).filter(|number| numbers.find(7, |known| known == *number).is_some()).collect();
        assert_eq!(found, [97, 98, 99]);
    }

    proptest! {
        // Hashes with few bits: many share a place, and some all that is kept of them.
        #[test]
        fn a_list_finds_the_same(put in vec((0u64..4, 0u64..6), 0..64), sought in (0u64..4, 0u64..6)) {
            let hash = |(high, low): (u64, u64)| high << 32 | low;
            let mut numbers = Numbers::default();
            numbers.renew(put.len());
            for (number, parts) in put.iter().enumerate() {
                prop_assert!(!numbers.is_full());
                numbers.insert(hash(*parts), number as u32, |_| false);
            }
            let is = |number: u32| put[number as usize] == sought;
            let known = put.contains(&sought);
            prop_assert_eq!(numbers.find(hash(sought), is).map(is), known.then_some(true));
        }
    }
}
