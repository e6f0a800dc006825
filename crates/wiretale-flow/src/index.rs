//! Places by hash, in tables that grow one at a time.

use hashbrown::HashTable;

/// Many small tables in the place of a large one: a table that doubles needs room for both its halves at once, so only a
/// small part of all may. And none of them grows only because places came and went: then it is written anew as it is.
pub(crate) struct Index {
    tables: Box<[HashTable<u32>]>,
    len: usize,
    bytes: usize,
}

impl Index {
    pub(crate) fn new() -> Self {
        Self { tables: (0..TABLES).map(|_| HashTable::new()).collect(), len: 0, bytes: 0 }
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
    pub(crate) fn find(&self, hash: u64, is: impl FnMut(&u32) -> bool) -> Option<u32> {
        self.tables[table(hash)].find(hash, is).copied()
    }

    /// Adds a place that is not in it; `hasher` tells the hash of any other, and `ask_for` asks ahead for what it needs.
    pub(crate) fn insert(&mut self, hash: u64, at: u32, hasher: impl Fn(&u32) -> u64, ask_for: impl Fn(&u32)) {
        let table = table(hash);
        if self.tables[table].len() == self.tables[table].capacity() {
            self.renew(table, &hasher, ask_for);
        }
        self.tables[table].insert_unique(hash, at, hasher);
        self.len += 1;
    }

    pub(crate) fn remove(&mut self, hash: u64, at: u32) {
        if let Ok(entry) = self.tables[table(hash)].find_entry(hash, |other| *other == at) {
            entry.remove();
            self.len -= 1;
        }
    }

    /// Gives back what tables that were large no longer need.
    pub(crate) fn shrink(&mut self, hasher: impl Fn(&u32) -> u64, ask_for: impl Fn(&u32)) {
        for table in 0..self.tables.len() {
            let (len, most) = (self.tables[table].len(), self.tables[table].num_buckets());
            if (most > SMALL && len * SPARSE < most) || (len == 0 && most > 1) {
                self.renew(table, &hasher, &ask_for);
            }
        }
    }

    /// All places, in no order that means anything.
    pub(crate) fn all(&self) -> impl Iterator<Item = u32> + '_ {
        self.tables.iter().flat_map(|table| table.iter().copied())
    }

    /// Writes a table anew: larger if it is nearly full, smaller if it is nearly empty.
    #[cold]
    fn renew(&mut self, table: usize, hasher: &impl Fn(&u32) -> u64, ask_for: impl Fn(&u32)) {
        let old = &mut self.tables[table];
        // Room for an eighth more, so that the next time is not soon.
        let mut renewed = match old.len() {
            0 if old.num_buckets() > 1 => HashTable::new(),
            len => HashTable::with_capacity(len + len / 8 + 1),
        };
        // Those whose turn comes soon lie anywhere.
        let mut soon = old.iter().skip(AHEAD);
        for at in old.iter() {
            soon.next().into_iter().for_each(&ask_for);
            renewed.insert_unique(hasher(at), *at, hasher);
        }
        self.bytes = self.bytes - old.allocation_size() + renewed.allocation_size();
        *old = renewed;
    }
}

/// The upper bits are the table's, the lower ones its own.
#[inline]
const fn table(hash: u64) -> usize {
    (hash >> 40) as usize % TABLES
}

const TABLES: usize = 64;

/// How many places before its turn one is asked for while a table is written anew.
const AHEAD: usize = 16;

/// Buckets of a table that is left as it is.
const SMALL: usize = 64;

/// A table with fewer places than one in so many buckets is too large.
const SPARSE: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(at: &u32) -> u64 {
        u64::from(*at).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    #[test]
    fn it_does_not_grow_by_what_comes_and_goes() {
        let mut index = Index::new();
        let mut most = 0;
        for n in 0..400_000u32 {
            index.insert(hash(&n), n, hash, |_| ());
            if n >= 50_000 {
                index.remove(hash(&(n - 50_000)), n - 50_000);
                most = most.max(index.memory());
            }
        }
        assert_eq!(index.len(), 50_000);
        assert!(most <= 50_000 * 13, "{most}");
        assert_eq!(index.find(hash(&399_999), |at| *at == 399_999), Some(399_999));
        assert_eq!(index.find(hash(&1), |at| *at == 1), None);
    }

    #[test]
    fn it_gives_back_what_it_took() {
        let mut index = Index::new();
        (0..100_000).for_each(|n| index.insert(hash(&n), n, hash, |_| ()));
        let full = index.memory();
        (0..99_000).for_each(|n| index.remove(hash(&n), n));
        index.shrink(hash, |_| ());
        assert!(index.memory() * 20 < full, "{} of {full}", index.memory());
        (99_000..100_000).for_each(|n| assert_eq!(index.find(hash(&n), |at| *at == n), Some(n)));
        (99_000..100_000).for_each(|n| index.remove(hash(&n), n));
        index.shrink(hash, |_| ());
        assert_eq!((index.memory(), index.len()), (0, 0));
    }
}
