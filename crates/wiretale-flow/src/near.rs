//! Memory asked for ahead of its use, which goes on meanwhile.

use std::ops::{Deref, DerefMut, Range};

use prefetch_index::prefetch_index;
use wiretale_packet::Frame;

/// Asks for the line of the cache on which a value begins.
#[inline]
pub(crate) fn near<T>(value: &T) {
    prefetch_index(std::slice::from_ref(value), 0);
}

/// A value that begins where a line of the cache does: it lies on no more lines than it must, and any of them can be asked
/// for ahead.
// In the order written: it begins where `start` does.
#[derive(Default)]
#[repr(C, align(64))]
pub(crate) struct Lined<T> {
    start: [u8; 0],
    value: T,
}

impl<T> Lined<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { start: [], value }
    }

    /// Asks for these bytes of the value, as far as it has them.
    #[inline]
    pub(crate) fn ask_for(&self, bytes: Range<usize>) {
        let Range { start, end } = bytes;
        near_bytes(&self.start, start - start % LINE, end.min(size_of::<T>()).saturating_sub(start - start % LINE));
    }

}

impl<T> Deref for Lined<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Lined<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

/// Asks for the lines of `len` bytes, the first of them `from` bytes behind where `bytes` begin. Beyond their end it asks
/// for what lies there, whatever that is: nothing is read.
#[inline]
pub(crate) fn near_bytes(bytes: &[u8], from: usize, len: usize) {
    (0..len.div_ceil(LINE)).for_each(|line| prefetch_index(bytes, from.wrapping_add(line * LINE)));
}

/// Asks for as many bytes as a frame has, so many bytes behind it in a capture that lies in memory as a whole. Who does so
/// for each frame finds what comes then in the cache.
#[inline]
pub fn read_ahead(frame: &Frame<'_>, distance: usize) {
    near_bytes(frame.data, distance, frame.data.len() + RECORD_HEAD);
}

/// Bytes that come together.
pub(crate) const LINE: usize = 64;

/// What stands between two frames of a pcap file.
pub(crate) const RECORD_HEAD: usize = 16;
