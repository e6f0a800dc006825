//! The counts that a receiver sends back.

/// Cuts one direction into big-endian counts of 32 or 64 bits, finding out which by what they say.
///
/// Old clients count in 32 bits and wrap; some count large files in 64. A word that could be the upper half of a count
/// no larger than what was sent is taken for one: in a stream of 32-bit counts only zeros can be mistaken so, and they
/// say nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Acknowledgements {
    // Bytes so far, lost ones included: where the next word begins follows from it.
    at: u64,
    word: [u8; 4],
    held: usize,
    // Bytes of a broken word that are still to come.
    skip: u64,
    width: Width,
    high: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Width {
    #[default]
    Unknown,
    Narrow,
    Wide,
}

impl Acknowledgements {
    /// The next count that ends in `input`, which is moved on behind it. `top` is the most it can be by what was sent.
    pub(crate) fn next(&mut self, input: &mut &[u8], top: u64) -> Option<u64> {
        while let Some(word) = self.word(input) {
            if let Some(count) = self.count(word, top) {
                return Some(count);
            }
        }
        None
    }

    /// So many bytes were lost.
    pub(crate) fn gap(&mut self, len: u64) {
        self.at = self.at.wrapping_add(len);
        self.held = 0;
        self.high = None;
        let unit = if self.width == Width::Wide { 8 } else { 4 };
        self.skip = self.at.wrapping_neg() % unit;
    }

    /// Bytes of a word that never came to its end.
    pub(crate) const fn torn(&self) -> bool {
        self.held != 0
    }

    fn word(&mut self, input: &mut &[u8]) -> Option<u32> {
        let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(input.len());
        self.take(input, skipped);
        self.skip -= skipped as u64;
        let missing = self.word.len().checked_sub(self.held)?.min(input.len());
        let bytes = self.take(input, missing);
        let room = self.word.get_mut(self.held..self.held + bytes.len())?;
        room.copy_from_slice(bytes);
        self.held += bytes.len();
        (self.held == self.word.len()).then(|| {
            self.held = 0;
            u32::from_be_bytes(self.word)
        })
    }

    fn take<'a>(&mut self, input: &mut &'a [u8], len: usize) -> &'a [u8] {
        let (head, rest) = input.split_at_checked(len).unwrap_or((input, &[]));
        *input = rest;
        self.at = self.at.wrapping_add(head.len() as u64);
        head
    }

    fn count(&mut self, word: u32, top: u64) -> Option<u64> {
        if let Some(high) = self.high.take() {
            return Some(u64::from(high) << 32 | u64::from(word));
        }
        let could_be_high = u64::from(word) <= top >> 32;
        if self.width != Width::Narrow && could_be_high {
            self.width = Width::Wide;
            self.high = Some(word);
            return None;
        }
        self.width = Width::Narrow;
        Some(unwrapped(word, top))
    }
}

// The largest count up to `top` whose lower half this is.
fn unwrapped(word: u32, top: u64) -> u64 {
    let count = top >> 32 << 32 | u64::from(word);
    if count > top { count.checked_sub(1 << 32).unwrap_or(count) } else { count }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn counts(pieces: &[&[u8]], top: u64) -> Vec<u64> {
        let mut acks = Acknowledgements::default();
        let mut counts = Vec::new();
        for piece in pieces {
            let mut input = *piece;
            while let Some(count) = acks.next(&mut input, top) {
                counts.push(count);
            }
        }
        counts
    }

    #[test]
    fn counts_may_be_split_anywhere() {
        let bytes: Vec<u8> = [1024u32, 2048, 3072].iter().flat_map(|count| count.to_be_bytes()).collect();
        for cut in 0..bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            assert_eq!(counts(&[head, tail], 3072), [1024, 2048, 3072]);
        }
    }

    #[test]
    fn counts_of_64_bits_are_known_by_their_upper_halves() {
        let all = [1024u64, 1 << 32, (5 << 32) + 7];
        let bytes: Vec<u8> = all.iter().flat_map(|count| count.to_be_bytes()).collect();
        assert_eq!(counts(&[&bytes], 6 << 32), all);
    }

    #[test]
    fn counts_of_32_bits_beyond_4_gib_are_put_back_together() {
        let bytes: Vec<u8> = [0xffff_0000u32, 0x100].iter().flat_map(|count| count.to_be_bytes()).collect();
        assert_eq!(counts(&[&bytes], (1 << 32) + 0x200), [0xffff_0000, (1 << 32) + 0x100]);
    }

    #[test]
    fn after_a_gap_the_next_whole_word_counts() {
        let mut acks = Acknowledgements::default();
        assert_eq!(acks.next(&mut &[0, 0, 4][..], 9999), None);
        acks.gap(3);
        let mut input = &[9, 9, 0, 0, 8, 0][..];
        assert_eq!(acks.next(&mut input, 9999), Some(2048));
    }
}
