//! Which sorts of bytes stand in a text.

use wide::u8x16;

use super::WINDOW;
use super::blocks::{BLOCK, equal, filled, low};

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
