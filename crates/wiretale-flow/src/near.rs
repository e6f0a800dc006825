//! Memory asked for ahead of its use, which goes on meanwhile.

use prefetch_index::prefetch_index;
use wiretale_packet::Frame;

/// Asks for the line of the cache on which a value begins.
#[inline]
pub(crate) fn near<T>(value: &T) {
    prefetch_index(std::slice::from_ref(value), 0);
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
