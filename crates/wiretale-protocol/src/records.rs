//! A stream cut into records that begin with their length.

use alloc::vec::Vec;

/// Cuts a stream into records whose first `head` bytes tell how long they are. A record that lies whole in a chunk is a
/// slice of that chunk; only a record that a chunk's border cuts is copied, up to a limit.
#[derive(Clone, Debug)]
pub struct Records {
    // Never longer than `limit`.
    carry: Vec<u8>,
    head: usize,
    limit: usize,
    handed_out: bool,
    // Bytes of an over-long record that are still to be thrown away.
    skip: u64,
}

/// A record, its head included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Record<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// It says it is this long, which is more than the limit; its bytes are thrown away.
    TooLong(u64),
}

impl Records {
    /// Records of at most `limit` bytes, whose first `head` bytes tell their length.
    #[must_use]
    pub const fn new(head: usize, limit: usize) -> Self {
        Self { carry: Vec::new(), head, limit, handed_out: false, skip: 0 }
    }

    /// The next whole record that ends in `input`, which is moved on behind it; `None` when `input` is used up.
    /// `length` is given the head and returns the length of the whole record (at least the head's).
    pub fn next<'s, 'a: 's>(&'s mut self, input: &mut &'a [u8], length: impl Fn(&[u8]) -> u64) -> Option<Record<'s>> {
        if core::mem::take(&mut self.handed_out) {
            self.carry.clear();
        }
        self.throw_away(input);
        if input.is_empty() {
            return None;
        }
        if self.carry.is_empty()
            && let Some(head) = input.get(..self.head)
        {
            let total = length(head).max(self.head as u64);
            if let Some((record, rest)) = usize::try_from(total).ok().and_then(|n| input.split_at_checked(n))
                && record.len() <= self.limit
            {
                *input = rest;
                return Some(Record::Whole(record));
            }
        }
        self.gather(input, length)
    }

    /// The first bytes of a record of which some waited and others follow, and how many of the array these are.
    #[must_use]
    pub fn head<const N: usize>(waited: &[u8], follow: &[u8]) -> ([u8; N], usize) {
        let mut head = [0; N];
        let len = head.iter_mut().zip(waited.iter().chain(follow)).map(|(to, from)| *to = *from).count();
        (head, len)
    }

    /// What came of a record whose end did not.
    #[must_use]
    pub fn begun(&self) -> &[u8] {
        if self.handed_out { &[] } else { &self.carry }
    }

    /// Bytes of memory in the buffer for unfinished records: never more than the limit.
    #[must_use]
    #[inline]
    pub const fn held(&self) -> usize {
        self.carry.capacity()
    }

    /// Bytes were lost: what is held is forgotten. The stream has no marks by which to find the next record.
    pub fn gap(&mut self) {
        self.carry.clear();
        self.handed_out = false;
        self.skip = 0;
    }

    fn gather<'s>(&'s mut self, input: &mut &[u8], length: impl Fn(&[u8]) -> u64) -> Option<Record<'s>> {
        self.take_up_to(self.head, input);
        let head = self.carry.get(..self.head)?;
        let total = length(head).max(self.head as u64);
        let Some(wanted) = usize::try_from(total).ok().filter(|&n| n <= self.limit) else {
            self.skip = total.saturating_sub(self.carry.len() as u64);
            self.carry.clear();
            self.throw_away(input);
            return Some(Record::TooLong(total));
        };
        self.take_up_to(wanted, input);
        if self.carry.len() < wanted {
            return None;
        }
        self.handed_out = true;
        Some(Record::Whole(&self.carry))
    }

    fn take_up_to(&mut self, len: usize, input: &mut &[u8]) {
        let missing = len.saturating_sub(self.carry.len()).min(input.len());
        if let Some((head, rest)) = input.split_at_checked(missing) {
            self.hold(head, len);
            *input = rest;
        }
    }

    // Doubles as a list does, but never beyond what the record needs: a head may announce more than ever comes.
    fn hold(&mut self, bytes: &[u8], wanted: usize) {
        let (len, capacity) = (self.carry.len(), self.carry.capacity());
        let needed = len.saturating_add(bytes.len());
        if needed > capacity {
            let doubled = capacity.saturating_mul(2).min(wanted).max(needed);
            self.carry.reserve_exact(doubled.saturating_sub(len));
        }
        self.carry.extend_from_slice(bytes);
    }

    fn throw_away(&mut self, input: &mut &[u8]) {
        let n = usize::try_from(self.skip).unwrap_or(usize::MAX).min(input.len());
        self.skip -= n as u64;
        *input = input.get(n..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn records(chunks: &[&[u8]]) -> Vec<Result<Vec<u8>, u64>> {
        let mut records = Records::new(2, 100);
        let mut seen = Vec::new();
        for &chunk in chunks {
            let mut input = chunk;
            while let Some(record) =
                records.next(&mut input, |head| 2 + u64::from(u16::from_be_bytes([head[0], head[1]])))
            {
                seen.push(match record {
                    Record::Whole(bytes) => Ok(bytes.to_vec()),
                    Record::TooLong(n) => Err(n),
                });
            }
        }
        seen
    }

    #[test]
    fn an_unfinished_record_takes_memory() {
        let mut records = Records::new(2, 100);
        assert_eq!(records.held(), 0);
        assert_eq!(records.next(&mut &[0, 90, 7, 7, 7][..], |_| 92), None);
        assert!(records.held() >= 5);
    }

    #[test]
    fn a_record_that_comes_bit_by_bit_takes_no_more_than_its_length() {
        for step in [1, 7, 1000] {
            let mut records = Records::new(2, 5000);
            let mut most = 0;
            for chunk in [7; 5000].chunks(step) {
                let mut input = chunk;
                while records.next(&mut input, |_| 5000).is_some() {}
                most = most.max(records.held());
            }
            assert_eq!(most, 5000, "{step}");
        }
    }

    #[test]
    fn an_over_long_record_is_passed_over() {
        let mut bytes = alloc::vec![0, 200];
        bytes.extend([9; 200]);
        bytes.extend([0, 1, 7]);
        assert_eq!(records(&[&bytes]), [Err(202), Ok(alloc::vec![0, 1, 7])]);
    }

    #[test]
    fn a_head_is_what_waited_and_what_follows() {
        assert_eq!(Records::head(b"ab", b"cdef"), (*b"abcd", 4));
        assert_eq!(Records::head(b"", b"cd"), (*b"cd\0\0", 2));
        assert_eq!(Records::head(b"abcde", b"f"), (*b"abcd", 4));
    }

    proptest! {
        #[test]
        fn records_do_not_depend_on_the_cuts(bytes in proptest::collection::vec(0u8..4, 0..200), step in 1usize..7) {
            let pieces: Vec<&[u8]> = bytes.chunks(step).collect();
            prop_assert_eq!(records(&[&bytes]), records(&pieces));
        }
    }
}
