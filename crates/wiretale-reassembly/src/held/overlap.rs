//! Overlapping segments settled by policy.

use alloc::vec::Vec;

use super::extents::Extent;
use super::{Clash, Held, Incoming, index};
use crate::{Overlap, Winner};

impl Held {
    /// Lets old bytes win where the policy says so: writes them over `bytes`.
    pub(super) fn resolve(
        &self,
        incoming: &Incoming<'_>,
        bytes: &mut [u8],
        policy: Overlap,
        clash: &mut impl FnMut(Clash<'_>),
    ) {
        let new = Extent::of(incoming);
        let from = new.start.saturating_sub(u64::from(self.longest));
        let first = self.extents.partition_point(|old| old.start < from);
        let last = self.extents.partition_point(|old| old.start < new.end());
        if last.saturating_sub(first) > MAX_PAIRS {
            self.sweep(incoming, bytes, policy, first..last, clash);
            return;
        }
        let split = self.extents.partition_point(|old| (old.start, old.len) <= (new.start, new.len));
        let split = split.clamp(first, last.max(first));
        let earlier = self.extents.range(first..split).rev();
        for old in earlier.chain(self.extents.range(split..last.max(split))) {
            self.settle(incoming, bytes, policy, *old, clash);
        }
    }

    /// Settles one pair of segments.
    fn settle(
        &self,
        incoming: &Incoming<'_>,
        bytes: &mut [u8],
        policy: Overlap,
        old: Extent,
        clash: &mut impl FnMut(Clash<'_>),
    ) {
        let new = Extent::of(incoming);
        let (start, end) = (old.start.max(new.start), old.end().min(new.end()));
        let place = index(start.saturating_sub(new.start))..index(end.saturating_sub(new.start));
        let (Some(ours), Some(theirs)) = (bytes.get_mut(place.clone()), incoming.bytes.get(place)) else { return };
        let Some(current) = self.copy_out(start, end).filter(|current| **current != *ours) else { return };
        let wins = policy.new_wins((new.start, new.end()), (old.start, old.end()));
        let winner = if wins { Winner::New } else { Winner::Old };
        clash(Clash { offset: start, old: &current, new: theirs, winner, old_ttl: old.ttl });
        if !wins {
            ours.copy_from_slice(&current);
        }
    }

    /// Settles many overlapping segments in one pass and reports them as one.
    fn sweep(
        &self,
        incoming: &Incoming<'_>,
        bytes: &mut [u8],
        policy: Overlap,
        range: core::ops::Range<usize>,
        clash: &mut impl FnMut(Clash<'_>),
    ) {
        let new = Extent::of(incoming);
        let (mut settled, mut looked) = (new.start, new.start);
        let mut first_clash: Option<(u64, Vec<u8>, Winner, u8)> = None;
        for old in self.extents.range(range) {
            let wins = policy.new_wins((new.start, new.end()), (old.start, old.end()));
            let from = if wins { settled.max(looked) } else { settled };
            let (start, end) = (old.start.max(from), old.end().min(new.end()));
            let place = index(start.saturating_sub(new.start))..index(end.saturating_sub(new.start));
            if start >= end || (wins && first_clash.is_some()) {
                continue;
            }
            let (Some(ours), Some(current)) = (bytes.get_mut(place), self.copy_out(start, end)) else { continue };
            let differs = *ours != *current;
            looked = looked.max(end);
            if !wins {
                ours.copy_from_slice(&current);
                settled = end;
            }
            if differs && first_clash.is_none() {
                first_clash = Some((start, current, if wins { Winner::New } else { Winner::Old }, old.ttl));
            }
        }
        if let Some((offset, old, winner, old_ttl)) = first_clash {
            let theirs = incoming.bytes.get(index(offset - new.start)..).unwrap_or_default();
            let theirs = theirs.get(..old.len()).unwrap_or_default();
            clash(Clash { offset, old: &old, new: theirs, winner, old_ttl });
        }
    }

    /// The bytes that wait in `[start, end)`; `None` where some are missing.
    fn copy_out(&self, start: u64, end: u64) -> Option<Vec<u8>> {
        let (low, high) = self.touching(start, end);
        let mut out = Vec::with_capacity(index(end.checked_sub(start)?));
        for piece in self.content.range(low..high) {
            let from = index(start.saturating_sub(piece.start));
            let to = index(end - piece.start).min(piece.bytes.len());
            out.extend_from_slice(piece.bytes.get(from..to)?);
        }
        (out.len() == index(end - start)).then_some(out)
    }
}

/// How many overlapping segments are compared one by one with a new one.
const MAX_PAIRS: usize = 32;
