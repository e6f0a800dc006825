//! Names that are kept.

use smallvec::SmallVec;

/// A name that is kept; most need no place on the heap.
pub(crate) type Name = SmallVec<[u8; 16]>;

/// Puts `text` in the place of what was there, up to a length no name reaches.
pub(crate) fn keep(place: &mut Name, text: &[u8]) {
    *place = Name::from_slice(text.get(..LONGEST_NAME).unwrap_or(text));
}

const LONGEST_NAME: usize = 512;
