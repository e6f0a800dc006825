//! What waits: bytes that came before their turn, and the extents of the segments that brought them.

mod extents;
mod overlap;

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use crate::{Overlap, Winner};
use extents::Extent;

/// Bytes ahead of a stream (or of a fragmented packet), resolved by policy as they come.
///
/// Content and extents are apart: content never overlaps and holds the bytes that win, extents are the segments as they
/// arrived, which is what policies compare.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// Sorted, disjoint, none empty.
    content: VecDeque<Piece>,
    /// Sorted by start, then length; each range once.
    extents: VecDeque<Extent>,
    bytes: usize,
    /// The longest extent since this was last empty: how far back an overlapping one can begin.
    longest: u32,
}

/// A segment about to be held.
#[derive(Clone, Copy)]
pub(crate) struct Incoming<'a> {
    pub(crate) offset: u64,
    pub(crate) bytes: &'a [u8],
    pub(crate) ttl: u8,
}

/// Where a new segment and an old one have different bytes.
pub(crate) struct Clash<'a> {
    pub(crate) offset: u64,
    pub(crate) old: &'a [u8],
    pub(crate) new: &'a [u8],
    pub(crate) winner: Winner,
    pub(crate) old_ttl: u8,
}

/// What became of a segment's bytes.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Stored {
    pub(crate) fresh: u64,
    pub(crate) duplicate: u64,
    pub(crate) lost: u64,
}

#[derive(Debug)]
struct Piece {
    start: u64,
    bytes: Box<[u8]>,
}

impl Held {
    pub(crate) fn is_empty(&self) -> bool {
        self.content.is_empty()
    }

    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes of memory beside the payload: the lists, and what an allocator adds to each piece.
    pub(crate) fn overhead(&self) -> usize {
        let lists = self.content.capacity() * size_of::<Piece>() + self.extents.capacity() * size_of::<Extent>();
        lists + self.content.len() * 16
    }

    pub(crate) fn pieces(&self) -> usize {
        self.extents.len()
    }

    /// Where the first waiting byte stands.
    pub(crate) fn first(&self) -> Option<u64> {
        self.content.front().map(|piece| piece.start)
    }

    /// Where the last waiting byte ends.
    pub(crate) fn end(&self) -> Option<u64> {
        self.content.back().map(Piece::end)
    }

    /// Does nothing wait between these places?
    pub(crate) fn is_free(&self, start: u64, end: u64) -> bool {
        let (low, high) = self.touching(start, end);
        low == high
    }

    /// The first piece, if it begins at `next`, as far as `ceiling`.
    pub(crate) fn pop_at(&mut self, next: u64, ceiling: u64) -> Option<Box<[u8]>> {
        let front = self.content.front_mut().filter(|piece| piece.start == next && next < ceiling)?;
        let head = if front.end() <= ceiling { None } else { front.bytes.get(..index(ceiling - next)) };
        let taken: Box<[u8]> = match head {
            None => self.content.pop_front()?.bytes,
            Some(head) => {
                let head = head.into();
                front.bytes = front.bytes.get(index(ceiling - next)..).unwrap_or_default().into();
                front.start = ceiling;
                head
            }
        };
        self.bytes = self.bytes.saturating_sub(taken.len());
        self.forget(next + taken.len() as u64);
        Some(taken)
    }

    /// Drops everything; how many bytes that was.
    pub(crate) fn clear(&mut self) -> u64 {
        let bytes = self.bytes as u64;
        *self = Self::default();
        bytes
    }

    /// Drops what stands at `from` or behind; how many bytes that was.
    pub(crate) fn truncate(&mut self, from: u64) -> u64 {
        let before = self.bytes;
        while let Some(mut last) = self.content.pop_back() {
            self.bytes = self.bytes.saturating_sub(last.bytes.len());
            if last.start < from {
                let keep = index(from - last.start).min(last.bytes.len());
                last.bytes = last.bytes.get(..keep).unwrap_or_default().into();
                self.bytes = self.bytes.saturating_add(last.bytes.len());
                self.content.push_back(last);
                break;
            }
        }
        self.forget(0);
        before.saturating_sub(self.bytes) as u64
    }

    /// Holds a segment, whatever overlaps settled by `policy`. `clash` is told of each pair of segments whose bytes
    /// differ, nearest earlier one first, then the later ones.
    pub(crate) fn insert(
        &mut self,
        incoming: Incoming<'_>,
        policy: Overlap,
        mut clash: impl FnMut(Clash<'_>),
    ) -> Stored {
        let new = Extent::of(&incoming);
        let (low, high) = self.touching(new.start, new.end());
        let mut bytes: Box<[u8]> = incoming.bytes.into();
        let stored = self.account(&incoming, low, high);
        if stored.lost > 0 {
            self.resolve(&incoming, &mut bytes, policy, &mut clash);
        }
        self.place(new.start, bytes, low, high);
        self.record(new, stored.fresh > 0);
        stored
    }

    /// The pieces of content that `[start, end)` touches, as a range of indices.
    fn touching(&self, start: u64, end: u64) -> (usize, usize) {
        // The common place is behind everything that waits.
        if self.content.back().is_none_or(|last| last.end() <= start) {
            return (self.content.len(), self.content.len());
        }
        let low = self.content.partition_point(|piece| piece.end() <= start);
        let high = self.content.partition_point(|piece| piece.start < end);
        (low, high.max(low))
    }

    /// How many of the bytes are new, the same as what waits, or different.
    fn account(&self, incoming: &Incoming<'_>, low: usize, high: usize) -> Stored {
        let mut stored = Stored { fresh: incoming.bytes.len() as u64, ..Stored::default() };
        for piece in self.content.range(low..high) {
            let (old, new) = common(piece.start, &piece.bytes, incoming.offset, incoming.bytes);
            let equal = if old == new { old.len() } else { old.iter().zip(new).filter(|(a, b)| a == b).count() };
            stored.duplicate += equal as u64;
            stored.lost += (old.len() - equal) as u64;
        }
        stored.fresh = stored.fresh.saturating_sub(stored.duplicate + stored.lost);
        stored
    }

    /// Puts settled bytes in place of whatever stood there: pieces reaching out on either side take their part, those
    /// inside go, and what is left becomes one new piece.
    fn place(&mut self, start: u64, bytes: Box<[u8]>, low: usize, high: usize) {
        let end = start + bytes.len() as u64;
        let (mut from, mut to, mut inner) = (start, end, low..high);
        if let Some(left) = self.content.get_mut(low).filter(|left| low < high && left.start < start) {
            left.overwrite(start, &bytes);
            from = left.end().min(end);
            inner.start += 1;
        }
        if let Some(right) = inner.end.checked_sub(1).filter(|last| inner.contains(last))
            && let Some(right) = self.content.get_mut(right).filter(|right| right.end() > end)
        {
            right.overwrite(start, &bytes);
            to = right.start.max(from);
            inner.end -= 1;
        }
        let gone: usize = self.content.range(inner.clone()).map(|piece| piece.bytes.len()).sum();
        self.bytes = self.bytes.saturating_sub(gone);
        let Some(rest) = part(bytes, index(from - start), index(to - start)) else {
            self.content.drain(inner);
            return;
        };
        self.bytes = self.bytes.saturating_add(rest.len());
        let piece = Piece { start: from, bytes: rest };
        if inner.is_empty() {
            self.content.insert(inner.start, piece);
        } else {
            if let Some(slot) = self.content.get_mut(inner.start) {
                *slot = piece;
            }
            self.content.drain(inner.start + 1..inner.end);
        }
    }
}

impl Piece {
    fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    /// Writes over what it has in common with `bytes` at `start`.
    fn overwrite(&mut self, start: u64, bytes: &[u8]) {
        let begin = self.start.max(start);
        let skip = index(begin - self.start);
        let theirs = bytes.get(index(begin - start)..).unwrap_or_default();
        for (ours, theirs) in self.bytes.iter_mut().skip(skip).zip(theirs) {
            *ours = *theirs;
        }
    }
}

/// What two runs of bytes have in common, from each.
pub(crate) fn common<'a>(a_start: u64, a: &'a [u8], b_start: u64, b: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let start = a_start.max(b_start);
    let a = a.get(index(start - a_start)..).unwrap_or_default();
    let b = b.get(index(start - b_start)..).unwrap_or_default();
    let len = a.len().min(b.len());
    (a.get(..len).unwrap_or_default(), b.get(..len).unwrap_or_default())
}

/// `bytes[from..to]` without a copy where that is all of it; `None` where it is nothing.
fn part(bytes: Box<[u8]>, from: usize, to: usize) -> Option<Box<[u8]>> {
    if from == 0 && to == bytes.len() && to > 0 {
        return Some(bytes);
    }
    bytes.get(from..to).filter(|rest| !rest.is_empty()).map(Into::into)
}

/// A distance between offsets as an index; too far is out of every slice's bounds.
pub(crate) fn index(distance: u64) -> usize {
    usize::try_from(distance).unwrap_or(usize::MAX)
}
