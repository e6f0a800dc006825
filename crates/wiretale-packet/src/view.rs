//! Bytes of one layer, and how many of them were on the wire.

use crate::Why;

/// The captured bytes of one layer with its length on the wire. Invariant: `bytes.len() <= wire`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) wire: u32,
}

impl<'a> View<'a> {
    /// A view of `bytes`, cut from `wire` bytes; a wire length below the captured one is raised to it.
    #[inline]
    pub(crate) fn new(bytes: &'a [u8], wire: u32) -> Self {
        match u32::try_from(bytes.len()) {
            Ok(captured) => Self { bytes, wire: wire.max(captured) },
            Err(_) => Self { bytes: &[], wire },
        }
    }

    /// The first `N` bytes, and what follows them.
    #[inline]
    pub(crate) fn head<const N: usize>(self) -> Result<(&'a [u8; N], Self), Why> {
        match self.bytes.split_first_chunk::<N>() {
            Some((head, bytes)) => Ok((head, Self { bytes, wire: self.wire.saturating_sub(narrow(N)) })),
            None => Err(self.lacks(narrow(N))),
        }
    }

    /// What follows the first `n` bytes, all of which must have been captured.
    #[inline]
    pub(crate) fn skip(self, n: u32) -> Result<Self, Why> {
        match self.bytes.get(widen(n)..) {
            Some(bytes) => Ok(Self { bytes, wire: self.wire.saturating_sub(n) }),
            None => Err(self.lacks(n)),
        }
    }

    /// What follows the first `n` bytes, captured or not.
    #[inline]
    pub(crate) fn after(self, n: u32) -> Self {
        Self { bytes: self.bytes.get(widen(n)..).unwrap_or_default(), wire: self.wire.saturating_sub(n) }
    }

    /// No more than the first `n` bytes on the wire: what stands behind them is padding.
    #[inline]
    pub(crate) fn limit(self, n: u32) -> Self {
        Self { bytes: self.bytes.get(..widen(n)).unwrap_or(self.bytes), wire: self.wire.min(n) }
    }

    /// Bytes that were on the wire but not captured.
    #[inline]
    pub(crate) fn missing(self) -> u32 {
        self.wire.saturating_sub(narrow(self.bytes.len()))
    }

    /// Why `n` bytes cannot be had: the capture cut them off, or they never were.
    #[cold]
    fn lacks(self, n: u32) -> Why {
        if self.wire >= n { Why::Cut } else { Why::Short }
    }
}

/// A length of bytes in a view, which `View::new` keeps below 2^32.
#[inline]
fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[inline]
fn widen(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
