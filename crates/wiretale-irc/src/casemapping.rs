//! How upper and lower case relate in names.

use core::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;
use wiretale_protocol::scan::ends;

/// Which letters of names are the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
#[non_exhaustive]
pub enum Casemapping {
    /// `A-Z` alone.
    Ascii,
    /// `{}|^` too are the lower case of `[]\~`.
    #[default]
    Rfc1459,
    /// `{}|` are the lower case of `[]\`.
    StrictRfc1459,
}

impl Casemapping {
    /// The lower case of one byte.
    #[must_use]
    #[inline]
    pub const fn lower(self, byte: u8) -> u8 {
        match (byte, self) {
            (b'A'..=b'Z', _) | (b'['..=b']', Self::Rfc1459 | Self::StrictRfc1459) => byte | 0x20,
            (b'~', Self::Rfc1459) => b'^',
            _ => byte,
        }
    }

    /// Are these the same name?
    #[must_use]
    #[inline]
    pub fn equal(self, one: &[u8], other: &[u8]) -> bool {
        one.len() == other.len() && (one == other || self.equal_folded(one, other))
    }

    /// The hash of a name, the same for every name that is [`Casemapping::equal`] to it.
    #[inline]
    pub(crate) fn hash(self, name: &[u8], hasher: &RandomState) -> u64 {
        let mut state = hasher.build_hasher();
        let mut left = name;
        while let Some((head, rest)) = left.split_first_chunk::<16>() {
            state.write_u128(self.fold_all(u128::from_le_bytes(*head)));
            left = rest;
        }
        state.write_u128(self.fold_all(ends(left)));
        state.finish()
    }

    fn equal_folded(self, one: &[u8], other: &[u8]) -> bool {
        let (one, other) = (one.chunks(16), other.chunks(16));
        one.zip(other).all(|(one, other)| self.fold_all(ends(one)) == self.fold_all(ends(other)))
    }

    // Sixteen bytes at once, such that what has one lower case has one fold: `^` goes to `~` here, not the other way.
    #[inline]
    const fn fold_all(self, bytes: u128) -> u128 {
        let last = match self {
            Self::Ascii => b'Z',
            Self::StrictRfc1459 => b']',
            Self::Rfc1459 => b'^',
        };
        // The high bit of a byte tells that it is past a bound: without its own, no byte carries into the next.
        let low = bytes & (ONES * 0x7f);
        let from_a = low + ONES * (0x80 - b'A' as u128);
        let past_last = low + ONES * (0x7f - last as u128);
        bytes | (from_a & !past_last & !bytes & (ONES * 0x80)) >> 2
    }

    pub(crate) fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"ascii" => Some(Self::Ascii),
            b"rfc1459" => Some(Self::Rfc1459),
            b"strict-rfc1459" => Some(Self::StrictRfc1459),
            _ => None,
        }
    }
}

const ONES: u128 = u128::MAX / 0xff;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Casemapping; 3] = [Casemapping::Ascii, Casemapping::Rfc1459, Casemapping::StrictRfc1459];

    #[test]
    fn words_fold_as_bytes_do() {
        for map in ALL {
            for (one, other) in (0..=255).flat_map(|one| (0..=255).map(move |other| (one, other))) {
                let same = map.lower(one) == map.lower(other);
                assert_eq!(map.equal(&[one], &[other]), same, "{map:?} {one} {other}");
                assert_eq!(map.equal(&[b'x', one, 0xff, b'Z'], &[b'X', other, 0xff, b'z']), same);
            }
        }
    }

    proptest! {
        #[test]
        fn equal_names_are_equal_byte_by_byte_and_have_one_hash(
            name in "[a-dA-D\\[\\]{}|~^_0-9]{0,30}", flips in any::<u32>(), map in prop::sample::select(&ALL[..]),
        ) {
            let other: std::vec::Vec<u8> =
                name.bytes().enumerate().map(|(at, byte)| if flips >> at & 1 == 1 { byte ^ 0x20 } else { byte }).collect();
            let same = name.bytes().zip(&other).all(|(one, &other)| map.lower(one) == map.lower(other));
            let seed = RandomState::default();
            prop_assert_eq!(map.equal(name.as_bytes(), &other), same);
            prop_assert!(!same || map.hash(name.as_bytes(), &seed) == map.hash(&other, &seed));
        }
    }
}
