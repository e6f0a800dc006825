//! Memory asked for ahead of its use, which goes on meanwhile.

use std::ops::{Deref, DerefMut};

use prefetch_index::prefetch_index;

/// Asks for the line of the cache on which a value begins.
#[inline]
pub(crate) fn near<T>(value: &T) {
    prefetch_index(std::slice::from_ref(value), 0);
}

/// A value that lies elsewhere, whose lines of the cache can be asked for ahead.
// In the order written: it begins where `start` does. Allocators that keep blocks of one size side by side put those of
// some hundred bytes where a line begins; asked for by its type, that costs more than it gains.
#[derive(Debug)]
#[repr(C)]
pub struct Far<T> {
    start: [u8; 0],
    value: T,
}

impl<T> Far<T> {
    /// The value, wherever it is put then.
    pub const fn new(value: T) -> Self {
        Self { start: [], value }
    }

    /// Asks for the first `most` bytes of the value, as far as it has them: nothing is read.
    #[inline]
    pub fn ask_for(&self, most: usize) {
        near_all(&self.start, most.min(size_of::<T>()));
    }
}

impl<T> Deref for Far<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Far<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

/// Asks for the lines on which a value of some dozen bytes begins and ends.
#[inline]
pub(crate) fn ends_near<T>(value: &T) {
    near(value);
    // No value begins where this one ends: it is asked for, never looked at.
    prefetch_index(std::slice::from_ref(value), 1);
}

/// Asks for the lines of `len` bytes, the first of them `from` bytes behind where `bytes` begin. Beyond their end it asks
/// for what lies there, whatever that is: nothing is read.
#[inline]
pub(crate) fn near_bytes(bytes: &[u8], from: usize, len: usize) {
    (0..len.div_ceil(LINE)).for_each(|line| prefetch_index(bytes, from.wrapping_add(line * LINE)));
}

/// Asks for all lines of so many bytes from where `bytes` begin, which may be an empty slice: nothing is read. They need not
/// begin where a line of the cache does.
#[inline]
pub fn near_all(bytes: &[u8], len: usize) {
    near_bytes(bytes, 0, len);
    prefetch_index(bytes, len.saturating_sub(1));
}

/// Bytes that come together.
const LINE: usize = 64;
