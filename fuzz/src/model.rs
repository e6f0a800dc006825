//! The slow model of bytes that wait: a byte map, and the ranges in which the bytes came.

/// What came of one stream, byte by byte.
pub(crate) struct ByteMap {
    /// Cell `3 * start + end`: does the new copy win?
    mask: u16,
    cells: Vec<Option<u8>>,
    /// Ranges as they came, sorted by start, then length.
    ranges: Vec<(usize, usize)>,
    /// Up to where bytes were handed on; those do not change.
    next: usize,
}

impl ByteMap {
    pub(crate) const fn new(mask: u16) -> Self {
        Self { mask, cells: Vec::new(), ranges: Vec::new(), next: 0 }
    }

    /// Takes bytes at `offset`; true where they differ from what was there.
    pub(crate) fn insert(&mut self, offset: usize, bytes: &[u8]) -> bool {
        let end = offset + bytes.len();
        self.cells.resize(self.cells.len().max(end), None);
        let differs = self.cells[offset..end].iter().zip(bytes).any(|(old, new)| old.is_some_and(|old| old != *new));
        let start = offset.max(self.next);
        if start >= end {
            return differs;
        }
        let mut settled = bytes[start - offset..].to_vec();
        let split = self.ranges.partition_point(|&(from, to)| (from, to - from) <= (start, end - start));
        let (earlier, later) = self.ranges.split_at(split);
        for &(from, to) in earlier.iter().rev().chain(later) {
            if from < end && to > start && !self.wins((start, end), (from, to)) {
                for place in from.max(start)..to.min(end) {
                    settled[place - start] = self.cells[place].expect("a range is filled");
                }
            }
        }
        for (cell, byte) in self.cells[start..end].iter_mut().zip(settled) {
            *cell = Some(byte);
        }
        if !self.ranges.contains(&(start, end)) {
            self.ranges.insert(split, (start, end));
        }
        differs
    }

    /// Hands on what is next, as far as `ceiling`.
    pub(crate) fn advance(&mut self, ceiling: usize) {
        while self.next < ceiling && self.cells.get(self.next).is_some_and(Option::is_some) {
            self.next += 1;
        }
        let next = self.next;
        self.ranges.retain(|range| range.1 > next);
    }

    /// The first byte that is missing.
    pub(crate) fn hole(&self) -> usize {
        self.cells.iter().position(Option::is_none).unwrap_or(self.cells.len())
    }

    pub(crate) const fn next(&self) -> usize {
        self.next
    }

    pub(crate) fn cells(&self) -> &[Option<u8>] {
        &self.cells
    }

    fn wins(&self, new: (usize, usize), old: (usize, usize)) -> bool {
        let relation = |new: usize, old: usize| match new.cmp(&old) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Equal => 1,
            std::cmp::Ordering::Greater => 2,
        };
        self.mask >> (3 * relation(new.0, old.0) + relation(new.1, old.1)) & 1 == 1
    }
}
