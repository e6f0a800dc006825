//! A memory with a bound, for what strangers can make grow.

use std::borrow::Borrow;
use std::collections::VecDeque;
use std::hash::{BuildHasher, Hash};
use std::mem::needs_drop;

use foldhash::fast::RandomState;

use crate::numbers::Numbers;

/// A map of at most so many keys: the key that came first goes first, and is counted.
///
/// A scan brings a new key with every packet, so a new key must be cheap: it is looked for in an index of numbers, and
/// written behind the last one. The number of a key that went stays in the index, where it leads nowhere, until another
/// takes its place or the index is full.
#[derive(Debug)]
pub(crate) struct Bounded<K, V> {
    // The number of the place of each key.
    index: Numbers,
    // Places in the order in which keys came; one that was removed leaves a hole. Pages begin with a number that their
    // size divides, and are full but for the last one; none moves but the first one while it grows.
    pages: VecDeque<Vec<Place<K, V>>>,
    // The number of the first place: what stands before it in its page went. Numbers may wrap: there are never more than
    // twice `most` places, and a page.
    first: u32,
    // Places from the first one on, holes and all.
    places: usize,
    // Those of them that are holes.
    holes: usize,
    most: usize,
    dropped: u64,
    hash: RandomState,
}

type Place<K, V> = Option<(K, V)>;

impl<K: Hash + Eq, V> Bounded<K, V> {
    pub(crate) fn new(most: usize) -> Self {
        let (index, pages, hash) = Default::default();
        Self { index, pages, first: 0, places: 0, holes: 0, most, dropped: 0, hash }
    }

    /// Bytes on the heap, if a value has `each` there.
    pub(crate) fn memory(&self, each: usize) -> usize {
        let pages = match self.pages.len() {
            0 => 0,
            1 => self.pages[0].capacity(),
            many => many * Self::PAGE,
        };
        pages * size_of::<Place<K, V>>() + self.index.memory() + self.held() * each
    }

    // Places that are no holes.
    #[inline]
    const fn held(&self) -> usize {
        self.places - self.holes
    }

    /// The value at `key`, made if it is not there.
    pub(crate) fn entry(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        self.entry_telling(key, |_| {})
    }

    /// The same, telling of each value that goes to make room for it.
    #[inline]
    pub(crate) fn entry_telling(&mut self, key: K, gone: impl FnMut(&V)) -> &mut V
    where
        V: Default,
    {
        let number = self.number_telling(key, gone);
        let Some(Some((_, value))) = self.place_mut(number) else { unreachable!("the index names taken places") };
        value
    }

    /// The key that came first goes, and its value is told of. Was there one?
    #[inline]
    pub(crate) fn let_go(&mut self, mut gone: impl FnMut(&V)) -> bool {
        while self.held() > 0 {
            if let Some(Some((_, value))) = self.place(self.first) {
                gone(value);
            }
            if self.drop_first() {
                return true;
            }
        }
        false
    }

    /// All values.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        let gone = self.gone();
        self.pages.iter_mut().flatten().skip(gone).filter_map(Option::as_mut).map(|(_, value)| value)
    }

    /// The number of `key`, put there if it is not: it is kept as long as [`Bounded::holds`] says so, and where none is
    /// ever removed, the next new key has the next number.
    #[inline]
    pub(crate) fn number(&mut self, key: K) -> u32
    where
        V: Default,
    {
        self.number_telling(key, |_| {})
    }

    /// Is the key of this number still there?
    #[inline]
    pub(crate) const fn holds(&self, number: u32) -> bool {
        is_among(number, self.first, self.places)
    }

    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let number = self.find(self.hash.hash_one(key), key)?;
        self.place(number)?.as_ref().map(|(_, value)| value)
    }

    pub(crate) fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let number = self.find(self.hash.hash_one(key), key)?;
        self.place_mut(number)?.as_mut().map(|(_, value)| value)
    }

    pub(crate) fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        if self.held() == 0 {
            return None;
        }
        let number = self.find(self.hash.hash_one(key), key)?;
        let (_, value) = self.place_mut(number)?.take()?;
        self.holes += 1;
        while matches!(self.place(self.first), Some(None)) {
            self.drop_first();
        }
        Some(value)
    }

    /// Keys that went to make room.
    #[cfg(test)]
    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }

    #[inline]
    fn number_telling(&mut self, key: K, gone: impl FnMut(&V)) -> u32
    where
        V: Default,
    {
        let hash = self.hash.hash_one(&key);
        match self.find(hash, &key) {
            Some(number) => number,
            None => self.insert(hash, key, gone),
        }
    }

    #[inline]
    fn find<Q: Eq + ?Sized>(&self, hash: u64, key: &Q) -> Option<u32>
    where
        K: Borrow<Q>,
    {
        let is = |number| matches!(self.place(number), Some(Some((known, _))) if known.borrow() == key);
        self.index.find(hash, is)
    }

    // The number with which the first page begins.
    #[inline]
    const fn base(&self) -> u32 {
        self.first & !(Self::PAGE as u32 - 1)
    }

    // Places of the first page whose keys went: they stand before the first.
    #[inline]
    const fn gone(&self) -> usize {
        self.first.wrapping_sub(self.base()) as usize
    }

    // Where a number's place is, if it is there: in which page, and where in there.
    #[inline]
    const fn at(&self, number: u32) -> (usize, usize) {
        let since = number.wrapping_sub(self.base()) as usize;
        (since / Self::PAGE, since % Self::PAGE)
    }

    #[inline]
    fn place(&self, number: u32) -> Option<&Place<K, V>> {
        let (page, at) = self.at(number);
        if self.holds(number) { self.pages.get(page)?.get(at) } else { None }
    }

    #[inline]
    fn place_mut(&mut self, number: u32) -> Option<&mut Place<K, V>> {
        let (page, at) = self.at(number);
        if self.holds(number) { self.pages.get_mut(page)?.get_mut(at) } else { None }
    }

    // Where nothing is told of what goes, it is not read either.
    fn insert(&mut self, hash: u64, key: K, mut gone: impl FnMut(&V)) -> u32
    where
        V: Default,
    {
        while self.held() >= self.most && self.let_go(&mut gone) {}
        if self.places >= 2 * self.most || (self.index.is_full() && self.holes > self.held()) {
            self.sweep();
        } else if self.index.is_full() {
            self.renew();
        }
        let number = self.push(Some((key, V::default())));
        let (first, places) = (self.first, self.places);
        self.index.insert(hash, number, |other| !is_among(other, first, places));
        number
    }

    // A place behind the last one, and its number.
    #[inline]
    fn push(&mut self, place: Place<K, V>) -> u32 {
        let number = self.first.wrapping_add(self.places as u32);
        if self.at(number).0 == self.pages.len() {
            // The first page grows from nothing: many tables have a few keys, or none.
            self.pages.push_back(if self.pages.is_empty() { Vec::new() } else { Vec::with_capacity(Self::PAGE) });
        }
        if let Some(last) = self.pages.back_mut() {
            last.push(place);
        }
        self.places += 1;
        number
    }

    // The first place goes; was it a key's? Where nothing is to be let go of, it is not touched: the caches have forgotten
    // it long ago.
    fn drop_first(&mut self) -> bool {
        debug_assert!(self.places > 0);
        let hole = (self.holes > 0 || needs_drop::<(K, V)>())
            && self.place_mut(self.first).is_some_and(|first| first.take().is_none());
        self.holes -= usize::from(hole);
        self.dropped += u64::from(!hole);
        self.places -= 1;
        self.first = self.first.wrapping_add(1);
        if (self.first as usize).is_multiple_of(Self::PAGE) {
            self.pages.pop_front();
        }
        !hole
    }

    // Holes pile up where keys come and go behind one that stays.
    #[cold]
    fn sweep(&mut self) {
        let (pages, gone) = (std::mem::take(&mut self.pages), self.gone());
        self.first = self.base().wrapping_add((pages.len() * Self::PAGE) as u32);
        (self.places, self.holes) = (0, 0);
        for place in pages.into_iter().flatten().skip(gone).filter(Option::is_some) {
            self.push(place);
        }
        self.renew();
    }

    // An index without the numbers that lead nowhere, and with room for half as many keys more.
    #[cold]
    fn renew(&mut self) {
        self.index.renew(self.held());
        let first = self.base();
        for (at, place) in self.pages.iter().flatten().enumerate().skip(self.gone()) {
            if let Some((key, _)) = place {
                self.index.insert(self.hash.hash_one(key), first.wrapping_add(at as u32), |_| false);
            }
        }
    }

    const PAGE: usize = page_of(size_of::<Place<K, V>>());
}

// Numbers may wrap.
#[inline]
const fn is_among(number: u32, first: u32, places: usize) -> bool {
    (number.wrapping_sub(first) as usize) < places
}

/// How many values of so many bytes stand side by side, a power of two: few enough that a table grows by little, and that
/// all pages are small for an allocator, which keeps blocks of many kilobytes apart by size.
pub(crate) const fn page_of(bytes: usize) -> usize {
    match 8192 / bytes {
        0..4 => 4,
        many => 1 << many.ilog2(),
    }
}

/// Bytes on the heap that a value of a few words, times or addresses has, by and large.
pub(crate) const SOME: usize = 192;

#[cfg(test)]
mod tests;
