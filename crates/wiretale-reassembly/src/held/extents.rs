//! The extents of the segments that brought what waits.

use super::{Held, Incoming};

/// A segment as it arrived.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Extent {
    pub(super) start: u64,
    pub(super) len: u32,
    pub(super) ttl: u8,
}

impl Extent {
    pub(super) fn of(incoming: &Incoming<'_>) -> Self {
        let len = u32::try_from(incoming.bytes.len()).unwrap_or(u32::MAX);
        Self { start: incoming.offset, len, ttl: incoming.ttl }
    }

    pub(super) const fn end(&self) -> u64 {
        self.start + self.len as u64
    }
}

impl Held {
    /// Remembers a segment that brought fresh bytes, or none.
    pub(super) fn record(&mut self, new: Extent, fresh: bool) {
        self.longest = self.longest.max(new.len);
        let at = match self.extents.back() {
            Some(last) if (last.start, last.len) >= (new.start, new.len) => {
                self.extents.partition_point(|old| (old.start, old.len) < (new.start, new.len))
            }
            _ => self.extents.len(),
        };
        let known = self.extents.get(at).is_some_and(|old| (old.start, old.len) == (new.start, new.len));
        // Segments that repeat what waits in ever new ranges are not remembered without end. Those with fresh bytes are:
        // content always lies under an extent.
        if !known && (fresh || self.extents.len() < 2 * self.content.len() + MAX_REPEATS) {
            self.extents.insert(at, new);
        }
    }

    /// Forgets extents that end at or before `next`.
    pub(super) fn forget(&mut self, next: u64) {
        if self.content.is_empty() {
            self.extents.clear();
            self.longest = 0;
            // Where nothing waits, nobody counts what the lists take.
            self.content.shrink_to(FEW);
            self.extents.shrink_to(FEW);
        }
        while self.extents.front().is_some_and(|front| front.end() <= next) {
            self.extents.pop_front();
        }
    }
}

/// How many extents are kept that brought nothing new, beside two for each piece of content.
const MAX_REPEATS: usize = 256;

/// For how many segments there stays room once nothing waits: where one is late, another will be.
const FEW: usize = 4;
