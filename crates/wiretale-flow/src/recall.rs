//! Looking back into the capture.

/// Bytes of the capture that can be had again.
pub trait Recall {
    /// Puts what stands at `position` into `bytes`; false where it is not to be had.
    fn recall(&self, position: u64, bytes: &mut [u8]) -> bool;
}

/// A capture that lies in memory: positions count from its first byte.
impl Recall for &[u8] {
    fn recall(&self, position: u64, bytes: &mut [u8]) -> bool {
        let there = usize::try_from(position).ok().and_then(|from| self.get(from..)?.get(..bytes.len()));
        there.map(|there| bytes.copy_from_slice(there)).is_some()
    }
}

/// Where a frame stands in a capture that can be looked back into. With it, bytes sent twice are compared with what was
/// delivered long ago, without a copy of that being kept.
#[derive(Clone, Copy)]
pub struct Lookback<'m> {
    /// Where the frame's bytes begin.
    pub position: u64,
    /// The capture.
    pub capture: &'m dyn Recall,
}

impl Lookback<'_> {
    /// The same for a frame so many bytes behind it.
    #[inline]
    pub(crate) fn behind(self, distance: u64) -> Option<Self> {
        Some(Self { position: self.position.checked_add(distance)?, ..self })
    }
}
