//! How upper and lower case relate in names.

use core::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;

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
        state.write_usize(name.len());
        for word in words(name) {
            state.write_u64(self.fold(word));
        }
        state.finish()
    }

    fn equal_folded(self, one: &[u8], other: &[u8]) -> bool {
        words(one).zip(words(other)).all(|(one, other)| self.fold(one) == self.fold(other))
    }

    // Eight bytes at once, such that what has one lower case has one fold: `^` goes to `~` here, not the other way.
    #[inline]
    const fn fold(self, word: u64) -> u64 {
        let last = match self {
            Self::Ascii => b'Z',
            Self::StrictRfc1459 => b']',
            Self::Rfc1459 => b'^',
        };
        // The high bit of a byte tells that it is past a bound: without its own, no byte carries into the next.
        let low = word & (ONES * 0x7f);
        let from_a = low + ONES * (0x80 - b'A' as u64);
        let past_last = low + ONES * (0x7f - last as u64);
        word | (from_a & !past_last & !word & (ONES * 0x80)) >> 2
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

// A name in words of eight bytes. The last lies across the one before, or is filled up, so that names of one length have
// the same words only if they are the same.
#[inline]
fn words(name: &[u8]) -> impl Iterator<Item = u64> {
    let (whole, rest) = name.as_chunks::<8>();
    let last = match (name.last_chunk::<8>(), name.first_chunk::<4>(), name.last_chunk::<4>()) {
        (Some(last), ..) => u64::from_le_bytes(*last),
        (None, Some(&[a, b, c, d]), Some(&[e, f, g, h])) => u64::from_le_bytes([a, b, c, d, e, f, g, h]),
        _ => match *rest {
            [a, b, c] => u64::from_le_bytes([a, b, c, 0, 0, 0, 0, 0]),
            [a, b] => u64::from_le_bytes([a, b, 0, 0, 0, 0, 0, 0]),
            [a] => u64::from(a),
            _ => 0,
        },
    };
    whole.iter().map(|word| u64::from_le_bytes(*word)).chain((!rest.is_empty()).then_some(last))
}

const ONES: u64 = 0x0101_0101_0101_0101;

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
