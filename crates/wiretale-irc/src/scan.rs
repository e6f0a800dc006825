//! Where a word ends.
//!
//! Words of IRC are short: a look at eight bytes at once has found the end before a search made for long texts has begun.

/// Where the first space or tab is; the length where there is none.
#[inline]
pub(crate) fn blank(bytes: &[u8]) -> usize {
    first(bytes, |word| equal(word, b' ') | equal(word, b'\t'), |byte| matches!(byte, b' ' | b'\t'))
}

/// Where the first space is; the length where there is none.
#[inline]
pub(crate) fn space(bytes: &[u8]) -> usize {
    first(bytes, |word| equal(word, b' '), |byte| byte == b' ')
}

/// The words between spaces.
pub(crate) fn words(mut text: &[u8]) -> impl Iterator<Item = &[u8]> {
    core::iter::from_fn(move || {
        while let Some((b' ', rest)) = text.split_first() {
            text = rest;
        }
        let (word, rest) = text.split_at_checked(space(text))?;
        text = rest;
        (!word.is_empty()).then_some(word)
    })
}

/// Where the name in a prefix ends: at `!` or `@`, or with the prefix.
#[inline]
pub(crate) fn name(prefix: &[u8]) -> usize {
    first(prefix, |word| equal(word, b'!') | equal(word, b'@'), |byte| matches!(byte, b'!' | b'@'))
}

/// Where the user in a prefix ends: at `@`, or with the prefix.
#[inline]
pub(crate) fn at(prefix: &[u8]) -> usize {
    first(prefix, |word| equal(word, b'@'), |byte| byte == b'@')
}

#[inline]
fn first(bytes: &[u8], marks: impl Fn(u64) -> u64, is: impl Fn(u8) -> bool) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let marks = marks(u64::from_le_bytes(*word));
        if marks != 0 {
            return at + (marks.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    at + rest.iter().position(|&byte| is(byte)).unwrap_or(rest.len())
}

// The high bit of each byte that is equal. Above the lowest such byte others may be marked too: only that one counts.
#[inline]
const fn equal(word: u64, byte: u8) -> u64 {
    let zeros = word ^ (ONES * byte as u64);
    zeros.wrapping_sub(ONES) & !zeros & (ONES * 0x80)
}

const ONES: u64 = 0x0101_0101_0101_0101;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_counts(bytes in proptest::collection::vec(prop_oneof![
            3 => any::<u8>(), 1 => prop::sample::select(&b" \t!@\x08\x1f\"\x20\xa0"[..]), 8 => Just(b'a'),
        ], 0..40)) {
            let at = |marks: &[u8]| bytes.iter().position(|byte| marks.contains(byte)).unwrap_or(bytes.len());
            prop_assert_eq!(blank(&bytes), at(b" \t"));
            prop_assert_eq!(space(&bytes), at(b" "));
            prop_assert_eq!(super::at(&bytes), at(b"@"));
            prop_assert_eq!(name(&bytes), at(b"!@"));
        }
    }
}
