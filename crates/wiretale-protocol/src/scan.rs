//! Where in a text some bytes are.
//!
//! Lines and their words are short. A search made for long texts takes longer to begin than such a word to end, and begins
//! again for the next one; here sixteen bytes are compared at once, and one look marks all places in 64.

mod blocks;
mod places;
mod sorts;

use blocks::{BLOCK, PAIR, bits, equal, first_behind, halves, high, low, low_pair, lowest, some, spread};
pub use places::{Places, pieces, places, words};
pub use sorts::{Sorts, sorts};

/// Where the first of some bytes is.
///
/// ```
/// assert_eq!(wiretale_protocol::scan::first(b"nick!user@host", [b'!', b'@']), Some(4));
/// ```
#[must_use]
#[inline(always)]
pub fn first<const N: usize>(text: &[u8], any: [u8; N]) -> Option<usize> {
    first_behind(text, 0, |block| bits(block, any), |byte| any.contains(byte))
}

/// Where the first control character below the space is.
#[must_use]
#[inline]
pub fn first_control(text: &[u8]) -> Option<usize> {
    let mut left = text;
    while let Some((pair, rest)) = left.split_first_chunk() {
        if let Some(at) = lowest(low_pair(pair, LAST_CONTROL)) {
            return Some(text.len() - left.len() + at);
        }
        left = rest;
    }
    first_behind(text, text.len() - left.len(), |block| low(block, LAST_CONTROL), |&byte| byte <= LAST_CONTROL)
}

/// Where the first byte is that ASCII does not print, or that is one of some.
///
/// ```
/// assert_eq!(wiretale_protocol::scan::first_odd(b"a plain text, or not", *b","), Some(12));
/// assert_eq!(wiretale_protocol::scan::first_odd(b"caf\xc3\xa9", *b"\\"), Some(3));
/// ```
#[must_use]
#[inline]
pub fn first_odd<const N: usize>(text: &[u8], any: [u8; N]) -> Option<usize> {
    let unprinted = |block: &[u8; BLOCK]| low(block, LAST_CONTROL) | high(block, FIRST_BEYOND);
    first_behind(
        text,
        0,
        |block| unprinted(block) | bits(block, any),
        |byte| !(b' '..=b'~').contains(byte) || any.contains(byte),
    )
}

/// Is this byte one of plain text: printed by ASCII, a tab, or of a line's end?
#[must_use]
#[inline]
pub const fn is_text(byte: &u8) -> bool {
    matches!(byte, b'\t' | b'\r' | b'\n' | b' '..=b'~')
}

/// Is any of some bytes in a text?
#[must_use]
#[inline]
pub fn holds<const N: usize>(text: &[u8], any: [u8; N]) -> bool {
    some(text, |block| equal(block, any), |byte| any.contains(byte))
}

/// Up to sixteen bytes as one number: the first and the last eight of them, or four, which may overlap. Texts of one length
/// have the same number only if they are the same.
#[must_use]
#[inline]
pub fn ends(text: &[u8]) -> u128 {
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        return u128::from(u64::from_le_bytes(*first)) << 64 | u128::from(u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        return u128::from(u32::from_le_bytes(*first)) << 32 | u128::from(u32::from_le_bytes(*last));
    }
    text.iter().fold(0, |ends, &byte| ends << 8 | u128::from(byte))
}

/// Which of the first 64 bytes are spaces or below: a bit each, the lowest for the first.
#[must_use]
#[inline]
pub fn low_bytes(text: &[u8]) -> u64 {
    if let Some([one, two]) = text.first_chunk::<WINDOW>().map(|window| window.as_chunks().0) {
        return low_pair(one, b' ') | low_pair(two, b' ') << PAIR;
    }
    // Fewer are looked at from both ends, which may overlap.
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        return low_pair(first, b' ') | low_pair(last, b' ') << (text.len() - PAIR);
    }
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        return low(first, b' ') | low(last, b' ') << (text.len() - BLOCK);
    }
    match halves(text) {
        Some(block) => spread(low(&block, b' '), text.len()),
        None => text.iter().rev().fold(0, |bits, &byte| bits << 1 | u64::from(byte <= b' ')),
    }
}

const LAST_CONTROL: u8 = b' ' - 1;
const FIRST_BEYOND: u8 = b'~' + 1;

/// How many bytes one look marks.
pub const WINDOW: usize = 64;

#[cfg(test)]
mod tests;
