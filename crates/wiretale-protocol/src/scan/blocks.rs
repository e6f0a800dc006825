//! Sixteen bytes looked at at once.

use wide::{u8x16, u8x32};

/// Where the first of some kind is, at the earliest behind the blocks looked at.
#[inline(always)]
pub(super) fn first_behind(
    text: &[u8],
    mut looked: usize,
    look: impl Fn(&[u8; BLOCK]) -> u64,
    is: impl FnMut(&u8) -> bool,
) -> Option<usize> {
    let (blocks, rest) = text.get(looked..)?.as_chunks();
    for block in blocks {
        if let Some(at) = lowest(look(block)) {
            return Some(looked + at);
        }
        looked += BLOCK;
    }
    // The last few bytes are looked at with those before them.
    let at = match text.last_chunk() {
        Some(last) => lowest(look(last) >> (BLOCK - rest.len())),
        None => match halves(rest) {
            Some(block) => lowest(spread(look(&block), rest.len())),
            None => rest.iter().position(is),
        },
    };
    at.map(|at| looked + at)
}

/// Is there one of some kind, told of sixteen bytes or of one?
#[inline]
pub(super) fn some(text: &[u8], look: impl Fn(&[u8; BLOCK]) -> u8x16, is: impl FnMut(&u8) -> bool) -> bool {
    let (blocks, rest) = text.as_chunks();
    let found = blocks.iter().fold(u8x16::ZERO, |found, block| found | look(block));
    match text.last_chunk() {
        Some(last) => (found | look(last)).any(),
        None => filled(rest).map_or_else(|| rest.iter().any(is), |block| look(&block).any()),
    }
}

/// The first and the last eight of eight to sixteen bytes, side by side.
#[inline]
pub(super) fn halves(text: &[u8]) -> Option<[u8; BLOCK]> {
    let (first, last) = (text.first_chunk::<HALF>()?, text.last_chunk::<HALF>()?);
    let both = u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)) << 64;
    Some(both.to_le_bytes())
}

/// Four to sixteen bytes in a block, in some order and some of them twice.
#[inline]
pub(super) fn filled(text: &[u8]) -> Option<[u8; BLOCK]> {
    halves(text).or_else(|| {
        let (first, last) = (text.first_chunk()?, text.last_chunk()?);
        let both = u128::from(u32::from_le_bytes(*first)) | u128::from(u32::from_le_bytes(*last)) << 32;
        Some((both | both << 64).to_le_bytes())
    })
}

/// Marks in [`halves`] of `len` bytes as marks in the bytes themselves.
#[inline]
pub(super) const fn spread(bits: u64, len: usize) -> u64 {
    bits & 0xff | bits >> HALF << (len - HALF)
}

#[inline]
pub(super) const fn lowest(bits: u64) -> Option<usize> {
    if bits == 0 { None } else { Some(bits.trailing_zeros() as usize) }
}

#[inline]
pub(super) fn bits<const N: usize>(block: &[u8; BLOCK], any: [u8; N]) -> u64 {
    u64::from(equal(block, any).to_bitmask())
}

#[inline]
pub(super) fn equal<const N: usize>(block: &[u8; BLOCK], any: [u8; N]) -> u8x16 {
    let block = u8x16::new(*block);
    any.into_iter().fold(u8x16::ZERO, |equal, byte| equal | block.simd_eq(u8x16::splat(byte)))
}

/// Which bytes are no greater than one: a bit each.
#[inline]
pub(super) fn low(block: &[u8; BLOCK], most: u8) -> u64 {
    let block = u8x16::new(*block);
    u64::from(block.min(u8x16::splat(most)).simd_eq(block).to_bitmask())
}

/// Which bytes are no less than one: a bit each.
#[inline]
pub(super) fn high(block: &[u8; BLOCK], least: u8) -> u64 {
    let block = u8x16::new(*block);
    u64::from(block.max(u8x16::splat(least)).simd_eq(block).to_bitmask())
}

/// The same as [`low`] of two blocks.
#[inline]
pub(super) fn low_pair(pair: &[u8; PAIR], most: u8) -> u64 {
    let pair = u8x32::new(*pair);
    u64::from(pair.min(u8x32::splat(most)).simd_eq(pair).to_bitmask())
}

pub(super) const BLOCK: usize = 16;
pub(super) const PAIR: usize = 2 * BLOCK;
const HALF: usize = 8;
