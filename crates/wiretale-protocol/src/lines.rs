//! A stream cut into lines.

use alloc::vec::Vec;

use crate::scan;

/// Cuts a stream into lines at CR, LF or CRLF. A line that lies whole in a chunk is a slice of that chunk; only a line
/// that a chunk's border cuts is copied, up to a limit. Empty lines are passed over.
///
/// Feeding it one byte at a time or all at once gives the same lines.
#[derive(Clone, Debug)]
pub struct Lines {
    // Never longer than `limit`.
    carry: Vec<u8>,
    limit: u32,
    // The carry was handed out as a line and is to be forgotten.
    handed_out: bool,
    // Bytes are thrown away up to the next line end.
    discarding: bool,
}

/// A line without its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line<'a> {
    /// Its bytes: never empty, never with a CR or LF in them.
    pub bytes: &'a [u8],
    /// It was longer than the limit: these are its first bytes, and the rest is thrown away.
    pub cut: bool,
    /// There may be control characters below the space in it.
    pub controls: bool,
}

impl Lines {
    /// Lines of at most `limit` bytes.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "it is compared before")]
    pub const fn new(limit: usize) -> Self {
        // No line that anybody would keep is longer than that.
        let limit = if limit < u32::MAX as usize { limit as u32 } else { u32::MAX };
        Self { carry: Vec::new(), limit, handed_out: false, discarding: false }
    }

    const fn limit(&self) -> usize {
        self.limit as usize
    }

    /// The next whole line that ends in `input`, which is moved on behind it; `None` when `input` is used up.
    #[inline(always)]
    pub fn next<'s, 'a: 's>(&'s mut self, input: &mut &'a [u8]) -> Option<Line<'s>> {
        if self.handed_out {
            self.forget();
        }
        while !input.is_empty() {
            let Some((head, rest, controls)) = first_line(input) else {
                return self.keep(input).then_some(Line { bytes: &self.carry, cut: true, controls: true });
            };
            *input = rest;
            if self.discarding {
                self.discarding = false;
            } else if !self.carry.is_empty() {
                let cut = self.complete(head);
                return Some(Line { bytes: &self.carry, cut, controls: true });
            } else if head.len() > self.limit() {
                return Some(Line { bytes: head.get(..self.limit())?, cut: true, controls });
            } else if !head.is_empty() {
                return Some(Line { bytes: head, cut: false, controls });
            }
        }
        None
    }

    /// Bytes were lost: forgets the unfinished line and waits for the next line end.
    pub fn gap(&mut self) {
        self.carry.clear();
        self.handed_out = false;
        self.discarding = true;
    }

    /// What of an unfinished line is held, for the end of a stream.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        if self.handed_out { &[] } else { &self.carry }
    }

    /// Bytes of memory in the buffer for unfinished lines: never more than the limit.
    #[must_use]
    #[inline]
    pub const fn held(&self) -> usize {
        self.carry.capacity()
    }

    /// Forgets everything, as new; the buffer stays.
    pub fn reset(&mut self) {
        self.carry.clear();
        self.handed_out = false;
        self.discarding = false;
    }

    // The carry was seen. What is thrown away next needs no room.
    fn forget(&mut self) {
        self.handed_out = false;
        self.carry.clear();
        if self.discarding {
            self.carry.shrink_to(SMALL);
        }
    }

    // The carried line ends: was it too long?
    #[cold]
    fn complete(&mut self, head: &[u8]) -> bool {
        let room = self.limit().saturating_sub(self.carry.len());
        let cut = head.len() > room;
        self.hold(head.get(..room).unwrap_or(head));
        self.handed_out = true;
        cut
    }

    // Holds what is left of the input. Does the line pass the limit? It is handed out at once then, its tail thrown away.
    #[inline(never)]
    fn keep(&mut self, input: &mut &[u8]) -> bool {
        let left = core::mem::take(input);
        if self.discarding {
            return false;
        }
        let room = self.limit().saturating_sub(self.carry.len());
        let Some((fits, _)) = left.split_at_checked(room).filter(|(_, over)| !over.is_empty()) else {
            self.hold(left);
            return false;
        };
        self.hold(fits);
        self.handed_out = true;
        self.discarding = true;
        true
    }

    // The buffer doubles while it is small; then it grows in one step, and in another where a line is very long: a flood
    // of long lines does not leave gaps of every size in memory, nor ask for blocks that fit into few of these.
    fn hold(&mut self, bytes: &[u8]) {
        let (len, capacity) = (self.carry.len(), self.carry.capacity());
        let needed = len.saturating_add(bytes.len());
        if needed > capacity {
            let step = if needed > LARGE { self.limit() } else { LARGE };
            let wanted = if needed > SMALL { step } else { capacity.saturating_mul(2) };
            let wanted = wanted.min(self.limit()).max(needed);
            self.carry.reserve_exact(wanted.saturating_sub(len));
        }
        self.carry.extend_from_slice(bytes);
    }
}

// The first line, what follows its end, and whether there are control characters in it: in most the end is the first.
#[inline(always)]
fn first_line(text: &[u8]) -> Option<(&[u8], &[u8], bool)> {
    let (head, tail) = text.split_at_checked(scan::first_control(text)?)?;
    if let Some(rest) = behind_end(tail) {
        return Some((head, rest, false));
    }
    let (head, tail) = text.split_at_checked(head.len() + scan::first(tail, *b"\r\n")?)?;
    Some((head, behind_end(tail)?, true))
}

// CRLF is one end: the empty line within it would be passed over.
#[inline(always)]
const fn behind_end(tail: &[u8]) -> Option<&[u8]> {
    match tail {
        [b'\r', b'\n', rest @ ..] | [b'\r' | b'\n', rest @ ..] => Some(rest),
        _ => None,
    }
}

/// Bytes of a buffer that grows by doubling.
const SMALL: usize = 1024;

/// Bytes of one that holds nearly all long lines: the largest block that allocators keep among small ones.
const LARGE: usize = 8192;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut_into_lines(limit: usize, chunks: &[&[u8]]) -> Vec<(Vec<u8>, bool)> {
        let mut lines = Lines::new(limit);
        let mut seen = Vec::new();
        for &chunk in chunks {
            let mut input = chunk;
            while let Some(line) = lines.next(&mut input) {
                assert!(line.controls || line.bytes.iter().all(|&byte| byte >= b' '));
                seen.push((line.bytes.to_vec(), line.cut));
            }
        }
        seen
    }

    #[test]
    fn a_long_line_is_cut_once_and_its_tail_is_no_line() {
        let whole = cut_into_lines(4, &[b"abcdefgh\nij\n"]);
        assert_eq!(whole, [(b"abcd".to_vec(), true), (b"ij".to_vec(), false)]);
        assert_eq!(cut_into_lines(4, &[b"abcde", b"fgh", b"\nij\n"]), whole);
    }

    #[test]
    fn after_a_gap_the_next_whole_line_counts() {
        let mut lines = Lines::new(10);
        assert_eq!(lines.next(&mut &b"PRIV"[..]), None);
        lines.gap();
        let mut input = &b"MSG x\r\nQUIT\r\n"[..];
        assert_eq!(lines.next(&mut input).map(|line| line.bytes), Some(&b"QUIT"[..]));
        assert_eq!(lines.next(&mut input), None);
    }

    #[test]
    fn the_buffer_stays_within_the_limit() {
        let mut lines = Lines::new(1000);
        assert_eq!(lines.held(), 0);
        for _ in 0..3000 {
            lines.next(&mut &b"a"[..]);
            assert!(lines.held() <= 1000, "{}", lines.held());
        }
        assert_eq!(lines.held(), 1000);
    }

    #[test]
    fn the_buffer_of_a_long_line_grows_in_steps_and_goes_when_the_line_is_cut() {
        let mut lines = Lines::new(9000);
        let mut held = Vec::new();
        for _ in 0..9000 {
            lines.next(&mut &b"a"[..]);
            held.push(lines.held());
        }
        held.dedup();
        assert_eq!(held.split_off(held.len() - 2), [LARGE, 9000]);
        assert!(held.iter().all(|&held| held <= SMALL), "{held:?}");
        assert_eq!(lines.next(&mut &b"a"[..]).map(|line| (line.bytes.len(), line.cut)), Some((9000, true)));
        assert_eq!(lines.next(&mut &b"a"[..]), None);
        assert!(lines.held() <= SMALL, "{}", lines.held());
    }

    #[test]
    fn whole_lines_are_slices_of_the_chunk() {
        let chunk = b"one\r\ntwo\n";
        let mut lines = Lines::new(10);
        let mut input = &chunk[..];
        let first = lines.next(&mut input).map(|line| line.bytes.as_ptr());
        assert_eq!(first, Some(chunk.as_ptr()));
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_the_cuts(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'a'), 0x20u8..0x7f, any::<u8>()], 0..200),
            cuts in proptest::collection::vec(0usize..200, 0..20),
            limit in 1usize..40,
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.sort_unstable();
            let mut chunks = Vec::new();
            let mut from = 0;
            for cut in cuts {
                chunks.push(&bytes[from..cut]);
                from = cut;
            }
            chunks.push(&bytes[from..]);
            prop_assert_eq!(cut_into_lines(limit, &[&bytes]), cut_into_lines(limit, &chunks));
        }
    }
}
