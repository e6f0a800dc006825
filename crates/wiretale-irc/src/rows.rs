//! The lines of an answer, one behind the other.

use core::fmt;

use crate::Params;

/// Lines put together, walked as numeric and parameters.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Rows<'a>(pub(crate) &'a [u8]);

impl<'a> Rows<'a> {
    /// Walks over them.
    pub fn iter(&self) -> impl Iterator<Item = (u16, Params<'a>)> + use<'a> {
        let mut left = self.0;
        core::iter::from_fn(move || {
            let (head, rest) = left.split_first_chunk::<4>()?;
            let [a, b, c, d] = *head;
            let (row, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([c, d])))?;
            left = rest;
            Some((u16::from_be_bytes([a, b]), Params::new(row)))
        })
    }
}

impl fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
