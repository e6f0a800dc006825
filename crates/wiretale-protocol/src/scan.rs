//! Where in a text some bytes are.
//!
//! Lines and their words are short. A search made for long texts takes longer to begin than such a word to end, and begins
//! again for the next one; here sixteen bytes are compared at once, and one look marks all places in 64.

use wide::{u8x16, u8x32};

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

/// Is any of some bytes in a text?
#[must_use]
#[inline]
pub fn holds<const N: usize>(text: &[u8], any: [u8; N]) -> bool {
    some(text, |block| equal(block, any), |byte| any.contains(byte))
}

/// Which sorts of bytes stand in a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sorts {
    /// Control characters of ASCII.
    pub controls: bool,
    /// Colons.
    pub colons: bool,
    /// So many bytes in a row as were asked for that are neither spaces nor below.
    pub long_words: bool,
}

/// Looks once at a text for all [`Sorts`]. A long word is one of `long` bytes and more, which are sixteen at least.
#[must_use]
#[inline]
pub fn sorts(text: &[u8], long: usize) -> Sorts {
    debug_assert!(long >= BLOCK);
    let (blocks, rest) = text.as_chunks();
    let Some(last) = text.last_chunk() else { return short_sorts(rest) };
    let (mut seen, mut run, mut long_words) = (Seen::of(last), 0, false);
    for block in blocks {
        seen = seen.and(Seen::of(block));
        // A long word reaches the end of a block, and goes on in the next one.
        let spaces = low(block, b' ');
        if spaces == 0 {
            run += BLOCK;
            continue;
        }
        long_words |= run + spaces.trailing_zeros() as usize >= long;
        run = spaces.leading_zeros() as usize - (WINDOW - BLOCK);
    }
    // The last few bytes are looked at with those before them.
    let spaces = low(last, b' ') >> (BLOCK - rest.len());
    long_words |= run + (spaces | 1 << rest.len()).trailing_zeros() as usize >= long;
    Sorts { controls: seen.controls(), colons: seen.colons.any(), long_words }
}

/// The same of fewer than sixteen bytes, which are no long word.
#[inline]
fn short_sorts(text: &[u8]) -> Sorts {
    let (controls, colons) = match filled(text).as_ref().map(Seen::of) {
        Some(seen) => (seen.controls(), seen.colons.any()),
        None => (text.iter().any(u8::is_ascii_control), text.contains(&b':')),
    };
    Sorts { controls, colons, long_words: false }
}

/// What blocks were seen to hold.
struct Seen {
    /// The least bytes.
    least: u8x16,
    deletes: u8x16,
    colons: u8x16,
}

impl Seen {
    #[inline]
    fn of(block: &[u8; BLOCK]) -> Self {
        Self { least: u8x16::new(*block), deletes: equal(block, [0x7f]), colons: equal(block, *b":") }
    }

    #[inline]
    fn and(self, other: Self) -> Self {
        let least = self.least.min(other.least);
        Self { least, deletes: self.deletes | other.deletes, colons: self.colons | other.colons }
    }

    #[inline]
    fn controls(&self) -> bool {
        (self.least.min(u8x16::splat(0x1f)).simd_eq(self.least) | self.deletes).any()
    }
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

/// The words between spaces.
///
/// ```
/// assert!(wiretale_protocol::scan::words(b" one  two").eq([b"one", b"two"]));
/// ```
#[inline]
pub fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    pieces(text, b' ')
}

/// What stands between bytes of one kind, and is not empty.
///
/// ```
/// assert!(wiretale_protocol::scan::pieces(b"one\n\ntwo", b'\n').eq([b"one", b"two"]));
/// ```
#[inline]
pub fn pieces(text: &[u8], between: u8) -> impl Iterator<Item = &[u8]> {
    let (mut from, mut places) = (0, places(text, [between]));
    core::iter::from_fn(move || {
        loop {
            let end = places.next().unwrap_or(text.len());
            let word = text.get(from..end)?;
            from = end + 1;
            if !word.is_empty() {
                return Some(word);
            }
        }
    })
}

/// Walks over the places of some bytes in a text.
///
/// ```
/// assert!(wiretale_protocol::scan::places(b"PRIVMSG #a :b c", [b' ']).eq([7, 10, 13]));
/// ```
#[inline]
pub const fn places<const N: usize>(text: &[u8], any: [u8; N]) -> Places<'_, N> {
    Places { text, any, base: 0, ahead: 0, bits: 0 }
}

/// See [`places`].
#[derive(Clone, Debug)]
pub struct Places<'a, const N: usize> {
    text: &'a [u8],
    any: [u8; N],
    // The window of 64 bytes looked at last, what lies ahead of it, and the places in it not told yet.
    base: usize,
    ahead: usize,
    bits: u64,
}

impl<const N: usize> Iterator for Places<'_, N> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            let window = self.text.get(self.ahead..).filter(|window| !window.is_empty())?;
            self.base = self.ahead;
            self.ahead += WINDOW;
            self.bits = self.marks(window);
        }
        let at = self.base + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(at)
    }
}

impl<const N: usize> Places<'_, N> {
    // One bit for each of the first 64 bytes of what is left of the text.
    #[inline]
    fn marks(&self, window: &[u8]) -> u64 {
        let (blocks, rest) = window.as_chunks();
        let mut marks = 0;
        let mut at = 0;
        for block in blocks.iter().take(WINDOW / BLOCK) {
            marks |= bits(block, self.any) << at;
            at += BLOCK;
        }
        if at == WINDOW || rest.is_empty() {
            return marks;
        }
        // The last few bytes are looked at with those before them, which may lie before the window.
        let missing = BLOCK - rest.len();
        match self.text.last_chunk() {
            Some(last) => marks | bits(last, self.any) >> missing << at,
            None => rest
                .iter()
                .enumerate()
                .fold(marks, |marks, (n, byte)| marks | u64::from(self.any.contains(byte)) << (at + n)),
        }
    }
}

/// Where the first of some kind is, at the earliest behind the blocks looked at.
#[inline(always)]
fn first_behind(
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
fn some(text: &[u8], look: impl Fn(&[u8; BLOCK]) -> u8x16, is: impl FnMut(&u8) -> bool) -> bool {
    let (blocks, rest) = text.as_chunks();
    let found = blocks.iter().fold(u8x16::ZERO, |found, block| found | look(block));
    match text.last_chunk() {
        Some(last) => (found | look(last)).any(),
        None => filled(rest).map_or_else(|| rest.iter().any(is), |block| look(&block).any()),
    }
}

/// The first and the last eight of eight to sixteen bytes, side by side.
#[inline]
fn halves(text: &[u8]) -> Option<[u8; BLOCK]> {
    let (first, last) = (text.first_chunk::<HALF>()?, text.last_chunk::<HALF>()?);
    let both = u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)) << 64;
    Some(both.to_le_bytes())
}

/// Four to sixteen bytes in a block, in some order and some of them twice.
#[inline]
fn filled(text: &[u8]) -> Option<[u8; BLOCK]> {
    halves(text).or_else(|| {
        let (first, last) = (text.first_chunk()?, text.last_chunk()?);
        let both = u128::from(u32::from_le_bytes(*first)) | u128::from(u32::from_le_bytes(*last)) << 32;
        Some((both | both << 64).to_le_bytes())
    })
}

/// Marks in [`halves`] of `len` bytes as marks in the bytes themselves.
#[inline]
const fn spread(bits: u64, len: usize) -> u64 {
    bits & 0xff | bits >> HALF << (len - HALF)
}

#[inline]
const fn lowest(bits: u64) -> Option<usize> {
    if bits == 0 { None } else { Some(bits.trailing_zeros() as usize) }
}

#[inline]
fn bits<const N: usize>(block: &[u8; BLOCK], any: [u8; N]) -> u64 {
    u64::from(equal(block, any).to_bitmask())
}

#[inline]
fn equal<const N: usize>(block: &[u8; BLOCK], any: [u8; N]) -> u8x16 {
    let block = u8x16::new(*block);
    any.into_iter().fold(u8x16::ZERO, |equal, byte| equal | block.simd_eq(u8x16::splat(byte)))
}

/// Which bytes are no greater than one: a bit each.
#[inline]
fn low(block: &[u8; BLOCK], most: u8) -> u64 {
    let block = u8x16::new(*block);
    u64::from(block.min(u8x16::splat(most)).simd_eq(block).to_bitmask())
}

/// Which bytes are no less than one: a bit each.
#[inline]
fn high(block: &[u8; BLOCK], least: u8) -> u64 {
    let block = u8x16::new(*block);
    u64::from(block.max(u8x16::splat(least)).simd_eq(block).to_bitmask())
}

/// The same as [`low`] of two blocks.
#[inline]
fn low_pair(pair: &[u8; PAIR], most: u8) -> u64 {
    let pair = u8x32::new(*pair);
    u64::from(pair.min(u8x32::splat(most)).simd_eq(pair).to_bitmask())
}

const LAST_CONTROL: u8 = b' ' - 1;
const FIRST_BEYOND: u8 = b'~' + 1;
const BLOCK: usize = 16;
const PAIR: usize = 2 * BLOCK;
const HALF: usize = 8;

/// How many bytes one look marks.
pub const WINDOW: usize = 64;

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_places_are_found(bytes in proptest::collection::vec(prop_oneof![
            1 => any::<u8>(), 1 => prop::sample::select(&b" \t\r\n!@:"[..]), 8 => Just(b'a'),
        ], 0..200)) {
            let want = |any: &[u8]| -> Vec<usize> { (0..bytes.len()).filter(|&at| any.contains(&bytes[at])).collect() };
            prop_assert_eq!(places(&bytes, *b" ").collect::<Vec<_>>(), want(b" "));
            prop_assert_eq!(places(&bytes, *b"\r\n").collect::<Vec<_>>(), want(b"\r\n"));
            prop_assert!(words(&bytes).eq(bytes.split(|&byte| byte == b' ').filter(|word| !word.is_empty())));
            let low = (0..bytes.len().min(64)).filter(|&at| bytes[at] <= b' ').fold(0, |bits, at| bits | 1_u64 << at);
            prop_assert_eq!(low_bytes(&bytes), low);
            prop_assert_eq!(first(&bytes, *b"!@"), want(b"!@").first().copied());
            prop_assert_eq!(first_control(&bytes), bytes.iter().position(|&byte| byte < b' '));
            let odd = |byte: &u8| !byte.is_ascii_graphic() && *byte != b' ' || b"!:".contains(byte);
            prop_assert_eq!(first_odd(&bytes, *b"!:"), bytes.iter().position(odd));
            prop_assert_eq!(holds(&bytes, *b"\t"), !want(b"\t").is_empty());
            let words = || bytes.split(|&byte| byte <= b' ').map(<[u8]>::len);
            for long in [16, 17, 24, 31, 32, 33] {
                let sorts = sorts(&bytes, long);
                prop_assert_eq!(sorts.controls, bytes.iter().any(u8::is_ascii_control));
                prop_assert_eq!(sorts.colons, bytes.contains(&b':'));
                prop_assert_eq!(sorts.long_words, words().any(|len| len >= long));
            }
        }
    }
}
